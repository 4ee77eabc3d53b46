package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.vector.LayerSteering;

/** Many requests at once, and one after the other on the same beginning, on the real engine. */
@Timeout(300)
class ServingTest {

    private static final int VOCABULARY = 61;
    private static final LayerSteering FIRST = LayerSteering.of(Map.of(1, vector(1)));
    private static final LayerSteering SECOND = LayerSteering.of(Map.of(1, vector(2), 3, vector(3)));
    private static final LayerSteering THIRD = LayerSteering.of(Map.of(1, vector(2), 3, vector(4)));
    private static final LayerSteering HIGHER = LayerSteering.of(Map.of(2, vector(5)));
    private static final LayerSteering LOWER = LayerSteering.of(Map.of(0, vector(6)));

    @TempDir
    static Path folder;

    private static RandomCheckpoint checkpoint;
    /** Without a cache: the truth. */
    private static LanguageModel plain;

    private static final ExecutorService CALLERS = Executors.newCachedThreadPool();

    @BeforeAll
    static void open() {
        checkpoint = RandomCheckpoint.make(json -> json.put("max_position_embeddings", 1200));
        checkpoint.write(folder);
        plain = open(0);
    }

    @AfterAll
    static void close() {
        plain.close();
        CALLERS.shutdownNow();
    }

    private static LanguageModel open(long cacheBytes) {
        return LanguageModel.builder()
                .folder(folder)
                .precision(Precision.FLOAT32)
                .cacheBytes(cacheBytes)
                .build();
    }

    @Test
    void should_answer_a_prompt_of_several_chunks_as_the_reference_does() {
        int[] prompt = tokens(700, 1);
        int[] answer = generate(plain, prompt, SECOND, 6).tokens();
        double[][] logits =
                new ReferenceDecoder(checkpoint).logits(joined(prompt, answer), Map.of(1, vector(2), 3, vector(3)));
        for (int i = 0; i < answer.length; i++) {
            double[] last = logits[prompt.length - 1 + i];
            assertThat(answer[i])
                    .isEqualTo(IntStream.range(0, last.length)
                            .reduce((a, b) -> last[b] > last[a] ? b : a)
                            .orElseThrow());
        }
    }

    /** A pass over chunks that no token follows yet asks for no logits at all. */
    @Test
    void should_answer_prompts_of_several_chunks_side_by_side_under_different_steerings_of_the_last_block() {
        List<GenerationRequest> requests = Stream.of(SECOND, THIRD)
                .map(steering -> new GenerationRequest(tokens(700, 1), steering, Sampling.greedy(), 6, Set.of()))
                .toList();

        List<GenerationResult> together = plain.generate(requests);

        for (int i = 0; i < requests.size(); i++) {
            assertThat(together.get(i).tokens())
                    .isEqualTo(
                            plain.generate(requests.get(i), TokenListener.NONE).tokens());
        }
    }

    @Test
    void should_answer_sixteen_threads_with_mixed_steerings_each_as_if_alone() throws Exception {
        List<LayerSteering> steerings = List.of(LayerSteering.none(), FIRST, SECOND, THIRD, HIGHER, LOWER);
        List<GenerationRequest> requests = IntStream.range(0, 48)
                .mapToObj(i -> new GenerationRequest(
                        tokens(1 + 61 * i % 500, i % 5),
                        steerings.get(i % steerings.size()),
                        i % 3 == 0 ? Sampling.builder().temperature(1.1).seed(i).build() : Sampling.greedy(),
                        1 + 7 * i % 40,
                        Set.of(3)))
                .toList();
        List<int[]> alone = requests.stream()
                .map(request -> plain.generate(request, TokenListener.NONE).tokens())
                .toList();
        try (LanguageModel caching = open(1 << 20)) {
            for (LanguageModel model : List.of(plain, caching)) {
                List<CompletableFuture<Void>> threads = IntStream.range(0, 16)
                        .mapToObj(thread -> CompletableFuture.runAsync(
                                () -> {
                                    for (int i = thread; i < requests.size(); i += 16) {
                                        assertThat(model.generate(requests.get(i), token -> true)
                                                        .tokens())
                                                .isEqualTo(alone.get(i));
                                    }
                                },
                                CALLERS))
                        .toList();
                for (CompletableFuture<Void> thread : threads) {
                    thread.get();
                }
            }
        }
    }

