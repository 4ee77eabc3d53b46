package org.steering4j.prompt.jinja;

import java.util.List;

/** A list in parentheses, which equals no list in brackets. */
record Tuple(List<Object> items) {

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
