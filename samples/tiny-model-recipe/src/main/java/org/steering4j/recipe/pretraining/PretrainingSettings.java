package org.steering4j.recipe.pretraining;

import java.util.List;
import org.steering4j.engine.Precision;
import org.steering4j.recipe.Corpus;

/**
 * How the tiny model is trained. Immutable.
 *
 * @param batchTokens tokens of a step, padding included
 * @param weightDecay of matrices under AdamW
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

    public PretrainingSettings {
        phases = List.copyOf(phases);
    }

    /**
     * A stretch of training with a learning rate that rises over a warm-up and falls along half a cosine.
     *
     * @param tokens how many tokens it takes
     * @param yesOrNoPercent of the corpus, see {@link org.steering4j.recipe.Corpus}
     * @param learningRate the highest one of AdamW
     * @param matrixRate the highest learning rate of Muon, which then trains the matrices inside the blocks; 0: AdamW
     *     trains all
     * @param lastShare the share of the highest rate that is left at the end
     * @param warmUpShare the share of the tokens over which the rate rises from zero
     */
    public record Phase(
            long tokens,
            int yesOrNoPercent,
            double learningRate,
            double matrixRate,
            double lastShare,
            double warmUpShare) {

        /** The share of the highest rate after a part, from 0 to 1, of the phase. */
        double rateShare(double progress) {
            if (progress < warmUpShare) {
                return Math.max(progress, 1e-4) / warmUpShare;
            }
            double descent = Math.min(1, (progress - warmUpShare) / (1 - warmUpShare));
            return lastShare + (1 - lastShare) * (1 + Math.cos(Math.PI * descent)) / 2;
        }
    }

    /** What holds at a moment. */
    record Moment(double learningRate, double matrixRate, int yesOrNoPercent) {}

    /**
     * What the embedded model was made with: eight million tokens with AdamW, then four and a half million with Muon and
     * fewer bare yes and no, which a small model contradicts in the words that follow.
     */
    public static PretrainingSettings standard(long seed) {
        return new PretrainingSettings(
                seed,
                List.of(
                        new Phase(8_000_000, 50, 3e-3, 0, 0.03, 0.02),
                        new Phase(4_500_000, Corpus.YES_OR_NO_PERCENT, 1.5e-3, 9e-3, 0.02, 0.02)),
                4096,
                0.1,
                1.0,
                10,
                Precision.BFLOAT16);
    }

    /** The same with every phase shortened or prolonged by a factor. */
    public PretrainingSettings scaled(double factor) {
        return new PretrainingSettings(
                seed,
                phases.stream()
                        .map(phase -> new Phase(
                                Math.max(1, Math.round(phase.tokens() * factor)),
                                phase.yesOrNoPercent(),
                                phase.learningRate(),
                                phase.matrixRate(),
                                phase.lastShare(),
                                phase.warmUpShare()))
                        .toList(),
                batchTokens,
                weightDecay,
                largestGradientNorm,
                everythingPercent,
                precision);
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
