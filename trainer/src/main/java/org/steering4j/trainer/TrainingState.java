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
