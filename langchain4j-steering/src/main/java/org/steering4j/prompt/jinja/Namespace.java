package org.steering4j.prompt.jinja;

import java.util.Map;

/** Variables that can be set from within loops. The only mutable value, and equal to itself alone. */
record Namespace(Map<Object, Object> members) {

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
