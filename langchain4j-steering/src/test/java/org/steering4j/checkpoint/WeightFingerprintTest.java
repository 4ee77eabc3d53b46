package org.steering4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.steering4j.internal.DataType;
import org.steering4j.internal.FloatFormats;

class WeightFingerprintTest {

    @TempDir
    Path path;

    private final Random random = new Random(5);
    private SmallFolder folder;

    static List<String> names() {
        return SmallFolder.llama(Path.of("")).weights.names();
    }

    @BeforeEach
    void fill() {
        folder = SmallFolder.llama(path);
        folder.weights.names().forEach(name -> put(name, "F32", gaussian(folder.weights.elements(name))));
    }

    /** Some too small for float16, as there are in every model. */
    private double[] gaussian(int count) {
        return random.doubles(count, -1, 1)
                .map(x -> x * Math.pow(10, -random.nextInt(8)))
                .toArray();
    }

    private void put(String name, String type, double[] values) {
        DataType dataType = DataType.valueOf(type);
        ByteBuffer bytes = ByteBuffer.allocate(values.length * dataType.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            switch (dataType) {
                case F64 -> bytes.putDouble(value);
                case F32 -> bytes.putFloat((float) value);
                default -> bytes.putShort(bits(dataType, value));
            }
        }
        folder.weights.tensor(name, type, folder.weights.shape(name), bytes.array());
    }

    private static short bits(DataType type, double value) {
        return type == DataType.BF16 ? FloatFormats.toBfloat16((float) value) : FloatFormats.toFloat16((float) value);
    }

    private double[] values(String name) {
        float[] values = folder.weights.floats(name);
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private void convert(String type) {
        folder.weights.names().forEach(name -> put(name, type, values(name)));
    }

    private String fingerprint() {
        return folder.write().open().fingerprint();
    }

    @Test
    void should_be_the_same_in_another_folder_and_in_other_shards_whatever_the_configuration_says() throws IOException {
        String fingerprint = fingerprint();
        assertThat(fingerprint).matches("[0-9a-f]{32}");

        SmallFolder copy = SmallFolder.llama(Files.createDirectory(path.resolve("copy")));
        folder.weights.names().forEach(name -> copy.weights.copy(name, folder.weights));
        copy.configure("{\"_name_or_path\":\"another\",\"max_position_embeddings\":64}");
        SmallFolder.writeText(copy.indexFile(), copy.writeShards().toString());
        assertThat(copy.open().fingerprint()).isEqualTo(fingerprint);
    }

    @ParameterizedTest
    @CsvSource({"F32, BF16", "F32, F64", "BF16, F32", "BF16, F16", "BF16, F64", "F16, F32", "F16, BF16", "F16, F64"})
    void should_be_the_same_in_another_type(String trained, String saved) {
        convert(trained);
        String fingerprint = fingerprint();
        convert(saved);
        assertThat(fingerprint()).isEqualTo(fingerprint);
    }

    @ParameterizedTest
    @MethodSource("names")
    void should_tell_a_training_of_any_weight(String name) {
        convert("BF16");
        String fingerprint = fingerprint();
        double[] values = values(name);
        for (int i = 0; i < values.length; i++) {
            values[i] += 0.01 * random.nextGaussian();
        }
        put(name, "BF16", values);

        assertThat(fingerprint()).isNotEqualTo(fingerprint);
    }

    @Test
    void should_be_the_same_for_a_head_that_is_tied_and_for_one_that_is_stored_with_the_same_numbers() {
        String fingerprint = fingerprint();
        folder.weights.copy(SmallFolder.EMBEDDING, folder.weights, "lm_head.weight");
        assertThat(fingerprint()).isEqualTo(fingerprint);
        folder.configure("{\"tie_word_embeddings\":false}");
        assertThat(fingerprint()).isEqualTo(fingerprint);

        put("lm_head.weight", "F32", gaussian(128));
        assertThat(fingerprint()).isNotEqualTo(fingerprint);
    }

    @ParameterizedTest
    @CsvSource({"F32", "BF16", "F16"})
    void should_be_with_an_adapter_that_of_the_merged_model(String type) throws IOException {
        convert(type);
        String fingerprint = fingerprint();
        RawSafetensors factors = new RawSafetensors();
        for (String letter : List.of("A", "B")) {
            String name = "base_model.model.model.layers.1.self_attn.q_proj.lora_" + letter + ".weight";
            ByteBuffer bytes = ByteBuffer.allocate(16 * 4).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < 16; i++) {
                bytes.putFloat((float) (0.1 * random.nextGaussian()));
            }
            factors.tensor(name, "F32", letter.equals("A") ? List.of(2L, 8L) : List.of(8L, 2L), bytes.array());
        }
        Path adapter = Files.createDirectory(path.resolve("adapter"));
        factors.write(adapter.resolve("adapter_model.safetensors"));
        Files.writeString(adapter.resolve("adapter_config.json"), "{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":3}");
        LoraAdapter read = LoraAdapter.read(adapter);
        read.merge(folder.open(), path.resolve("merged"));

        assertThat(folder.open().fingerprint(read))
                .isEqualTo(ModelFolder.open(path.resolve("merged")).fingerprint())
                .isNotEqualTo(fingerprint);
    }
}
