package org.steering4j.persona;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.steering4j.vector.Steering;

/**
 * A name for a steering and, if wished, a system message that goes with it. A persona with {@link Steering#none()} is an explicit "plain".
 * Immutable; may be shared between threads.
 */
public final class Persona {

    /** Between the system message that was there before and the persona's. */
    private static final String PARAGRAPH = "\n\n";

    private final String name;
    private final Steering steering;
    private final String systemMessage;

    private Persona(String name, Steering steering, String systemMessage) {
        this.name = name;
        this.steering = steering;
        this.systemMessage = systemMessage;
    }

    /** @throws IllegalArgumentException if the name is blank or the steering null */
    public static Persona of(String name, Steering steering) {
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException("a persona needs a name that is not blank");
        }
        if (steering == null) {
            throw new IllegalArgumentException(
                    "the persona \"" + name + "\" has no steering: say Steering.none() for one that does not steer");
        }
        return new Persona(name, steering, null);
    }

    /**
     * The same persona, with this as its system message.
     *
     * @throws IllegalArgumentException if it is blank
     */
    public Persona withSystemMessage(String systemMessage) {
        if (systemMessage == null || systemMessage.isBlank()) {
            throw new IllegalArgumentException(
                    "the system message of the persona \"" + name + "\" is blank: leave it out");
        }
        return new Persona(name, steering, systemMessage);
    }

    public String name() {
        return name;
    }

    public Steering steering() {
        return steering;
    }

    public Optional<String> systemMessage() {
        return Optional.ofNullable(systemMessage);
    }

    /**
     * A copy of the messages with the persona's system message: as the last paragraph of the system message that is there already, since many
     * chat templates take only one, or else in front. Behind what all personas share, it leaves them a common beginning, which is run only
     * once. Messages that hold it already stay as they are, so it may be done any number of times.
     */
    public List<ChatMessage> addSystemMessageTo(List<ChatMessage> messages) {
        List<ChatMessage> added = new ArrayList<>(messages);
        if (systemMessage == null) {
            return added;
        }
        for (int i = 0; i < added.size(); i++) {
            if (added.get(i) instanceof SystemMessage present) {
                added.set(i, join(present));
                return added;
            }
        }
        added.add(0, SystemMessage.from(systemMessage));
        return added;
    }

    private SystemMessage join(SystemMessage present) {
        String text = present.text();
        boolean said = text.equals(systemMessage) || text.endsWith(PARAGRAPH + systemMessage);
        return said ? present : SystemMessage.from(text + PARAGRAPH + systemMessage);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Persona that
                && name.equals(that.name)
                && steering.equals(that.steering)
                && Objects.equals(systemMessage, that.systemMessage);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, steering, systemMessage);
    }

    /** Such as {@code cautious (power-seeking*-1.5)}. */
    @Override
    public String toString() {
        return name + " (" + steering + ")";
    }
}
