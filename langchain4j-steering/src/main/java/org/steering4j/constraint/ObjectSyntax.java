package org.steering4j.constraint;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A JSON object with declared members in any order, and perhaps further ones. Names are never repeated. */
final class ObjectSyntax implements Syntax {

    /** A declared member. */
    record Property(String name, Syntax value, boolean required) {}

    private record Spelled(Property property, int[] name) {}

    /** In the order of {@link #names}. */
    private final List<Property> properties;

    /** The declared names in quotes. */
    private final Words names;

    private final Set<String> declaredNames;
    /** The indices of those that are required. */
    private final int[] required;

    private final Syntax furtherValues;
    private final TextRules rules;
    private final int least;
    private final int most;

    /** By levels; 0 where not known yet. Threads that share the syntax write the same values. */
    private final int[] shortest = new int[DEEPEST + 1];

    /** @param furtherValues of the members that are not declared, or null if there may be none */
    ObjectSyntax(Vocabulary vocabulary, TextRules rules, Collection<Property> properties, Syntax furtherValues) {
        this(vocabulary, rules, properties, furtherValues, 0, Integer.MAX_VALUE);
    }

    /**
     * @param least how many members there are, at least
     * @param most and at most
     */
    ObjectSyntax(
            Vocabulary vocabulary,
            TextRules rules,
            Collection<Property> properties,
            Syntax furtherValues,
            int least,
            int most) {
        this.least = least;
        this.most = most;
        List<Spelled> spelled = properties.stream()
                .map(property -> new Spelled(property, Vocabulary.symbols(JsonText.quoted(property.name(), rules))))
                .sorted((a, b) -> Arrays.compare(a.name, b.name))
                .toList();
        this.properties = spelled.stream().map(Spelled::property).toList();
        this.required = IntStream.range(0, spelled.size())
                .filter(property -> this.properties.get(property).required())
                .toArray();
        this.names = new Words(vocabulary, spelled.stream().map(Spelled::name).toList());
        this.declaredNames = properties.stream()
                .map(property ->
                        new String(property.name().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))
                .collect(Collectors.toUnmodifiableSet());
        this.furtherValues = furtherValues;
        this.rules = rules;
    }

    /** Whether it matters how many of the declared members there are, beyond those that are required. */
    boolean isCounted() {
        return least > required.length || most < properties.size();
    }

    List<Property> properties() {
        return properties;
    }

    int[] required() {
        return required;
    }

    Words names() {
        return names;
    }

    /** Null if there may be no further members. */
    Syntax furtherValues() {
        return furtherValues;
    }

    int least() {
        return least;
    }

    int most() {
        return most;
    }

    TextRules rules() {
        return rules;
    }

    /** The declared names as UTF-8, a character for each byte. */
    Set<String> declaredNames() {
        return declaredNames;
    }

    @Override
    public int shortest(int levels) {
        if (levels == 0) {
            return Cost.IMPOSSIBLE;
        }
        if (shortest[levels] == 0) {
            shortest[levels] = Cost.sum(1, empty(levels - 1).needed());
        }
        return shortest[levels];
    }

    @Override
    public void begin(int symbol, int levels, Stack rest, Consumer<Stack> next) {
        if (symbol == '{' && shortest(levels) < Cost.IMPOSSIBLE) {
            next.accept(rest.push(empty(levels - 1)).push(Gap.line(levels - 1)));
        }
    }

    private Members empty(int levels) {
        return new Members(this, Members.Place.FIRST, new BitSet(), Set.of(), false, levels);
    }
}
