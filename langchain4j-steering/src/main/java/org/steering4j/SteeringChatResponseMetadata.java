package org.steering4j;

import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import java.time.Duration;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.steering4j.vector.Steering;

/** What LangChain4j tells of a response, and how it was steered and how fast it came. Immutable; may be shared between threads. */
public final class SteeringChatResponseMetadata extends ChatResponseMetadata {

    private final String persona;
    private final Steering steering;
    private final SortedSet<Integer> steeredLayers;
    private final Duration timeToFirstToken;
    private final Double tokensPerSecond;
    private final Integer cachedTokens;
    private final Integer draftedTokens;
    private final Integer acceptedTokens;

    private SteeringChatResponseMetadata(Builder builder) {
        super(builder);
        this.persona = builder.persona;
        this.steering = builder.steering;
        this.steeredLayers = builder.steeredLayers;
        this.timeToFirstToken = builder.timeToFirstToken;
        this.tokensPerSecond = builder.tokensPerSecond;
        this.cachedTokens = builder.cachedTokens;
        this.draftedTokens = builder.draftedTokens;
        this.acceptedTokens = builder.acceptedTokens;
    }

    /** The name of the persona that answered; null if none was asked for. */
    public String persona() {
        return persona;
    }

    /** The steering applied, a persona's or another; {@link Steering#none()} if there was none. */
    public Steering steering() {
        return steering;
    }

    /** The decoder blocks to whose output something was added, numbered from 0. */
    public SortedSet<Integer> steeredLayers() {
        return steeredLayers;
    }

    /** From the beginning of the generation, the prompt's included, until the first token was known. */
    public Duration timeToFirstToken() {
        return timeToFirstToken;
    }

    /** Tokens of the answer by the time of the whole generation, the prompt's included. */
    public Double tokensPerSecond() {
        return tokensPerSecond;
    }

    /**
     * How many of the prompt's first tokens an earlier request had run already: under the same steering they are not run again, under another
     * one in the blocks above the lowest steered one only.
     */
    public Integer cachedTokens() {
        return cachedTokens;
    }

    /** How many tokens were guessed from the context and run ahead of their turn; see {@link org.steering4j.engine.LanguageModel.Builder#speculation}. */
    public Integer draftedTokens() {
        return draftedTokens;
    }

    /** How many of {@link #draftedTokens} were right, so that no pass of the model of their own was needed. */
    public Integer acceptedTokens() {
        return acceptedTokens;
    }

    @Override
    public Builder toBuilder() {
        return ((Builder) toBuilder(new Builder()))
                .persona(persona)
                .steering(steering)
                .steeredLayers(steeredLayers)
                .timeToFirstToken(timeToFirstToken)
                .tokensPerSecond(tokensPerSecond)
                .cachedTokens(cachedTokens)
                .draftedTokens(draftedTokens)
                .acceptedTokens(acceptedTokens);
    }

    @Override
    public boolean equals(Object other) {
        return super.equals(other)
                && other instanceof SteeringChatResponseMetadata that
                && Objects.equals(persona, that.persona)
                && Objects.equals(steering, that.steering)
                && Objects.equals(steeredLayers, that.steeredLayers)
                && Objects.equals(timeToFirstToken, that.timeToFirstToken)
                && Objects.equals(tokensPerSecond, that.tokensPerSecond)
                && Objects.equals(cachedTokens, that.cachedTokens)
                && Objects.equals(draftedTokens, that.draftedTokens)
                && Objects.equals(acceptedTokens, that.acceptedTokens);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                super.hashCode(),
                persona,
                steering,
                steeredLayers,
                timeToFirstToken,
                tokensPerSecond,
                cachedTokens,
                draftedTokens,
                acceptedTokens);
    }

    @Override
    public String toString() {
        return "SteeringChatResponseMetadata{persona=" + persona + ", steering=" + steering + ", steeredLayers="
                + steeredLayers
                + ", timeToFirstToken=" + timeToFirstToken + ", tokensPerSecond=" + tokensPerSecond + ", cachedTokens="
                + cachedTokens + ", draftedTokens=" + draftedTokens + ", acceptedTokens=" + acceptedTokens + ", common="
                + super.toString() + "}";
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects metadata; for one thread. */
    public static final class Builder extends ChatResponseMetadata.Builder<Builder> {

        private String persona;
        private Steering steering = Steering.none();
        private SortedSet<Integer> steeredLayers = Collections.emptySortedSet();
        private Duration timeToFirstToken;
        private Double tokensPerSecond;
        private Integer cachedTokens;
        private Integer draftedTokens;
        private Integer acceptedTokens;

        private Builder() {}

        public Builder persona(String persona) {
            this.persona = persona;
            return this;
        }

        public Builder steering(Steering steering) {
            this.steering = steering;
            return this;
        }

        public Builder steeredLayers(SortedSet<Integer> steeredLayers) {
            this.steeredLayers = Collections.unmodifiableSortedSet(new TreeSet<>(steeredLayers));
            return this;
        }

        public Builder timeToFirstToken(Duration timeToFirstToken) {
            this.timeToFirstToken = timeToFirstToken;
            return this;
        }

        public Builder tokensPerSecond(Double tokensPerSecond) {
            this.tokensPerSecond = tokensPerSecond;
            return this;
        }

        public Builder cachedTokens(Integer cachedTokens) {
            this.cachedTokens = cachedTokens;
            return this;
        }

        public Builder draftedTokens(Integer draftedTokens) {
            this.draftedTokens = draftedTokens;
            return this;
        }

        public Builder acceptedTokens(Integer acceptedTokens) {
            this.acceptedTokens = acceptedTokens;
            return this;
        }

        @Override
        public SteeringChatResponseMetadata build() {
            return new SteeringChatResponseMetadata(this);
        }
    }
}
