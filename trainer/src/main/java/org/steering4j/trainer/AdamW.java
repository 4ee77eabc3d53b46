package org.steering4j.trainer;

/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101) with PyTorch's semantics: weight decay decoupled from the gradient and applied
 * first, both moments bias-corrected, epsilon added outside the corrected square root. Parameters and moments are float32, each
 * update is computed in float64 and rounded once. Not thread-safe.
 */
final class AdamW {

    private static final double FIRST_DECAY = 0.9;
    private static final double SECOND_DECAY = 0.999;
    private static final double EPSILON = 1e-8;

    private final double weightDecay;
    private final float[][] firstMoment;
    private final float[][] secondMoment;
    private int step;

    /** Continues after {@code step} steps with the moments they left, which it takes over. */
    AdamW(double weightDecay, int step, float[][] firstMoment, float[][] secondMoment) {
        this.weightDecay = weightDecay;
        this.step = step;
        this.firstMoment = firstMoment;
        this.secondMoment = secondMoment;
    }

    float[][] firstMoment() {
        return firstMoment;
    }

    float[][] secondMoment() {
        return secondMoment;
    }

    /** Changes the parameters by one step along the gradient; both are [layers][hiddenSize]. */
    void update(float[][] parameters, double[][] gradient, double learningRate) {
        step++;
        double firstCorrection = 1 - Math.pow(FIRST_DECAY, step);
        double secondCorrection = Math.sqrt(1 - Math.pow(SECOND_DECAY, step));
        for (int layer = 0; layer < parameters.length; layer++) {
            for (int i = 0; i < parameters[layer].length; i++) {
                double slope = gradient[layer][i];
                double first = FIRST_DECAY * firstMoment[layer][i] + (1 - FIRST_DECAY) * slope;
                double second = SECOND_DECAY * secondMoment[layer][i] + (1 - SECOND_DECAY) * slope * slope;
                double decayed = parameters[layer][i] * (1 - learningRate * weightDecay);
                double scale = Math.sqrt(second) / secondCorrection + EPSILON;
                parameters[layer][i] = (float) (decayed - learningRate / firstCorrection * first / scale);
                firstMoment[layer][i] = (float) first;
                secondMoment[layer][i] = (float) second;
            }
        }
    }
}
