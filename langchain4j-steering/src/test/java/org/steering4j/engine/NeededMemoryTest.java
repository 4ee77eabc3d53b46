package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.checkpoint.LoraAdapter;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.engine.internal.Projections;
import org.steering4j.internal.DataType;
import org.steering4j.internal.SafetensorsWriter;
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
        SafetensorsWriter writer = new SafetensorsWriter();
        checkpoint.weights.forEach(
                (name, values) -> writer.tensor(name, DataType.BF16, checkpoint.shapes.get(name), values));
        checkpoint.writeConfiguration(folder);
        writer.write(folder.resolve("model.safetensors"));
        return ModelFolder.open(folder);
    }

    /** Of all query projections. */
    private LoraAdapter writeAdapter() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        for (int layer = 0; layer < 4; layer++) {
            String module = "base_model.model.model.layers.%d.self_attn.q_proj".formatted(layer);
            writer.tensor(module + ".lora_A.weight", DataType.F32, List.of(2L, 32L), new float[64]);
            writer.tensor(module + ".lora_B.weight", DataType.F32, List.of(32L, 2L), new float[64]);
        }
        Path adapter = Files.createDirectories(folder.resolve("adapter"));
        writer.write(adapter.resolve("adapter_model.safetensors"));
        Files.writeString(
                adapter.resolve("adapter_config.json"),
                "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 2, \"target_modules\": [\"q_proj\"]}");
        return LoraAdapter.read(adapter);
    }

    private static NeededMemory needed(ModelFolder model) {
        return new NeededMemory(model, Optional.empty());
    }

    private static long fastest(NeededMemory memory, Precision precision) {
        return memory.bytes(precision, Projections.forPrecision(precision));
    }

    @Test
    void should_refuse_what_does_not_fit_and_say_what_would() {
        NeededMemory memory = needed(write());
        long needed = fastest(memory, Precision.FLOAT16);

        assertThatThrownBy(() -> memory.projections(Precision.FLOAT16, needed - 1))
                .isInstanceOf(NotEnoughMemoryException.class)
                .hasMessageContainingAll(
                        folder.getFileName() + " needs",
                        "GiB of memory in float16",
                        "are free",
                        "take the precision bfloat16");
        assertThatThrownBy(() ->
                        memory.projections(Precision.FLOAT16, memory.bytes(Precision.BFLOAT16, Projections.PLAIN) - 1))
                .hasMessageContaining("take the precision int8");
        assertThatThrownBy(() -> memory.projections(Precision.INT8, 1000)).hasMessageContaining("smaller model");
        assertThat(memory.projections(Precision.FLOAT16, needed)).isEqualTo(Projections.FLOAT16);
    }

    @Test
    void should_run_from_the_mapped_file_where_packed_matrices_do_not_fit() {
        assertThat(needed(write()).projections(Precision.FLOAT32, 1000)).isEqualTo(Projections.PLAIN);
        NeededMemory memory = needed(writeBfloat16());
        assertThat(memory.projections(Precision.BFLOAT16, 1000)).isEqualTo(Projections.PLAIN);
        assertThatThrownBy(() -> memory.projections(Precision.FLOAT32, 1000))
                .isInstanceOf(NotEnoughMemoryException.class)
                .hasMessageContaining("take the precision bfloat16, which needs 0.0 GiB");
    }

    /** Of 4 matrices of 32 * 32 there is a copy in bfloat16, and one at a time is in float32. */
    @Test
    void should_count_the_matrices_that_an_adapter_is_merged_into() throws IOException {
        NeededMemory memory = new NeededMemory(writeBfloat16(), Optional.of(writeAdapter()));
        long needed = memory.bytes(Precision.BFLOAT16, Projections.PLAIN);

        assertThat(needed).isEqualTo(32 * 32 * (4 * 2 + 4));
        assertThat(memory.projections(Precision.BFLOAT16, needed)).isEqualTo(Projections.PLAIN);
        assertThatThrownBy(() -> memory.projections(Precision.BFLOAT16, needed - 1))
                .isInstanceOf(NotEnoughMemoryException.class);
    }

    /** The token embedding, which is only looked up, stays mapped in the type that it is stored in. */
    @Test
    void should_count_what_plain_matrices_convert() {
        NeededMemory memory = needed(ModelFolder.open(RandomCheckpoint.qwen2().write(folder)));
        int blocks = 4 * (2 * 32 * 32 + 2 * 16 * 32 + 3 * 48 * 32);

        assertThat(memory.bytes(Precision.BFLOAT16, Projections.PLAIN)).isEqualTo(2 * (blocks + 61 * 32));
        assertThat(memory.bytes(Precision.FLOAT32, Projections.PLAIN)).isZero();
    }

    /** Where the file holds what is multiplied, derivatives are taken by that. */
    @Test
    void should_count_what_is_unpacked_for_derivatives() throws IOException {
        ModelFolder model = writeBfloat16();
        int block = 2 * 32 * 32 + 2 * 16 * 32 + 3 * 48 * 32;
        int head = 61 * 32;

        assertThat(needed(model).unpackedBytes(Precision.FLOAT32, Projections.ONEDNN, 1))
                .isEqualTo(4 * (2 * block + head));
        assertThat(needed(model).unpackedBytes(Precision.FLOAT32, Projections.ONEDNN, 3))
                .isEqualTo(4 * head);
        assertThat(needed(model).unpackedBytes(Precision.FLOAT32, Projections.PLAIN, 1))
                .isZero();
        assertThat(needed(model).unpackedBytes(Precision.BFLOAT16, Projections.ONEDNN, 1))
                .isZero();
        int attention = 32 * 32 + 2 * 16 * 32;
        assertThat(new NeededMemory(model, Optional.of(writeAdapter()))
                        .unpackedBytes(Precision.BFLOAT16, Projections.ONEDNN, 1))
                .isEqualTo(2 * 2 * attention);
    }

    @Test
    void should_refuse_a_training_that_does_not_fit_and_say_what_would() {
        NeededMemory memory = needed(writeBfloat16());
        long above1 = memory.unpackedBytes(Precision.FLOAT32, Projections.ONEDNN, 1);
        long above2 = memory.unpackedBytes(Precision.FLOAT32, Projections.ONEDNN, 2);
        AtomicLong free = new AtomicLong(above1 - 1);
        TrainingMemory training = new TrainingMemory(memory, Precision.FLOAT32, Projections.ONEDNN, free::get);

        assertThatThrownBy(() -> training.require(1))
                .isInstanceOf(NotEnoughMemoryException.class)
                .hasMessageContainingAll(
                        "at block 1 of " + folder.getFileName() + " in float32 takes 0.0 GiB",
                        "0.0 GiB are free",
                        "open it in bfloat16, where that takes 0.0 GiB, or train at a higher block");
        training.require(2);
        // What is there already is not needed once more.
        free.set(above1 - above2);
        training.require(1);
        free.set(0);
        training.require(1);
        training.require(3);
        assertThatThrownBy(() -> training.require(0)).isInstanceOf(NotEnoughMemoryException.class);
    }

    @Test
    void should_refuse_a_training_before_it_begins() {
        assumeThat(Projections.forPrecision(Precision.FLOAT32)).isEqualTo(Projections.ONEDNN);
        writeBfloat16();
        AtomicLong free = new AtomicLong(Long.MAX_VALUE);
        List<Continuation> answers = List.of(new Continuation(PROMPT, new int[] {7, 8}));
        SortedSet<Integer> layers = new TreeSet<>(Set.of(1));
        try (LanguageModel model = LanguageModel.builder()
                .folder(folder)
                .precision(Precision.FLOAT32)
                .freeBytes(free::get)
                .build()) {
            free.set(0);
            assertThatThrownBy(() -> model.continuations(answers, layers)).isInstanceOf(NotEnoughMemoryException.class);
            assertThatThrownBy(() -> model.intervene(
                            answers, List.of(Intervention.add(1)), layers, new float[][] {new float[32]}))
                    .isInstanceOf(NotEnoughMemoryException.class);
        }
    }

    @Test
    void should_take_bfloat16_by_itself_where_only_that_fits() {
        NeededMemory memory = needed(writeBfloat16());
        long float32 = fastest(memory, Precision.FLOAT32);

        assertThat(memory.fitting(Precision.FLOAT32, float32)).isEqualTo(Precision.FLOAT32);
        assertThat(memory.fitting(Precision.FLOAT32, float32 - 1)).isEqualTo(Precision.BFLOAT16);
        assertThat(memory.fitting(Precision.BFLOAT16, 0)).isEqualTo(Precision.BFLOAT16);
        // Stored in float32 it can be mapped in that alone.
        assertThat(needed(write()).fitting(Precision.FLOAT32, 1000)).isEqualTo(Precision.FLOAT32);
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
}
