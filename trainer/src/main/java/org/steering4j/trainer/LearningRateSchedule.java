package org.steering4j.trainer;

/**
 * How the learning rate changes over a training: from 0 up to the given rate over the warm-up steps, then by a curve. The
 * factors are those of the schedules of the same names in Hugging Face transformers ({@code get_cosine_schedule_with_warmup} and
 * its neighbours): with a warm-up, the very first step has rate 0.
 */
public enum LearningRateSchedule {
    /** Stays at the given rate. */
    CONSTANT {
        @Override
        double factorAfterWarmUp(int step, int warmUpSteps, int totalSteps) {
            return 1.0;
        }
    },
    /** Falls to 0 at the last step, along half a cosine. */
    COSINE {
        @Override
        double factorAfterWarmUp(int step, int warmUpSteps, int totalSteps) {
            double progress = (step - warmUpSteps) / (double) Math.max(1, totalSteps - warmUpSteps);
            return Math.max(0.0, 0.5 * (1.0 + StrictMath.cos(Math.PI * progress)));
        }
    },
    /** Falls to 0 at the last step, along a straight line. */
    LINEAR {
        @Override
        double factorAfterWarmUp(int step, int warmUpSteps, int totalSteps) {
            return Math.max(0.0, (totalSteps - step) / (double) Math.max(1, totalSteps - warmUpSteps));
        }
    };

    abstract double factorAfterWarmUp(int step, int warmUpSteps, int totalSteps);

    /**
     * What the learning rate is multiplied by.
     *
     * @param step 0-based, below {@code totalSteps}
     * @return from 0 to 1
     */
    public double factor(int step, int warmUpSteps, int totalSteps) {
        return step < warmUpSteps ? step / (double) warmUpSteps : factorAfterWarmUp(step, warmUpSteps, totalSteps);
    }
}
