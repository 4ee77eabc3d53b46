package org.steering4j.trainer;

/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101) with PyTorch's semantics: weight decay decoupled from the gradient and applied
 * first, both moments bias-corrected, epsilon added outside the corrected square root. Parameters and moments are float32, each
 * update is computed in float64, the same on every machine, and rounded once. Not thread-safe.
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

    /**
     * Changes the parameters by one step along the gradient; both are [layers][hiddenSize].
     *
     * @throws TrainingDivergedException if a number would no longer be finite in float32; then nothing has changed
     */
    void update(float[][] parameters, double[][] gradient, double learningRate) {
        float[][] newParameters = new float[parameters.length][parameters[0].length];
        float[][] newFirst = new float[parameters.length][parameters[0].length];
        float[][] newSecond = new float[parameters.length][parameters[0].length];
        double firstCorrection = 1 - StrictMath.pow(FIRST_DECAY, step + 1);
        double secondCorrection = Math.sqrt(1 - StrictMath.pow(SECOND_DECAY, step + 1));
        for (int layer = 0; layer < parameters.length; layer++) {
            for (int i = 0; i < parameters[layer].length; i++) {
                double slope = gradient[layer][i];
                double first = FIRST_DECAY * firstMoment[layer][i] + (1 - FIRST_DECAY) * slope;
                double second = SECOND_DECAY * secondMoment[layer][i] + (1 - SECOND_DECAY) * slope * slope;
                double decayed = parameters[layer][i] * (1 - learningRate * weightDecay);
                double scale = Math.sqrt(second) / secondCorrection + EPSILON;
                newParameters[layer][i] =
                        finite("the vector's norm", decayed - learningRate / firstCorrection * first / scale);
                newFirst[layer][i] = finite("the norm of the gradient's moving average", first);
                newSecond[layer][i] = finite("the norm of the squared gradient's moving average", second);
            }
        }
        step++;
        System.arraycopy(newParameters, 0, parameters, 0, parameters.length);
        System.arraycopy(newFirst, 0, firstMoment, 0, parameters.length);
        System.arraycopy(newSecond, 0, secondMoment, 0, parameters.length);
    }

    /** A vector that holds an infinite value has an infinite norm. */
    private float finite(String normName, double value) {
        float rounded = (float) value;
        if (!Float.isFinite(rounded)) {
            throw new TrainingDivergedException(normName, Math.abs(rounded), step + 1);
        }
        return rounded;
    }
}
