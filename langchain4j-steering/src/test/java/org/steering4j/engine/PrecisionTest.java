package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
