package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steering4j.checkpoint.LoraAdapter;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.engine.internal.Projections;
import org.steering4j.internal.DataType;
import org.steering4j.internal.SafetensorsWriter;

/** The loading of a model takes no more of this process's memory, as Linux counts it, than {@link NeededMemory} foresees. */
@EnabledOnOs(OS.LINUX)
class LoadedMemoryTest {

    /** Bytes that Java may take for itself meanwhile; less than converting a piece of the output head takes. */
    private static final long NOISE = 48 << 20;

    private static final long HIDDEN = 512;
    private static final long INNER = 1024;
    private static final long VOCABULARY = 81_920;
    private static final int LAYERS = 2;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "FLOAT32, false",
        "FLOAT32, true",
        "BFLOAT16, false",
        "BFLOAT16, true",
        "FLOAT16, false",
        "INT8, true",
        "INT4, false"
    })
    void should_be_at_most_what_is_foreseen(Precision precision, boolean adapted) throws IOException {
        Path model = writeModel();
        Optional<Path> adapter = adapted ? Optional.of(writeAdapter()) : Optional.empty();
        NeededMemory memory = new NeededMemory(ModelFolder.open(model), adapter.map(LoraAdapter::read));
        long foreseen = memory.bytes(precision, Projections.forPrecision(precision));
        LanguageModel.Builder builder = LanguageModel.builder()
                .folder(model)
                .precision(precision)
                .projections(Projections.forPrecision(precision));
        adapter.ifPresent(builder::adapter);

        long before = ownBytes();
        long[] most = {before};
        builder.loadingListener((loaded, total) -> most[0] = Math.max(most[0], ownBytes()));
        builder.build().close();

        assertThat(most[0] - before).isLessThan(foreseen * 11 / 10 + NOISE);
    }

    /** In float32, from a folder in bfloat16: what is above the steered block is unpacked, the output head above all. */
    @Test
    void should_be_at_most_what_is_foreseen_for_a_training() throws IOException {
        assumeThat(Projections.forPrecision(Precision.FLOAT32)).isEqualTo(Projections.ONEDNN);
        Path path = writeModel();
        long foreseen = new NeededMemory(ModelFolder.open(path), Optional.empty())
                .unpackedBytes(Precision.FLOAT32, Projections.ONEDNN, 0);
        assertThat(foreseen).isGreaterThan(VOCABULARY * HIDDEN * Float.BYTES);
        try (LanguageModel model = LanguageModel.builder()
                        .folder(path)
                        .precision(Precision.FLOAT32)
                        .projections(Projections.ONEDNN)
                        .build();
                SteeredContinuations continuations = model.continuations(
                        List.of(new Continuation(new int[] {1, 2}, new int[] {3, 4})), new TreeSet<>(Set.of(0)))) {
            long before = ownBytes();
            try (SteeredContinuations.ForwardPass pass =
                    continuations.forward(new int[] {0}, new float[][] {new float[(int) HIDDEN]})) {
                pass.gradient(new double[] {1});
            }
            long more = ownBytes() - before;
            assertThat(more).isBetween(foreseen - NOISE, foreseen * 11 / 10 + NOISE);
        }
    }

    /** What is not mapped from a file. */
    private static long ownBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                            .filter(line -> line.startsWith("RssAnon:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .sum()
                    * 1024;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** In bfloat16, all zero: a file with a hole, which takes no disk. */
    private Path writeModel() throws IOException {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        shapes.put("model.embed_tokens.weight", List.of(VOCABULARY, HIDDEN));
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "model.layers.%d.".formatted(layer);
            for (String norm : List.of("input_layernorm", "post_attention_layernorm")) {
                shapes.put(block + norm + ".weight", List.of(HIDDEN));
            }
            for (String name : List.of("q", "k", "v", "o")) {
                shapes.put(block + "self_attn." + name + "_proj.weight", List.of(HIDDEN, HIDDEN));
            }
            shapes.put(block + "mlp.gate_proj.weight", List.of(INNER, HIDDEN));
            shapes.put(block + "mlp.up_proj.weight", List.of(INNER, HIDDEN));
            shapes.put(block + "mlp.down_proj.weight", List.of(HIDDEN, INNER));
        }
        shapes.put("model.norm.weight", List.of(HIDDEN));

        ObjectNode header = new ObjectMapper().createObjectNode();
        long end = 0;
        for (Map.Entry<String, List<Long>> tensor : shapes.entrySet()) {
            ObjectNode entry = header.putObject(tensor.getKey()).put("dtype", "BF16");
            tensor.getValue().forEach(entry.withArray("shape")::add);
            entry.withArray("data_offsets").add(end);
            end += 2 * tensor.getValue().stream().reduce(1L, Math::multiplyExact);
            entry.withArray("data_offsets").add(end);
        }
        String json = header.toString();
        byte[] aligned = (json + " ".repeat(-json.length() & 7)).getBytes(StandardCharsets.US_ASCII);
        Path model = Files.createDirectory(folder.resolve("model"));
        try (RandomAccessFile file =
                new RandomAccessFile(model.resolve("model.safetensors").toFile(), "rw")) {
            file.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(aligned.length)
                    .array());
            file.write(aligned);
            file.setLength(8 + aligned.length + end);
        }
        Files.writeString(model.resolve("config.json"), """
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": %d, "intermediate_size": %d,
                 "num_hidden_layers": %d, "num_attention_heads": 8, "num_key_value_heads": 8, "vocab_size": %d,
                 "max_position_embeddings": 64, "tie_word_embeddings": true}""".formatted(HIDDEN, INNER, LAYERS, VOCABULARY));
        return model;
    }

    /** Of all up projections. */
    private Path writeAdapter() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        for (int layer = 0; layer < LAYERS; layer++) {
            String module = "base_model.model.model.layers.%d.mlp.up_proj".formatted(layer);
            writer.tensor(module + ".lora_A.weight", DataType.F32, List.of(1L, HIDDEN), new float[(int) HIDDEN]);
            writer.tensor(module + ".lora_B.weight", DataType.F32, List.of(INNER, 1L), new float[(int) INNER]);
        }
        Path adapter = Files.createDirectory(folder.resolve("adapter"));
        writer.write(adapter.resolve("adapter_model.safetensors"));
        Files.writeString(
                adapter.resolve("adapter_config.json"),
                "{\"peft_type\": \"LORA\", \"r\": 1, \"lora_alpha\": 1, \"target_modules\": [\"up_proj\"]}");
        return adapter;
    }
}
