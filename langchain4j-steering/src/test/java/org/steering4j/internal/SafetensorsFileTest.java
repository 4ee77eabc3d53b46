package org.steering4j.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.vector.InvalidFileException;

class SafetensorsFileTest {

    @TempDir
    Path folder;

    Path path;

    @BeforeEach
    void nameFile() {
        path = folder.resolve("model.safetensors");
    }

    @Test
    void should_read_metadata_and_tensors_of_every_floating_point_type() throws IOException {
        ByteBuffer data = littleEndian(24)
                .putFloat(-1.5f)
                .putFloat(3e-40f)
                .putShort((short) 0x3c00)
                .putShort((short) 0xbf80)
                .putLong(5)
                .putInt(0);
        data.putDouble(12, 0.1);
        write("""
                {"__metadata__":{"format":"pt"},
                 "wide":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},
                 "half":{"dtype":"F16","shape":[],"data_offsets":[8,10]},
                 "brain":{"dtype":"BF16","shape":[1],"data_offsets":[10,12]},
                 "empty":{"dtype":"I64","shape":[0,3],"data_offsets":[12,12]},
                 "double":{"data_offsets":[12,20],"dtype":"F64","shape":[1]},
                 "flags":{"dtype":"BOOL","shape":[4],"data_offsets":[20,24]}}   """, data.array());

        SafetensorsFile file = SafetensorsFile.open(path);

        assertThat(file.path()).isEqualTo(path);
        assertThat(file.metadata()).containsOnlyKeys("format").containsEntry("format", "pt");
        assertThat(file.tensors()).containsOnlyKeys("wide", "half", "brain", "empty", "double", "flags");
        assertThat(file.tensors().get("wide").shape()).containsExactly(2L, 1L);
        assertThat(file.tensors().get("flags").offsetBytes()).isEqualTo(Files.size(path) - 4);
        assertThat(file.readFloats("wide")).containsExactly(-1.5f, 3e-40f);
        assertThat(file.readFloats("half")).containsExactly(1f);
        assertThat(file.readFloats("brain")).containsExactly(-1f);
        assertThat(file.readFloats("double")).containsExactly(0.1f);
        assertThatThrownBy(() -> file.readFloats("flags"))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("BOOL[4]");
        assertThatThrownBy(() -> file.readFloats("missing"))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("no tensor \"missing\"");
    }

    @ParameterizedTest
    @ValueSource(longs = {2L << 30, 100_000_001, Long.MAX_VALUE, Long.MIN_VALUE, -1, 1000})
    void should_refuse_header_length_beyond_limit_or_file(long length) throws IOException {
        Files.write(path, littleEndian(100).putLong(length).array());

        assertThatThrownBy(() -> SafetensorsFile.open(path))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining("states a header of " + Long.toUnsignedString(length) + " bytes");
    }

    @Test
    void should_refuse_two_gigabyte_header_even_when_file_is_that_long() throws IOException {
        try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
            sparse.write(littleEndian(8).putLong(2L << 30).array());
            sparse.setLength(3L << 30);
        }

        assertThatThrownBy(() -> SafetensorsFile.open(path))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("the limit is 100000000");
    }

    @Test
    void should_refuse_missing_file_and_folder() {
        assertThatThrownBy(() -> SafetensorsFile.open(path))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(path + ": there is no such file");
        assertThatThrownBy(() -> SafetensorsFile.open(folder))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(folder + ": it is a folder");
    }

    /** Each header is for 8 bytes of data. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "                                                                       | begin with '{'",
                "[]                                                                     | begin with '{'",
                "{\"a\":                                                                | not valid JSON",
                "{} {}                                                                  | goes on",
                "{\"a\":1}                                                              | expected START_OBJECT",
                "{\"__metadata__\":{\"k\":1}}                                           | expected VALUE_STRING",
                "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}                           | Duplicate field",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]}} | Duplicate field",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}                              | needs dtype, shape and two data_offsets",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8]}}         | needs dtype, shape and two data_offsets",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}} | unknown field \"x\"",
                "{\"a\":{\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[0,8]}}       | unknown dtype \"F31\"",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}      | expected whole numbers",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}     | expected whole numbers",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[[2]],\"data_offsets\":[0,8]}}     | expected whole numbers",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}} | expected whole numbers",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}} | more than any file can hold",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}       | takes 12 bytes",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}       | hold -8",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}      | file ends at",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[9223372036854775799,9223372036854775807]}} | beyond any file",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}       | leave a hole",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}       | 4 bytes after the last tensor",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | overlap",
                "{}                                                                     | 8 bytes after the last tensor",
            })
    void should_refuse_header_that_lies(String header, String problem) throws IOException {
        write(header == null ? "" : header, new byte[8]);

        assertThatThrownBy(() -> SafetensorsFile.open(path))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining(problem);
    }

    @Test
    void should_refuse_to_read_by_the_header_of_a_file_that_was_replaced() throws IOException {
        write("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", new byte[8]);
        SafetensorsFile file = SafetensorsFile.open(path);
        assertThat(file.readFloats("a")).containsExactly(0, 0);

        Files.setLastModifiedTime(path, FileTime.fromMillis(0));

        assertThatThrownBy(() -> file.readFloats("a"))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("open it again");
    }

    @Test
    void should_refuse_deeply_nested_header() throws IOException {
        write("{\"a\":" + "[".repeat(1_000_000), new byte[0]);

        assertThatThrownBy(() -> SafetensorsFile.open(path)).isInstanceOf(InvalidFileException.class);
    }

    private void write(String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        Files.write(
                path,
                littleEndian(8 + json.length + data.length)
                        .putLong(json.length)
                        .put(json)
                        .put(data)
                        .array());
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
