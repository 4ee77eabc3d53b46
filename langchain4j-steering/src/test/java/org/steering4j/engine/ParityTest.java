package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.steering4j.checkpoint.ModelConfiguration;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.engine.internal.DecoderProgram;
import org.steering4j.vector.LayerSteering;

/** Every family computes what Hugging Face transformers computes, in float32, on tiny checkpoints with the family's own keys. */
class ParityTest {

    private static final float TOLERANCE = 1e-4f;

    /** Logits of whole sequences without a cache, which the engine itself has no use for. */
    private static final String ALL_LOGITS = """

              def all_logits(self: __torch__.Decoder, tokens: Tensor, steered_layers: Tensor, vectors: Tensor) -> Tensor:
                return self.logits(self.blocks(self.embed(tokens), torch.size(tokens, 0), 0, self.number_of_layers - 1, steered_layers, vectors))
            """;

    /** Opened once for all tests. */
    private static final Map<String, LanguageModel> MODELS = new HashMap<>();

    private static LanguageModel model(ParityVariant variant) {
        return MODELS.computeIfAbsent(
                variant.folder().toString(), folder -> variant.open(variant.folder(), Precision.FLOAT32));
    }

    @AfterAll
    static void close() {
        MODELS.values().forEach(LanguageModel::close);
    }

    static Stream<String> variants() {
        return ParityVariant.names();
    }

