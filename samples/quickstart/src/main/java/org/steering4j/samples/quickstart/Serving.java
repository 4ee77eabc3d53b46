package org.steering4j.samples.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.steering4j.SteeredModel;
import org.steering4j.engine.GenerationRequest;
import org.steering4j.engine.GenerationResult;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Sampling;
import org.steering4j.engine.TokenListener;
import org.steering4j.recipe.measurement.Promise;
import org.steering4j.vector.LayerSteering;

/**
 * Measures what many conversations at once cost, each with a steering of its own, and what it costs to hold answers to a JSON schema, on the
 * embedded model and on a {@link RandomModel} with the shape of Qwen2.5-0.5B; and on the latter, how soon an answer begins after a history of a
 * thousand tokens, with and without the keys and values of the turn before. Each figure of which something was promised is printed with that;
 * ends with exit code 1 if a promise is missed.
 */
public final class Serving {

    private static final int[] CONVERSATIONS = {1, 2, 4, 8, 16};
    private static final int PROMPT_TOKENS = 32;
    private static final int HISTORY_TOKENS = 1000;
    private static final int ANSWER_TOKENS = 16;
    private static final int NEW_TOKENS = 24;
    private static final int REUSE_ROUNDS = 3;
    private static final double LEAST_TIMES_FOR_EIGHT = 4;
    private static final double LARGEST_REUSED_SHARE = 0.2;

    private Serving() {}

    public static void main(String[] arguments) throws Exception {
        List<Promise> promises = new ArrayList<>();
        try (SteeredModel embedded =
                SteeredModel.embedded(engine -> engine.cacheBytes(0).speculation(false))) {
            promises.add(throughput("the embedded model", embedded.languageModel(), 200, 3));
            promises.addAll(new MaskingCost(
                            embedded.languageModel(),
                            embedded.prompts().tokenizer().tokenTexts())
                    .measure(20));
        }
        try (RandomModel random = new RandomModel();
                LanguageModel model = random.open(0)) {
            promises.add(throughput("a random model of Qwen2.5-0.5B's shape", model, 48, 2));
            promises.addAll(new MaskingCost(model, SyntheticVocabulary.ofSize(model.vocabularySize())).measure(3));
            try (LanguageModel caching = random.open(1L << 30)) {
                promises.add(timeToFirstToken(model, caching));
            }
        }
        System.exit(promises.stream().allMatch(Promise::holds) ? 0 : 1);
    }

    /** Prints the best of some rounds, in each of which the numbers of conversations take turns. */
    private static Promise throughput(String name, LanguageModel model, int answerTokens, int rounds) throws Exception {
        System.out.printf(
                "%s, %s, prompts of %d tokens, answers of %d:%n", name, model.precision(), PROMPT_TOKENS, answerTokens);
        SortedMap<Integer, Double> tokensPerSecond = new TreeMap<>();
        ExecutorService callers = Executors.newCachedThreadPool();
        try {
            run(model, callers, 2, answerTokens / 2); // warms up
            for (int round = 0; round < rounds; round++) {
                for (int conversations : CONVERSATIONS) {
                    long start = System.nanoTime();
                    run(model, callers, conversations, answerTokens);
                    double measured = conversations * answerTokens * 1e9 / (System.nanoTime() - start);
                    tokensPerSecond.merge(conversations, measured, Math::max);
                }
            }
        } finally {
            callers.shutdown();
        }
        double one = tokensPerSecond.get(1);
        tokensPerSecond.forEach((conversations, measured) -> System.out.printf(
                Locale.ROOT,
                "  %2d conversations: %7.1f tokens/s, %5.2f times that of one%n",
                conversations,
                measured,
                measured / one));
        return printed(throughputOfEight(tokensPerSecond.get(8) / one));
    }

    static Promise throughputOfEight(double timesThatOfOne) {
        return new Promise(
                String.format(
                        Locale.ROOT,
                        "eight conversations: %.2f times the throughput of one (at least %.0f)",
                        timesThatOfOne,
                        LEAST_TIMES_FOR_EIGHT),
                timesThatOfOne >= LEAST_TIMES_FOR_EIGHT);
    }

    static Promise printed(Promise promise) {
        System.out.println("  " + promise);
        return promise;
    }

    private static void run(LanguageModel model, ExecutorService callers, int conversations, int answerTokens)
            throws Exception {
        List<Callable<GenerationResult>> calls = IntStream.range(0, conversations)
                .<Callable<GenerationResult>>mapToObj(i -> () -> model.generate(
                        request(model, tokens(model, PROMPT_TOKENS, i), i, answerTokens), TokenListener.NONE))
                .toList();
        for (Future<GenerationResult> answer : callers.invokeAll(calls)) {
            answer.get();
        }
    }

    private static Promise timeToFirstToken(LanguageModel plain, LanguageModel caching) {
        double without = Double.POSITIVE_INFINITY;
        double with = Double.POSITIVE_INFINITY;
        double changed = Double.POSITIVE_INFINITY;
        for (int round = 0; round < REUSE_ROUNDS; round++) {
            int[] history = tokens(plain, HISTORY_TOKENS, 100 + round);
            int[] answer = caching.generate(request(caching, history, 0, ANSWER_TOKENS), TokenListener.NONE)
                    .tokens();
            int[] next = Stream.of(history, answer, tokens(plain, NEW_TOKENS, 200 + round))
                    .flatMapToInt(IntStream::of)
                    .toArray();
            without = Math.min(without, millisecondsToFirstToken(plain, next, 0));
            with = Math.min(with, millisecondsToFirstToken(caching, next, 0));
            changed = Math.min(changed, millisecondsToFirstToken(caching, next, 1));
        }
        System.out.printf(
                Locale.ROOT,
                "time to first token after %d tokens, %d of them new: %.0f ms; with the turn before kept %.0f ms,"
                        + " under another steering of the middle block %.0f ms (%.1f%%)%n",
                HISTORY_TOKENS + ANSWER_TOKENS + NEW_TOKENS,
                NEW_TOKENS + 1,
                without,
                with,
                changed,
                100 * changed / without);
        return printed(reuse(with / without));
    }

    static Promise reuse(double share) {
        return new Promise(
                String.format(
                        Locale.ROOT,
                        "time to first token with the turn before kept: %.1f%% of that without (at most %.0f%%)",
                        100 * share,
                        100 * LARGEST_REUSED_SHARE),
                share <= LARGEST_REUSED_SHARE);
    }

    private static double millisecondsToFirstToken(LanguageModel model, int[] prompt, int steering) {
        return model.generate(request(model, prompt, steering, 1), TokenListener.NONE)
                        .timeToFirstToken()
                        .toNanos()
                / 1e6;
    }

    /** Steered in the middle, each number otherwise. */
    private static GenerationRequest request(LanguageModel model, int[] prompt, int steering, int answerTokens) {
        float[] vector = new float[model.shape().hiddenSize()];
        Random random = new Random(steering);
        for (int i = 0; i < vector.length; i++) {
            vector[i] = 0.01f * (float) random.nextGaussian();
        }
        return new GenerationRequest(
                prompt,
                LayerSteering.of(Map.of(model.shape().numberOfLayers() / 2, vector)),
                Sampling.greedy(),
                answerTokens,
                Set.of());
    }

    private static int[] tokens(LanguageModel model, int count, int seed) {
        return new Random(seed).ints(count, 0, model.vocabularySize()).toArray();
    }
}
