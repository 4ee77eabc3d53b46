package org.steering4j.recipe.pretraining;

import java.util.List;
import org.steering4j.engine.Precision;
import org.steering4j.recipe.Corpus;

/**
 * How the tiny model is trained: Muon for the matrices inside the blocks, AdamW for the rest. Immutable.
 *
 * @param batchTokens tokens of a step, padding included
 * @param weightDecay of the embedding under AdamW
 * @param everythingPercent how many conversations of a hundred are learned whole; of the others only what the assistant
 *     says
 * @param precision of the products; the optimizer keeps float32 weights in either
 */
public record PretrainingSettings(
        long seed,
        List<Phase> phases,
        int batchTokens,
        double weightDecay,
        double largestGradientNorm,
        int everythingPercent,
        Precision precision) {

    private static final double LAST_SHARE = 0.01;
    private static final double WARM_UP_SHARE = 0.01;

    public PretrainingSettings {
        phases = List.copyOf(phases);
    }

    /**
     * A stretch of training with learning rates that rise over its first hundredth and then fall along a straight line, to a
     * hundredth.
     *
     * @param tokens how many tokens it takes
     * @param yesOrNoPercent of the corpus, see {@link Corpus}
     * @param matrixRate the highest learning rate of Muon
     * @param learningRate the highest learning rate of AdamW
     */
    public record Phase(long tokens, int yesOrNoPercent, double matrixRate, double learningRate) {

        /** The share of the highest rates after a part, from 0 to 1, of the phase. */
        double rateShare(double progress) {
            return progress < WARM_UP_SHARE
                    ? Math.max(progress, 1e-4) / WARM_UP_SHARE
                    : 1 - (1 - LAST_SHARE) * (progress - WARM_UP_SHARE) / (1 - WARM_UP_SHARE);
        }
    }

    /** What holds at a moment. */
    record Moment(double learningRate, double matrixRate, int yesOrNoPercent) {}

    /**
     * What the embedded model is made with: thirteen million tokens, then two million without bare yes and no, which a model
     * of this size contradicts in the words that follow.
     *
     * @param share of the usual number of tokens
     */
    public static PretrainingSettings standard(long seed, double share) {
        return new PretrainingSettings(
                seed,
                List.of(
                        new Phase(scaled(13_000_000, share), 12, 0.015, 0.006),
                        new Phase(scaled(2_000_000, share), Corpus.YES_OR_NO_PERCENT, 0.005, 0.002)),
                2048,
                0.1,
                1.0,
                10,
                Precision.BFLOAT16);
    }

    private static long scaled(long tokens, double share) {
        return Math.max(1, Math.round(tokens * share));
    }

    public long totalTokens() {
        return phases.stream().mapToLong(Phase::tokens).sum();
    }

    Moment at(long tokensSeen) {
        long start = 0;
        for (Phase phase : phases) {
            if (tokensSeen < start + phase.tokens()) {
                double share = phase.rateShare((double) (tokensSeen - start) / phase.tokens());
                return new Moment(phase.learningRate() * share, phase.matrixRate() * share, phase.yesOrNoPercent());
            }
            start += phase.tokens();
        }
        throw new IllegalArgumentException("all %d tokens are seen".formatted(start));
    }
}
