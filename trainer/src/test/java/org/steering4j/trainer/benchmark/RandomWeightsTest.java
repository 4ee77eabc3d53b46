package org.steering4j.trainer.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.engine.Precision;
import org.steering4j.vector.FileNotWrittenException;

class RandomWeightsTest {

    private static final ModelSizes TINY = new ModelSizes("qwen2", 3, 32, 48, 4, 2, 500, 1000, true);

    @TempDir
    Path folder;

    @Test
    void should_write_folders_that_run() throws Exception {
        for (ModelSizes sizes : List.of(TINY, new ModelSizes("llama", 2, 32, 48, 4, 4, 70, 1000, false))) {
            Path written = folder.resolve(sizes.modelType());
            assertThat(RandomWeights.areIn(written, "tiny", sizes)).isFalse();
            RandomWeights.write(written, "tiny", sizes);
            assertThat(RandomWeights.areIn(written, "tiny", sizes)).isTrue();
            BenchmarkResult result = Benchmark.run(
                    written,
                    Precision.FLOAT32,
                    null,
                    new BenchmarkSettings(1, List.of(5), List.of(2), List.of(1), 4, sizes == TINY, 1),
                    doing -> {});
            assertThat(result.model()).isEqualTo(sizes.modelType());
            assertThat(result.decode().get(0).timesOneRow()).isNull();
            assertThat(result.speculation()).hasSize(sizes == TINY ? 3 : 0);
            RandomWeights.delete(written);
            assertThat(Files.exists(written)).isFalse();
        }
    }

    @Test
    void should_take_nothing_else_for_weights_of_the_sizes() throws Exception {
        assertThat(RandomWeights.areIn(folder, "tiny", TINY)).as("empty").isFalse();
        Path other = folder.resolve("other");
        RandomWeights.write(other, "other", TINY);
        Path unfinished = Files.createDirectories(folder.resolve("unfinished"));
        Files.write(unfinished.resolve("model.safetensors"), new byte[1]);
        Path broken = Files.createDirectories(folder.resolve("broken"));
        Files.write(broken.resolve("model.safetensors"), new byte[1]);
        Files.writeString(broken.resolve("config.json"), "{");
        Path file = Files.writeString(folder.resolve("file"), "");
        for (Path taken : List.of(other, unfinished, broken, file)) {
            assertThatThrownBy(() -> RandomWeights.areIn(taken, "tiny", TINY))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(taken
                            + " holds something else than the weights of \"tiny\", or what an interrupted run has left of them:"
                            + " name a new or an empty folder");
        }
    }

    @Test
    void should_refuse_to_write_what_there_is_no_room_for() throws Exception {
        ModelSizes huge = new ModelSizes("llama", 2, 1 << 20, 1 << 30, 1, 1, 1 << 30, 1000, true);
        assertThatThrownBy(() -> RandomWeights.write(folder, "huge", huge))
                .isInstanceOf(FileNotWrittenException.class)
                .hasMessageContaining("GiB are free");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void should_count_the_weights_that_a_pass_reads() throws Exception {
        RandomWeights.write(folder, "tiny", TINY);
        Files.copy(folder.resolve("model.safetensors"), folder.resolve("consolidated.safetensors"));
        WeightCount count = WeightCount.of(ModelFolder.open(folder));
        long block = 2 * 32 * 32 + 2 * 16 * 32 + 3 * 32 * 48 + 32 + 2 * 16 + 2 * 32;
        assertThat(count.blocks()).isEqualTo(3 * block + 32);
        assertThat(count.head()).isEqualTo(500 * 32);
        assertThat(count.bytesPerPass(Precision.BFLOAT16)).isEqualTo(2 * (count.blocks() + count.head()));
        assertThat(count.bytesPerPass(Precision.INT4)).isEqualTo(count.blocks() * 9 / 16 + count.head());
        assertThat(count.bytes(Precision.BFLOAT16)).isEqualTo(count.bytesPerPass(Precision.BFLOAT16));
    }

    @Test
    void should_count_an_embedding_of_which_a_pass_reads_rows_as_it_is_stored() throws Exception {
        RandomWeights.write(folder, "untied", new ModelSizes("llama", 1, 32, 48, 4, 4, 70, 1000, false));
        WeightCount count = WeightCount.of(ModelFolder.open(folder));
        assertThat(count.blocks()).isEqualTo(4 * 32 * 32 + 3 * 32 * 48 + 3 * 32);
        assertThat(count.head()).isEqualTo(70 * 32);
        assertThat(count.bytes(Precision.INT8)).isEqualTo(count.blocks() + count.head() + 2 * 70 * 32);
    }
}
