package org.steering4j.trainer;

/** A loss, gradient or validation loss became infinite or not a number. The last good vector is not lost. */
public final class TrainingDivergedException extends TrainingException {

    private final int step;

    TrainingDivergedException(String what, double value, int step) {
        super(
                what + " became " + value + " at step " + step
                        + "; lower the learning rate, clip the gradient, or look for answers that the model gives no probability");
        this.step = step;
    }

    /** The step, counted from 1, that could not be taken. */
    public int step() {
        return step;
    }
}
