package org.steering4j.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.internal.DamagedFiles;

class GgufVectorFileTest {

    static final int I32 = 5;
    static final int ARRAY = 9;
    static final int STRING = 8;

    @TempDir
    Path folder;

    Path file;
    final SteeringVector vector = TestVectors.withFingerprint("truth", 1, 5);

    @BeforeEach
    void nameFile() {
        file = folder.resolve("kind.gguf");
    }

    @Test
    void should_read_back_bit_for_bit() {
        vector.write(file);

        assertThat(SteeringVector.read(file)).isEqualTo(vector);
    }

    @Test
    void should_write_layout_that_llama_cpp_reads() throws IOException {
        vector.write(file);

        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(new String(bytes.array(), 0, 4, StandardCharsets.US_ASCII)).isEqualTo("GGUF");
        assertThat(bytes.getInt(4)).isEqualTo(3);
        assertThat(bytes.getLong(8)).isEqualTo(2);
        String text = new String(bytes.array(), StandardCharsets.ISO_8859_1);
        assertThat(text)
                .contains(text(
                        new Bytes().string("general.architecture").u32(STRING).string("controlvector")));
        assertThat(text)
                .contains(text(new Bytes()
                        .string("controlvector.model_hint")
                        .u32(STRING)
                        .string("llama")));
        assertThat(text)
                .contains(text(
                        new Bytes().string("controlvector.layer_count").u32(4).u32(2)));
        assertThat(text)
                .contains(text(
                        new Bytes().string("steering4j.behavior").u32(STRING).string("truth")));
        // five floats fill 20 of 32 bytes; the second tensor is filled up too
        assertThat(text)
                .contains(text(
                        new Bytes().string("direction.5").u32(1).u64(5).u32(0).u64(32)));
        assertThat(bytes.capacity() % 32).isZero();
        assertThat(bytes.getFloat(bytes.capacity() - 32)).isEqualTo(vector.layer(5)[0]);
        assertThat(bytes.getFloat(bytes.capacity() - 64)).isEqualTo(vector.layer(1)[0]);
        assertThat(bytes.getInt(bytes.capacity() - 4)).isZero();
    }

    /** As llama.cpp's cvector-generator and repeng write them: no more than three keys, layer_count as i32 or u32. */
    @Test
    void should_map_direction_n_to_block_n_in_files_of_other_tools() throws IOException {
        Files.write(
                file,
                foreign(new Bytes().string("controlvector.layer_count").u32(I32).u32(2), 1));

        SteeringVector read = SteeringVector.read(file);

        assertThat(read.behavior()).isEqualTo("kind");
        assertThat(read.layers()).containsExactly(1, 2);
        assertThat(read.layer(1)).containsExactly(1, 2, 3);
        assertThat(read.layer(2)).containsExactly(4, 5, 6);
        assertThat(read.architecture()).isEmpty();
        assertThat(read.settings()).containsEntry("controlvector.model_hint", "llama");
    }

    @Test
    void should_skip_unknown_keys_of_every_type() throws IOException {
        Bytes keys = new Bytes();
        int[] sizes = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
        int count = 0;
        for (int type = 0; type < sizes.length; type++) {
            if (sizes[type] > 0) {
                keys.string("scalar." + type).u32(type).raw(new byte[sizes[type]]);
                keys.string("array." + type).u32(ARRAY).u32(type).u64(3).raw(new byte[3 * sizes[type]]);
                count += 2;
            }
        }
        keys.string("text").u32(STRING).string("some text");
        keys.string("texts").u32(ARRAY).u32(STRING).u64(2).string("a").string("");
        keys.string("nested").u32(ARRAY).u32(ARRAY).u64(2);
        keys.u32(STRING).u64(1).string("x").u32(4).u64(2).u32(1).u32(2);
        keys.string("none").u32(ARRAY).u32(4).u64(0);
        Files.write(file, foreign(keys, count + 4));

        assertThat(SteeringVector.read(file).layer(2)).containsExactly(4, 5, 6);
    }

    @Test
    void should_refuse_lies_about_lengths_before_reserving_memory() throws IOException {
        long huge = 1L << 60;
        assertThatRefused(foreign(new Bytes().string("a").u32(ARRAY).u32(4).u64(huge), 1), "elements of a");
        assertThatRefused(foreign(new Bytes().string("a").u32(ARRAY).u32(STRING).u64(huge), 1), "elements of a");
        assertThatRefused(foreign(new Bytes().string("a").u32(ARRAY).u32(4).u64(-1), 1), "elements of a");
        assertThatRefused(foreign(new Bytes().string("a").u32(STRING).u64(huge), 1), "bytes for a value");
        assertThatRefused(foreign(new Bytes().u64(huge), 1), "bytes for a text");
        assertThatRefused(foreign(new Bytes().string("a").u32(13), 1), "unknown type 13");
        assertThatRefused(foreign(new Bytes(), huge), "metadata keys");
        assertThatRefused(header(huge, 1).string("general.architecture").toByteArray(), "tensors");
        Bytes deep = new Bytes().string("deep").u32(ARRAY);
        for (int i = 0; i < 100_000; i++) {
            deep.u32(ARRAY).u64(1);
        }
        assertThatRefused(foreign(deep, 1), "nested too deeply");
    }

