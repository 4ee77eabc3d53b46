package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.steering4j.internal.FloatFormats;
import org.steering4j.vector.LayerSteering;

/** A random model, wide enough for groups of 64 weights, in every precision against the reference decoder in float64. */
class PrecisionTest {

    private static final int[] PROMPT = {3, 14, 15, 9, 26, 5};
    private static final int[] ANSWER = {35, 8, 9, 7, 32, 38, 46, 2, 6};

    @TempDir
    private Path folder;

    private final RandomCheckpoint checkpoint = RandomCheckpoint.make(json -> {
        json.put("hidden_size", 128);
        json.put("intermediate_size", 192);
        json.put("tie_word_embeddings", false);
    });

    @BeforeEach
    void write() {
        // The deviations that RandomCheckpoint takes are for 32 inputs.
        checkpoint.weights.forEach((name, values) -> {
            if (checkpoint.shapes.get(name).size() == 2 && !name.contains("embed")) {
                for (int i = 0; i < values.length; i++) {
                    values[i] *= 0.5f;
                }
            }
        });
        checkpoint.write(folder);
    }

    @Test
    void should_refuse_weights_that_float16_cannot_hold(@TempDir Path path) {
        RandomCheckpoint checkpoint = RandomCheckpoint.llama();
        checkpoint.weights.get("model.layers.1.self_attn.k_proj.weight")[5] = -1e5f;
        LanguageModel.Builder builder =
                LanguageModel.builder().folder(checkpoint.write(path)).precision(Precision.FLOAT16);

        assertThatThrownBy(builder::build)
                .isInstanceOf(EngineException.class)
                .hasMessageContainingAll("beyond 65504", "take the precision bfloat16");
    }

    @ParameterizedTest
    @EnumSource
    void should_end_the_loading_when_its_listener_throws(Precision precision) {
        Set<Thread> told = new HashSet<>();
        LanguageModel.Builder builder = LanguageModel.builder()
                .folder(folder)
                .precision(precision)
                .loadingListener((loaded, total) -> {
                    told.add(Thread.currentThread());
                    if (loaded > total / 2) {
                        throw new IllegalStateException("enough");
                    }
                });

        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("enough");
        assertThat(told).containsOnly(Thread.currentThread());
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("steered-loading");
    }

