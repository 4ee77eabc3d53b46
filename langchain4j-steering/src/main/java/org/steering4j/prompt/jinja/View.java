package org.steering4j.prompt.jinja;

import java.util.List;

/**
 * Keys, values or items of a dictionary.
 *
 * @param kind what Python calls it
 */
record View(String kind, List<Object> items) {

    /** Whether Python compares it as a set; values are equal to nothing but themselves. */
    boolean isSet() {
        return !kind.equals("dict_values");
    }
}
