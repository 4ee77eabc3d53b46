package org.steering4j.samples.quickstart;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.steering4j.SteeredModel;
import org.steering4j.recipe.measurement.SteerabilityCurve;
import org.steering4j.recipe.measurement.SteerabilityCurve.Point;
import org.steering4j.recipe.measurement.SteeredFigures;
import org.steering4j.trainer.TrainingResult;
import org.steering4j.trainer.report.Axis;
import org.steering4j.trainer.report.Plot;
import org.steering4j.trainer.report.Report;
import org.steering4j.trainer.report.Section;
import org.steering4j.trainer.report.Series;
import org.steering4j.trainer.report.Table;
import org.steering4j.trainer.report.TrainingSection;

/** Turns the quickstart's results into a report. Stateless. */
final class QuickstartReport {

    private QuickstartReport() {}

    static Report of(SteeredModel model, List<TrainingResult> trained, SideBySide answers, SteeredFigures figures) {
        List<Section> sections = new ArrayList<>();
        sections.add(behavior(figures));
        sections.add(answers(answers));
        trained.forEach(result -> sections.add(TrainingSection.of(
                "Training of " + result.vector().behavior(),
                result.curve(),
                new LinkedHashMap<>(result.vector().settings()))));
        return new Report(
                "Steering " + model.name(),
                "Two BiPO vectors, trained on the embedded model and measured on questions whose combinations of topic and "
                        + "wording occur neither in its pre-training nor in the pairs.",
                sections);
    }

    private static Section behavior(SteeredFigures figures) {
        Map<String, String> promises = new LinkedHashMap<>();
        figures.promises().forEach(promise -> promises.put(promise.text(), promise.holds() ? "ok" : "missed"));
        return Section.titled("Behaviour against multiplier")
                .withText("Target pole: answers that are truthful, answers that refuse. Recognised: answers that the "
                        + "classifier takes for one pole or the other. Perplexity: of the steered answers under the "
                        + "unsteered model, divided by that of unsteered answers.")
                .withFacts(promises)
                .plus(plot(
                        figures,
                        "Target pole",
                        Axis.percent("share of answers"),
                        point -> point.score().targetShare()))
                .plus(plot(
                        figures,
                        "Recognised",
                        Axis.percent("share of answers"),
                        point -> point.score().recognisedShare()))
                .plus(new Plot(
                        "Fluency",
                        Axis.of("multiplier"),
                        Axis.of("perplexity, times unsteered"),
                        figures.curves().stream()
                                .map(curve -> series(curve, curve::perplexityRatio))
                                .toList()));
    }

    private static Plot plot(SteeredFigures figures, String title, Axis axis, ToDoubleFunction<Point> value) {
        return new Plot(
                title,
                Axis.of("multiplier"),
                axis,
                figures.curves().stream().map(curve -> series(curve, value)).toList());
    }

    private static Series series(SteerabilityCurve curve, ToDoubleFunction<Point> value) {
        return new Series(
                curve.behavior().label(),
                curve.points().stream()
                        .map(point ->
                                org.steering4j.trainer.report.Point.of(point.multiplier(), value.applyAsDouble(point)))
                        .toList());
    }

    private static Section answers(SideBySide answers) {
        Section section = Section.titled("Answers side by side")
                .withText(
                        "Asked through SteeredChatModel at temperature 0; the steering is a parameter of the request.");
        for (SideBySide.Asked asked : answers.asked()) {
            section = section.plus(new Table(
                    asked.question(),
                    List.of("steering", "answer"),
                    asked.answers().stream()
                            .map(answer -> List.of(answer.steering(), answer.text()))
                            .toList()));
        }
        return section;
    }
}
