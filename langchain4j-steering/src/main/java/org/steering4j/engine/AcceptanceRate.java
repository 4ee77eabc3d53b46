package org.steering4j.engine;

/**
 * How likely a draft's next token is right, as drafts so far tell; what they tell fades with every token, so that a sequence whose drafts were
 * wrong tries again, at long intervals. Depends on the tokens alone, never on time, and so repeats. For one thread.
 */
final class AcceptanceRate {

    /** What is left of a trial after a token more: half of it after 69. */
    private static final double KEPT = 0.99;

    private final double prior;
    private double tried;
    private double right;

    /** @param prior what is assumed before anything is known, and counts as much as one token that was tried; in (0, 1) */
    AcceptanceRate(double prior) {
        this.prior = prior;
    }

    /** In (0, 1). */
    double get() {
        return (prior + right) / (1 + tried);
    }

    /** A token was generated. */
    void fade() {
        tried *= KEPT;
        right *= KEPT;
    }

    /**
     * A draft was tried.
     *
     * @param rightTokens how many of its first tokens were right
     */
    void record(int draftTokens, int rightTokens) {
        right += rightTokens;
        // Of a draft that went wrong, one token is known to be wrong, and nothing of those after it.
        tried += Math.min(draftTokens, rightTokens + 1);
    }
}
