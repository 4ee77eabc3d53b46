package org.steering4j;

import static dev.langchain4j.internal.Utils.getOrDefault;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import java.util.Objects;
import org.steering4j.vector.Steering;

/**
 * LangChain4j's request parameters and those of a steered model. As with all of them, null means "inherit the default"; to switch a
 * default steering off, say {@link Steering#none()}. A request's steering replaces the default one, it is not added to it.
 *
 * <p>Immutable; may be shared between threads.
 */
public final class SteeringChatRequestParameters extends DefaultChatRequestParameters {

    public static final SteeringChatRequestParameters EMPTY = builder().build();

    private final Steering steering;
    private final Double minP;
    private final Double repetitionPenalty;
    private final Long seed;

    private SteeringChatRequestParameters(Builder builder) {
        super(builder);
        this.steering = builder.steering;
        this.minP = builder.minP;
        this.repetitionPenalty = builder.repetitionPenalty;
        this.seed = builder.seed;
    }

    /** Parameters of any kind as this kind. */
    static SteeringChatRequestParameters from(ChatRequestParameters parameters) {
        return parameters instanceof SteeringChatRequestParameters steering
                ? steering
                : builder().overrideWith(parameters).build();
    }

    public Steering steering() {
        return steering;
    }

    /** Tokens of less than this share of the likeliest one's probability are never chosen; from 0 (off) to 1. */
    public Double minP() {
        return minP;
    }

    /** Makes tokens less likely that prompt or answer hold already; 1 is off. */
    public Double repetitionPenalty() {
        return repetitionPenalty;
    }

    /** The same seed, request and machine give the same answer. Without one, every request draws its own. */
    public Long seed() {
        return seed;
    }

    @Override
    public SteeringChatRequestParameters overrideWith(ChatRequestParameters that) {
        return builder().overrideWith(this).overrideWith(that).build();
    }

    @Override
    public SteeringChatRequestParameters defaultedBy(ChatRequestParameters that) {
        return builder().overrideWith(that).overrideWith(this).build();
    }

    @Override
    public boolean equals(Object other) {
        return super.equals(other)
                && other instanceof SteeringChatRequestParameters that
                && Objects.equals(steering, that.steering)
                && Objects.equals(minP, that.minP)
                && Objects.equals(repetitionPenalty, that.repetitionPenalty)
                && Objects.equals(seed, that.seed);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), steering, minP, repetitionPenalty, seed);
    }

    @Override
    public String toString() {
        return "SteeringChatRequestParameters{steering=" + steering + ", minP=" + minP + ", repetitionPenalty="
                + repetitionPenalty + ", seed=" + seed + ", common=" + super.toString() + "}";
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects parameters; for one thread. */
    public static final class Builder extends DefaultChatRequestParameters.Builder<Builder> {

        private Steering steering;
        private Double minP;
        private Double repetitionPenalty;
        private Long seed;

        private Builder() {}

        @Override
        public Builder overrideWith(ChatRequestParameters parameters) {
            super.overrideWith(parameters);
            if (parameters instanceof SteeringChatRequestParameters that) {
                steering = getOrDefault(that.steering, steering);
                minP = getOrDefault(that.minP, minP);
                repetitionPenalty = getOrDefault(that.repetitionPenalty, repetitionPenalty);
                seed = getOrDefault(that.seed, seed);
            }
            return this;
        }

        public Builder steering(Steering steering) {
            this.steering = steering;
            return this;
        }

        public Builder minP(Double minP) {
            this.minP = minP;
            return this;
        }

        public Builder repetitionPenalty(Double repetitionPenalty) {
            this.repetitionPenalty = repetitionPenalty;
            return this;
        }

        public Builder seed(Long seed) {
            this.seed = seed;
            return this;
        }

        @Override
        public SteeringChatRequestParameters build() {
            return new SteeringChatRequestParameters(this);
        }
    }
}
