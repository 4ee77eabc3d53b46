package org.steering4j.persona;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import java.util.Objects;
import org.steering4j.vector.Steering;

/**
 * LangChain4j's request parameters and how to steer: by a steering, or by a persona. The two are one choice: when parameters are merged,
 * whoever says either replaces both, and null for both means "inherit the default".
 *
 * <p>Applications use {@code SteeringChatRequestParameters}, which adds the other parameters of a steered model. Immutable; may be shared
 * between threads.
 */
public class PersonaChatRequestParameters extends DefaultChatRequestParameters {

    private final Steering steering;
    private final String persona;

    protected PersonaChatRequestParameters(Builder<?> builder) {
        super(builder);
        this.steering = builder.steering;
        this.persona = builder.persona;
    }

    /** Holds both the persona's name and its steering, so that who gets it need not know the persona. */
    static PersonaChatRequestParameters of(Persona persona) {
        Builder<?> builder = emptyBuilder();
        builder.persona(persona.name());
        builder.steeringOfPersona(persona.steering());
        return new PersonaChatRequestParameters(builder);
    }

    private static Builder<?> emptyBuilder() {
        return new Builder<>();
    }

    /** The steering asked for, or that of {@link #persona()} where that was looked up already; null to inherit. */
    public Steering steering() {
        return steering;
    }

    /** The name of a persona; null for none, or to inherit. */
    public String persona() {
        return persona;
    }

    /** Whether nothing is said of the steering. */
    boolean inheritsSteering() {
        return steering == null && persona == null;
    }

    @Override
    public ChatRequestParameters overrideWith(ChatRequestParameters that) {
        return knowsMore(that)
                ? that.defaultedBy(this)
                : emptyBuilder().overrideWith(this).overrideWith(that).build();
    }

    @Override
    public ChatRequestParameters defaultedBy(ChatRequestParameters that) {
        return knowsMore(that)
                ? that.overrideWith(this)
                : emptyBuilder().overrideWith(that).overrideWith(this).build();
    }

    /** Parameters of a subclass merge themselves, or what they add would be lost. */
    private boolean knowsMore(ChatRequestParameters that) {
        return that != null && that.getClass() != getClass() && getClass().isInstance(that);
    }

    @Override
    public boolean equals(Object other) {
        return super.equals(other)
                && other instanceof PersonaChatRequestParameters that
                && Objects.equals(steering, that.steering)
                && Objects.equals(persona, that.persona);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), steering, persona);
    }

    @Override
    public String toString() {
        return "PersonaChatRequestParameters{persona=" + persona + ", steering=" + steering + ", common="
                + super.toString() + "}";
    }

    /**
     * Collects parameters; for one thread.
     *
     * @param <T> the builder's own type
     */
    public static class Builder<T extends Builder<T>> extends DefaultChatRequestParameters.Builder<T> {

        private Steering steering;
        private String persona;

        protected Builder() {}

        @SuppressWarnings("unchecked")
        private T self() {
            return (T) this;
        }

        @Override
        public T overrideWith(ChatRequestParameters parameters) {
            if (parameters == null) {
                return self();
            }
            super.overrideWith(parameters);
            if (parameters instanceof PersonaChatRequestParameters that && !that.inheritsSteering()) {
                steering = that.steering;
                persona = that.persona;
            }
            return self();
        }

        /** @throws IllegalArgumentException if there is a persona already, which has a steering of its own */
        public T steering(Steering steering) {
            requireOne(steering, persona);
            this.steering = steering;
            return self();
        }

        /** @throws IllegalArgumentException if there is a steering already, and a persona has its own */
        public T persona(String persona) {
            requireOne(steering, persona);
            this.persona = persona;
            return self();
        }

        private void steeringOfPersona(Steering steering) {
            this.steering = steering;
        }

        private static void requireOne(Steering steering, String persona) {
            if (steering != null && persona != null) {
                throw new IllegalArgumentException(
                        "both the steering " + steering + " and the persona \"" + persona
                                + "\" are asked for, but a persona has a steering of its own: set one of the two, the other to null");
            }
        }

        @Override
        public ChatRequestParameters build() {
            return new PersonaChatRequestParameters(this);
        }
    }
}
