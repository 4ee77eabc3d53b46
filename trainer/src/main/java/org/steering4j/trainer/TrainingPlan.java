package org.steering4j.trainer;

/**
 * The size of a training, known before its first step.
 *
 * @param trainingPairs pairs trained on
 * @param validationPairs pairs held out
 * @param truncatedPairs pairs of either kind that were cut to the maximum of tokens
 * @param epochs at most
 * @param steps at most, over all epochs
 * @param stepsDone steps that a checkpoint brought along
 */
public record TrainingPlan(
        int trainingPairs, int validationPairs, int truncatedPairs, int epochs, int steps, int stepsDone) {}
