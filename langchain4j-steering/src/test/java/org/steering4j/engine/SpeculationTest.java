package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.vector.LayerSteering;

/** With prompt-lookup speculation and without, answers are the same. */
@Timeout(120)
class SpeculationTest {

    private static final int VOCABULARY = 61;
    private static final int CONTEXT = 400;

    @TempDir
    static Path folder;

    /** Its answers depend on every token before: guesses are wrong, and if one left a trace behind, that would show. */
    private static Pair chaotic;

    /** Its next token depends on the last one above all, so that greedy answers run in circles: a task that quotes its context. */
    private static Pair circling;

    @BeforeAll
    static void open() throws IOException {
        chaotic = Pair.open(Files.createDirectory(folder.resolve("chaotic")), 1);
        circling = Pair.open(Files.createDirectory(folder.resolve("circling")), 0.005f);
    }

    @AfterAll
    static void close() {
        chaotic.close();
        circling.close();
    }

    /** A model with speculation and the same without. */
    private record Pair(LanguageModel speculating, LanguageModel plain, Path folder) {

        /** @param blocks factor of what the blocks add to the residual stream */
        private static Pair open(Path folder, float blocks) {
            RandomCheckpoint checkpoint = RandomCheckpoint.make(json -> {
                json.put("max_position_embeddings", CONTEXT);
                json.put("tie_word_embeddings", false);
                json.put("num_hidden_layers", 2);
            });
            checkpoint.weights.forEach((name, values) -> {
                if (name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight")) {
                    for (int i = 0; i < values.length; i++) {
                        values[i] *= blocks;
                    }
                }
            });
            checkpoint.write(folder);
            return new Pair(open(folder, true, 0), open(folder, false, 0), folder);
        }

        private static LanguageModel open(Path folder, boolean speculation, long cacheBytes) {
            return LanguageModel.builder()
                    .folder(folder)
                    .precision(Precision.FLOAT32)
                    .speculation(speculation)
                    .cacheBytes(cacheBytes)
                    .build();
        }

        private LanguageModel caching() {
            return open(folder, true, 64 << 20);
        }

        private void close() {
            speculating.close();
            plain.close();
        }
    }

    /** One of many kinds of request. */
    private static GenerationRequest request(int number) {
        Random random = new Random(number);
        Sampling.Builder sampling = Sampling.builder().seed(number);
        switch (number % 7) {
            case 0, 1 -> sampling.temperature(0);
            case 2 -> sampling.temperature(0.2);
            case 3 -> sampling.temperature(0.7).topK(5);
            case 4 -> sampling.temperature(0.5).topP(0.8).minP(0.05);
            case 5 -> sampling.temperature(0).repetitionPenalty(1.1);
            default -> sampling.temperature(0.1).frequencyPenalty(0.1).presencePenalty(0.2);
        }
        // Few different tokens, so that the last ones stood somewhere before.
        int[] prompt = random.ints(1 + random.nextInt(100), 0, 2 + random.nextInt(VOCABULARY - 2))
                .toArray();
        return new GenerationRequest(
                prompt,
                steering(number % 4),
                sampling.build(),
                1 + random.nextInt(80),
                number % 3 == 0 ? Set.of() : Set.of(random.nextInt(VOCABULARY)),
                number % 5 == 0 ? Even::new : TokenConstraint.Factory.NONE,
                null);
    }

    private static LayerSteering steering(int number) {
        return switch (number) {
            case 0 -> LayerSteering.none();
            case 1 -> LayerSteering.of(Map.of(1, vector(1)));
            case 2 -> LayerSteering.of(Map.of(0, vector(2), 1, vector(3)));
            default -> LayerSteering.of(Map.of(0, vector(4)));
        };
    }

