package org.steering4j.trainer.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.steering4j.SteeredModel;
import org.steering4j.engine.Continuation;
import org.steering4j.trainer.AnswerEncoder;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.trainer.data.PreferenceDataException;
import org.steering4j.trainer.data.PreferencePair;
import org.steering4j.vector.LayerSteering;

/**
 * Which of two answers a model finds likelier under a steering, and how that goes with the multiplier. In a pair, r+ is the answer that shows
 * the behaviour and r- the other; p is the probability of a whole answer, its end of turn included.
 *
 * <p><b>Propensity and steerability</b> follow Tan et al. 2024 (arXiv 2407.12404, section 3). There the propensity is the difference of the
 * logits of two answer letters; for answers of many tokens it is {@code log p(r+) - log p(r-)} here, in nats, and the same of the means by
 * token ({@code per token}), which does not favour the shorter answer. Against the multiplier that is the propensity curve. The steerability
 * of an example is the slope of the least-squares line through its propensities, in nats by unit of multiplier; an example with a slope below 0
 * is anti-steerable: the steering moves it the wrong way. A line takes at least three multipliers. Figures of the slope stand at multiplier 1,
 * for they are what one unit brings.
 *
 * <p><b>Preference accuracy and margin</b> follow BiPO (arXiv 2406.00045, equation 3): by how much the favoured answer, r+ at a positive
 * multiplier and r- at a negative one, gains against the other relative to the model without steering, in nats (margin), and the share of pairs
 * in which it gains at all (accuracy). At multiplier 0 no answer is favoured, so neither is given there.
 *
 * <p>The data of one behaviour under the vector of another shows leakage: there the steerability should be near 0.
 */
public final class PreferenceMeasurement implements Measurement {

    public static final String PROPENSITY = "propensity";
    public static final String PROPENSITY_PER_TOKEN = "propensity per token";
    /** The share of pairs in which r+ is likelier than r-. */
    public static final String MATCHING_PREFERRED = "matching answer preferred";

    public static final String ACCURACY = "preference accuracy";
    public static final String MARGIN = "preference margin";
    public static final String STEERABILITY = "steerability";
    public static final String STEERABILITY_PER_TOKEN = "steerability per token";
    public static final String ANTI_STEERABLE = "anti-steerable share";
    /** A tenth of the examples have a lower slope than the first, half than the second, nine tenths than the third. */
    public static final List<String> STEERABILITY_QUANTILES =
            List.of("steerability, lowest tenth", "steerability, median", "steerability, highest tenth");

    private static final double[] QUANTILES = {0.1, 0.5, 0.9};
    private static final int FEWEST_MULTIPLIERS_OF_A_LINE = 3;

    private final AnswerScores model;
    private final String data;
    private final List<PreferencePair> pairs;
    /** r+ of the pair i at 2 i, r- at 2 i + 1. */
    private final List<Continuation> answers = new ArrayList<>();

    private final long seed;
    private ScoredAnswers unsteered;

    /**
     * @param data the name of the data in figures, such as the behaviour
     * @param seed of the bootstrap
     * @throws PreferenceDataException if a pair is longer than the model's context
     */
    public PreferenceMeasurement(
            SteeredModel model, AnswerEncoder encoder, String data, PreferenceData pairs, long seed) {
        this(AnswerScores.of(model), encoder, data, pairs, seed);
    }

    /** The same with scores that may be kept. */
    public PreferenceMeasurement(
            AnswerScores model, AnswerEncoder encoder, String data, PreferenceData pairs, long seed) {
        this.model = model;
        this.data = data;
        this.pairs = pairs.pairs();
        this.seed = seed;
        for (int i = 0; i < this.pairs.size(); i++) {
            PreferencePair pair = this.pairs.get(i);
            for (String answer : List.of(pair.matching(), pair.notMatching())) {
                Continuation continuation = encoder.continuation(pair.prompt(), answer);
                ContextCheck.require(model.languageModel(), continuation, pairs.source() + ", pair " + (i + 1));
                answers.add(continuation);
            }
        }
    }

    @Override
    public String name() {
        return "preference, " + data;
    }