    @Test
    void should_run_chunks_of_prompts_that_are_steered_after_the_last_block_side_by_side() {
        List<GenerationRequest> requests =
                List.of(request(tokens(700, 4), SECOND, 3), request(tokens(600, 5), THIRD, 3));
        assertThat(plain.generate(requests))
                .extracting(GenerationResult::tokens)
                .containsExactlyElementsOf(requests.stream()
                        .map(request ->
                                plain.generate(request, TokenListener.NONE).tokens())
                        .toList());
    }

    @Test
    void should_hold_no_arrays_of_rows_that_have_come_and_gone() {
        try (NDManager scope = plain.newScope()) {
            KeyValueCache cache = new KeyValueCache(plain, scope, 0);
            cache.reserve(0, 2, 10);
            for (int i = 0; i < 50; i++) {
                cache.clearedRow(1).close();
                cache.copy(cache, 0, 1, 5);
            }
            assertThat(scope.getManagedArrays()).containsExactly(cache.array());
        }
    }

    @Test
    void should_answer_more_requests_at_once_than_there_are_rows() {
        List<GenerationRequest> requests = IntStream.range(0, 70)
                .mapToObj(i -> request(tokens(5 + i, i), i % 2 == 0 ? FIRST : LayerSteering.none(), 4))
                .toList();
        assertThat(plain.generate(requests))
                .hasSize(70)
                .allSatisfy(result -> assertThat(result.tokens()).hasSize(4));
    }

    @Test
    void should_answer_each_as_if_alone_when_rows_wait_for_memory_in_between() {
        List<LayerSteering> steerings = List.of(LayerSteering.none(), FIRST, HIGHER);
        List<GenerationRequest> requests = IntStream.range(0, 9)
                .mapToObj(i -> request(tokens(20 + 31 * i % 70, 60 + i), steerings.get(i % 3), 60))
                .toList();
        for (int cacheBytes : new int[] {0, 1 << 20}) {
            PrefixCache prefixes = new PrefixCache(plain, cacheBytes);
            UseCount uses = new UseCount("random", prefixes::close);
            ContinuousBatch batch = new ContinuousBatch(
                    "random",
                    uses,
                    1200,
                    new ContinuousBatch.Limits(8, 10, 400),
                    true,
                    () -> new KeyValueRows(plain, prefixes));
            List<GenerationResult> together = batch.generate(requests, Collections.nCopies(9, TokenListener.NONE));
            uses.close();
            batch.close();
            for (int i = 0; i < requests.size(); i++) {
                assertThat(together.get(i).tokens())
                        .isEqualTo(plain.generate(requests.get(i), TokenListener.NONE)
                                .tokens());
            }
        }
    }

    @Test
    void should_go_on_with_a_conversation_from_what_is_known_of_it() {
        try (LanguageModel caching = open(64 << 20)) {
            for (LayerSteering steering : List.of(LayerSteering.none(), FIRST, SECOND)) {
                int[] history = tokens(300, 2);
                int known = 0;
                for (int turn = 0; turn < 4; turn++) {
                    GenerationResult result = generate(caching, history, steering, 20);
                    assertThat(result.tokens())
                            .isEqualTo(generate(plain, history, steering, 20).tokens());
                    if (turn > 0) {
                        assertThat(result.cachedTokens()).isEqualTo(known);
                    }
                    int[] answered = joined(history, result.tokens());
                    known = answered.length - 1; // the last token was chosen and not run
                    history = joined(answered, tokens(30, turn));
                }
            }
        }
    }

    @Test
    void should_run_at_least_the_last_token_of_a_known_prompt() {
        try (LanguageModel caching = open(64 << 20)) {
            int[] prompt = tokens(200, 3);
            int[] answer = generate(caching, prompt, FIRST, 10).tokens();
            GenerationResult again = generate(caching, prompt, FIRST, 10);
            assertThat(again.tokens()).isEqualTo(answer);
            assertThat(again.cachedTokens()).isEqualTo(199);
        }
    }