    @ParameterizedTest
    @MethodSource("variants")
    void should_give_the_hidden_states_of_transformers_after_every_block(String name) {
        ParityVariant variant = ParityVariant.of(name);
        for (LayerSteering steering : List.of(LayerSteering.none(), variant.steering())) {
            for (int row = 0; row < variant.rows().size(); row++) {
                for (int block = 0; block < variant.blocks(); block++) {
                    assertClose(
                            model(variant).hiddenStates(variant.rows().get(row), block, steering),
                            variant.hiddenStates(row, block, steering));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void should_give_the_hidden_states_of_transformers_for_padded_sequences(String name) {
        ParityVariant variant = ParityVariant.of(name);
        SortedSet<Integer> blocks =
                new TreeSet<>(IntStream.range(0, variant.blocks()).boxed().toList());
        List<WeightedTokens> lastTokens = new ArrayList<>();
        for (int[] row : variant.rows()) {
            float[] weights = new float[row.length];
            weights[row.length - 1] = 1;
            lastTokens.add(new WeightedTokens(row, weights));
        }
        List<float[][]> states = model(variant).summedStates(lastTokens, blocks);
        for (int row = 0; row < states.size(); row++) {
            for (int block : blocks) {
                float[][] expected = variant.hiddenStates(row, block, LayerSteering.none());
                assertThat(states.get(row)[block]).containsExactly(expected[expected.length - 1], within(TOLERANCE));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void should_give_the_logits_of_transformers_for_padded_sequences(String name) {
        ParityVariant variant = ParityVariant.of(name);
        List<int[]> rows = variant.rows();
        int longest = rows.stream().mapToInt(row -> row.length).max().orElseThrow();
        long[] padded = rows.stream()
                .flatMapToInt(row -> Arrays.stream(Arrays.copyOf(row, longest)))
                .mapToLong(token -> token)
                .toArray();
        ModelFolder folder = ModelFolder.open(variant.folder());
        if (variant.expected().hasNonNull("context_length")) {
            folder = folder.withContextLength(
                    variant.expected().get("context_length").intValue());
        }
        try (DecoderProgram program = DecoderProgram.open(folder, Precision.FLOAT32, ALL_LOGITS)) {
            for (LayerSteering steering : List.of(LayerSteering.none(), variant.steering())) {
                try (NDManager scope = program.newScope()) {
                    SteeringArrays arrays = SteeringArrays.of(scope, List.of(steering), LanguageModel.shapeOf(folder));
                    float[] flat = program.run(
                                    "all_logits",
                                    scope.create(padded, new Shape(rows.size(), longest)),
                                    arrays.layers(),
                                    arrays.vectors())
                            .get(0)
                            .toFloatArray();
                    int width = folder.configuration().vocabularySize();
                    for (int row = 0; row < rows.size(); row++) {
                        int start = row * longest;
                        assertClose(
                                IntStream.range(start, start + rows.get(row).length)
                                        .mapToObj(token -> Arrays.copyOfRange(flat, token * width, (token + 1) * width))
                                        .toArray(float[][]::new),
                                variant.logits(row, steering));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void should_give_the_log_probabilities_of_transformers_for_padded_sequences(String name) {
        ParityVariant variant = ParityVariant.of(name);
        List<Continuation> continuations = variant.rows().stream()
                .map(row -> new Continuation(Arrays.copyOf(row, 2), Arrays.copyOfRange(row, 2, row.length)))
                .toList();
        for (LayerSteering steering : List.of(LayerSteering.none(), variant.steering())) {
            List<double[]> scores = model(variant).logProbabilities(continuations, steering);
            for (int row = 0; row < scores.size(); row++) {
                float[][] logits = variant.logits(row, steering);
                for (int i = 0; i < scores.get(row).length; i++) {
                    int target = variant.rows().get(row)[i + 2];
                    assertThat(scores.get(row)[i])
                            .isCloseTo(logProbability(logits[i + 1], target), within((double) TOLERANCE));
                }
            }
        }
    }

    private static double logProbability(float[] logits, int target) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        return logits[target] - Math.log(sum);
    }

    /** All rows in one batch, unsteered and steered ones side by side; a few tokens at once first, then token by token. */
    @ParameterizedTest
    @MethodSource("variants")
    void should_give_the_logits_of_transformers_from_a_cache(String name) {
        ParityVariant variant = ParityVariant.of(name);
        LanguageModel model = model(variant);
        try (PrefixCache prefixes = new PrefixCache(model, 0);
                KeyValueRows cache = new KeyValueRows(model, prefixes)) {
            List<Sequence> sequences = new ArrayList<>();
            for (LayerSteering steering : List.of(LayerSteering.none(), variant.steering())) {
                for (int row = 0; row < variant.rows().size(); row++) {
                    sequences.add(new Sequence(variant, row, steering));
                    cache.add(variant.rows().get(row), steering, CachePartition.UNNAMED);
                }
            }
            int done = 0;
            for (int count : new int[] {3, 4, 1, 1, 1, 1, 1, 1, 3, 1, 1, 1, 1}) {
                // Rows come to their ends one after the other.
                for (int i = sequences.size() - 1; i >= 0; i--) {
                    if (sequences.get(i).length() < done + count) {
                        cache.remove(new int[] {i});
                        sequences.remove(i);
                    }
                }
                run(cache, sequences, done, count);
                done += count;
            }
            assertThat(done).isEqualTo(variant.rows().get(0).length);
        }
    }

    /** What an earlier request left is used under another steering: the blocks above the lowest steered one are run again. */
    @ParameterizedTest
    @MethodSource("variants")
    void should_give_the_logits_of_transformers_after_what_an_earlier_request_left(String name) {
        ParityVariant variant = ParityVariant.of(name);
        LanguageModel model = model(variant);
        try (PrefixCache prefixes = new PrefixCache(model, 1 << 20)) {
            prefixes.expectSteeringFrom(variant.steeredBlock());
            for (LayerSteering steering : List.of(LayerSteering.none(), variant.steering())) {
                Sequence sequence = new Sequence(variant, 0, steering);
                int last = sequence.length() - 1;
                try (KeyValueRows cache = new KeyValueRows(model, prefixes)) {
                    int known = cache.add(variant.rows().get(0), steering, CachePartition.UNNAMED);
                    assertThat(known).isEqualTo(steering.isNone() ? 0 : last);
                    while (cache.complete(7)) {
                        assertThat(known).isEqualTo(last);
                    }
                    run(cache, List.of(sequence), known, sequence.length() - known);
                    cache.remember(0);
                }
            }
        }
    }

    private record Sequence(ParityVariant variant, int row, LayerSteering steering) {

        int length() {
            return variant.rows().get(row).length;
        }

        int[] tokens(int from, int count) {
            return Arrays.copyOfRange(variant.rows().get(row), from, from + count);
        }
    }

    /** What a layer with a window reads of the cache depends on the shortest of the rows. */
    @ParameterizedTest
    @MethodSource("variants")
    void should_continue_rows_of_different_lengths_as_it_does_each_alone(String name) {
        ParityVariant variant = ParityVariant.of(name);
        int[] tokens = variant.rows().get(0);
        List<GenerationRequest> requests = IntStream.of(4, 9, 15)
                .mapToObj(length -> new GenerationRequest(
                        Arrays.copyOf(tokens, length), variant.steering(), Sampling.greedy(), 5, Set.of()))
                .toList();
        List<GenerationResult> together = model(variant).generate(requests);
        for (int row = 0; row < requests.size(); row++) {
            GenerationResult alone = model(variant).generate(requests.get(row), TokenListener.NONE);
            assertThat(together.get(row).tokens()).isEqualTo(alone.tokens());
        }
    }

    private static void run(KeyValueRows cache, List<Sequence> sequences, int from, int count) {
        int[] wanted = new int[sequences.size()];
        Arrays.fill(wanted, 1);
        float[][][] logits = cache.run(
                sequences.stream().map(sequence -> sequence.tokens(from, count)).toArray(int[][]::new), wanted);
        for (int i = 0; i < logits.length; i++) {
            Sequence sequence = sequences.get(i);
            assertClose(
                    logits[i],
                    new float[][] {sequence.variant().logits(sequence.row(), sequence.steering())[from + count - 1]});
        }
    }

    /** As near as rounding lets it: in bfloat16 transformers itself comes to 0.993 in one of these. */
    @ParameterizedTest
    @MethodSource("variants")
    void should_stay_near_transformers_in_bfloat16(String name) {
        ParityVariant variant = ParityVariant.of(name);
        int[] tokens = variant.rows().get(0);
        int last = variant.blocks() - 1;
        try (LanguageModel model = variant.open(variant.folder(), Precision.BFLOAT16);
                PrefixCache prefixes = new PrefixCache(model, 0);
                KeyValueRows cache = new KeyValueRows(model, prefixes)) {
            float[][] states = model.hiddenStates(tokens, last, variant.steering());
            float[][] expected = variant.hiddenStates(0, last, variant.steering());
            for (int token = 0; token < tokens.length; token++) {
                assertThat(cosine(states[token], expected[token])).isGreaterThan(0.98);
            }
            cache.add(tokens, variant.steering(), CachePartition.UNNAMED);
            for (int token = 0; token < tokens.length; token += 5) {
                float[] logits =
                        cache.run(new int[][] {Arrays.copyOfRange(tokens, token, token + 5)}, new int[] {1})[0][0];
                assertThat(cosine(logits, variant.logits(0, variant.steering())[token + 4]))
                        .isGreaterThan(0.98);
            }
        }
    }

    static double cosine(float[] a, float[] b) {
        double product = 0;
        double squaresOfA = 0;
        double squaresOfB = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
            squaresOfA += a[i] * a[i];
            squaresOfB += b[i] * b[i];
        }
        return product / Math.sqrt(squaresOfA * squaresOfB);
    }

    /** Long sequences take other ways: fused attention with a mask, or, with a soft cap, some tokens at a time. */
    @ParameterizedTest
    @CsvSource({"mistral, 700", "gemma3, 700", "smollm3-window, 700", "gemma2, 2100"})
    void should_give_the_same_with_and_without_a_cache_for_long_sequences(String name, int length, @TempDir Path path)
            throws IOException {
        ParityVariant variant = ParityVariant.of(name);
        Files.copy(variant.folder().resolve("model.safetensors"), path.resolve("model.safetensors"));
        Files.writeString(
                path.resolve("config.json"),
                Files.readString(variant.folder().resolve("config.json"))
                        .replaceAll("\"max_position_embeddings\": \\d+", "\"max_position_embeddings\": 4096"));
        int[] tokens = new Random(5).ints(length, 4, 32).toArray();
        try (LanguageModel model = variant.open(path, Precision.FLOAT32);
                PrefixCache prefixes = new PrefixCache(model, 0);
                KeyValueRows cache = new KeyValueRows(model, prefixes)) {
            double[] scores = model.logProbabilities(
                    Arrays.copyOf(tokens, 1), Arrays.copyOfRange(tokens, 1, length), LayerSteering.none());
            cache.add(tokens, LayerSteering.none(), CachePartition.UNNAMED);
            for (int token = 0; token < length; token += 50) {
                float[] logits =
                        cache.run(new int[][] {Arrays.copyOfRange(tokens, token, token + 50)}, new int[] {1})[0][0];
                if (token + 50 < length) {
                    assertThat(logProbability(logits, tokens[token + 50]))
                            .isCloseTo(scores[token + 49], within((double) TOLERANCE));
                }
            }
        }
    }

    @Test
    void should_say_for_how_many_tokens_a_model_can_be_opened_when_a_prompt_is_too_long() {
        ParityVariant variant = ParityVariant.of("phi3-longrope-short");
        int[] prompt = new int[33];

        assertThatThrownBy(() -> model(variant).hiddenStates(prompt, 0, LayerSteering.none()))
                .isInstanceOf(PromptTooLongException.class)
                .hasMessageContainingAll("33 tokens", "holds 32", "contextLength of up to 128");
        assertThatThrownBy(() -> LanguageModel.builder()
                        .folder(variant.folder())
                        .contextLength(129)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("contextLength is 129", "from 1 to 128");
    }

    /** Which way the keys are spelt does not matter: as the published models have them, or as transformers 5 writes them. */
    @ParameterizedTest
    @MethodSource("variants")
    void should_read_both_spellings_of_the_configuration(String name, @TempDir Path path) throws IOException {
        ParityVariant variant = ParityVariant.of(name);
        Path folder = Files.createDirectory(path.resolve(name));
        Files.copy(variant.folder().resolve("saved-config.json"), folder.resolve("config.json"));
        Files.copy(variant.folder().resolve("model.safetensors"), folder.resolve("model.safetensors"));

        ModelConfiguration published = ModelFolder.open(variant.folder()).configuration();
        assertThat(ModelFolder.open(folder).configuration()).isEqualTo(published);
    }

    private static void assertClose(float[][] actual, float[][] expected) {
        assertThat(actual.length).isEqualTo(expected.length);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).containsExactly(expected[i], within(TOLERANCE));
        }
    }
}
