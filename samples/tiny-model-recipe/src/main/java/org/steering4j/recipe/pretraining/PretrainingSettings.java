package org.steering4j.recipe.pretraining;

import org.steering4j.engine.Precision;

/**
 * How the tiny model is trained: Muon for the matrices inside the blocks, AdamW for the rest. Learning rates rise over a
 * warm-up and then fall along a straight line.
 *
 * @param tokens how many tokens it takes
 * @param batchTokens tokens of a step, padding included
 * @param matrixRate the highest learning rate of Muon
 * @param learningRate the highest learning rate of AdamW
 * @param lastShare the share of the highest rates that is left at the end
 * @param warmUpShare the share of the tokens over which the rates rise from zero
 * @param weightDecay of the embedding under AdamW
 * @param everythingPercent how many conversations of a hundred are learned whole; of the others only what the assistant
 *     says
 * @param precision of the products; the optimizer keeps float32 weights in either
 */
public record PretrainingSettings(
        long seed,
        long tokens,
        int batchTokens,
        double matrixRate,
        double learningRate,
        double lastShare,
        double warmUpShare,
        double weightDecay,
        double largestGradientNorm,
        int everythingPercent,
        Precision precision) {

    /**
     * What the embedded model is made with.
     *
     * @param share of the usual number of tokens
     */
    public static PretrainingSettings standard(long seed, double share) {
        long tokens = Math.max(1, Math.round(13_000_000 * share));
        return new PretrainingSettings(seed, tokens, 2048, 0.015, 0.006, 0.01, 0.01, 0.1, 1.0, 10, Precision.BFLOAT16);
    }

    /** The share of the highest rates that holds after a number of tokens. */
    double rateShare(long tokensSeen) {
        double progress = (double) tokensSeen / tokens;
        if (progress < warmUpShare) {
            return Math.max(progress, 1e-4) / warmUpShare;
        }
        double descent = Math.min(1, (progress - warmUpShare) / (1 - warmUpShare));
        return 1 - (1 - lastShare) * descent;
    }
}