    private LanguageModel open(Precision precision) {
        return LanguageModel.builder().folder(folder).precision(precision).build();
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32, 1e-5", "FLOAT16, 5e-3", "BFLOAT16, 0.2", "INT8, 0.3", "INT4, 2.5"})
    void should_come_as_close_to_the_reference_as_the_precision_allows(Precision precision, double tolerance) {
        double[] expected = new ReferenceDecoder(checkpoint).logProbabilities(PROMPT, ANSWER, Map.of());
        try (LanguageModel model = open(precision)) {
            double[] scores = model.logProbabilities(PROMPT, ANSWER, LayerSteering.none());

            assertThat(model.precision()).isEqualTo(precision);
            assertThat(scores).containsExactly(expected, within(tolerance));
        }
    }

    /** Of a million tokens, whose head FBGEMM packs in pieces, some at each end are not all zero. */
    @ParameterizedTest
    @CsvSource({"FLOAT16, 5e-3", "INT8, 0.3"})
    void should_score_the_tokens_of_a_large_vocabulary(Precision precision, double tolerance, @TempDir Path path) {
        RandomCheckpoint large = RandomCheckpoint.llama();
        int vocabulary = 1_048_700;
        float[] few = large.weights.get("model.embed_tokens.weight");
        float[] embedding = Arrays.copyOf(few, vocabulary * 32);
        System.arraycopy(few, 0, embedding, embedding.length - few.length, few.length);
        large.weights.put("model.embed_tokens.weight", embedding);
        large.shapes.put("model.embed_tokens.weight", List.of((long) vocabulary, 32L));
        large.configuration.put("vocab_size", vocabulary);
        large.write(path);
        int[] answer = {vocabulary - 1, 3, vocabulary - 60, 60};

        double[] expected = scores(path, Precision.FLOAT32, answer);
        assertThat(expected).doesNotHaveDuplicates();
        assertThat(scores(path, precision, answer)).containsExactly(expected, within(tolerance));
    }

    private static double[] scores(Path folder, Precision precision, int[] answer) {
        try (LanguageModel model =
                LanguageModel.builder().folder(folder).precision(precision).build()) {
            return model.logProbabilities(PROMPT, answer, LayerSteering.none());
        }
    }

    /** Each row of a matrix on a grid, and so each input: of 127 steps where the processor can add as many, else of 63. */
    @Test
    void should_be_the_reference_on_the_grid_of_8_bits() {
        double[] exact = new ReferenceDecoder(checkpoint).logProbabilities(PROMPT, ANSWER, Map.of());
        matrices().forEach((name, values) -> roundTo8Bits(values, columns(name)));
        List<double[]> expected = new ArrayList<>();
        for (int steps : new int[] {127, 63}) {
            expected.add(new ReferenceDecoder(checkpoint, x -> rounded(x, steps))
                    .logProbabilities(PROMPT, ANSWER, Map.of()));
        }
        try (LanguageModel model = open(Precision.INT8)) {
            double[] scores = model.logProbabilities(PROMPT, ANSWER, LayerSteering.none());
            assertThat(expected)
                    .anySatisfy(values -> assertThat(scores).containsExactly(values, within(0.02)))
                    .allSatisfy(values -> assertThat(distance(values, exact)).isGreaterThan(0.06));
        }
    }

    /** All that errs beside the grid of the weights is bfloat16. */
    @Test
    void should_be_the_reference_on_the_grid_of_4_bits() {
        double[] exact = new ReferenceDecoder(checkpoint).logProbabilities(PROMPT, ANSWER, Map.of());
        matrices().forEach((name, values) -> {
            if (name.contains("lm_head")) {
                roundTo8Bits(values, columns(name));
            } else {
                roundTo4Bits(values);
            }
        });
        double[] expected = new ReferenceDecoder(checkpoint).logProbabilities(PROMPT, ANSWER, Map.of());
        try (LanguageModel model = open(Precision.INT4)) {
            assertThat(model.logProbabilities(PROMPT, ANSWER, LayerSteering.none()))
                    .containsExactly(expected, within(0.2));
            assertThat(distance(expected, exact)).isGreaterThan(0.6);
        }
    }

    private Map<String, float[]> matrices() {
        Map<String, float[]> matrices = new LinkedHashMap<>(checkpoint.weights);
        matrices.keySet().removeIf(name -> checkpoint.shapes.get(name).size() == 1 || name.contains("embed"));
        return matrices;
    }

    private int columns(String name) {
        return Math.toIntExact(checkpoint.shapes.get(name).get(1));
    }

    /** The largest of all differences. */
    private static double distance(double[] a, double[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    private static double[] rounded(double[] x, int steps) {
        double largest = Arrays.stream(x).map(Math::abs).max().orElseThrow();
        return Arrays.stream(x)
                .map(value -> Math.rint(value / largest * steps) / steps * largest)
                .toArray();
    }

    /** 127 steps on each side of zero, up to the largest weight of a row. */
    private static void roundTo8Bits(float[] values, int columns) {
        for (int row = 0; row < values.length; row += columns) {
            float largest = 0;
            for (int i = row; i < row + columns; i++) {
                largest = Math.max(largest, Math.abs(values[i]));
            }
            for (int i = row; i < row + columns; i++) {
                values[i] = (float) (Math.rint(values[i] / largest * 127) * largest / 127);
            }
        }
    }

    /** 16 steps from the least to the largest of 64 weights of a row; the step and the value in the middle are in bfloat16. */
    private static void roundTo4Bits(float[] values) {
        for (int group = 0; group < values.length; group += 64) {
            float least = Float.MAX_VALUE;
            float largest = -Float.MAX_VALUE;
            for (int i = group; i < group + 64; i++) {
                least = Math.min(least, values[i]);
                largest = Math.max(largest, values[i]);
            }
            float step = bfloat16((largest - least) / 15);
            float middle = bfloat16(least + 8 * step);
            for (int i = group; i < group + 64; i++) {
                double steps = Math.rint((values[i] - middle) / step);
                values[i] = (float) (Math.max(-8, Math.min(7, steps)) * step + middle);
            }
        }
    }

    private static float bfloat16(float value) {
        return FloatFormats.fromBfloat16(FloatFormats.toBfloat16(value));
    }

    /** Of the five, each is worse than the one before it, if it rounds what it says. */
    @Test
    void should_err_more_the_fewer_bits_there_are() {
        double[] expected = new ReferenceDecoder(checkpoint).logProbabilities(PROMPT, ANSWER, Map.of());
        List<Double> errors = new ArrayList<>();
        for (Precision precision : List.of(Precision.FLOAT32, Precision.FLOAT16, Precision.BFLOAT16, Precision.INT4)) {
            try (LanguageModel model = open(precision)) {
                double[] scores = model.logProbabilities(PROMPT, ANSWER, LayerSteering.none());
                double squares = 0;
                for (int i = 0; i < scores.length; i++) {
                    squares += Math.pow(scores[i] - expected[i], 2);
                }
                errors.add(Math.sqrt(squares));
            }
        }
        assertThat(errors).isSorted();
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void should_give_the_same_answers_alone_in_a_batch_and_again(Precision precision) {
        Random random = new Random(5);
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int[] prompt = random.ints(4 + 3 * i, 0, 61).toArray();
            requests.add(new GenerationRequest(prompt, LayerSteering.none(), Sampling.greedy(), 6, Set.of()));
        }
        try (LanguageModel model = open(precision)) {
            List<int[]> together = model.generate(requests).stream()
                    .map(GenerationResult::tokens)
                    .toList();
            for (int i = 0; i < requests.size(); i++) {
                assertThat(model.generate(requests.get(i), TokenListener.NONE).tokens())
                        .isEqualTo(together.get(i));
            }
        }
    }

    /** The blocks above the lowest steered one are run anew for a prompt that is known, of which no token's logits are asked for. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void should_take_up_a_prompt_that_was_run_under_another_steering(Precision precision) {
        int[] longer = Arrays.copyOf(PROMPT, PROMPT.length + 2);
        try (LanguageModel model = open(precision);
                LanguageModel fresh = open(precision)) {
            model.expectSteeringFrom(1);
            for (float strength : new float[] {0, 0.5f, -0.5f}) {
                float[] vector = new float[128];
                Arrays.fill(vector, strength);
                LayerSteering steering = LayerSteering.of(new TreeMap<>(Map.of(1, vector, 3, vector)));
                GenerationRequest first = new GenerationRequest(PROMPT, steering, Sampling.greedy(), 4, Set.of());
                GenerationRequest next = new GenerationRequest(longer, steering, Sampling.greedy(), 4, Set.of());

                model.generate(List.of(first, first));
                GenerationResult result = model.generate(next, TokenListener.NONE);

                assertThat(result.cachedTokens()).isPositive();
                assertThat(result.tokens())
                        .isEqualTo(fresh.generate(next, TokenListener.NONE).tokens());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void should_add_steering_in_float32_after_the_block(Precision precision) {
        float[] vector = new float[128];
        Arrays.fill(vector, 0.7f);
        try (LanguageModel model = open(precision)) {
            float[][] plain = model.hiddenStates(PROMPT, 1, LayerSteering.none());
            float[][] steered = model.hiddenStates(PROMPT, 1, LayerSteering.of(new TreeMap<>(Map.of(1, vector))));
            for (int token = 0; token < PROMPT.length; token++) {
                for (int i = 0; i < vector.length; i++) {
                    assertThat(steered[token][i]).isCloseTo(plain[token][i] + 0.7f, within(0.04f));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"FLOAT16", "INT8", "INT4"})
    void should_refuse_to_train_where_no_derivatives_can_be_taken(Precision precision) {
        try (LanguageModel model = open(precision)) {
            assertThatThrownBy(() ->
                            model.continuations(List.of(new Continuation(PROMPT, ANSWER)), new TreeSet<>(List.of(1))))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContainingAll(precision.toString(), "float32", "bfloat16");
        }
    }

    @Test
    void should_be_named_as_its_text_says() {
        for (Precision precision : Precision.values()) {
            assertThat(Precision.named(precision.toString().toUpperCase(java.util.Locale.ROOT)))
                    .isEqualTo(precision);
        }
        assertThatThrownBy(() -> Precision.named("int3"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("int3", "float32, bfloat16, float16, int8, int4");
    }
}
