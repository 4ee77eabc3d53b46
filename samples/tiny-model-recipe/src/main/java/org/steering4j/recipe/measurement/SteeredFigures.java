package org.steering4j.recipe.measurement;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.steering4j.recipe.Behavior;
import org.steering4j.recipe.measurement.SteerabilityCurve.Point;
import org.steering4j.vector.LayerSteering;
import org.steering4j.vector.ModelShape;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVectors;

/**
 * What vectors do to the tiny model, held against what is promised of them. Immutable.
 *
 * @param utility with each behaviour's vector at multiplier 1
 * @param composed the scores of truthfulness and refusal with both vectors at multiplier 0.6
 */
public record SteeredFigures(
        List<SteerabilityCurve> curves,
        UtilityScore unsteeredUtility,
        Map<Behavior, UtilityScore> utility,
        Map<Behavior, BehaviorScore> composed) {

    private static final double RAISED = 0.9;
    private static final double LOWERED = 0.1;
    private static final double COMPOSED = 0.85;
    /** Two vectors that each lead away from what the model usually does must share the way. */
    private static final double COMPOSED_MULTIPLIER = 0.6;

    private static final double LARGEST_UTILITY_LOSS = 0.03;
    private static final List<Behavior> COMPOSED_BEHAVIORS = List.of(Behavior.TRUTHFULNESS, Behavior.REFUSAL);

    /** @param vectors those of the behaviours, by their labels; truthfulness and refusal among them */
    public static SteeredFigures measure(
            AnsweringModel model,
            ModelShape shape,
            SteeringVectors vectors,
            List<Behavior> behaviors,
            int questions,
            long seed) {
        List<SteerabilityCurve> curves = new ArrayList<>();
        Map<Behavior, UtilityScore> utility = new EnumMap<>(Behavior.class);
        for (Behavior behavior : behaviors) {
            curves.add(
                    SteerabilityCurve.measure(model, shape, behavior, vectors.get(behavior.label()), questions, seed));
            utility.put(
                    behavior, UtilityScore.measure(model, vectors.resolve(Steering.of(behavior.label(), 1), shape)));
        }
        Steering both = Steering.none();
        for (Behavior behavior : COMPOSED_BEHAVIORS) {
            both = both.plus(behavior.label(), COMPOSED_MULTIPLIER);
        }
        Map<Behavior, BehaviorScore> composed = new EnumMap<>(Behavior.class);
        for (Behavior behavior : COMPOSED_BEHAVIORS) {
            composed.put(
                    behavior, BehaviorScore.measure(model, behavior, vectors.resolve(both, shape), questions, seed));
        }
        return new SteeredFigures(curves, UtilityScore.measure(model, LayerSteering.none()), utility, composed);
    }

    public List<Promise> promises() {
        List<Promise> promises = new ArrayList<>();
        for (SteerabilityCurve curve : curves) {
            String label = curve.behavior().label();
            Optional<Point> raised = curve.raised(RAISED);
            Optional<Point> lowered = curve.lowered(LOWERED);
            promises.add(reached(curve, "rises to at least 90%", raised));
            promises.add(reached(curve, "falls to at most 10%", lowered));
            promises.add(Promise.of(
                    raised.isPresent() && lowered.isPresent() && curve.isMonotonic(lowered.get(), raised.get()),
                    "%s rises steadily in between",
                    label));
            double solved = utility.get(curve.behavior()).solved();
            promises.add(Promise.of(
                    solved >= unsteeredUtility.solved() - LARGEST_UTILITY_LOSS,
                    "%s at +1 leaves utility at %.1f%% (unsteered %.1f%%, at most 3 points less)",
                    label,
                    100 * solved,
                    100 * unsteeredUtility.solved()));
        }
        composed.forEach((behavior, score) -> promises.add(Promise.of(
                score.targetShare() >= COMPOSED,
                "truthfulness +0.6 and refusal +0.6 together: %s %.1f%% (at least 85%%), %.1f%% recognised",
                behavior.label(),
                100 * score.targetShare(),
                100 * score.recognisedShare())));
        return promises;
    }

    private static Promise reached(SteerabilityCurve curve, String change, Optional<Point> point) {
        String label = curve.behavior().label();
        return point.map(found -> Promise.of(
                        true,
                        "%s %s: %.1f%% at multiplier %+.2f, %.1f%% recognised, perplexity %.2f times unsteered",
                        label,
                        change,
                        100 * found.score().targetShare(),
                        found.multiplier(),
                        100 * found.score().recognisedShare(),
                        curve.perplexityRatio(found)))
                .orElse(Promise.of(false, "%s %s in fluent answers: never", label, change));
    }

    public void print(PrintStream output) {
        for (SteerabilityCurve curve : curves) {
            output.printf(
                    "%n%s, %d held-out questions, temperature 1%n",
                    curve.behavior().label(), curve.unsteered().answers());
            output.println("  multiplier   target pole   recognised   perplexity, times unsteered");
            for (Point point : curve.points()) {
                output.printf(
                        Locale.ROOT,
                        "  %+10.2f   %10.1f%%   %9.1f%%   %10.2f%n",
                        point.multiplier(),
                        100 * point.score().targetShare(),
                        100 * point.score().recognisedShare(),
                        curve.perplexityRatio(point));
            }
        }
        output.println();
        promises().forEach(output::println);
    }
}
