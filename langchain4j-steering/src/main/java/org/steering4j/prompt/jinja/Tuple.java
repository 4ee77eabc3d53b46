package org.steering4j.prompt.jinja;

import java.util.List;

/**
 * A list in parentheses, which equals no list in brackets.
 *
 * @param names of the items, where these can be asked for as attributes; empty where they cannot
 */
record Tuple(List<Object> items, List<String> names) {

    Tuple(List<Object> items) {
        this(items, List.of());
    }

    static Tuple of(Object first, Object second) {
        return new Tuple(java.util.Arrays.asList(first, second));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tuple && Values.areEqual(this, other);
    }

    /** Looks at no item: a small tuple may hold itself a million times. */
    @Override
    public int hashCode() {
        return items.size();
    }
}
