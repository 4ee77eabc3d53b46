package org.steering4j.recipe.pretraining;

import org.steering4j.engine.Precision;

/**
 * How the tiny model is trained. Immutable.
 *
 * @param totalTokens tokens to see before the learning rate has fallen to its last value
 * @param batchTokens tokens of a step, padding included
 * @param learningRate the highest one, of AdamW, which trains the embedding and the norms
 * @param lastLearningRateShare the share of it that is left at the end of the cosine
 * @param warmUpShare the share of all tokens over which the rate rises from zero
 * @param matrixRateRatio how many times greater the learning rate of Muon is, which trains the other matrices
 * @param everythingPercent how many conversations of a hundred are learned whole; of the others only what the assistant
 *     says
 * @param precision of the products; the optimizer keeps float32 weights in either
 */
public record PretrainingSettings(
        long seed,
        long totalTokens,
        int batchTokens,
        double learningRate,
        double lastLearningRateShare,
        double warmUpShare,
        double matrixRateRatio,
        double largestGradientNorm,
        int everythingPercent,
        Precision precision) {

    /** What the embedded model was made with. */
    public static PretrainingSettings standard(long seed) {
        return new PretrainingSettings(seed, 8_000_000, 4096, 3e-3, 0.02, 0.02, 6.0, 1.0, 10, Precision.BFLOAT16);
    }

    public PretrainingSettings withTotalTokens(long tokens) {
        return new PretrainingSettings(
                seed,
                tokens,
                batchTokens,
                learningRate,
                lastLearningRateShare,
                warmUpShare,
                matrixRateRatio,
                largestGradientNorm,
                everythingPercent,
                precision);
    }

    /** The rate after so many tokens: a linear warm-up, then half a cosine. */
    double learningRate(long tokensSeen) {
        double progress = Math.min(1, (double) tokensSeen / totalTokens);
        if (progress < warmUpShare) {
            return learningRate * Math.max(progress, 1e-4) / warmUpShare;
        }
        double descent = (progress - warmUpShare) / (1 - warmUpShare);
        double cosine = (1 + Math.cos(Math.PI * descent)) / 2;
        return learningRate * (lastLearningRateShare + (1 - lastLearningRateShare) * cosine);
    }
}