    @Test
    void should_go_on_under_another_steering_from_the_blocks_that_do_not_depend_on_it() {
        try (LanguageModel caching = open(64 << 20)) {
            int[] history = tokens(600, 4);
            generate(caching, history, FIRST, 5);
            for (LayerSteering steering : List.of(SECOND, LayerSteering.none(), THIRD, HIGHER, FIRST, SECOND, HIGHER)) {
                int[] prompt = joined(history, tokens(20, 5));
                GenerationResult result = generate(caching, prompt, steering, 12);
                assertThat(result.cachedTokens()).isGreaterThanOrEqualTo(600);
                assertThat(result.tokens())
                        .isEqualTo(generate(plain, prompt, steering, 12).tokens());
                history = prompt;
            }
        }
    }

    @Test
    void should_not_go_on_from_blocks_that_a_lower_steering_changes() {
        try (LanguageModel caching = open(64 << 20)) {
            int[] prompt = tokens(150, 6);
            generate(caching, prompt, FIRST, 5);
            GenerationResult lower = generate(caching, prompt, LOWER, 12);
            assertThat(lower.cachedTokens()).isZero();
            assertThat(lower.tokens())
                    .isEqualTo(generate(plain, prompt, LOWER, 12).tokens());
            // From now on the lowest block is kept, and what was kept before serves the higher ones still.
            int[] longer = joined(prompt, tokens(90, 7));
            for (LayerSteering steering : List.of(FIRST, SECOND, LOWER, HIGHER, LayerSteering.none())) {
                GenerationResult result = generate(caching, longer, steering, 12);
                assertThat(result.cachedTokens()).isGreaterThanOrEqualTo(149);
                assertThat(result.tokens())
                        .isEqualTo(generate(plain, longer, steering, 12).tokens());
            }
        }
    }

    @Test
    void should_go_on_after_any_change_of_steering_when_the_lowest_block_is_known() {
        List<LayerSteering> steerings = List.of(LayerSteering.none(), FIRST, SECOND, THIRD, HIGHER);
        try (LanguageModel caching = open(64 << 20)) {
            caching.expectSteeringFrom(1);
            caching.expectSteeringFrom(2); // of another application on the same model: the lowest counts
            for (LayerSteering from : steerings) {
                for (LayerSteering to : steerings) {
                    int[] history = tokens(200, 100 + 10 * steerings.indexOf(from) + steerings.indexOf(to));
                    assertThat(generate(caching, history, from, 5).cachedTokens())
                            .isLessThan(5);
                    for (LayerSteering next : List.of(to, from)) {
                        int known = history.length;
                        history = joined(history, tokens(20, 5));
                        GenerationResult result = generate(caching, history, next, 12);
                        assertThat(result.cachedTokens()).isGreaterThanOrEqualTo(known);
                        assertThat(result.tokens())
                                .isEqualTo(generate(plain, history, next, 12).tokens());
                    }
                }
            }
        }
    }

    @Test
    void should_refuse_to_expect_a_steering_of_a_block_that_there_is_not() {
        for (int block : new int[] {-1, 4}) {
            assertThatThrownBy(() -> plain.expectSteeringFrom(block))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("layer " + block)
                    .hasMessageContaining("0 to 3");
        }
    }

    @Test
    void should_use_the_common_beginning_of_texts_that_part() {
        try (LanguageModel caching = open(64 << 20)) {
            int[] system = tokens(170, 8);
            generate(caching, joined(system, tokens(50, 9)), FIRST, 5);
            for (int i = 0; i < 5; i++) {
                int[] question = tokens(30, 20 + i);
                question[0] = i; // parts here at the latest
                int[] prompt = joined(system, question);
                GenerationResult result = generate(caching, prompt, FIRST, 8);
                assertThat(result.cachedTokens()).isBetween(170, 172);
                assertThat(result.tokens())
                        .isEqualTo(generate(plain, prompt, FIRST, 8).tokens());
            }
        }
    }

