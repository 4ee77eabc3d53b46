package org.steering4j;

import static dev.langchain4j.internal.Utils.getOrDefault;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.time.Duration;
import java.util.Objects;
import org.steering4j.engine.CachePartition;
import org.steering4j.persona.PersonaChatRequestParameters;

/**
 * LangChain4j's request parameters and those of a steered model. As with all of them, null means "inherit the default"; to switch a
 * default steering off, say {@code Steering.none()}.
 *
 * <p>How to steer is one choice, made by {@link #steering()} or by {@link #persona()}: a request that makes it replaces the default, whichever
 * of the two that is, and nothing is added to it. So a request's steering puts a default persona aside, its system message included. Naming
 * both at once is refused.
 *
 * <p>Immutable; may be shared between threads.
 */
public final class SteeringChatRequestParameters extends PersonaChatRequestParameters {

    public static final SteeringChatRequestParameters EMPTY = builder().build();

    private final Double minP;
    private final Double repetitionPenalty;
    private final Long seed;
    private final Duration timeout;
    private final Boolean think;
    private final Boolean returnThinking;
    private final Boolean sendThinking;
    private final String cachePartition;
    private final Boolean shareSystemMessage;

    private SteeringChatRequestParameters(Builder builder) {
        super(builder);
        this.minP = builder.minP;
        this.repetitionPenalty = builder.repetitionPenalty;
        this.seed = builder.seed;
        this.timeout = builder.timeout;
        this.think = builder.think;
        this.returnThinking = builder.returnThinking;
        this.sendThinking = builder.sendThinking;
        this.cachePartition = builder.cachePartition;
        this.shareSystemMessage = builder.shareSystemMessage;
    }

    /** Parameters of any kind as this kind. */
    static SteeringChatRequestParameters from(ChatRequestParameters parameters) {
        return parameters instanceof SteeringChatRequestParameters steering
                ? steering
                : builder().overrideWith(parameters).build();
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

    /**
     * How long the answer may take, waiting for its turn included; what takes longer ends with LangChain4j's {@code TimeoutException}. Above
     * zero.
     */
    public Duration timeout() {
        return timeout;
    }

    /**
     * Whether the model is to think before it answers, for models that can do either: the variable {@code enable_thinking}, of Granite
     * {@code thinking}, of their chat template. Null leaves it to the template, which mostly lets them think. A request is refused where the
     * template does otherwise and has no such variable, or does not heed it, as Granite's with a system message or tools.
     */
    public Boolean think() {
        return think;
    }

    /** Whether what the model thinks is returned, as {@code AiMessage.thinking()} and to {@code onPartialThinking}; unless set, it is not. */
    public Boolean returnThinking() {
        return returnThinking;
    }

    /**
     * Whether the {@code thinking()} of earlier messages is handed to the chat template, which says of which turns the model is to see it;
     * unless set, it is.
     */
    public Boolean sendThinking() {
        return sendThinking;
    }

    /**
     * Whose request this is, such as a tenant's: keys and values that are kept of earlier requests are found by requests of the same partition
     * only. Otherwise {@code cachedTokens()}, and the time to the first token, tell a caller whether another's conversation began with the same
     * words. What vLLM calls {@code cache_salt}. Unless set, a request belongs to the partition of all that set none. It is for the application
     * to choose, by who is signed in, and never for the caller. Not blank, at most 256 characters.
     */
    public String cachePartition() {
        return cachePartition;
    }

    /**
     * Whether the leading system message, and what the chat template writes with it, such as the tools, is kept for the requests of all
     * partitions that share theirs: it is then run and kept once, but who can send a system message of their choice can tell whether another has
     * sent the same. What comes after it stays within the partition. Unless set, nothing is shared between partitions.
     */
    public Boolean shareSystemMessage() {
        return shareSystemMessage;
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
                && Objects.equals(minP, that.minP)
                && Objects.equals(repetitionPenalty, that.repetitionPenalty)
                && Objects.equals(seed, that.seed)
                && Objects.equals(timeout, that.timeout)
                && Objects.equals(think, that.think)
                && Objects.equals(returnThinking, that.returnThinking)
                && Objects.equals(sendThinking, that.sendThinking)
                && Objects.equals(cachePartition, that.cachePartition)
                && Objects.equals(shareSystemMessage, that.shareSystemMessage);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                super.hashCode(),
                minP,
                repetitionPenalty,
                seed,
                timeout,
                think,
                returnThinking,
                sendThinking,
                cachePartition,
                shareSystemMessage);
    }

    @Override
    public String toString() {
        return "SteeringChatRequestParameters{minP=" + minP + ", repetitionPenalty=" + repetitionPenalty + ", seed="
                + seed + ", timeout=" + timeout + ", think=" + think + ", returnThinking=" + returnThinking
                + ", sendThinking=" + sendThinking + ", cachePartition=" + cachePartition + ", shareSystemMessage="
                + shareSystemMessage + ", common=" + super.toString() + "}";
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects parameters; for one thread. */
    public static final class Builder extends PersonaChatRequestParameters.Builder<Builder> {

        private Double minP;
        private Double repetitionPenalty;
        private Long seed;
        private Duration timeout;
        private Boolean think;
        private Boolean returnThinking;
        private Boolean sendThinking;
        private String cachePartition;
        private Boolean shareSystemMessage;

        private Builder() {}

        @Override
        public Builder overrideWith(ChatRequestParameters parameters) {
            if (parameters == null) {
                return this;
            }
            super.overrideWith(parameters);
            if (parameters instanceof SteeringChatRequestParameters that) {
                minP = getOrDefault(that.minP, minP);
                repetitionPenalty = getOrDefault(that.repetitionPenalty, repetitionPenalty);
                seed = getOrDefault(that.seed, seed);
                timeout = getOrDefault(that.timeout, timeout);
                think = getOrDefault(that.think, think);
                returnThinking = getOrDefault(that.returnThinking, returnThinking);
                sendThinking = getOrDefault(that.sendThinking, sendThinking);
                cachePartition = getOrDefault(that.cachePartition, cachePartition);
                shareSystemMessage = getOrDefault(that.shareSystemMessage, shareSystemMessage);
            }
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

        /** @throws IllegalArgumentException if it is not above zero */
        public Builder timeout(Duration timeout) {
            if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
                throw new IllegalArgumentException(
                        "timeout is %s but must be above zero; null inherits the chat model's".formatted(timeout));
            }
            this.timeout = timeout;
            return this;
        }

        public Builder think(Boolean think) {
            this.think = think;
            return this;
        }

        public Builder returnThinking(Boolean returnThinking) {
            this.returnThinking = returnThinking;
            return this;
        }

        public Builder sendThinking(Boolean sendThinking) {
            this.sendThinking = sendThinking;
            return this;
        }

        /** @throws IllegalArgumentException if it is blank or too long */
        public Builder cachePartition(String cachePartition) {
            CachePartition.requireName(cachePartition);
            this.cachePartition = cachePartition;
            return this;
        }

        public Builder shareSystemMessage(Boolean shareSystemMessage) {
            this.shareSystemMessage = shareSystemMessage;
            return this;
        }

        @Override
        public SteeringChatRequestParameters build() {
            return new SteeringChatRequestParameters(this);
        }
    }
}
