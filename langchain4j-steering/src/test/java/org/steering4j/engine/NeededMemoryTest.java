package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.checkpoint.RawSafetensors;
import org.steering4j.engine.internal.Projections;
import org.steering4j.internal.FloatFormats;
import org.steering4j.vector.LayerSteering;

class NeededMemoryTest {

    private static final int[] PROMPT = {3, 14, 15, 9, 26, 5};

    @TempDir
    private Path folder;

    private ModelFolder write() {
        return ModelFolder.open(RandomCheckpoint.llama().write(folder));
    }

    /** Stored in bfloat16, as most models are. */
    private ModelFolder writeBfloat16() {
        RandomCheckpoint checkpoint = RandomCheckpoint.llama();
        RawSafetensors file = new RawSafetensors();
        checkpoint.weights.forEach((name, values) -> {
            ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            for (float value : values) {
                bytes.putShort(FloatFormats.toBfloat16(value));
            }
            file.tensor(name, "BF16", checkpoint.shapes.get(name), bytes.array());
        });
        checkpoint.writeConfiguration(folder);
        file.write(folder.resolve("model.safetensors"));
        return ModelFolder.open(folder);
    }

    /** 4 blocks of 2 * 32 * 32 + 2 * 16 * 32 + 3 * 48 * 32 weights, and a tied head of 61 * 32, the largest matrix. */
    @ParameterizedTest
    @CsvSource({"FLOAT32, 4, 4, 0", "BFLOAT16, 2, 2, 0", "FLOAT16, 2, 2, 4", "INT8, 1, 1, 8", "INT4, 0.5625, 1, 8"})
    void should_count_every_matrix_as_the_precision_keeps_it(
            Precision precision, double bytes, double headBytes, double converted) {
        int blocks = 4 * (2 * 32 * 32 + 2 * 16 * 32 + 3 * 48 * 32);
        int head = 61 * 32;

        assertThat(NeededMemory.bytes(write(), precision))
                .isEqualTo((long) (blocks * bytes + head * headBytes + head * converted));
    }

    @Test
    void should_refuse_what_does_not_fit_and_say_what_would() {
        ModelFolder model = write();
        long needed = NeededMemory.bytes(model, Precision.FLOAT16);

        assertThatThrownBy(() -> NeededMemory.projections(model, Precision.FLOAT16, needed - 1))
                .isInstanceOf(NotEnoughMemoryException.class)
                .hasMessageContainingAll(
                        "random needs", "GiB of memory in float16", "are free", "take the precision bfloat16");
        assertThatThrownBy(() -> NeededMemory.projections(
                        model, Precision.FLOAT16, NeededMemory.bytes(model, Precision.BFLOAT16) - 1))
                .hasMessageContaining("take the precision int8");
        assertThatThrownBy(() -> NeededMemory.projections(model, Precision.INT8, 1000))
                .hasMessageContaining("smaller model");
        assertThat(NeededMemory.projections(model, Precision.FLOAT16, needed)).isEqualTo(Projections.FLOAT16);
    }

    @Test
    void should_run_from_the_mapped_file_where_packed_matrices_do_not_fit() {
        assertThat(NeededMemory.projections(write(), Precision.FLOAT32, 1000)).isEqualTo(Projections.PLAIN);
        assertThat(NeededMemory.projections(writeBfloat16(), Precision.BFLOAT16, 1000))
                .isEqualTo(Projections.PLAIN);
        ModelFolder model = writeBfloat16();
        assertThatThrownBy(() -> NeededMemory.projections(model, Precision.FLOAT32, 1000))
                .isInstanceOf(NotEnoughMemoryException.class);
    }

    @Test
    void should_compute_the_same_from_mapped_and_from_packed_matrices() {
        ModelFolder model = write();
        float[][] mapped = states(model, Projections.PLAIN);
        float[][] packed = states(model, Projections.forPrecision(Precision.FLOAT32));
        for (int token = 0; token < PROMPT.length; token++) {
            for (int i = 0; i < mapped[token].length; i++) {
                assertThat(packed[token][i]).isCloseTo(mapped[token][i], org.assertj.core.api.Assertions.within(2e-5f));
            }
        }
    }

    private static float[][] states(ModelFolder folder, Projections projections) {
        try (LanguageModel model = LanguageModel.builder()
                .folder(folder.path())
                .precision(Precision.FLOAT32)
                .projections(projections)
                .build()) {
            return model.hiddenStates(PROMPT, 3, LayerSteering.none());
        }
    }

    @Test
    void should_report_how_far_the_loading_has_come() {
        write();
        List<Long> reported = new ArrayList<>();
        List<Long> totals = new ArrayList<>();
        LanguageModel.builder()
                .folder(folder)
                .loadingListener((loaded, total) -> {
                    reported.add(loaded);
                    totals.add(total);
                })
                .build()
                .close();

        assertThat(reported).isSorted().hasSizeGreaterThan(20);
        assertThat(totals).containsOnly(reported.get(reported.size() - 1));
    }

    @Test
    void should_know_some_free_memory() {
        assertThat(NeededMemory.freeBytes()).isBetween(1L << 20, 1L << 50);
    }
}
