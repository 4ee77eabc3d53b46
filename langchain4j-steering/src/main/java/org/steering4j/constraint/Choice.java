package org.steering4j.constraint;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** One of several syntaxes. It may be filled after it was made, for a recursive schema's syntax holds itself. */
final class Choice implements Syntax {

    private List<Syntax> alternatives;

    /** By levels; 0 where not known yet. Threads that share the syntax write the same values. */
    private final int[] shortest = new int[DEEPEST + 1];

    /** To be filled before it is used. */
    Choice() {}

    Choice(List<Syntax> alternatives) {
        fill(alternatives);
    }

    /** @param alternatives none of which is a choice */
    void fill(Collection<Syntax> alternatives) {
        this.alternatives = List.copyOf(alternatives);
    }

    /** The only alternative, or this where there are several or none. */
    Syntax simplest() {
        return alternatives.size() == 1 ? alternatives.get(0) : this;
    }

    @Override
    public int shortest(int levels) {
        if (shortest[levels] == 0) {
            shortest[levels] = alternatives.stream()
                    .mapToInt(alternative -> alternative.shortest(levels))
                    .min()
                    .orElse(Cost.IMPOSSIBLE);
        }
        return shortest[levels];
    }

    @Override
    public void begin(int symbol, int levels, Stack rest, Consumer<Stack> next) {
        for (Syntax alternative : alternatives) {
            alternative.begin(symbol, levels, rest, next);
        }
    }
}
