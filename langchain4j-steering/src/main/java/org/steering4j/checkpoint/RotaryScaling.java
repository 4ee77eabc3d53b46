package org.steering4j.checkpoint;

import java.util.List;

/**
 * How the frequencies of the rotary position embedding are stretched for longer contexts ({@code rope_scaling} of
 * config.json). Immutable.
 *
 * <p>Two scalings, {@link Dynamic} and {@link LongRope}, depend on the length of the sequence. transformers looks at it in every forward
 * pass; keys that are cached already stay as they were rotated, so that an answer which grows beyond the original length comes out
 * otherwise than the same tokens in one pass. Here the length is that of the context for which the model is opened, for every sequence and
 * from its first token on: with and without a cache, alone and in a batch, the same tokens give the same. That agrees with transformers for
 * every sequence while the context is within the original length, as it usually is; of a longer context, {@link LongRope} agrees for
 * sequences beyond the original length, {@link Dynamic} for those that fill the context.
 */
public sealed interface RotaryScaling {

    /**
     * The rotation of each pair of elements in radians per position.
     *
     * @param base such that pair i of n turns by base^(-i / n) unscaled
     * @param size elements that are rotated, twice the number of pairs
     * @param contextLength positions for which the model is opened
     * @return {@code size / 2} values
     */
    double[] frequencies(double base, int size, int contextLength);

    /** What the rotated queries and keys are multiplied by. */
    default double attentionFactor() {
        return 1;
    }

    /** For how many positions the model is opened unless asked otherwise. {@code positions}: {@code max_position_embeddings} */
    default int usualContext(int positions) {
        return positions;
    }

    /** For how many positions it can be opened at most. {@code usual}: {@link #usualContext} */
    default int longestContext(int usual) {
        return usual;
    }

    private static double[] unscaled(double base, int size) {
        double[] frequencies = new double[size / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(base, -2.0 * i / size);
        }
        return frequencies;
    }

    private static int times(double factor, int positions) {
        return (int) Math.min(Integer.MAX_VALUE, factor * positions);
    }

    /** No scaling: RoFormer, arXiv 2104.09864. */
    record None() implements RotaryScaling {
        @Override
        public double[] frequencies(double base, int size, int contextLength) {
            return unscaled(base, size);
        }
    }

    /** Position interpolation, arXiv 2306.15595: all frequencies divided by {@code factor} (at least 1). */
    record Linear(double factor) implements RotaryScaling {
        @Override
        public double[] frequencies(double base, int size, int contextLength) {
            double[] frequencies = unscaled(base, size);
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] /= factor;
            }
            return frequencies;
        }
    }

    /**
     * NTK-aware scaling by the length of the sequence (github.com/jquesnelle/yarn): the base grows with every position beyond the original
     * ones. See above.
     *
     * @param factor at least 1
     */
    record Dynamic(double factor, int originalContextLength) implements RotaryScaling {
        @Override
        public double[] frequencies(double base, int size, int contextLength) {
            double length = Math.max(contextLength, originalContextLength);
            double growth = factor * length / originalContextLength - (factor - 1);
            return unscaled(base * Math.pow(growth, size / (size - 2.0)), size);
        }

        @Override
        public int longestContext(int usual) {
            return times(factor, originalContextLength);
        }
    }

    /**
     * The scaling of Llama 3.1: low frequencies divided by {@code factor}, high ones kept, those between interpolated by
     * wavelength.
     */
    record Llama3(double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalContextLength)
            implements RotaryScaling {
        @Override
        public double[] frequencies(double base, int size, int contextLength) {
            double[] frequencies = unscaled(base, size);
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] = scaled(frequencies[i]);
            }
            return frequencies;
        }

        private double scaled(double frequency) {
            double wavelength = 2 * Math.PI / frequency;
            if (wavelength < originalContextLength / highFrequencyFactor) {
                return frequency;
            }
            if (wavelength > originalContextLength / lowFrequencyFactor) {
                return frequency / factor;
            }
            double smooth = (originalContextLength / wavelength - lowFrequencyFactor)
                    / (highFrequencyFactor - lowFrequencyFactor);
            return (1 - smooth) * frequency / factor + smooth * frequency;
        }
    }

    /**
     * YaRN, arXiv 2309.00071: pairs that turn often within the original context are kept, those that turn seldom divided by the factor,
     * those between interpolated by their number.
     *
     * @param factor at least 1
     * @param fastTurns ({@code beta_fast}) turns within the original context above which a pair is kept
     * @param slowTurns ({@code beta_slow}) turns below which it is divided
     * @param wholePairs ({@code truncate}) whether the range between begins and ends at a whole number
     */
    record Yarn(
            double factor,
            int originalContextLength,
            double fastTurns,
            double slowTurns,
            boolean wholePairs,
            double attentionFactor)
            implements RotaryScaling {

        /** The attention factor that the paper recommends (equation 22), for scores that are multiplied by its square. */
        static double recommendedAttentionFactor(double factor, double weight) {
            return factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
        }

        @Override
        public double[] frequencies(double base, int size, int contextLength) {
            double low = pairThatTurns(fastTurns, base, size);
            double high = pairThatTurns(slowTurns, base, size);
            if (wholePairs) {
                low = Math.floor(low);
                high = Math.ceil(high);
            }
            low = Math.max(low, 0);
            high = Math.min(high, size - 1);
            if (low == high) {
                high += 0.001;
            }
            double[] frequencies = unscaled(base, size);
            for (int i = 0; i < frequencies.length; i++) {
                double divided = Math.max(0, Math.min(1, (i - low) / (high - low)));
                frequencies[i] = frequencies[i] / factor * divided + frequencies[i] * (1 - divided);
            }
            return frequencies;
        }

        /** The number of the pair, not a whole one, that turns so often within the original context. */
        private double pairThatTurns(double turns, double base, int size) {
            return size * Math.log(originalContextLength / (turns * 2 * Math.PI)) / (2 * Math.log(base));
        }

        @Override
        public int longestContext(int usual) {
            return times(factor, originalContextLength);
        }
    }

    /**
     * LongRoPE, arXiv 2402.13753: every pair has a divisor of its own, and another for contexts beyond the original one. See above.
     *
     * @param shortFactors divisors within the original context, one a pair
     * @param longFactors those beyond
     * @param positions {@code max_position_embeddings}
     */
    record LongRope(
            List<Double> shortFactors,
            List<Double> longFactors,
            int originalContextLength,
            int positions,
            double attentionFactor)
            implements RotaryScaling {

        public LongRope {
            shortFactors = List.copyOf(shortFactors);
            longFactors = List.copyOf(longFactors);
        }

        @Override
        public double[] frequencies(double base, int size, int contextLength) {
            List<Double> factors = contextLength > originalContextLength ? longFactors : shortFactors;
            double[] frequencies = unscaled(base, size);
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] /= factors.get(i);
            }
            return frequencies;
        }

        /** The original length: it is the short factors that a model was made to answer short prompts with. */
        @Override
        public int usualContext(int positions) {
            return Math.min(positions, originalContextLength);
        }

        @Override
        public int longestContext(int usual) {
            return positions;
        }
    }
}
