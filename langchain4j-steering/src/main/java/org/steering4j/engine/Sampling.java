package org.steering4j.engine;

/**
 * How the next token is chosen from the logits. Applied in the order of Hugging Face transformers: repetition penalty
 * (CTRL, arXiv 1909.05858; over prompt and answer), frequency and presence penalty (over the answer), temperature, top-k,
 * top-p (nucleus, arXiv 1904.09751), min-p (arXiv 2407.01082). Immutable.
 *
 * @param temperature 0: greedy; otherwise logits are divided by it
 * @param topK the number of likeliest tokens kept; 0: all
 * @param topP the likeliest tokens whose probabilities first reach this sum are kept, at least one; in [0, 1], 0: the
 *     likeliest alone, 1: all
 * @param minP tokens of at least this share of the likeliest one's probability are kept; in [0, 1], 0: all
 * @param repetitionPenalty divides a positive and multiplies a negative logit of every token seen; above 0, 1: off
 * @param frequencyPenalty subtracted from a token's logit for each time it was generated; in [-2, 2], 0: off
 * @param presencePenalty subtracted from a token's logit once it was generated; in [-2, 2], 0: off
 * @param seed the same seed, request and machine give the same answer
 */
public record Sampling(
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        double frequencyPenalty,
        double presencePenalty,
        long seed) {

    public Sampling {
        require(
                temperature >= 0 && temperature <= Float.MAX_VALUE,
                "temperature",
                temperature,
                "0 or greater and finite");
        require(topK >= 0, "topK", topK, "0 (all) or greater");
        require(topP >= 0 && topP <= 1, "topP", topP, "from 0 to 1");
        require(minP >= 0 && minP <= 1, "minP", minP, "from 0 to 1");
        require(
                repetitionPenalty > 0 && repetitionPenalty <= Float.MAX_VALUE,
                "repetitionPenalty",
                repetitionPenalty,
                "above 0 and finite");
        require(Math.abs(frequencyPenalty) <= 2, "frequencyPenalty", frequencyPenalty, "from -2 to 2");
        require(Math.abs(presencePenalty) <= 2, "presencePenalty", presencePenalty, "from -2 to 2");
    }

    private static void require(boolean holds, String name, Number value, String range) {
        if (!holds) {
            throw new IllegalArgumentException("%s is %s but must be %s".formatted(name, value, range));
        }
    }

    /** The likeliest token every time. */
    public static Sampling greedy() {
        return builder().temperature(0).build();
    }

    /** Starts from temperature 1 and everything else off. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects the settings; for one thread. */
    public static final class Builder {

        private double temperature = 1;
        private int topK;
        private double topP = 1;
        private double minP;
        private double repetitionPenalty = 1;
        private double frequencyPenalty;
        private double presencePenalty;
        private long seed;

        private Builder() {}

        public Builder temperature(double temperature) {
            this.temperature = temperature;
            return this;
        }

        public Builder topK(int topK) {
            this.topK = topK;
            return this;
        }

        public Builder topP(double topP) {
            this.topP = topP;
            return this;
        }

        public Builder minP(double minP) {
            this.minP = minP;
            return this;
        }

        public Builder repetitionPenalty(double repetitionPenalty) {
            this.repetitionPenalty = repetitionPenalty;
            return this;
        }

        public Builder frequencyPenalty(double frequencyPenalty) {
            this.frequencyPenalty = frequencyPenalty;
            return this;
        }

        public Builder presencePenalty(double presencePenalty) {
            this.presencePenalty = presencePenalty;
            return this;
        }

        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        public Sampling build() {
            return new Sampling(
                    temperature, topK, topP, minP, repetitionPenalty, frequencyPenalty, presencePenalty, seed);
        }
    }
}
