package org.steering4j.checkpoint;

/**
 * How the frequencies of the rotary position embedding are stretched for longer contexts ({@code rope_scaling} of
 * config.json). Immutable.
 */
public sealed interface RotaryScaling {

    /** Divides each frequency as this scaling wants it. {@code frequency} is in radians per position. */
    double scale(double frequency);

    /** No scaling: RoFormer, arXiv 2104.09864. */
    record None() implements RotaryScaling {
        @Override
        public double scale(double frequency) {
            return frequency;
        }
    }

    /** Position interpolation, arXiv 2306.15595: all frequencies divided by {@code factor} (at least 1). */
    record Linear(double factor) implements RotaryScaling {
        @Override
        public double scale(double frequency) {
            return frequency / factor;
        }
    }

    /**
     * The scaling of Llama 3.1: low frequencies divided by {@code factor}, high ones kept, those between interpolated by
     * wavelength.
     */
    record Llama3(double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalContextLength)
            implements RotaryScaling {
        @Override
        public double scale(double frequency) {
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
}