    @Test
    void should_refuse_what_is_no_control_vector() throws IOException {
        assertThatRefused("GGML".getBytes(StandardCharsets.US_ASCII), "not a GGUF file");
        assertThatRefused(new Bytes().u32(GgufReader.MAGIC).u32(2).u64(0).u64(0).toByteArray(), "version 2");
        assertThatRefused(
                header(0, 1)
                        .string("general.architecture")
                        .u32(STRING)
                        .string("llama")
                        .filled()
                        .toByteArray(),
                "general.architecture is llama");
        assertThatRefused(tensors("direction.0", 1, 0, 0), "direction.0");
        assertThatRefused(tensors("direction.x", 1, 0, 0), "direction.x");
        assertThatRefused(tensors("direction.1", 2, 0, 0), "one dimension of F32");
        assertThatRefused(tensors("direction.1", 1, 1, 0), "one dimension of F32");
        assertThatRefused(tensors("direction.1", 1, 0, 32), "offset 32, expected 0");
        assertThatRefused(tensors("direction.1", 1, 0, -32), "expected 0");
        assertThatRefused(
                foreign(
                        new Bytes()
                                .string("controlvector.layer_count")
                                .u32(STRING)
                                .string("2"),
                        1),
                "controlvector.layer_count is 2, expected a u32 or i32");
        assertThatRefused(foreign(new Bytes().string("general.alignment").u32(4).u32(0), 1), "power of two");
    }

    @Test
    void should_refuse_vector_of_first_block_since_the_format_cannot_express_it() {
        assertThatThrownBy(() -> TestVectors.complete("truth", 0, 1).write(file))
                .isInstanceOf(IncompatibleVectorException.class)
                .hasMessageContainingAll("\"truth\"", "layer 0", "direction.1", ".safetensors");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void should_refuse_own_metadata_that_contradicts() throws IOException {
        Bytes keys = new Bytes().string("steering4j.format_version").u32(STRING).string("9");

        assertThatRefused(foreign(keys, 1), "newer version");
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

    private void assertThatRefused(byte[] bytes, String problem) throws IOException {
        Files.write(file, bytes);
        assertThatThrownBy(() -> SteeringVector.read(file))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(problem);
    }

    /** A control vector with direction.1 = (1, 2, 3) and direction.2 = (4, 5, 6), and more keys. */
    private static byte[] foreign(Bytes moreKeys, long numberOfMoreKeys) {
        return header(2, 2 + numberOfMoreKeys)
                .string("general.architecture")
                .u32(STRING)
                .string("controlvector")
                .string("controlvector.model_hint")
                .u32(STRING)
                .string("llama")
                .raw(moreKeys.toByteArray())
                .string("direction.1")
                .u32(1)
                .u64(3)
                .u32(0)
                .u64(0)
                .string("direction.2")
                .u32(1)
                .u64(3)
                .u32(0)
                .u64(32)
                .filled()
                .floats(1, 2, 3)
                .filled()
                .floats(4, 5, 6)
                .filled()
                .toByteArray();
    }

    private static byte[] tensors(String name, int dimensions, int type, long offset) {
        Bytes bytes = header(1, 1)
                .string("general.architecture")
                .u32(STRING)
                .string("controlvector")
                .string(name)
                .u32(dimensions)
                .u64(3);
        if (dimensions == 2) {
            bytes.u64(1);
        }
        return bytes.u32(type).u64(offset).filled().floats(1, 2, 3).filled().toByteArray();
    }

    private static Bytes header(long tensors, long keys) {
        return new Bytes().u32(GgufReader.MAGIC).u32(3).u64(tensors).u64(keys);
    }

    private static String text(Bytes bytes) {
        return new String(bytes.toByteArray(), StandardCharsets.ISO_8859_1);
    }

    /** Little-endian bytes as the GGUF specification words them, written independently of the writer under test. */
    private static final class Bytes {

        private final ByteArrayOutputStream output = new ByteArrayOutputStream();

        Bytes u32(int value) {
            for (int shift = 0; shift < 32; shift += 8) {
                output.write(value >> shift);
            }
            return this;
        }

        Bytes u64(long value) {
            return u32((int) value).u32((int) (value >> 32));
        }

        Bytes string(String text) {
            return u64(text.length()).raw(text.getBytes(StandardCharsets.US_ASCII));
        }

        Bytes floats(float... values) {
            for (float value : values) {
                u32(Float.floatToRawIntBits(value));
            }
            return this;
        }

        Bytes raw(byte[] bytes) {
            output.writeBytes(bytes);
            return this;
        }

        Bytes filled() {
            while (output.size() % 32 != 0) {
                output.write(0);
            }
            return this;
        }

        byte[] toByteArray() {
            return output.toByteArray();
        }
    }
}
