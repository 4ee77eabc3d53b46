package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HiddenStatesTest {

    /** Exact in bfloat16. */
    private static final float[] VALUES = {1, -2, 0.5f, 3, Float.MIN_NORMAL, 7, -0f, 9, 1.5f};

    private static final int[] COUNTS = {3, 0, 4, 2};

    @TempDir
    Path folder;

    private static void requireWhatWasPut(HiddenStates states) {
        states.put(2, VALUES, 3);
        states.put(0, VALUES, 0);
        states.put(3, VALUES, 7);
        states.put(1, VALUES, 5);
        float[] read = new float[12];
        Arrays.fill(read, 42);
        int end = 1;
        for (int number = 0; number < COUNTS.length; number++) {
            end = states.get(number, read, end);
        }
        assertThat(end).isEqualTo(10);
        assertThat(read).startsWith(42).endsWith(42, 42);
        assertThat(Arrays.copyOfRange(read, 1, 10)).isEqualTo(VALUES);
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32, 36", "FLOAT32, 35", "BFLOAT16, 18", "BFLOAT16, 0"})
    void should_give_back_what_was_put_in_memory_or_beyond_the_budget_in_a_file(Precision precision, long memoryBytes)
            throws IOException {
        try (HiddenStates states = HiddenStates.of(COUNTS, precision, memoryBytes, folder)) {
            requireWhatWasPut(states);
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void should_give_back_what_was_put_although_the_thread_is_interrupted() throws IOException {
        Thread.currentThread().interrupt();
        try (HiddenStates states = HiddenStates.of(COUNTS, Precision.FLOAT32, 0, folder)) {
            requireWhatWasPut(states);
        } finally {
            assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
        }
    }

    @Test
    void should_give_back_pieces_of_any_segment() throws IOException {
        RandomAccessFile file = new RandomAccessFile(folder.resolve("states").toFile(), "rw");
        int[] bytes = {3, 0, 2, 5, 1, 1, 0};
        try (MappedFile mapped = new MappedFile(file, bytes, 4)) {
            for (int piece = 0; piece < bytes.length; piece++) {
                mapped.write(piece, Arrays.copyOf(new byte[] {10, 20, 30, 40, 50}, bytes[piece]));
            }
            for (int piece = 0; piece < bytes.length; piece++) {
                byte[] read = new byte[bytes[piece]];
                mapped.read(piece).get(read);
                assertThat(read).isEqualTo(Arrays.copyOf(new byte[] {10, 20, 30, 40, 50}, bytes[piece]));
            }
        }
    }

    /** What is mapped is mapped until the garbage collector comes by, though the file is closed: it takes no room until then. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void should_give_the_disk_its_room_back_at_once() throws IOException {
        Path path = folder.resolve("states");
        int[] bytes = {36};
        HiddenStates states = new HiddenStates(
                bytes, Precision.FLOAT32, new MappedFile(new RandomAccessFile(path.toFile(), "rw"), bytes, 36));
        states.put(0, VALUES, 0);
        states.get(0, new float[9], 0);
        assertThat(Files.readString(Path.of("/proc/self/maps"))).contains(path.toString());
        assertThat(path).hasSize(36);

        states.close();

        assertThat(path).isEmptyFile();
    }

    @Test
    void should_say_so_when_the_states_cannot_be_read_back() throws IOException {
        HiddenStates states = HiddenStates.of(COUNTS, Precision.FLOAT32, 0, folder);
        states.close();

        assertThatThrownBy(() -> states.get(0, new float[3], 0))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("could not be read back");
    }

    @Test
    void should_refuse_before_anything_is_computed_what_the_disk_has_no_room_for() {
        int[] counts = new int[200_000];
        Arrays.fill(counts, Integer.MAX_VALUE / 4);

        assertThatThrownBy(() -> HiddenStates.of(counts, Precision.FLOAT32, 1, folder))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("GiB free in " + folder)
                .hasMessageContaining("-Djava.io.tmpdir");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void should_say_so_when_the_disk_is_full_after_all() throws IOException {
        int[] bytes = {36};
        try (HiddenStates states = new HiddenStates(
                bytes, Precision.FLOAT32, new MappedFile(new RandomAccessFile("/dev/full", "rw"), bytes, 36))) {
            assertThatThrownBy(() -> states.put(0, VALUES, 0))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("No space left on device")
                    .hasMessageContaining("-Djava.io.tmpdir");
        }
    }
}
