package org.steering4j.prompt.jinja;

import java.util.HashMap;
import java.util.Map;

/** The variables of a body, and those around it. */
final class Scope {

    private final Map<String, Object> variables = new HashMap<>();
    private final Scope outer;

    /** @param outer null for none */
    Scope(Scope outer) {
        this.outer = outer;
    }

    void set(String name, Object value) {
        variables.put(name, value);
    }

    boolean has(String name) {
        return variables.containsKey(name) || outer != null && outer.has(name);
    }

    Object get(String name) {
        return variables.containsKey(name) || outer == null ? variables.get(name) : outer.get(name);
    }
}
