package org.steering4j.engine;

/**
 * Says of one generation, token by token, which tokens may come next. It comes into play after penalties and before temperature, top-k, top-p
 * and min-p, so that these choose among what is allowed. For one thread, once.
 */
public interface TokenConstraint {

    /** Allows everything. */
    TokenConstraint NONE = new TokenConstraint() {
        @Override
        public void exclude(float[] logits) {}

        @Override
        public boolean advance(int token) {
            return true;
        }

        @Override
        public boolean isCutShort() {
            return false;
        }
    };

    /**
     * Sets the logits of tokens that must not come next, end tokens among them, to negative infinity and leaves the others alone.
     *
     * @param logits one per token of the vocabulary
     */
    void exclude(float[] logits);

    /**
     * Goes on to the next token.
     *
     * @param token the one that was chosen; no end token
     * @return false if nothing may follow but the end
     */
    boolean advance(int token);

    /** Whether the limit of tokens has made it exclude what the model wanted most. */
    boolean isCutShort();

    /** Makes a constraint for each generation. Immutable; may be shared between threads. */
    @FunctionalInterface
    interface Factory {

        Factory NONE = maximumTokens -> TokenConstraint.NONE;

        /**
         * @param maximumTokens how many tokens may be generated, at least 1
         * @throws IllegalArgumentException if these are too few
         */
        TokenConstraint start(int maximumTokens);
    }
}
