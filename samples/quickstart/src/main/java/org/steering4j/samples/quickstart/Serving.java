package org.steering4j.samples.quickstart;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
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
import org.steering4j.engine.Precision;
import org.steering4j.engine.Sampling;
import org.steering4j.engine.TokenListener;
import org.steering4j.internal.DataType;
import org.steering4j.internal.SafetensorsWriter;
import org.steering4j.vector.LayerSteering;

/**
 * Measures what many conversations at once cost, each with a steering of its own, on the embedded model and on a model with the shape of
 * Qwen2.5-0.5B and random weights (1 GB, in a temporary folder); and on the latter, how soon an answer begins after a history of a thousand
 * tokens, with and without the keys and values of the turn before.
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
        }
        Path folder = Files.createTempDirectory("random-qwen2.5-0.5b");
        try {
            writeRandomModel(folder);
            try (LanguageModel model = open(folder, 0)) {
                throughput("a random model of Qwen2.5-0.5B's shape", model, 48);
                try (LanguageModel caching = open(folder, 1L << 30)) {
                    timeToFirstToken(model, caching);
                }
            }
        } finally {
            for (String file : List.of("config.json", "model.safetensors")) {
                Files.deleteIfExists(folder.resolve(file));
            }
            Files.delete(folder);
        }
    }

    private static LanguageModel open(Path folder, long cacheBytes) {
        return LanguageModel.builder()
                .folder(folder)
                .precision(Precision.BFLOAT16)
                .cacheBytes(cacheBytes)
                .build();
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

    private static void writeRandomModel(Path folder) throws IOException {
        int layers = 24;
        int hidden = 896;
        int inner = 4864;
        int keys = 2 * 64;
        int vocabulary = 151936;
        Files.write(
                folder.resolve("config.json"),
                new ObjectMapper()
                        .writeValueAsBytes(Map.ofEntries(
                                Map.entry("_name_or_path", "random"),
                                Map.entry("architectures", List.of("Qwen2ForCausalLM")),
                                Map.entry("model_type", "qwen2"),
                                Map.entry("hidden_size", hidden),
                                Map.entry("intermediate_size", inner),
                                Map.entry("num_hidden_layers", layers),
                                Map.entry("num_attention_heads", 14),
                                Map.entry("num_key_value_heads", 2),
                                Map.entry("vocab_size", vocabulary),
                                Map.entry("max_position_embeddings", 32768),
                                Map.entry("rms_norm_eps", 1e-6),
                                Map.entry("rope_theta", 1e6),
                                Map.entry("tie_word_embeddings", true))));
        SafetensorsWriter writer = new SafetensorsWriter();
        matrix(writer, "model.embed_tokens.weight", random(vocabulary * hidden), vocabulary, hidden);
        // All layers have the same values: nothing but speed is measured.
        float[] square = random(hidden * hidden);
        float[] narrow = random(keys * hidden);
        float[] wide = random(inner * hidden);
        float[] ones = new float[hidden];
        Arrays.fill(ones, 1);
        for (int layer = 0; layer < layers; layer++) {
            String prefix = "model.layers." + layer + ".";
            matrix(writer, prefix + "input_layernorm.weight", ones, hidden);
            matrix(writer, prefix + "self_attn.q_proj.weight", square, hidden, hidden);
            matrix(writer, prefix + "self_attn.q_proj.bias", new float[hidden], hidden);
            for (String projection : List.of("k_proj", "v_proj")) {
                matrix(writer, prefix + "self_attn." + projection + ".weight", narrow, keys, hidden);
                matrix(writer, prefix + "self_attn." + projection + ".bias", new float[keys], keys);
            }
            matrix(writer, prefix + "self_attn.o_proj.weight", square, hidden, hidden);
            matrix(writer, prefix + "post_attention_layernorm.weight", ones, hidden);
            matrix(writer, prefix + "mlp.gate_proj.weight", wide, inner, hidden);
            matrix(writer, prefix + "mlp.up_proj.weight", wide, inner, hidden);
            matrix(writer, prefix + "mlp.down_proj.weight", wide, hidden, inner);
        }
        matrix(writer, "model.norm.weight", ones, hidden);
        writer.write(folder.resolve("model.safetensors"));
    }

    private static void matrix(SafetensorsWriter writer, String name, float[] values, long... shape) {
        writer.tensor(name, DataType.BF16, Arrays.stream(shape).boxed().toList(), values);
    }

    private static float[] random(int size) {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (0.1 * (random.nextDouble() - 0.5));
        }
        return values;
    }
}
