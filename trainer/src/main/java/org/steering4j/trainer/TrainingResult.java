package org.steering4j.trainer;

import org.steering4j.vector.SteeringVector;

/**
 * What a training gives.
 *
 * @param vector the best vector, with its provenance: method, model, settings, data, validation loss
 * @param settings it was trained with
 * @param plan how many pairs and steps there were
 * @param curve all that was measured on the way
 * @param best the evaluation that the vector comes from
 */
public record TrainingResult(
        SteeringVector vector,
        BiPOSettings settings,
        TrainingPlan plan,
        TrainingCurve curve,
        TrainingEvaluation best) {}
