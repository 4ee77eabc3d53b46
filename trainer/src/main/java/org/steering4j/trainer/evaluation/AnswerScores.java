package org.steering4j.trainer.evaluation;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.steering4j.SteeredModel;
import org.steering4j.engine.Continuation;
import org.steering4j.engine.LanguageModel;
import org.steering4j.vector.LayerSteering;

/**
 * Has a model say how likely it finds answers under a steering. What it said can be kept in a file of JSON Lines, from which an interrupted
 * evaluation goes on to the same figures, bit for bit: answers are scored in the same portions whatever is kept. A portion is taken from there when
 * the model, its precision, the steering's arrays and the tokens are all the same. Thread-safe, as long as the model is open.
 */
public final class AnswerScores {

    /** Scored at a time, and as many are lost at most when the program is killed. */
    private static final int ROWS = 64;

    private final SteeredModel model;
    private final JsonLinesCache<Kept> cache;
    /** Null where nothing is kept. */
    private final double[] fingerprint;

    private record Kept(double[] logProbabilities) {}

    private AnswerScores(SteeredModel model, JsonLinesCache<Kept> cache, double[] fingerprint) {
        this.model = model;
        this.cache = cache;
        this.fingerprint = fingerprint;
    }

    /** Keeps nothing. */
    public static AnswerScores of(SteeredModel model) {
        return new AnswerScores(model, null, null);
    }

    /**
     * Keeps scores in a file, which may exist; several models may share it.
     *
     * @throws EvaluationException if the file cannot be used
     */
    public static AnswerScores keptIn(Path file, SteeredModel model) {
        return new AnswerScores(
                model, JsonLinesCache.open(file, Kept.class), CacheKey.fingerprint(model.languageModel()));
    }

    SteeredModel model() {
        return model;
    }

    LanguageModel languageModel() {
        return model.languageModel();
    }

    /**
     * The log-probability of each answer, all its tokens together, in nats.
     *
     * @throws org.steering4j.vector.FileNotWrittenException if scores cannot be kept; those kept before stay
     */
    double[] logProbabilities(List<Continuation> answers, LayerSteering steering) {
        // Rows of a batch are filled up to its longest one: neighbours of like length waste least.
        int[] byLength = IntStream.range(0, answers.size())
                .boxed()
                .sorted(Comparator.comparingInt(
                        i -> answers.get(i).prompt().length + answers.get(i).answer().length))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] scores = new double[answers.size()];
        int portion = cache == null ? Math.max(1, byLength.length) : ROWS;
        for (int first = 0; first < byLength.length; first += portion) {
            int[] indices = Arrays.copyOfRange(byLength, first, Math.min(first + portion, byLength.length));
            double[] found =
                    portion(Arrays.stream(indices).mapToObj(answers::get).toList(), steering);
            for (int i = 0; i < indices.length; i++) {
                scores[indices[i]] = found[i];
            }
        }
        return scores;
    }

    private double[] portion(List<Continuation> answers, LayerSteering steering) {
        if (cache == null) {
            return scored(answers, steering);
        }
        String key = key(answers, steering);
        if (cache.get(key).isEmpty()) {
            cache.putAll(Map.of(key, new Kept(scored(answers, steering))));
        }
        return cache.get(key).orElseThrow().logProbabilities();
    }

    private double[] scored(List<Continuation> answers, LayerSteering steering) {
        return languageModel().logProbabilities(answers, steering).stream()
                .mapToDouble(tokens -> Arrays.stream(tokens).sum())
                .toArray();
    }

    private String key(List<Continuation> answers, LayerSteering steering) {
        CacheKey key = new CacheKey()
                .with(model.name())
                .with(languageModel().precision().name())
                .with(fingerprint)
                .with(steering);
        answers.forEach(answer -> key.with(answer.prompt()).with(answer.answer()));
        return key.value();
    }
}
