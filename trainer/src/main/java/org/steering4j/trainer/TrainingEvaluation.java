package org.steering4j.trainer;

/**
 * The state of a training at the end of an epoch, or after as many steps as the settings say.
 *
 * @param step steps taken so far
 * @param epoch counted from 1
 * @param vectorNorm the Euclidean norm of the vector over all layers
 * @param training of the pairs trained on since the last evaluation, each before its step
 * @param validation of the held-out pairs, every pair in both directions; holds no pairs when none are held out
 * @param best whether this vector is the best so far: the lowest validation loss, or the latest when no pairs are held out
 */
public record TrainingEvaluation(
        int step,
        int epoch,
        double vectorNorm,
        PreferenceMetrics training,
        PreferenceMetrics validation,
        boolean best) {}
