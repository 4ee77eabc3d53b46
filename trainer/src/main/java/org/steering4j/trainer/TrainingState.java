package org.steering4j.trainer;

import java.util.ArrayList;
import java.util.List;

/**
 * What a training knows between two steps: enough to go on as if it had never stopped. Order and directions need no state, they
 * follow from the seed and the step. Mutable; belongs to the training thread.
 */
final class TrainingState {

    final float[][] vector;
    final float[][] firstMoment;
    final float[][] secondMoment;
    final float[][] best;
    final List<TrainingStep> steps = new ArrayList<>();
    final List<TrainingEvaluation> evaluations = new ArrayList<>();

    TrainingState(float[][] vector, float[][] firstMoment, float[][] secondMoment, float[][] best) {
        this.vector = vector;
        this.firstMoment = firstMoment;
        this.secondMoment = secondMoment;
        this.best = best;
    }

    /** Before the first step: everything is zero. */
    static TrainingState start(int layers, int hiddenSize) {
        return new TrainingState(
                new float[layers][hiddenSize],
                new float[layers][hiddenSize],
                new float[layers][hiddenSize],
                new float[layers][hiddenSize]);
    }

    int stepsDone() {
        return steps.size();
    }

    /** The evaluation that the best vector comes from; null before the first. */
    TrainingEvaluation bestEvaluation() {
        return last(evaluations.stream().filter(TrainingEvaluation::best).toList());
    }

    TrainingEvaluation lastEvaluation() {
        return last(evaluations);
    }

    private static TrainingEvaluation last(List<TrainingEvaluation> list) {
        return list.isEmpty() ? null : list.get(list.size() - 1);
    }

    /** Evaluations since the best one. */
    int evaluationsWithoutImprovement() {
        int count = 0;
        for (TrainingEvaluation evaluation : evaluations) {
            count = evaluation.best() ? 0 : count + 1;
        }
        return count;
    }

    /**
     * For a state that comes from a file.
     *
     * @throws IllegalArgumentException if no training can have come to it; the message says why
     */
    void requireWhole(int stepsPerEpoch, int totalSteps) {
        requireFinite("vector", vector);
        requireFinite("firstMoment", firstMoment);
        requireFinite("secondMoment", secondMoment);
        requireFinite("best", best);
        for (float[] layer : secondMoment) {
            for (float value : layer) {
                require(value >= 0, "secondMoment holds " + value + ", but is a mean of squares");
            }
        }
        require(stepsDone() <= totalSteps, "it holds " + stepsDone() + " steps, but the training has " + totalSteps);
        for (int i = 0; i < stepsDone(); i++) {
            TrainingStep step = steps.get(i);
            require(step != null, "step " + (i + 1) + " is null");
            require(
                    step.step() == i + 1 && step.epoch() == i / stepsPerEpoch + 1,
                    "step %d is numbered %d, of epoch %d".formatted(i + 1, step.step(), step.epoch()));
            require(
                    Double.isFinite(step.learningRate())
                            && Double.isFinite(step.gradientNorm())
                            && Double.isFinite(step.vectorNorm()),
                    "step " + (i + 1) + " holds what is no finite number");
            requireWhole("step " + (i + 1), step.metrics());
        }
        int before = 0;
        for (TrainingEvaluation evaluation : evaluations) {
            require(evaluation != null, "an evaluation is null");
            String name = "the evaluation after step " + evaluation.step();
            require(
                    evaluation.step() > before && evaluation.step() <= stepsDone(),
                    name + " follows that after step " + before + " of " + stepsDone());
            require(
                    evaluation.epoch() == (evaluation.step() + stepsPerEpoch - 1) / stepsPerEpoch,
                    name + " is of epoch " + evaluation.epoch());
            require(Double.isFinite(evaluation.vectorNorm()), name + " holds what is no finite number");
            requireWhole(name, evaluation.training());
            requireWhole(name, evaluation.validation());
            before = evaluation.step();
        }
        require(evaluations.isEmpty() || bestEvaluation() != null, "no evaluation is the best");
        require(
                stepsDone() == 0
                        ? norm(vector) == 0
                        : norm(vector) == steps.get(stepsDone() - 1).vectorNorm(),
                "its vector is not that of its last step");
        require(
                norm(best) == (bestEvaluation() == null ? 0 : bestEvaluation().vectorNorm()),
                "its best vector is not that of its best evaluation");
    }

    private static void requireWhole(String name, PreferenceMetrics metrics) {
        require(
                metrics != null && metrics.positive() != null && metrics.negative() != null,
                name + " lacks its metrics");
        for (DirectionMetrics direction : List.of(metrics.positive(), metrics.negative())) {
            require(
                    direction.pairs() >= 0
                            && Double.isFinite(direction.loss())
                            && direction.accuracy() >= 0
                            && direction.accuracy() <= 1 + 1e-9 // a mean of ones may be rounded up
                            && Double.isFinite(direction.favouredLogRatio())
                            && Double.isFinite(direction.opposedLogRatio()),
                    name + " holds metrics that cannot be: " + direction);
        }
    }

    private static void requireFinite(String name, float[][] arrays) {
        for (float[] layer : arrays) {
            for (float value : layer) {
                require(Float.isFinite(value), name + " holds " + value);
            }
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    void keepAsBest() {
        for (int layer = 0; layer < vector.length; layer++) {
            System.arraycopy(vector[layer], 0, best[layer], 0, vector[layer].length);
        }
    }

    static double norm(float[][] vector) {
        double sum = 0;
        for (float[] layer : vector) {
            for (float value : layer) {
                sum += (double) value * value;
            }
        }
        return Math.sqrt(sum);
    }
}
