package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.vector.LayerSteering;

/** What is kept of rows that have run, and what it takes, on the real engine. */
@Timeout(300)
class PrefixCacheTest {

    /** Keys and values of one layer, float32: 2 * 2 heads * 8 values * 4 bytes; hidden states of 32 values take as much. */
    private static final int LAYER_BYTES = 128;

    private static final int ALL_LAYERS = 4 + 1;
    private static final int SYSTEM_TOKENS = 192;
    private static final int QUESTION_TOKENS = 64;
    private static final LayerSteering FIRST = steering(1, 1);
    private static final LayerSteering LOWER = steering(0, 2);

    @TempDir
    static Path folder;

    private static LanguageModel model;

    private PrefixCache cache;

    @BeforeAll
    static void open() {
        RandomCheckpoint.make(json -> json.put("max_position_embeddings", 1200)).write(folder);
        model = LanguageModel.builder()
                .folder(folder)
                .precision(Precision.FLOAT32)
                .build();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @BeforeEach
    void create() {
        cache = new PrefixCache(model, 1 << 20);
        cache.expectSteeringFrom(1);
    }

    @AfterEach
    void closeCache() {
        cache.close();
    }

    @Test
    void should_keep_a_shared_system_prompt_once() {
        for (int i = 0; i < 8; i++) {
            run(conversation(i), FIRST);
        }
        assertThat(cache.size()).isEqualTo((SYSTEM_TOKENS + 8 * QUESTION_TOKENS) * ALL_LAYERS * LAYER_BYTES);
    }

    @Test
    void should_keep_the_blocks_that_no_steering_changes_once_for_all_steerings() {
        for (int i = 0; i < 8; i++) {
            run(conversation(i), steering(1 + i % 3, i));
        }
        int common = 2 + 1;
        int steered = 2;
        assertThat(cache.size())
                .isEqualTo(((SYSTEM_TOKENS + 8 * QUESTION_TOKENS) * common
                                + 8 * (SYSTEM_TOKENS + QUESTION_TOKENS) * steered)
                        * LAYER_BYTES);
    }

    @Test
    void should_keep_all_blocks_once_when_only_the_last_one_is_steered() {
        cache = new PrefixCache(model, 1 << 20);
        cache.expectSteeringFrom(3);
        for (int i = 0; i < 8; i++) {
            run(conversation(i), steering(3, i));
        }
        assertThat(cache.size()).isEqualTo((SYSTEM_TOKENS + 8 * QUESTION_TOKENS) * ALL_LAYERS * LAYER_BYTES);
    }

    @Test
    void should_give_the_logits_of_a_prompt_of_which_nothing_is_known() {
        run(conversation(0), LayerSteering.none());
        for (LayerSteering steering : new LayerSteering[] {FIRST, steering(2, 5), LayerSteering.none(), FIRST}) {
            float[] expected;
            try (PrefixCache empty = new PrefixCache(model, 1 << 20)) {
                expected = run(empty, conversation(1), steering);
            }
            assertThat(run(conversation(1), steering))
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(expected);
        }
    }

    @Test
    void should_keep_the_beginning_of_a_text_that_is_larger_than_all_room() {
        cache = new PrefixCache(model, 2 * 64 * ALL_LAYERS * LAYER_BYTES);
        cache.expectSteeringFrom(1);
        run(conversation(0), FIRST);
        assertThat(cache.size()).isEqualTo(2 * 64 * ALL_LAYERS * LAYER_BYTES);
        try (KeyValueRows rows = new KeyValueRows(model, cache)) {
            assertThat(rows.add(conversation(0), FIRST, CachePartition.UNNAMED)).isEqualTo(128);
            assertThat(rows.complete(1000)).isFalse();
        }
    }

    @Test
    void should_drop_what_a_lower_steering_cannot_use_and_keep_nothing_of_rows_that_run_then() {
        run(conversation(0), FIRST);
        try (KeyValueRows rows = new KeyValueRows(model, cache)) {
            int[] prompt = conversation(1);
            assertThat(rows.add(prompt, FIRST, CachePartition.UNNAMED)).isEqualTo(SYSTEM_TOKENS);
            cache.expectSteeringFrom(0);
            assertThat(rows.add(prompt, LOWER, CachePartition.UNNAMED)).isZero();
            assertThat(cache.size()).isZero();
            int[] question = IntStream.of(prompt).skip(SYSTEM_TOKENS).toArray();
            rows.run(new int[][] {question, prompt}, new int[2]);
            rows.remember(0);
            assertThat(cache.size()).isZero();
            rows.remember(1);
            assertThat(cache.size()).isEqualTo((SYSTEM_TOKENS + QUESTION_TOKENS) * ALL_LAYERS * LAYER_BYTES);
        }
    }

    /** What one request told. */
    private record Told(int[] tokens, CachePartition partition) {

        /** Of a text that is asked for: what was told within the partition, and elsewhere what both share. */
        int mayTell(int[] text, CachePartition asking) {
            int common = Arrays.mismatch(text, tokens);
            common = common < 0 ? text.length : common;
            return partition.equals(asking)
                    ? common
                    : Math.min(common, Math.min(partition.sharedTokens(), asking.sharedTokens()));
        }
    }

    @Test
    void should_find_all_that_was_told_within_a_partition_and_nothing_that_was_told_in_another() {
        Random random = new Random(7);
        List<String> names = Arrays.asList(null, "a", "b", "A", "a ");
        cache = new PrefixCache(model, 64 << 20);
        cache.expectSteeringFrom(1);
        List<Told> told = new ArrayList<>();
        for (int round = 0; round < 150; round++) {
            // Few tokens, and all but the end the same, so that texts have beginnings in common.
            int[] text = random.ints(2 + random.nextInt(150), 0, 2).toArray();
            Arrays.fill(text, 0, random.nextInt(text.length), 1);
            CachePartition partition = new CachePartition(
                    names.get(random.nextInt(names.size())), Math.min(text.length, random.nextInt(3) * 40));
            int most = told.stream()
                    .mapToInt(each -> each.mayTell(text, partition))
                    .max()
                    .orElse(0);
            assertThat(run(cache, text, random.nextBoolean() ? FIRST : LayerSteering.none(), partition))
                    .as("round %d, %s", round, partition)
                    .isEqualTo(Math.min(most, text.length - 1));
            told.add(new Told(text, partition));
        }
        cache.close();
    }

    @Test
    void should_give_the_same_logits_from_what_partitions_share_as_from_nothing() {
        for (LayerSteering steering : List.of(LayerSteering.none(), FIRST)) {
            run(cache, conversation(0), steering, new CachePartition("a", SYSTEM_TOKENS));
            for (CachePartition partition : List.of(
                    new CachePartition("b", SYSTEM_TOKENS),
                    new CachePartition("a", SYSTEM_TOKENS),
                    new CachePartition("a", 0))) {
                float[] expected;
                try (PrefixCache empty = new PrefixCache(model, 1 << 20)) {
                    expected = logits(empty, conversation(1), steering, CachePartition.UNNAMED);
                }
                assertThat(logits(cache, conversation(1), steering, partition))
                        .usingComparatorWithPrecision(1e-4f)
                        .containsExactly(expected);
            }
        }
    }

    @Test
    void should_keep_shared_tokens_once_for_all_partitions() {
        for (int i = 0; i < 8; i++) {
            run(cache, conversation(i), FIRST, new CachePartition("tenant " + i, SYSTEM_TOKENS));
        }
        assertThat(cache.size()).isEqualTo((SYSTEM_TOKENS + 8 * QUESTION_TOKENS) * ALL_LAYERS * LAYER_BYTES);
    }

    @Test
    void should_keep_within_its_bytes_whatever_partitions_there_are() {
        long bytes = 5L * 64 * ALL_LAYERS * LAYER_BYTES;
        cache = new PrefixCache(model, bytes);
        for (int i = 0; i < 40; i++) {
            CachePartition partition = new CachePartition("tenant " + i % 7, i % 3 * 64);
            run(cache, conversation(i % 5), FIRST, partition);
            assertThat(cache.size()).isLessThanOrEqualTo(bytes);
            assertThat(run(cache, conversation(i % 5), FIRST, partition))
                    .as("what was told last is there")
                    .isEqualTo(SYSTEM_TOKENS + QUESTION_TOKENS - 1);
        }
    }

    private float[] run(int[] prompt, LayerSteering steering) {
        return run(cache, prompt, steering);
    }

    /** The logits after the prompt, which is kept. */
    private static float[] run(PrefixCache cache, int[] prompt, LayerSteering steering) {
        return logits(cache, prompt, steering, CachePartition.UNNAMED);
    }

    /** How many of the prompt's tokens were known. */
    private static int run(PrefixCache cache, int[] prompt, LayerSteering steering, CachePartition partition) {
        int known;
        try (KeyValueRows rows = new KeyValueRows(model, cache)) {
            known = rows.add(prompt, steering, partition);
        }
        logits(cache, prompt, steering, partition);
        return known;
    }

    private static float[] logits(PrefixCache cache, int[] prompt, LayerSteering steering, CachePartition partition) {
        try (KeyValueRows rows = new KeyValueRows(model, cache)) {
            int known = rows.add(prompt, steering, partition);
            while (rows.complete(100)) {}
            int[] rest = IntStream.of(prompt).skip(known).toArray();
            float[] logits = rows.run(new int[][] {rest}, new int[] {1})[0][0];
            rows.remember(0);
            return logits;
        }
    }

    /** A system prompt and a question, whose first token differs from that of other questions. */
    private static int[] conversation(int number) {
        int[] tokens =
                new Random(1).ints(SYSTEM_TOKENS + QUESTION_TOKENS, 0, 61).toArray();
        tokens[SYSTEM_TOKENS] = number;
        return tokens;
    }

    private static LayerSteering steering(int block, long seed) {
        Random random = new Random(seed);
        float[] vector = new float[32];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return LayerSteering.of(Map.of(block, vector));
    }
}
