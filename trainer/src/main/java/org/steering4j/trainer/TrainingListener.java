package org.steering4j.trainer;

/** Hears how a training goes, on the training thread. What it throws ends the training. */
public interface TrainingListener {

    /** Called first, before every answer is run once without a vector, which can take as long as an epoch. */
    default void onPreparation(int pairs) {}

    /** Called once, after the unsteered log-probabilities are known and before the first step. */
    default void onStart(TrainingPlan plan) {}

    default void onStep(TrainingStep step) {}

    default void onEvaluation(TrainingEvaluation evaluation) {}
}
