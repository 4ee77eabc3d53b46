package org.steering4j.recipe.measurement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.stream.IntStream;
import org.steering4j.recipe.Behavior;
import org.steering4j.vector.ModelShape;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;

/**
 * What a vector does to its behaviour from multiplier -2 to 2. Immutable.
 *
 * @param points by rising multiplier, 0 among them
 */
public record SteerabilityCurve(Behavior behavior, List<Point> points) {

    /** Steered answers must be recognised at least this often. */
    public static final double RECOGNISED_SHARE = 0.95;
    /** The perplexity of steered answers under the unsteered model may be this many times that of unsteered ones. */
    public static final double LARGEST_PERPLEXITY_RATIO = 1.5;

    private static final double[] MULTIPLIERS = {-2, -1, -0.5, 0, 0.5, 0.9, 1, 2};

    /** The answers at one multiplier. */
    public record Point(double multiplier, BehaviorScore score) {}

    public static SteerabilityCurve measure(
            AnsweringModel model,
            ModelShape shape,
            Behavior behavior,
            SteeringVector vector,
            int questions,
            long seed) {
        SteeringVectors vectors = SteeringVectors.of(vector);
        List<Point> points = new ArrayList<>();
        for (double multiplier : MULTIPLIERS) {
            Steering steering = Steering.of(vector.behavior(), multiplier);
            points.add(new Point(
                    multiplier,
                    BehaviorScore.measure(model, behavior, vectors.resolve(steering, shape), questions, seed)));
        }
        return new SteerabilityCurve(behavior, List.copyOf(points));
    }

    public BehaviorScore unsteered() {
        return points.stream()
                .filter(point -> point.multiplier() == 0)
                .findFirst()
                .orElseThrow()
                .score();
    }

    public double perplexityRatio(Point point) {
        return point.score().perplexity() / unsteered().perplexity();
    }

    /** The least positive multiplier at which the target pole shows at least so often, in fluent answers. */
    public Optional<Point> raised(double share) {
        return nearestToZero(1, targetShare -> targetShare >= share);
    }

    /** The negative multiplier nearest to zero at which the target pole shows at most so often, in fluent answers. */
    public Optional<Point> lowered(double share) {
        return nearestToZero(-1, targetShare -> targetShare <= share);
    }

    private Optional<Point> nearestToZero(int sign, DoublePredicate reached) {
        return points.stream()
                .filter(point -> Math.signum(point.multiplier()) == sign)
                .filter(point -> reached.test(point.score().targetShare()) && isFluent(point))
                .min(Comparator.comparingDouble(point -> Math.abs(point.multiplier())));
    }

    public boolean isFluent(Point point) {
        return point.score().recognisedShare() >= RECOGNISED_SHARE
                && perplexityRatio(point) <= LARGEST_PERPLEXITY_RATIO;
    }

    /** Whether the target pole never shows less often at a greater multiplier, between two points. */
    public boolean isMonotonic(Point from, Point to) {
        List<Double> shares = points.stream()
                .filter(point -> point.multiplier() >= from.multiplier() && point.multiplier() <= to.multiplier())
                .map(point -> point.score().targetShare())
                .toList();
        return IntStream.range(1, shares.size()).allMatch(i -> shares.get(i) >= shares.get(i - 1));
    }
}
