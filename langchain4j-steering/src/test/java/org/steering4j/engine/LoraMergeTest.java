package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.checkpoint.LoraAdapter;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.engine.ReferenceDecoder.LowRank;
import org.steering4j.internal.DataType;
import org.steering4j.internal.SafetensorsWriter;
import org.steering4j.vector.LayerSteering;

/** A merged model against the definition: every adapted projection of x is W x + scale B (A x). */
class LoraMergeTest {

    private static final int RANK = 4;
    private static final int ALPHA = 6;
    private static final int[] PROMPT = {3, 14, 15, 9, 26, 5};
    private static final int[] ANSWER = {35, 8, 9, 7};
    private static final List<String> TARGETS =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    @TempDir
    private Path folder;

    private final Random random = new Random(3);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void should_compute_the_base_plus_the_adapter(boolean rankStabilised) throws IOException {
        RandomCheckpoint checkpoint = RandomCheckpoint.llama();
        Path base = checkpoint.write(folder.resolve("base"));
        double scale = rankStabilised ? ALPHA / Math.sqrt(RANK) : (double) ALPHA / RANK;
        Map<String, LowRank> adapter = writeAdapter(checkpoint, rankStabilised, scale);

        merge(base);

        assertScores(checkpoint, adapter);
    }

    @Test
    void should_merge_a_model_in_shards() throws IOException {
        RandomCheckpoint checkpoint = RandomCheckpoint.qwen2();
        Path base = checkpoint.writeSharded(folder.resolve("base"));
        Map<String, LowRank> adapter = writeAdapter(checkpoint, false, (double) ALPHA / RANK);

        merge(base);

        assertScores(checkpoint, adapter);
    }

    /** Merged while the base is loaded, before its matrices are rounded: as if the merged folder were opened. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void should_compute_in_every_precision_what_the_merged_folder_computes(Precision precision) throws IOException {
        RandomCheckpoint checkpoint = RandomCheckpoint.make(json -> {
            json.put("hidden_size", 128);
            json.put("intermediate_size", 192);
        });
        Path base = checkpoint.write(folder.resolve("base"));
        writeAdapter(checkpoint, false, (double) ALPHA / RANK);
        merge(base);

        double[] expected = scores(LanguageModel.builder().folder(folder.resolve("merged")), precision);
        double[] unadapted = scores(LanguageModel.builder().folder(base), precision);
        double[] scores = scores(LanguageModel.builder().folder(base).adapter(folder.resolve("adapter")), precision);

        double tolerance = 0.05;
        assertThat(scores).containsExactly(expected, within(tolerance));
        for (int i = 0; i < ANSWER.length; i++) {
            assertThat(Math.abs(unadapted[i] - expected[i])).isGreaterThan(3 * tolerance);
        }
    }

    /** As PEFT runs it; merged by PEFT, it would change the embedding as well. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void should_adapt_the_head_alone_where_it_is_tied_to_the_embedding(Precision precision) throws IOException {
        RandomCheckpoint checkpoint = RandomCheckpoint.make(json -> {
            json.put("hidden_size", 128);
            json.put("intermediate_size", 192);
        });
        Path base = checkpoint.write(folder.resolve("base"));
        double scale = (double) ALPHA / RANK;
        LowRank head = writeHeadAdapter(checkpoint, scale);

        double[] expected = scores(LanguageModel.builder().folder(writeUntied(checkpoint, head)), precision);
        double[] unadapted = scores(LanguageModel.builder().folder(base), precision);
        double[] scores = scores(LanguageModel.builder().folder(base).adapter(folder.resolve("adapter")), precision);

        double tolerance = 0.05;
        assertThat(scores).containsExactly(expected, within(tolerance));
        for (int i = 0; i < ANSWER.length; i++) {
            assertThat(Math.abs(unadapted[i] - expected[i])).isGreaterThan(3 * tolerance);
        }
        if (precision == Precision.FLOAT32) {
            assertThat(scores)
                    .containsExactly(
                            new ReferenceDecoder(checkpoint, Map.of("model.embed_tokens.weight", head))
                                    .logProbabilities(PROMPT, ANSWER, Map.of()),
                            within(1e-4));
        }
        ModelFolder opened = ModelFolder.open(base);
        LoraAdapter adapter = LoraAdapter.read(folder.resolve("adapter"));
        assertThat(LanguageModel.shapeOf(opened, adapter).fingerprint())
                .isNotEqualTo(LanguageModel.shapeOf(opened).fingerprint());
        assertThat(LanguageModel.shapeOf(opened, adapter).baseFingerprint())
                .isEqualTo(LanguageModel.shapeOf(opened).fingerprint());
    }

    /** The same model with the adapted head as one of its own. */
    private Path writeUntied(RandomCheckpoint checkpoint, LowRank adapter) {
        int size = Math.toIntExact(
                checkpoint.shapes.get("model.embed_tokens.weight").get(1));
        float[] head = checkpoint.weights.get("model.embed_tokens.weight").clone();
        for (int i = 0; i < head.length; i++) {
            double sum = head[i];
            for (int k = 0; k < RANK; k++) {
                sum += adapter.scale() * adapter.b()[i / size * RANK + k] * adapter.a()[k * size + i % size];
            }
            head[i] = (float) sum;
        }
        checkpoint.weights.put("lm_head.weight", head);
        checkpoint.shapes.put("lm_head.weight", checkpoint.shapes.get("model.embed_tokens.weight"));
        Path untied = checkpoint.write(folder.resolve("untied"));
        checkpoint.weights.remove("lm_head.weight");
        return untied;
    }