    @Override
    public EvaluationResult measure(SteeringGrid grid) {
        List<String> notes = new ArrayList<>();
        SortedMap<Double, Propensities> curve = new TreeMap<>();
        Propensities without = new Propensities(unsteered());
        grid.cells().forEach((multiplier, steering) -> {
            ScoredAnswers scores = steering.isNone() ? unsteered() : ScoredAnswers.of(model, answers, steering);
            int broken = scores.firstNotFinite();
            if (broken < 0) {
                curve.put(multiplier, new Propensities(scores));
            } else {
                notes.add(
                        "%s under %s at %s is left out: the log-probability of an answer of pair %d is %s; try a smaller multiplier"
                                .formatted(name(), grid.steering(), multiplier, broken / 2 + 1, scores.sums()[broken]));
            }
        });

        FoundFigures found = new FoundFigures(data, grid.steering(), seed);
        curve.forEach((multiplier, propensities) -> addAt(found, multiplier, propensities, without));
        if (curve.size() >= FEWEST_MULTIPLIERS_OF_A_LINE) {
            addSlopes(found, curve);
        } else if (!grid.isOffAndOn()) {
            notes.add("the steerability of %s under %s is left out: a line takes at least %d multipliers, there are %d"
                    .formatted(data, grid.steering(), FEWEST_MULTIPLIERS_OF_A_LINE, curve.size()));
        }
        return found.result(notes);
    }

    private void addAt(FoundFigures found, double multiplier, Propensities propensities, Propensities without) {
        found.mean(PROPENSITY, multiplier, propensities.sums);
        found.mean(PROPENSITY_PER_TOKEN, multiplier, propensities.means);
        found.mean(MATCHING_PREFERRED, multiplier, shareAbove0(propensities.sums));
        if (multiplier != 0) {
            double[] gains = IntStream.range(0, pairs.size())
                    .mapToDouble(i -> Math.signum(multiplier) * (propensities.sums[i] - without.sums[i]))
                    .toArray();
            found.mean(ACCURACY, multiplier, shareAbove0(gains));
            found.mean(MARGIN, multiplier, gains);
        }
        for (int i = 0; i < pairs.size(); i++) {
            found.example(
                    multiplier,
                    i + 1,
                    pairs.get(i).question(),
                    Map.of(
                            "matching", propensities.scores.sums()[2 * i],
                            "not_matching", propensities.scores.sums()[2 * i + 1],
                            "propensity", propensities.sums[i],
                            "propensity_per_token", propensities.means[i]));
        }
    }

    private void addSlopes(FoundFigures found, SortedMap<Double, Propensities> curve) {
        double[] slopes = slopes(curve, propensities -> propensities.sums);
        double[] slopesPerToken = slopes(curve, propensities -> propensities.means);
        found.mean(STEERABILITY, 1, slopes);
        found.mean(STEERABILITY_PER_TOKEN, 1, slopesPerToken);
        found.mean(
                ANTI_STEERABLE,
                1,
                Arrays.stream(slopes).map(slope -> slope < 0 ? 1 : 0).toArray());
        for (int q = 0; q < QUANTILES.length; q++) {
            double quantile = QUANTILES[q];
            found.statistic(STEERABILITY_QUANTILES.get(q), 1, slopes, sample -> quantile(sample, quantile));
        }
        for (int i = 0; i < pairs.size(); i++) {
            found.example(
                    null,
                    i + 1,
                    pairs.get(i).question(),
                    Map.of("steerability", slopes[i], "steerability_per_token", slopesPerToken[i]));
        }
    }

    private double[] slopes(SortedMap<Double, Propensities> curve, Function<Propensities, double[]> propensity) {
        double[] multipliers =
                curve.keySet().stream().mapToDouble(Double::doubleValue).toArray();
        return IntStream.range(0, pairs.size())
                .mapToDouble(i -> LeastSquares.slope(
                        multipliers,
                        curve.values().stream()
                                .mapToDouble(propensities -> propensity.apply(propensities)[i])
                                .toArray()))
                .toArray();
    }

    private ScoredAnswers unsteered() {
        if (unsteered == null) {
            ScoredAnswers scores = ScoredAnswers.of(model, answers, LayerSteering.none());
            int broken = scores.firstNotFinite();
            if (broken >= 0) {
                throw new EvaluationException(
                        "%s cannot be measured: the log-probability of an answer of pair %d is %s without any steering"
                                .formatted(name(), broken / 2 + 1, scores.sums()[broken]));
            }
            unsteered = scores;
        }
        return unsteered;
    }

    private static double[] shareAbove0(double[] values) {
        return Arrays.stream(values).map(value -> value > 0 ? 1 : 0).toArray();
    }

    /** By linear interpolation between the values next to it. */
    private static double quantile(double[] sample, double share) {
        double[] sorted = sample.clone();
        Arrays.sort(sorted);
        double position = share * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    /** One value for each pair. */
    private static final class Propensities {

        private final ScoredAnswers scores;
        private final double[] sums;
        private final double[] means;

        Propensities(ScoredAnswers scores) {
            this.scores = scores;
            this.sums = differences(scores.sums());
            this.means = differences(scores.means());
        }

        private static double[] differences(double[] values) {
            return IntStream.range(0, values.length / 2)
                    .mapToDouble(i -> values[2 * i] - values[2 * i + 1])
                    .toArray();
        }
    }
}