    private static float[] vector(long seed) {
        Random random = new Random(seed);
        float[] vector = new float[32];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (0.3 * random.nextGaussian());
        }
        return vector;
    }

    /** Allows a sum of the tokens so far that is even after every second token, for forty tokens. */
    private static final class Even implements TokenConstraint {

        private int count;
        private int sum;

        private Even(int maximumTokens) {}

        @Override
        public void exclude(float[] logits) {
            for (int token = 0; token < logits.length; token++) {
                if (count % 2 == 1 && (sum + token) % 2 == 1) {
                    logits[token] = Float.NEGATIVE_INFINITY;
                }
            }
        }

        @Override
        public boolean advance(int token) {
            sum += token;
            return ++count < 40;
        }

        @Override
        public boolean isCutShort() {
            return false;
        }
    }

    /** A greedy answer that runs in circles. */
    private static GenerationRequest quoting(int maximum) {
        int[] prompt = IntStream.range(0, 40).map(i -> 5 + i % 20).toArray();
        return new GenerationRequest(prompt, LayerSteering.none(), Sampling.greedy(), maximum, Set.of());
    }

    private static GenerationResult generate(LanguageModel model, GenerationRequest request) {
        return model.generate(request, TokenListener.NONE);
    }

    private static void assertSame(GenerationResult result, GenerationResult expected) {
        assertThat(result.tokens()).isEqualTo(expected.tokens());
        assertThat(result.cause()).isEqualTo(expected.cause());
    }

    @Test
    void should_give_the_same_answers_as_without_speculation() {
        int wrong = 0;
        int right = 0;
        for (int i = 0; i < 28; i++) {
            for (Pair models : List.of(chaotic, circling)) {
                GenerationResult result = generate(models.speculating, request(i));
                assertSame(result, generate(models.plain, request(i)));
                wrong += result.draftedTokens() - result.acceptedTokens();
                right += result.acceptedTokens();
            }
        }
        assertThat(right).isGreaterThan(100);
        assertThat(wrong).isGreaterThan(50);
    }

    @Test
    void should_give_the_same_answers_in_a_batch() {
        List<GenerationRequest> requests = IntStream.range(0, 15)
                .mapToObj(i -> i % 5 == 4 ? request(i) : quoting(20 + 7 * i))
                .toList();
        List<GenerationResult> together = circling.speculating.generate(requests);
        for (int i = 0; i < requests.size(); i++) {
            assertSame(together.get(i), generate(circling.plain, requests.get(i)));
        }
        assertThat(together.stream().mapToInt(GenerationResult::acceptedTokens).sum())
                .isPositive();
    }

    @Test
    void should_repeat_itself_for_the_same_seed_drafts_included() {
        for (int i = 0; i < 7; i++) {
            GenerationResult first = generate(circling.speculating, request(i));
            GenerationResult second = generate(circling.speculating, request(i));
            assertSame(second, first);
            assertThat(second.draftedTokens()).isEqualTo(first.draftedTokens());
        }
    }

    @Test
    void should_take_far_fewer_passes_for_an_answer_that_quotes() {
        GenerationResult result = generate(circling.speculating, quoting(300));
        assertSame(result, generate(circling.plain, quoting(300)));
        // Every pass gives one token and those of its draft that were right.
        assertThat(result.tokens().length - result.acceptedTokens()).isLessThan(300 / 2);
    }

    @Test
    void should_draft_nothing_when_speculation_is_off() {
        assertThat(generate(circling.plain, quoting(300)).draftedTokens()).isZero();
    }

    @Test
    void should_give_exactly_as_many_tokens_as_asked_for() {
        int[] expected = generate(circling.plain, quoting(200)).tokens();
        for (int maximum = 1; maximum <= 200; maximum += maximum < 30 ? 1 : 53) {
            GenerationResult result = generate(circling.speculating, quoting(maximum));
            assertThat(result.tokens())
                    .hasSize(maximum)
                    .containsExactly(IntStream.of(expected).limit(maximum).toArray());
            assertThat(result.cause()).isEqualTo(StopCause.MAXIMUM_TOKENS);
        }
    }

    @Test
    void should_fill_the_context_and_no_more() {
        GenerationResult result = generate(circling.speculating, quoting(10_000));
        assertThat(result.cause()).isEqualTo(StopCause.CONTEXT_FULL);
        assertThat(result.tokens()).hasSize(CONTEXT - 40);
        assertSame(result, generate(circling.plain, quoting(10_000)));
    }

    @Test
    void should_end_at_an_end_token_within_a_draft() {
        int[] answer = generate(circling.plain, quoting(300)).tokens();
        int end = answer[250];
        GenerationRequest request =
                new GenerationRequest(quoting(300).prompt(), LayerSteering.none(), Sampling.greedy(), 300, Set.of(end));
        GenerationResult result = generate(circling.speculating, request);
        assertSame(result, generate(circling.plain, request));
        assertThat(result.cause()).isEqualTo(StopCause.END_TOKEN);
        assertThat(result.tokens()).doesNotContain(end);
    }

    @Test
    void should_tell_a_constraint_every_token_once_and_in_order() {
        List<Integer> told = new ArrayList<>();
        int[] asked = {0};
        TokenConstraint.Factory recording = maximum -> new TokenConstraint() {
            @Override
            public void exclude(float[] logits) {
                asked[0]++;
            }

            @Override
            public boolean advance(int token) {
                told.add(token);
                return told.size() < 150;
            }

            @Override
            public boolean isCutShort() {
                return false;
            }
        };
        GenerationResult result = generate(
                circling.speculating,
                new GenerationRequest(
                        quoting(300).prompt(),
                        LayerSteering.none(),
                        Sampling.greedy(),
                        300,
                        Set.of(),
                        recording,
                        null));
        assertThat(result.acceptedTokens()).isPositive();
        assertThat(result.cause()).isEqualTo(StopCause.CONSTRAINT_MET);
        assertThat(result.tokens()).hasSize(150);
        assertThat(told)
                .containsExactlyElementsOf(IntStream.of(result.tokens()).boxed().toList());
        assertThat(asked[0]).isEqualTo(150);
    }

    @Test
    void should_tell_the_listener_every_token_in_order_until_it_says_stop() {
        int[] expected = generate(circling.plain, quoting(200)).tokens();
        List<Integer> heard = Collections.synchronizedList(new ArrayList<>());
        GenerationResult result = circling.speculating.generate(quoting(200), token -> {
            heard.add(token);
            return heard.size() < 117;
        });
        assertThat(result.cause()).isEqualTo(StopCause.LISTENER);
        assertThat(result.tokens())
                .containsExactly(IntStream.of(expected).limit(117).toArray());
        assertThat(heard)
                .containsExactlyElementsOf(IntStream.of(result.tokens()).boxed().toList());
    }

    @Test
    void should_leave_other_answers_alone_when_callers_go_away() throws Exception {
        GenerationRequest request = quoting(350);
        int[] expected = generate(circling.plain, request).tokens();
        List<CompletableFuture<int[]>> staying = new ArrayList<>();
        List<CompletableFuture<GenerationResult>> leaving = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int number = i;
            staying.add(CompletableFuture.supplyAsync(
                    () -> generate(circling.speculating, request).tokens()));
            int[] heard = {0};
            leaving.add(CompletableFuture.supplyAsync(() -> circling.speculating.generate(request, token -> {
                if (heard[0]++ == 20 * number) {
                    throw new IllegalStateException("gone");
                }
                return true;
            })));
        }
        for (CompletableFuture<int[]> answer : staying) {
            assertThat(answer.get()).isEqualTo(expected);
        }
        for (CompletableFuture<GenerationResult> answer : leaving) {
            assertThatThrownBy(answer::get).hasMessageContaining("gone");
        }
    }

    @Test
    void should_keep_nothing_of_wrong_guesses_for_the_next_turn() {
        int wrong = 0;
        try (LanguageModel caching = chaotic.caching()) {
            for (int i = 0; i < 10; i++) {
                GenerationRequest request = request(i);
                GenerationResult answer = generate(caching, request);
                wrong += answer.draftedTokens() - answer.acceptedTokens();
                int[] question = new Random(i).ints(20, 0, VOCABULARY).toArray();
                int[] prompt = joined(joined(request.prompt(), answer.tokens()), question);
                GenerationRequest next =
                        new GenerationRequest(prompt, request.steering(), request.sampling(), 40, Set.of());
                GenerationResult second = generate(caching, next);
                assertThat(second.cachedTokens()).isPositive();
                assertSame(second, generate(chaotic.plain, next));
            }
        }
        assertThat(wrong).isGreaterThan(10);
    }

    private static int[] joined(int[] first, int[] second) {
        return IntStream.concat(IntStream.of(first), IntStream.of(second)).toArray();
    }

    /** Counts up from token to token, as the prompts do; sometimes, by chance, it leaps. */
    private static final class Counting extends ScriptedRows {

        Counting(Log log) {
            super(log);
        }

        @Override
        float[] logits(List<Integer> tokens, int promptLength, LayerSteering steering) {
            Random random = new Random(31L * tokens.hashCode());
            float[] logits = new float[VOCABULARY];
            int next = random.nextInt(30) == 0 ? random.nextInt(VOCABULARY) : tokens.get(tokens.size() - 1) + 1;
            logits[next % VOCABULARY] = 10;
            return logits;
        }
    }

    private static List<GenerationResult> counted(ScriptedRows.Log log, boolean speculates, List<int[]> prompts) {
        UseCount uses = new UseCount("counting", () -> {});
        Supplier<RunningRows> rows = () -> new Counting(log);
        ContinuousBatch batch = new ContinuousBatch(
                "counting", uses, 4000, new ContinuousBatch.Limits(16, 100, 100_000), speculates, rows);
        try {
            return batch.generate(
                    prompts.stream()
                            .map(prompt -> new GenerationRequest(
                                    prompt, LayerSteering.none(), Sampling.greedy(), 300, Set.of()))
                            .toList(),
                    Collections.nCopies(prompts.size(), TokenListener.NONE));
        } finally {
            uses.close();
            batch.close();
        }
    }

    @Test
    void should_run_fewer_passes_for_quoting_rows_alone_and_side_by_side() {
        for (int rows : new int[] {1, 4}) {
            List<int[]> prompts = IntStream.range(0, rows)
                    .mapToObj(row -> IntStream.range(0, 120)
                            .map(i -> (row + i) % ScriptedRows.VOCABULARY)
                            .toArray())
                    .toList();
            ScriptedRows.Log plainLog = new ScriptedRows.Log();
            ScriptedRows.Log log = new ScriptedRows.Log();
            List<GenerationResult> expected = counted(plainLog, false, prompts);
            List<GenerationResult> results = counted(log, true, prompts);
            for (int i = 0; i < rows; i++) {
                assertSame(results.get(i), expected.get(i));
            }
            assertThat(plainLog.runs).hasSizeGreaterThanOrEqualTo(300);
            assertThat(log.runs.size()).isLessThan(plainLog.runs.size() / 2);
        }
    }

    @Test
    void should_remember_what_was_accepted_and_nothing_else() {
        ScriptedRows.Log log = new ScriptedRows.Log();
        int[] prompt =
                IntStream.range(0, 120).map(i -> i % ScriptedRows.VOCABULARY).toArray();
        GenerationResult result = counted(log, true, List.of(prompt)).get(0);
        assertThat(result.draftedTokens()).isGreaterThan(result.acceptedTokens());
        List<Integer> all =
                IntStream.of(joined(prompt, result.tokens())).boxed().toList();
        String whole = all.toString();
        String butTheLast = all.subList(0, all.size() - 1).toString();
        while (log.remembered.isEmpty()) {
            Thread.onSpinWait(); // comes after the answer
        }
        assertThat(log.remembered).singleElement().isIn(whole, butTheLast);
    }

    @Test
    void should_hardly_ever_guess_where_guesses_are_wrong() {
        ScriptedRows.Log log = new ScriptedRows.Log();
        UseCount uses = new UseCount("random", () -> {});
        ContinuousBatch batch = new ContinuousBatch(
                "random", uses, 4000, new ContinuousBatch.Limits(1, 1, 100_000), true, () -> new ScriptedRows(log));
        // Of 50 tokens, two that follow each other have stood in the context before, and say nothing of the next.
        int[] prompt = new Random(1).ints(3000, 0, ScriptedRows.VOCABULARY).toArray();
        batch.generate(
                List.of(new GenerationRequest(prompt, LayerSteering.none(), Sampling.greedy(), 900, Set.of())),
                List.of(TokenListener.NONE));
        uses.close();
        batch.close();
        long answering = log.runs.stream().filter(run -> run[0].length < 100).count();
        long guessing = log.runs.stream()
                .filter(run -> run[0].length > 1 && run[0].length < 100)
                .count();
        assertThat(guessing).isBetween(1L, answering / 25);
    }
}
