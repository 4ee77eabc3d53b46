package org.steering4j.recipe.measurement;

/** A sentence with figures, and whether they are what was promised. */
public record Promise(String text, boolean holds) {

    static Promise of(boolean holds, String format, Object... values) {
        return new Promise(String.format(java.util.Locale.ROOT, format, values), holds);
    }

    @Override
    public String toString() {
        return (holds ? "[ok] " : "[MISSED] ") + text;
    }
}