    @Test
    void should_keep_no_more_than_its_budget_and_forget_what_was_not_used() {
        // float32, 4 layers and one for the hidden states, 2 heads of 8: 5 * 2 * 2 * 8 * 4 = 640 bytes a token
        try (LanguageModel caching = open(640 * 300)) {
            int[] first = tokens(200, 10);
            int[] second = tokens(200, 11);
            generate(caching, first, LayerSteering.none(), 1);
            assertThat(generate(caching, first, LayerSteering.none(), 1).cachedTokens())
                    .isEqualTo(199);
            assertThat(generate(caching, second, LayerSteering.none(), 1).cachedTokens())
                    .isZero();
            GenerationResult again = generate(caching, first, LayerSteering.none(), 9);
            assertThat(again.cachedTokens()).isBetween(1, 100);
            assertThat(again.tokens())
                    .isEqualTo(generate(plain, first, LayerSteering.none(), 9).tokens());
        }
        assertThat(generate(plain, tokens(200, 10), LayerSteering.none(), 1).cachedTokens())
                .isZero();
    }

    @Test
    void should_fail_a_row_alone_when_its_steering_breaks_the_numbers() throws Exception {
        float[] huge = new float[32];
        Arrays.fill(huge, 3e38f);
        LayerSteering breaking = LayerSteering.of(Map.of(1, huge, 2, huge));
        int[] prompt = tokens(40, 12);
        int[] expected = generate(plain, prompt, FIRST, 60).tokens();
        try (LanguageModel caching = open(64 << 20)) {
            CompletableFuture<int[]> good = CompletableFuture.supplyAsync(
                    () -> generate(caching, prompt, FIRST, 60).tokens(), CALLERS);
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> generate(caching, prompt, breaking, 5))
                        .isInstanceOf(EngineException.class)
                        .hasMessageContaining("steering is too strong");
            }
            assertThat(good.get()).isEqualTo(expected);
            assertThat(generate(caching, prompt, SECOND, 9).tokens())
                    .isEqualTo(generate(plain, prompt, SECOND, 9).tokens());
        }
    }

    @Test
    void should_score_while_others_generate() throws Exception {
        int[] prompt = tokens(30, 13);
        int[] answer = tokens(10, 14);
        double[] expected = plain.logProbabilities(prompt, answer, FIRST);
        CompletableFuture<GenerationResult> generation =
                CompletableFuture.supplyAsync(() -> generate(plain, prompt, SECOND, 400), CALLERS);
        for (int i = 0; i < 20; i++) {
            assertThat(plain.logProbabilities(prompt, answer, FIRST)).isEqualTo(expected);
        }
        assertThat(generation.get().tokens()).hasSize(400);
    }

    @Test
    void should_end_all_generations_at_close() throws Exception {
        LanguageModel closing = open(64 << 20);
        CountDownLatch running = new CountDownLatch(8);
        List<CompletableFuture<GenerationResult>> generations = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int[] prompt = tokens(50 + i, i);
            boolean[] counted = {false};
            generations.add(CompletableFuture.supplyAsync(
                    () -> closing.generate(request(prompt, FIRST, 1100), token -> {
                        if (!counted[0]) {
                            counted[0] = true;
                            running.countDown();
                        }
                        return true;
                    }),
                    CALLERS));
        }
        running.await();
        closing.close();
        for (CompletableFuture<GenerationResult> generation : generations) {
            assertThatThrownBy(generation::get).hasCauseInstanceOf(ModelClosedException.class);
        }
    }

    @Test
    void should_refuse_settings_out_of_range() {
        assertThatThrownBy(() -> LanguageModel.builder().maximumRows(0)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> LanguageModel.builder().maximumWaiting(0)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> LanguageModel.builder().cacheBytes(-1)).hasMessageContaining("at least 0");
    }

    private static GenerationResult generate(LanguageModel model, int[] prompt, LayerSteering steering, int maximum) {
        return model.generate(request(prompt, steering, maximum), TokenListener.NONE);
    }

    private static GenerationRequest request(int[] prompt, LayerSteering steering, int maximum) {
        return new GenerationRequest(prompt, steering, Sampling.greedy(), maximum, Set.of());
    }

    private static int[] tokens(int count, int seed) {
        return new Random(seed).ints(count, 0, VOCABULARY).toArray();
    }

    private static int[] joined(int[] first, int[] second) {
        return IntStream.concat(IntStream.of(first), IntStream.of(second)).toArray();
    }

    private static float[] vector(long seed) {
        Random random = new Random(seed);
        float[] vector = new float[32];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }
}
