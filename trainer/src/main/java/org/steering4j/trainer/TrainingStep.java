package org.steering4j.trainer;

/**
 * One step of the optimiser.
 *
 * @param step counted from 1
 * @param epoch counted from 1
 * @param learningRate the rate this step was taken with
 * @param gradientNorm the Euclidean norm of the gradient over all layers, before clipping
 * @param vectorNorm the Euclidean norm of the vector over all layers, after the step
 * @param metrics of the step's pairs, before the step; a batch has one direction, so one side often holds no pairs
 */
public record TrainingStep(
        int step, int epoch, double learningRate, double gradientNorm, double vectorNorm, PreferenceMetrics metrics) {}
