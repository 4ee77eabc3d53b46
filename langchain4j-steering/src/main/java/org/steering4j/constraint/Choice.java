package org.steering4j.constraint;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** One of several syntaxes, or a reference to one that is still being built. */
final class Choice implements Syntax {

    private List<Syntax> alternatives;

    /** To be filled before it is used. */
    Choice() {}

    Choice(List<Syntax> alternatives) {
        fill(alternatives);
    }

    void fill(List<Syntax> alternatives) {
        this.alternatives = List.copyOf(alternatives);
    }

    /**
     * Replaces choices among the alternatives by theirs, so that a choice that refers to itself, which adds nothing, does no harm. To be called
     * when all choices are filled.
     */
    void flatten() {
        Set<Syntax> flat = new LinkedHashSet<>();
        collect(flat, new LinkedHashSet<>());
        alternatives = List.copyOf(flat);
    }

    private void collect(Set<Syntax> flat, Set<Choice> visited) {
        if (visited.add(this)) {
            for (Syntax alternative : alternatives) {
                if (alternative instanceof Choice choice) {
                    choice.collect(flat, visited);
                } else {
                    flat.add(alternative);
                }
            }
        }
    }

    @Override
    public int shortest(int levels) {
        return alternatives.stream()
                .mapToInt(alternative -> alternative.shortest(levels))
                .min()
                .orElse(Cost.IMPOSSIBLE);
    }

    @Override
    public void begin(int symbol, int levels, Stack rest, Consumer<Stack> next) {
        alternatives.forEach(alternative -> alternative.begin(symbol, levels, rest, next));
    }
}
