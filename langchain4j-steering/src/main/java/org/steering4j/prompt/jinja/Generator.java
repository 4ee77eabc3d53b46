package org.steering4j.prompt.jinja;

import java.util.Iterator;

/**
 * Items that are worked out as they are asked for, once: it has no length and cannot be written.
 *
 * @param isFunction whether Python has a generator there, which has attributes, instead of a mere iterator, which has none
 */
record Generator(Iterator<Object> items, boolean isFunction) {

    // Two of them may hold the same: they are equal to themselves alone.

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
