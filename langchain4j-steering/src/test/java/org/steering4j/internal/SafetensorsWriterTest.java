package org.steering4j.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {

    @TempDir
    Path folder;

    Path path;

    @BeforeEach
    void nameFile() {
        path = folder.resolve("model.safetensors");
    }

    @Test
    void should_read_back_what_was_written() throws IOException {
        float[] matrix = random(6);
        new SafetensorsWriter()
                .metadata("format", "pt")
                .metadata("note", "\u00e4 \"quote\" \ud83d\ude00")
                .tensor("matrix", DataType.F32, List.of(2L, 3L), matrix)
                .tensor("rounded", DataType.BF16, List.of(6L), matrix)
                .tensor("empty", DataType.F32, List.of(0L), new float[0])
                .write(path);

        SafetensorsFile file = SafetensorsFile.open(path);

        assertThat(file.metadata()).containsEntry("note", "\u00e4 \"quote\" \ud83d\ude00");
        assertThat(file.tensors().keySet()).containsExactly("matrix", "rounded", "empty");
        assertThat(file.tensors().get("matrix").shape()).containsExactly(2L, 3L);
        assertThat(file.tensors().get("matrix").offsetBytes() % 8).isZero();
        assertThat(file.readFloats("matrix")).containsExactly(matrix);
        for (int i = 0; i < matrix.length; i++) {
            assertThat(file.readFloats("rounded")[i])
                    .isEqualTo(FloatFormats.fromBfloat16(FloatFormats.toBfloat16(matrix[i])));
        }
        assertThat(file.readFloats("empty")).isEmpty();
    }

    @Test
    void should_write_and_read_tensors_of_tens_of_megabytes() {
        float[] values = random(5_000_001);

        new SafetensorsWriter()
                .tensor("large", DataType.F32, List.of(5_000_001L), values)
                .write(path);

        assertThat(SafetensorsFile.open(path).readFloats("large")).isEqualTo(values);
    }

    @Test
    void should_write_same_bytes_for_same_content() throws IOException {
        SafetensorsWriter writer =
                new SafetensorsWriter().metadata("k", "v").tensor("t", DataType.F32, List.of(3L), random(3));

        writer.write(path);
        byte[] first = Files.readAllBytes(path);
        writer.write(path);

        assertThat(path).hasBinaryContent(first);
    }

    @Test
    void should_refuse_what_no_reader_could_read() {
        SafetensorsWriter writer = new SafetensorsWriter().tensor("t", DataType.F32, List.of(1L), new float[1]);

        assertThatThrownBy(() -> writer.tensor("t", DataType.F32, List.of(1L), new float[1]))
                .hasMessageContaining("\"t\" is taken");
        assertThatThrownBy(() -> writer.tensor("u", DataType.F32, List.of(2L, 2L), new float[3]))
                .hasMessageContaining("3 values do not fill the shape [2, 2]");
        assertThatThrownBy(() -> writer.tensor("u", DataType.I64, List.of(1L), new float[1]))
                .hasMessageContaining("cannot write I64");
    }

    private static float[] random(int length) {
        Random random = new Random(length);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
