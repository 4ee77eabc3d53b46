package org.steering4j.samples.quickstart;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
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
import org.steering4j.vector.LayerSteering;

/**
 * Measures what many conversations at once cost, each with a steering of its own, and what it costs to hold answers to a JSON schema, on the
 * embedded model and on a {@link RandomModel} with the shape of Qwen2.5-0.5B; and on the latter, how soon an answer begins after a history of a
 * thousand tokens, with and without the keys and values of the turn before.
 */
public final class Serving {

    private static final int[] CONVERSATIONS = {1, 2, 4, 8, 16};
    private static final int PROMPT_TOKENS = 32;
    private static final int HISTORY_TOKENS = 1000;
    private static final int NEW_TOKENS = 24;
    private static final int ROUNDS = 3;

    private Serving() {}

    public static void main(String[] arguments) throws Exception {
        try (SteeredModel embedded = SteeredModel.embedded(engine -> engine.cacheBytes(0))) {
            throughput("the embedded model", embedded.languageModel(), 300);
            new MaskingCost(
                            embedded.languageModel(),
                            embedded.prompts().tokenizer().tokenTexts())
                    .print(15);
        }
        try (RandomModel random = new RandomModel();
                LanguageModel model = random.open(0)) {
            throughput("a random model of Qwen2.5-0.5B's shape", model, 48);
            new MaskingCost(model, SyntheticVocabulary.ofSize(model.vocabularySize())).print(3);
            try (LanguageModel caching = random.open(1L << 30)) {
                timeToFirstToken(model, caching);
            }
        }
    }

    private static void throughput(String name, LanguageModel model, int answerTokens) throws Exception {
        System.out.printf(
                "%s, %s, prompts of %d tokens, answers of %d:%n", name, model.precision(), PROMPT_TOKENS, answerTokens);
        ExecutorService callers = Executors.newCachedThreadPool();
        try {
            run(model, callers, 2, answerTokens); // warm up
            double one = 0;
            for (int conversations : CONVERSATIONS) {
                double best = 0;
                for (int round = 0; round < ROUNDS; round++) {
                    long start = System.nanoTime();
                    run(model, callers, conversations, answerTokens);
                    best = Math.max(best, conversations * answerTokens * 1e9 / (System.nanoTime() - start));
                }
                one = one == 0 ? best : one;
                System.out.printf(
                        Locale.ROOT,
                        "  %2d conversations: %7.1f tokens/s, %5.2f times that of one%n",
                        conversations,
                        best,
                        best / one);
            }
        } finally {
            callers.shutdown();
        }
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

    private static void timeToFirstToken(LanguageModel plain, LanguageModel caching) {
        double without = 0;
        double with = 0;
        double changed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int[] history = tokens(plain, HISTORY_TOKENS, 100 + round);
            int[] answer = caching.generate(request(caching, history, 0, 16), TokenListener.NONE)
                    .tokens();
            int[] next = Stream.of(history, answer, tokens(plain, NEW_TOKENS, 200 + round))
                    .flatMapToInt(IntStream::of)
                    .toArray();
            without = fastest(without, plain, next, 0);
            with = fastest(with, caching, next, 0);
            changed = fastest(changed, caching, next, 1);
        }
        System.out.printf(
                Locale.ROOT,
                "time to first token after %d tokens, %d of them new: %.0f ms; with the turn before kept %.0f ms (%.1f%%),"
                        + " under another steering of the middle block %.0f ms (%.1f%%)%n",
                HISTORY_TOKENS + 16 + NEW_TOKENS,
                NEW_TOKENS + 1,
                without,
                with,
                100 * with / without,
                changed,
                100 * changed / without);
    }

    private static double fastest(double before, LanguageModel model, int[] prompt, int steering) {
        double milliseconds = model.generate(request(model, prompt, steering, 1), TokenListener.NONE)
                        .timeToFirstToken()
                        .toNanos()
                / 1e6;
        return before == 0 ? milliseconds : Math.min(before, milliseconds);
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