    private LowRank writeHeadAdapter(RandomCheckpoint checkpoint, double scale) throws IOException {
        List<Long> shape = checkpoint.shapes.get("model.embed_tokens.weight");
        float[] a = factor(Math.toIntExact(RANK * shape.get(1)));
        float[] b = factor(Math.toIntExact(RANK * shape.get(0)));
        Path target = Files.createDirectories(folder.resolve("adapter"));
        new SafetensorsWriter()
                .tensor("base_model.model.lm_head.lora_A.weight", DataType.F32, List.of((long) RANK, shape.get(1)), a)
                .tensor("base_model.model.lm_head.lora_B.weight", DataType.F32, List.of(shape.get(0), (long) RANK), b)
                .write(target.resolve("adapter_model.safetensors"));
        Files.writeString(target.resolve("adapter_config.json"), """
                {"peft_type": "LORA", "r": %d, "lora_alpha": %d, "bias": "none", "target_modules": ["lm_head"]}
                """.formatted(RANK, ALPHA));
        return new LowRank(a, b, RANK, scale);
    }

    /** Of matrices that are held together, it may adapt some: these are differentiated otherwise than those that are mapped. */
    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"FLOAT32", "BFLOAT16"})
    void should_differentiate_where_some_of_what_is_held_together_is_adapted(Precision precision) throws IOException {
        RandomCheckpoint checkpoint = RandomCheckpoint.make(json -> {
            json.put("hidden_size", 256);
            json.put("intermediate_size", 640);
        });
        Path base = writeIn(precision, checkpoint);
        writeAdapter(checkpoint, List.of("v_proj", "up_proj"), false, (double) ALPHA / RANK);
        merge(base);

        float[] expected = gradient(LanguageModel.builder().folder(folder.resolve("merged")), precision);
        float[] unadapted = gradient(LanguageModel.builder().folder(base), precision);
        float[] gradient = gradient(LanguageModel.builder().folder(base).adapter(folder.resolve("adapter")), precision);

        assertThat(ParityTest.cosine(gradient, expected))
                .isGreaterThan(precision == Precision.FLOAT32 ? 0.99999 : 0.98);
        assertThat(ParityTest.cosine(unadapted, expected)).isLessThan(0.95);
    }

    private Path writeIn(Precision precision, RandomCheckpoint checkpoint) {
        if (precision == Precision.FLOAT32) {
            return checkpoint.write(folder.resolve("base"));
        }
        SafetensorsWriter writer = new SafetensorsWriter();
        checkpoint.weights.forEach(
                (name, values) -> writer.tensor(name, DataType.BF16, checkpoint.shapes.get(name), values));
        checkpoint.writeConfiguration(folder.resolve("base"));
        writer.write(folder.resolve("base").resolve("model.safetensors"));
        return folder.resolve("base");
    }

    private static float[] gradient(LanguageModel.Builder builder, Precision precision) {
        try (LanguageModel model = builder.precision(precision).build();
                SteeredContinuations steered =
                        model.continuations(List.of(new Continuation(PROMPT, ANSWER)), new TreeSet<>(List.of(0)));
                SteeredContinuations.ForwardPass pass = steered.forward(
                        new int[] {0}, new float[][] {new float[model.shape().hiddenSize()]})) {
            return pass.gradient(new double[] {1})[0];
        }
    }

    private static double[] scores(LanguageModel.Builder builder, Precision precision) {
        try (LanguageModel model = builder.precision(precision).build()) {
            return model.logProbabilities(PROMPT, ANSWER, LayerSteering.none());
        }
    }

    private void merge(Path base) {
        LoraAdapter.read(folder.resolve("adapter")).merge(ModelFolder.open(base), folder.resolve("merged"));
    }

    private void assertScores(RandomCheckpoint checkpoint, Map<String, LowRank> adapter) {
        double[] expected = new ReferenceDecoder(checkpoint, adapter).logProbabilities(PROMPT, ANSWER, Map.of());
        double[] unadapted = new ReferenceDecoder(checkpoint).logProbabilities(PROMPT, ANSWER, Map.of());
        try (LanguageModel merged = LanguageModel.builder()
                .folder(folder.resolve("merged"))
                .precision(Precision.FLOAT32)
                .build()) {
            double[] scores = merged.logProbabilities(PROMPT, ANSWER, LayerSteering.none());

            assertThat(merged.shape().name()).isEqualTo(folder.getFileName() + "/merged");
            for (int i = 0; i < ANSWER.length; i++) {
                assertThat(scores[i]).isCloseTo(expected[i], within(1e-4));
                assertThat(Math.abs(expected[i] - unadapted[i])).isGreaterThan(1e-2);
            }
        }
    }

    /** Of all projections of all blocks but the first. */
    private Map<String, LowRank> writeAdapter(RandomCheckpoint checkpoint, boolean rankStabilised, double scale)
            throws IOException {
        return writeAdapter(checkpoint, TARGETS, rankStabilised, scale);
    }

    private Map<String, LowRank> writeAdapter(
            RandomCheckpoint checkpoint, List<String> targets, boolean rankStabilised, double scale)
            throws IOException {
        Map<String, LowRank> adapter = new LinkedHashMap<>();
        SafetensorsWriter writer = new SafetensorsWriter();
        checkpoint.shapes.forEach((name, shape) -> {
            String module = name.replaceFirst("\\.weight$", "");
            boolean target = targets.stream().anyMatch(suffix -> module.endsWith("." + suffix));
            if (target && !name.startsWith("model.layers.0.")) {
                float[] a = factor(Math.toIntExact(RANK * shape.get(1)));
                float[] b = factor(Math.toIntExact(RANK * shape.get(0)));
                writer.tensor(
                        "base_model.model." + module + ".lora_A.weight",
                        DataType.F32,
                        List.of((long) RANK, shape.get(1)),
                        a);
                writer.tensor(
                        "base_model.model." + module + ".lora_B.weight",
                        DataType.F32,
                        List.of(shape.get(0), (long) RANK),
                        b);
                adapter.put(name, new LowRank(a, b, RANK, scale));
            }
        });
        Path target = Files.createDirectories(folder.resolve("adapter"));
        writer.write(target.resolve("adapter_model.safetensors"));
        Files.writeString(target.resolve("adapter_config.json"), """
                {"peft_type": "LORA", "r": %d, "lora_alpha": %d, "use_rslora": %s, "bias": "none", "target_modules": "all-linear"}
                """.formatted(RANK, ALPHA, rankStabilised));
        return adapter;
    }

    private float[] factor(int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (0.15 * random.nextGaussian());
        }
        return values;
    }
}
