package org.steering4j.trainer;

import java.util.List;

/** Everything that was measured in a training, in order. */
public record TrainingCurve(List<TrainingStep> steps, List<TrainingEvaluation> evaluations) {

    public TrainingCurve {
        steps = List.copyOf(steps);
        evaluations = List.copyOf(evaluations);
    }
}
