package org.steering4j.trainer.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.engine.Precision;

class RandomWeightsTest {

    private static final ModelSizes TINY = new ModelSizes("qwen2", 3, 32, 48, 4, 2, 500, 1000, true);

    @TempDir
    Path folder;

    @Test
    void should_write_folders_that_run() throws Exception {
        for (ModelSizes sizes : List.of(TINY, new ModelSizes("llama", 2, 32, 48, 4, 4, 70, 1000, false))) {
            Path written = folder.resolve(sizes.modelType());
            assertThat(RandomWeights.areIn(written)).isFalse();
            RandomWeights.write(written, "tiny", sizes);
            assertThat(RandomWeights.areIn(written)).isTrue();
            BenchmarkResult result = Benchmark.run(
                    written,
                    Precision.FLOAT32,
                    null,
                    new BenchmarkSettings(1, List.of(5), List.of(2), List.of(1), 8, false, 1),
                    doing -> {});
            assertThat(result.model()).isEqualTo("tiny");
            assertThat(result.decode().get(0).timesOneRow()).isNull();
            assertThat(result.speculation()).isEmpty();
            RandomWeights.delete(written);
            assertThat(Files.exists(written)).isFalse();
        }
    }

    @Test
    void should_count_the_weights_that_a_pass_reads() throws Exception {
        RandomWeights.write(folder, "tiny", TINY);
        WeightCount count = WeightCount.of(folder, ModelFolder.open(folder).configuration());
        long block = 2 * 32 * 32 + 2 * 16 * 32 + 3 * 32 * 48 + 32 + 2 * 16 + 2 * 32;
        assertThat(count.blocks()).isEqualTo(3 * block + 32);
        assertThat(count.head()).isEqualTo(500 * 32);
        assertThat(count.all()).isEqualTo(count.blocks() + count.head());
        assertThat(count.bytesPerPass(Precision.BFLOAT16)).isEqualTo(2.0 * count.all());
    }

    @Test
    void should_need_the_fewest_passes_where_most_is_quoted() throws Exception {
        RandomWeights.write(folder, "tiny", TINY);
        BenchmarkResult result = Benchmark.run(
                folder,
                Precision.FLOAT32,
                null,
                new BenchmarkSettings(1, List.of(), List.of(1), List.of(0), 40, true, 1),
                doing -> {});
        assertThat(result.speculation())
                .extracting(BenchmarkResult.Speculation::task)
                .containsExactly("quotes its prompt", "quotes half the time", "quotes nothing");
        List<Integer> passes = result.speculation().stream()
                .map(BenchmarkResult.Speculation::passes)
                .toList();
        assertThat(passes.get(0)).isLessThan(160 / 4);
        assertThat(passes.get(1)).isBetween(passes.get(0) + 1, 159);
        assertThat(result.speculation().get(2).draftedTokens()).isPositive();
        assertThat(passes.get(2)).isBetween(150, 160);
    }
}
