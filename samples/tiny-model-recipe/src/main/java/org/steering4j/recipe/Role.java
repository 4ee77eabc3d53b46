package org.steering4j.recipe;

import java.util.Locale;

/** Who speaks a message. */
public enum Role {
    SYSTEM,
    USER,
    ASSISTANT,
    TOOL;

    /** The role's name in the chat markup, for example {@code assistant}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
