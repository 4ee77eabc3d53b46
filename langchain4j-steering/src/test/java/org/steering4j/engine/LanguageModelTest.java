package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.steering4j.vector.LayerSteering;

class LanguageModelTest {

    private static final double TOLERANCE = 1e-4;
    private static final int[] PROMPT = {3, 14, 15, 9, 26, 5};
    private static final int[] ANSWER = {35, 8, 9, 7};

    @TempDir
    static Path folder;

    private static RandomCheckpoint checkpoint;
    private static ReferenceDecoder reference;
    private static LanguageModel model;

    @BeforeAll
    static void open() {
        checkpoint = RandomCheckpoint.llama();
        reference = new ReferenceDecoder(checkpoint);
        model = open(checkpoint.write(folder));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static LanguageModel open(Path path) {
        return LanguageModel.builder().folder(path).precision(Precision.FLOAT32).build();
    }

    /** The variants of the architecture that must agree with the reference. */
    enum Variant {
        GROUPED_QUERY_ATTENTION(json -> {}),
        MULTI_HEAD_ATTENTION(json -> json.put("num_key_value_heads", 4)),
        MULTI_QUERY_ATTENTION(json -> json.put("num_key_value_heads", 1)),
        UNTIED_EMBEDDINGS(json -> json.put("tie_word_embeddings", false)),
        OTHER_HEAD_SIZE(json -> json.put("head_dim", 6)),
        LINEAR_ROTARY_SCALING(json ->
                json.putObject("rope_scaling").put("rope_type", "linear").put("factor", 2.5)),
        LLAMA3_ROTARY_SCALING(json -> json.putObject("rope_scaling")
                .put("rope_type", "llama3")
                .put("factor", 8.0)
                .put("low_freq_factor", 1.0)
                .put("high_freq_factor", 4.0)
                .put("original_max_position_embeddings", 16)),
        QWEN2(json -> {
            json.putArray("architectures").add("Qwen2ForCausalLM");
            json.put("model_type", "qwen2");
            json.put("tie_word_embeddings", false);
        });

        private final Consumer<ObjectNode> change;

        Variant(Consumer<ObjectNode> change) {
            this.change = change;
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_agree_with_float64_reference(Variant variant, @TempDir Path path) {
        RandomCheckpoint random = RandomCheckpoint.make(variant.change);
        ReferenceDecoder decoder = new ReferenceDecoder(random);
        Map<Integer, float[]> steering = Map.of(1, vector(1), 3, vector(2));
        try (LanguageModel opened = open(random.write(path))) {
            assertClose(
                    opened.logProbabilities(PROMPT, ANSWER, LayerSteering.none()),
                    decoder.logProbabilities(PROMPT, ANSWER, Map.of()));
            assertClose(
                    opened.logProbabilities(PROMPT, ANSWER, LayerSteering.of(steering)),
                    decoder.logProbabilities(PROMPT, ANSWER, steering));
        }
    }

    @Test
    void should_give_hidden_states_of_every_block_as_the_reference_does() {
        Map<Integer, float[]> steering = Map.of(0, vector(3), 2, vector(4));
        double[][][] expected = reference.hiddenStates(PROMPT, steering);
        for (int block = 0; block < 4; block++) {
            float[][] states = model.hiddenStates(PROMPT, block, LayerSteering.of(steering));
            for (int t = 0; t < PROMPT.length; t++) {
                for (int i = 0; i < states[t].length; i++) {
                    assertThat((double) states[t][i]).isCloseTo(expected[block][t][i], within(TOLERANCE));
                }
            }
        }
    }

    @Test
    void should_generate_the_likeliest_tokens_of_full_recomputation() {
        Map<Integer, float[]> steering = Map.of(1, vector(5));
        int[] generated = greedy(PROMPT, LayerSteering.of(steering), 20);
        List<Integer> tokens = new ArrayList<>(IntStream.of(PROMPT).boxed().toList());
        for (int token : generated) {
            double[][] logits =
                    reference.logits(tokens.stream().mapToInt(Integer::intValue).toArray(), steering);
            double[] last = logits[logits.length - 1];
            assertThat(token)
                    .isEqualTo(IntStream.range(0, last.length)
                            .reduce((a, b) -> last[b] > last[a] ? b : a)
                            .orElseThrow());
            tokens.add(token);
        }
    }

    @Test
    void should_generate_a_batch_as_its_rows_alone() {
        List<GenerationRequest> requests = List.of(
                request(new int[] {1}, LayerSteering.none(), Sampling.greedy(), 12),
                request(PROMPT, LayerSteering.of(Map.of(1, vector(6))), Sampling.greedy(), 3),
                request(new int[] {5, 4, 3, 2, 1, 0, 9, 8, 7}, LayerSteering.of(Map.of(3, vector(7))), sampled(11), 25),
                request(PROMPT, LayerSteering.of(Map.of(1, vector(8), 2, vector(9))), sampled(12), 17));
        List<GenerationResult> together = model.generate(requests);
        for (int i = 0; i < requests.size(); i++) {
            assertThat(together.get(i).tokens())
                    .isEqualTo(
                            model.generate(requests.get(i), TokenListener.NONE).tokens());
        }
    }

    @Test
    void should_score_a_batch_as_its_rows_alone() {
        List<Continuation> rows = List.of(
                new Continuation(PROMPT, ANSWER),
                new Continuation(new int[] {2}, new int[] {4}),
                new Continuation(ANSWER, PROMPT));
        LayerSteering steering = LayerSteering.of(Map.of(2, vector(10)));
        List<double[]> together = model.logProbabilities(rows, steering);
        for (int i = 0; i < rows.size(); i++) {
            double[] alone =
                    model.logProbabilities(rows.get(i).prompt(), rows.get(i).answer(), steering);
            assertThat(together.get(i)).containsExactly(alone, within(1e-5));
        }
    }

    @Test
    void should_not_change_a_bit_when_the_steering_is_zero() {
        LayerSteering zero = LayerSteering.of(Map.of(1, new float[32]));
        assertThat(model.logProbabilities(PROMPT, ANSWER, zero))
                .isEqualTo(model.logProbabilities(PROMPT, ANSWER, LayerSteering.none()));
    }

    @Test
    void should_change_the_answer_when_steered() {
        double[] unsteered = model.logProbabilities(PROMPT, ANSWER, LayerSteering.none());
        for (int layer = 0; layer < 4; layer++) {
            assertThat(model.logProbabilities(PROMPT, ANSWER, LayerSteering.of(Map.of(layer, vector(11)))))
                    .isNotEqualTo(unsteered);
        }
    }

    @Test
    void should_differentiate_as_central_differences_do() {
        List<Continuation> examples = List.of(new Continuation(PROMPT, ANSWER), new Continuation(ANSWER, PROMPT));
        double[] signs = {1, -1};
        double[] weights = {0.7, -1.3};
        float[][] vector = {vector(12), vector(13)};
        try (SteeredContinuations continuations =
                model.continuations(examples, new java.util.TreeSet<>(Set.of(1, 2)))) {
            float[][] gradient;
            try (SteeredContinuations.ForwardPass pass = continuations.forward(new int[] {0, 1}, vector, signs)) {
                gradient = pass.gradient(weights);
            }
            Random random = new Random(3);
            for (int probe = 0; probe < 20; probe++) {
                float[][] direction = {new float[32], new float[32]};
                double slope = 0;
                for (int layer = 0; layer < 2; layer++) {
                    for (int i = 0; i < 32; i++) {
                        direction[layer][i] = (float) random.nextGaussian();
                        slope += gradient[layer][i] * direction[layer][i];
                    }
                }
                double step = 1e-3;
                double difference = (referenceObjective(examples, vector, direction, step, signs, weights)
                                - referenceObjective(examples, vector, direction, -step, signs, weights))
                        / (2 * step);
                assertThat(slope).isCloseTo(difference, within(0.01 * Math.abs(difference) + 1e-4));
            }
        }
    }

    private static double referenceObjective(
            List<Continuation> examples,
            float[][] vector,
            float[][] direction,
            double step,
            double[] signs,
            double[] weights) {
        double sum = 0;
        for (int example = 0; example < examples.size(); example++) {
            float[][] moved = new float[2][32];
            for (int layer = 0; layer < 2; layer++) {
                for (int i = 0; i < 32; i++) {
                    moved[layer][i] = (float) (signs[example] * (vector[layer][i] + step * direction[layer][i]));
                }
            }
            Continuation row = examples.get(example);
            for (double score :
                    reference.logProbabilities(row.prompt(), row.answer(), Map.of(1, moved[0], 2, moved[1]))) {
                sum += weights[example] * score;
            }
        }
        return sum;
    }

    @Test
    void should_score_from_cached_hidden_states_as_from_the_start() {
        List<Continuation> examples = List.of(new Continuation(PROMPT, ANSWER), new Continuation(ANSWER, PROMPT));
        float[][] vector = {vector(14)};
        try (SteeredContinuations continuations = model.continuations(examples, new java.util.TreeSet<>(Set.of(2)));
                SteeredContinuations.ForwardPass pass =
                        continuations.forward(new int[] {1, 0}, vector, new double[] {-0.5, 2})) {
            double[] scores = pass.logProbabilities();
            assertThat(scores[0])
                    .isCloseTo(
                            sum(model.logProbabilities(
                                    ANSWER, PROMPT, LayerSteering.of(Map.of(2, scaled(vector[0], -0.5f))))),
                            within(TOLERANCE));
            assertThat(scores[1])
                    .isCloseTo(
                            sum(model.logProbabilities(
                                    PROMPT, ANSWER, LayerSteering.of(Map.of(2, scaled(vector[0], 2))))),
                            within(TOLERANCE));
            assertThat(continuations.unsteeredLogProbability(0))
                    .isCloseTo(sum(model.logProbabilities(PROMPT, ANSWER, LayerSteering.none())), within(TOLERANCE));
        }
    }

    @Test
    void should_repeat_itself_for_the_same_seed_and_differ_for_another() {
        int[] first = model.generate(request(PROMPT, LayerSteering.none(), sampled(1), 30), TokenListener.NONE)
                .tokens();
        assertThat(model.generate(request(PROMPT, LayerSteering.none(), sampled(1), 30), TokenListener.NONE)
                        .tokens())
                .isEqualTo(first);
        assertThat(model.generate(request(PROMPT, LayerSteering.none(), sampled(2), 30), TokenListener.NONE)
                        .tokens())
                .isNotEqualTo(first);
    }

    @Test
    void should_stop_at_end_token_at_maximum_at_full_context_and_at_the_listeners_word() {
        int[] free = greedy(PROMPT, LayerSteering.none(), 10);
        int first = free[0];
        GenerationResult ended = model.generate(
                new GenerationRequest(PROMPT, LayerSteering.none(), Sampling.greedy(), 10, Set.of(first)),
                TokenListener.NONE);
        assertThat(ended.cause()).isEqualTo(StopCause.END_TOKEN);
        assertThat(ended.tokens()).isEmpty();
        GenerationResult maximum =
                model.generate(request(PROMPT, LayerSteering.none(), Sampling.greedy(), 5), TokenListener.NONE);
        assertThat(maximum.cause()).isEqualTo(StopCause.MAXIMUM_TOKENS);
        assertThat(maximum.tokens()).hasSize(5);
        GenerationResult full =
                model.generate(request(PROMPT, LayerSteering.none(), Sampling.greedy(), 1000), TokenListener.NONE);
        assertThat(full.cause()).isEqualTo(StopCause.CONTEXT_FULL);
        assertThat(full.tokens()).hasSize(64 - PROMPT.length);
        List<Integer> heard = new ArrayList<>();
        GenerationResult stopped =
                model.generate(request(PROMPT, LayerSteering.none(), Sampling.greedy(), 10), token -> {
                    heard.add(token);
                    return heard.size() < 3;
                });
        assertThat(stopped.cause()).isEqualTo(StopCause.LISTENER);
        assertThat(stopped.tokens())
                .containsExactly(heard.stream().mapToInt(Integer::intValue).toArray());
        assertThat(heard).hasSize(3);
    }

    /** Allows what has the parity of the tokens generated before, until a number of them. */
    private static TokenConstraint alternating(int last) {
        return new TokenConstraint() {
            private int generated;

            @Override
            public void exclude(float[] logits) {
                for (int token = 0; token < logits.length; token++) {
                    logits[token] = token % 2 == generated % 2 ? logits[token] : Float.NEGATIVE_INFINITY;
                }
            }

            @Override
            public boolean advance(int token) {
                return ++generated < last;
            }

            @Override
            public boolean isCutShort() {
                return last == 3;
            }
        };
    }

    @Test
    void should_hold_each_row_to_its_constraint() {
        List<Integer> limits = new ArrayList<>();
        List<GenerationRequest> requests = Stream.of(6, 3, 1000)
                .map(last -> new GenerationRequest(
                        PROMPT,
                        LayerSteering.none(),
                        sampled(last),
                        1000,
                        Set.of(),
                        maximumTokens -> {
                            limits.add(maximumTokens);
                            return last == 1000 ? TokenConstraint.NONE : alternating(last);
                        },
                        null))
                .toList();
        List<GenerationResult> results = model.generate(requests);
        assertThat(results)
                .extracting(GenerationResult::cause)
                .containsExactly(StopCause.CONSTRAINT_MET, StopCause.MAXIMUM_TOKENS, StopCause.CONTEXT_FULL);
        assertThat(limits).containsOnly(64 - PROMPT.length);
        assertThat(IntStream.of(results.get(0).tokens()).map(token -> token % 2))
                .containsExactly(0, 1, 0, 1, 0, 1);
        assertThat(results.get(1).tokens()).hasSize(3);
        assertThat(results.get(2).tokens())
                .isEqualTo(
                        model.generate(request(PROMPT, LayerSteering.none(), sampled(1000), 1000), TokenListener.NONE)
                                .tokens());
    }

    @Test
    void should_open_shards_as_one_file(@TempDir Path path) {
        try (LanguageModel sharded = open(checkpoint.writeSharded(path))) {
            assertThat(sharded.logProbabilities(PROMPT, ANSWER, LayerSteering.none()))
                    .isEqualTo(model.logProbabilities(PROMPT, ANSWER, LayerSteering.none()));
        }
    }

    @Test
    void should_come_near_float32_in_bfloat16() {
        try (LanguageModel coarse = LanguageModel.builder()
                .folder(folder)
                .precision(Precision.BFLOAT16)
                .build()) {
            assertThat(coarse.logProbabilities(PROMPT, ANSWER, LayerSteering.of(Map.of(1, vector(15)))))
                    .containsExactly(
                            model.logProbabilities(PROMPT, ANSWER, LayerSteering.of(Map.of(1, vector(15)))),
                            within(0.3));
            assertThat(coarse.generate(request(PROMPT, LayerSteering.none(), Sampling.greedy(), 5), TokenListener.NONE)
                            .tokens())
                    .hasSize(5);
        }
    }

    @Test
    void should_refuse_what_does_not_fit_before_it_reaches_native_code() {
        assertThatThrownBy(() -> model.logProbabilities(new int[] {61}, ANSWER, LayerSteering.none()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("61")
                .hasMessageContaining("0 to 60");
        assertThatThrownBy(() -> model.logProbabilities(PROMPT, ANSWER, LayerSteering.of(Map.of(4, vector(1)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer 4 is out of range: " + folder.getFileName() + " has layers 0 to 3");
        assertThatThrownBy(() -> model.logProbabilities(PROMPT, ANSWER, LayerSteering.of(Map.of(1, new float[31]))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("31")
                .hasMessageContaining("32");
        assertThatThrownBy(() -> greedy(new int[64], LayerSteering.none(), 1))
                .isInstanceOf(PromptTooLongException.class)
                .hasMessageContaining("64");
        assertThatThrownBy(() -> model.hiddenStates(PROMPT, -1, LayerSteering.none()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void should_refuse_work_after_close_and_end_work_at_close() {
        LanguageModel closing = open(folder);
        assertThatThrownBy(
                        () -> closing.generate(request(PROMPT, LayerSteering.none(), Sampling.greedy(), 50), token -> {
                            closing.close();
                            return true;
                        }))
                .isInstanceOf(ModelClosedException.class)
                .hasMessageContaining(folder.getFileName().toString());
        closing.close();
        assertThatThrownBy(() -> closing.logProbabilities(PROMPT, ANSWER, LayerSteering.none()))
                .isInstanceOf(ModelClosedException.class);
    }

    @Test
    void should_serve_ten_threads_at_once() {
        int[] expected = greedy(PROMPT, LayerSteering.none(), 20);
        List<int[]> answers = IntStream.range(0, 40)
                .parallel()
                .mapToObj(i -> greedy(PROMPT, LayerSteering.none(), 20))
                .toList();
        assertThat(answers).allSatisfy(answer -> assertThat(answer).isEqualTo(expected));
    }

    private static GenerationRequest request(int[] prompt, LayerSteering steering, Sampling sampling, int maximum) {
        return new GenerationRequest(prompt, steering, sampling, maximum, Set.of());
    }

    private static int[] greedy(int[] prompt, LayerSteering steering, int maximum) {
        return model.generate(request(prompt, steering, Sampling.greedy(), maximum), TokenListener.NONE)
                .tokens();
    }

    private static Sampling sampled(long seed) {
        return Sampling.builder()
                .temperature(1.2)
                .topK(30)
                .topP(0.95)
                .seed(seed)
                .build();
    }

    private static float[] vector(long seed) {
        Random random = new Random(seed);
        float[] vector = new float[32];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private static float[] scaled(float[] vector, float factor) {
        float[] scaled = vector.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= factor;
        }
        return scaled;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    private static void assertClose(double[] actual, double[] expected) {
        assertThat(actual).containsExactly(expected, within(TOLERANCE));
    }
}
