package org.steering4j.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steering4j.internal.DamagedFiles;
import org.steering4j.internal.DataType;
import org.steering4j.internal.SafetensorsFile;
import org.steering4j.internal.SafetensorsWriter;

class SafetensorsVectorFileTest {

    @TempDir
    Path folder;

    Path file;
    final SteeringVector vector = TestVectors.withFingerprint("truth", 0, 3);

    @BeforeEach
    void nameFile() {
        file = folder.resolve("truth.safetensors");
    }

    @Test
    void should_read_back_bit_for_bit() {
        SteeringVector subtle = vector.toBuilder("subtle")
                .layer(2, new float[] {-0.0f, Float.MIN_VALUE, Float.MAX_VALUE, 0.1f, -1e-38f})
                .build();

        subtle.write(file);

        assertThat(SteeringVector.read(file)).isEqualTo(subtle);
    }

    @Test
    void should_read_back_vector_that_says_nothing_of_itself() {
        SteeringVector silent =
                SteeringVector.builder("silent").layer(1, new float[] {1}).build();

        silent.write(file);

        assertThat(SteeringVector.read(file)).isEqualTo(silent);
    }

    @Test
    void should_be_an_ordinary_safetensors_file() {
        vector.write(file);

        SafetensorsFile plain = SafetensorsFile.open(file);

        assertThat(plain.tensors().keySet()).containsExactly("layer.0", "layer.3");
        assertThat(plain.readFloats("layer.3")).containsExactly(vector.layer(3));
        assertThat(plain.metadata())
                .containsEntry("format_version", "1")
                .containsEntry("behavior", "truth")
                .containsEntry("method", "BiPO")
                .containsEntry("hook_point", "residual stream after the block")
                .containsEntry("operator", "add")
                .containsEntry("hidden_size", "5")
                .containsEntry("number_of_layers", "6")
                .containsEntry("architecture", "llama")
                .containsEntry("model_name", "small-model")
                .containsEntry("evaluated_multipliers", "-1.0,0.1,2.0")
                .containsEntry("setting.seed", "7");
    }

    @ParameterizedTest
    @CsvSource({
        "format_version, 2, newer version",
        "format_version, , no \"format_version\"",
        "behavior, , no \"behavior\"",
        "behavior, ' ', behavior",
        "hook_point, the moon, the moon",
        "operator, multiply, multiply",
        "hidden_size, 6, hidden_size is \"6\"",
        "hidden_size, , no \"hidden_size\"",
        "number_of_layers, 3, layer 3 is out of range",
        "number_of_layers, many, many",
        "evaluated_multipliers, '1.0,NaN', NaN",
        "evaluated_multipliers, '1.0;2', 1.0;2",
    })
    void should_refuse_metadata_that_is_wrong(String key, String value, String problem) {
        Map<String, String> metadata = new LinkedHashMap<>(VectorMetadata.of(vector));
        metadata.put(key, value);
        metadata.values().removeIf(text -> text == null);
        SafetensorsWriter writer = writer(metadata);
        vector.layers().forEach(layer -> addLayer(writer, "layer." + layer, vector.layer(layer)));
        writer.write(file);

        assertThatRefused(problem);
    }

    @Test
    void should_ignore_metadata_of_other_tools() {
        SafetensorsWriter writer = writer(VectorMetadata.of(vector)).metadata("format", "pt");
        vector.layers().forEach(layer -> addLayer(writer, "layer." + layer, vector.layer(layer)));
        writer.write(file);

        assertThat(SteeringVector.read(file)).isEqualTo(vector);
    }

    @ParameterizedTest
    @CsvSource({"weight", "layer.-1", "layer.01", "layer.1.weight", "layer.99999999999"})
    void should_refuse_tensor_of_unknown_name(String name) {
        addLayer(writer(VectorMetadata.of(vector)), name, new float[5]).write(file);

        assertThatRefused("\"" + name + "\"");
    }

    @Test
    void should_refuse_tensors_that_are_no_vector() {
        writer(VectorMetadata.of(vector)).write(file);
        assertThatRefused("no layer");

        addLayer(writer(VectorMetadata.of(vector)), "layer.1", new float[] {1, 2, Float.NaN, 4, 5})
                .write(file);
        assertThatRefused("layer 1 holds NaN at index 2");

        addLayer(addLayer(writer(VectorMetadata.of(vector)), "layer.1", new float[5]), "layer.2", new float[4])
                .write(file);
        assertThatRefused("hidden size");

        writer(VectorMetadata.of(vector))
                .tensor("layer.1", DataType.BF16, List.of(5L), new float[5])
                .write(file);
        assertThatRefused("BF16[5]");

        writer(VectorMetadata.of(vector))
                .tensor("layer.1", DataType.F32, List.of(1L, 5L), new float[5])
                .write(file);
        assertThatRefused("F32[1, 5]");
    }

    @Test
    void should_refuse_every_prefix() throws IOException {
        vector.write(file);

        DamagedFiles.assertThatEveryPrefixIsRefused(file, SteeringVector::read);
    }

    @Test
    void should_survive_any_corruption() throws IOException {
        vector.write(file);

        DamagedFiles.assertThatNoCorruptionBreaksOut(file, SteeringVector::read);
    }

    @Test
    void should_keep_old_file_when_writing_fails() throws IOException {
        Files.createDirectory(file);

        assertThatThrownBy(() -> vector.write(file)).isInstanceOf(FileNotWrittenException.class);
        assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    }

    private void assertThatRefused(String problem) {
        assertThatThrownBy(() -> SteeringVector.read(file))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(problem);
    }

    private static SafetensorsWriter writer(Map<String, String> metadata) {
        SafetensorsWriter writer = new SafetensorsWriter();
        metadata.forEach(writer::metadata);
        return writer;
    }

    private static SafetensorsWriter addLayer(SafetensorsWriter writer, String name, float[] values) {
        return writer.tensor(name, DataType.F32, List.of((long) values.length), values);
    }
}
