package org.steering4j.trainer.report;

import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.steering4j.trainer.DirectionMetrics;
import org.steering4j.trainer.PreferenceMetrics;
import org.steering4j.trainer.TrainingCurve;
import org.steering4j.trainer.TrainingEvaluation;

/** Turns the curve of a training into a section of a report. */
public final class TrainingSection {

    private static final Axis EPOCH = Axis.of("epoch");

    private final List<TrainingEvaluation> evaluations;
    private final boolean validated;
    private final double stepsPerEpoch;

    private TrainingSection(TrainingCurve curve) {
        evaluations = curve.evaluations();
        validated = evaluations.stream()
                .anyMatch(evaluation -> evaluation.validation().both().pairs() > 0);
        // An epoch is counted from its first step on, so this is exact at the end of one.
        stepsPerEpoch = evaluations.stream()
                .mapToDouble(evaluation -> evaluation.step() / (double) evaluation.epoch())
                .max()
                .orElse(1);
    }

    /**
     * Plots loss, margin, accuracy, log-ratios and norm against the epoch, one point for each evaluation. All but the loss are of the
     * held-out pairs, or of the training pairs when none were held out.
     *
     * @param facts settings and results to show above the plots
     */
    public static Section of(String title, TrainingCurve curve, Map<String, String> facts) {
        TrainingSection section = new TrainingSection(curve);
        return Section.titled(title)
                .withFacts(facts)
                .plus(section.loss())
                .plus(section.inBothDirections("Margin between the answers", Axis.of("nats"), DirectionMetrics::margin))
                .plus(section.inBothDirections(
                        "Pairs told apart", Axis.percent("share with a margin above 0"), DirectionMetrics::accuracy))
                .plus(section.inBothDirections(
                        "Log-ratio of the favoured answer",
                        Axis.of("log p(steered) - log p(unsteered) (nats)"),
                        DirectionMetrics::favouredLogRatio))
                .plus(section.norm());
    }

    private Plot loss() {
        Series training =
                series("training", evaluation -> evaluation.training().both().loss());
        Series validation =
                series("held out", evaluation -> evaluation.validation().both().loss());
        return new Plot(
                "Loss",
                EPOCH,
                Axis.of("BiPO loss (ln 2 = 0.693 without a vector)"),
                validated ? List.of(training, validation) : List.of(training));
    }

    private Plot inBothDirections(String title, Axis axis, ToDoubleFunction<DirectionMetrics> value) {
        return new Plot(
                title + (validated ? ", held-out pairs" : ", training pairs"),
                EPOCH,
                axis,
                List.of(
                        series(
                                "vector added (+1)",
                                evaluation ->
                                        value.applyAsDouble(metrics(evaluation).positive())),
                        series(
                                "vector subtracted (-1)",
                                evaluation ->
                                        value.applyAsDouble(metrics(evaluation).negative()))));
    }

    private Plot norm() {
        return new Plot(
                "Length of the vector",
                EPOCH,
                Axis.of("Euclidean norm"),
                List.of(series("norm", TrainingEvaluation::vectorNorm)));
    }

    private PreferenceMetrics metrics(TrainingEvaluation evaluation) {
        return validated ? evaluation.validation() : evaluation.training();
    }

    private Series series(String name, ToDoubleFunction<TrainingEvaluation> value) {
        return new Series(
                name,
                evaluations.stream()
                        .map(evaluation -> Point.of(evaluation.step() / stepsPerEpoch, value.applyAsDouble(evaluation)))
                        .toList());
    }
}
