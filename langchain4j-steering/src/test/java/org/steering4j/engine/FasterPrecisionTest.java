package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.checkpoint.ModelConfiguration;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.checkpoint.RotaryScaling;
import org.steering4j.engine.FasterPrecision.Timing;

class FasterPrecisionTest {

    private static final Timing FLOAT32 = new Timing(0.060, 0.200);

    @Test
    void should_choose_bfloat16_where_both_decode_and_prefill_are_faster() {
        assertThat(FasterPrecision.choose(FLOAT32, new Timing(0.035, 0.015))).isEqualTo(Precision.BFLOAT16);
    }

    @Test
    void should_keep_float32_where_bfloat16_is_slower_or_hardly_faster() {
        assertThat(FasterPrecision.choose(FLOAT32, FLOAT32)).isEqualTo(Precision.FLOAT32);
        assertThat(FasterPrecision.choose(FLOAT32, new Timing(0.070, 0.250))).isEqualTo(Precision.FLOAT32);
        assertThat(FasterPrecision.choose(FLOAT32, new Timing(0.0546, 0.182))).isEqualTo(Precision.FLOAT32);
        assertThat(FasterPrecision.choose(FLOAT32, new Timing(0.0534, 0.178))).isEqualTo(Precision.BFLOAT16);
    }

    @Test
    void should_keep_float32_where_a_slow_prefill_outweighs_a_faster_decode() {
        assertThat(FasterPrecision.choose(FLOAT32, new Timing(0.035, 3))).isEqualTo(Precision.FLOAT32);
        assertThat(FasterPrecision.choose(FLOAT32, new Timing(0.035, 0.4))).isEqualTo(Precision.BFLOAT16);
    }

    @Test
    void should_take_the_shortest_of_several_timings() {
        assertThat(new Timing(1, 4).best(new Timing(2, 3))).isEqualTo(new Timing(1, 3));
    }

    @Test
    void should_open_a_model_in_one_of_both_when_none_is_asked_for(@TempDir Path path) {
        RandomCheckpoint.llama().write(path);
        ModelConfiguration configuration = ModelFolder.open(path).configuration();

        assertThat(FasterPrecision.measure(configuration)).isNotNull();
        try (LanguageModel model = LanguageModel.open(path)) {
            assertThat(model.precision()).isIn(Precision.FLOAT32, Precision.BFLOAT16);
        }
    }

    /** One measurement takes 100 MB for weights, in pieces of which the C library keeps some for the next; Java garbage grows meanwhile. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void should_return_the_native_memory_of_the_measurement() throws IOException {
        ModelConfiguration large = configuration(24, 896, 4864);
        for (int i = 0; i < 3; i++) {
            FasterPrecision.measure(large);
        }
        long before = residentBytes();
        for (int i = 0; i < 4; i++) {
            FasterPrecision.measure(large);
        }
        assertThat(residentBytes() - before).isLessThan(200_000_000);
    }

    @Test
    void should_stay_small_for_the_largest_models() {
        assertThat(FasterPrecision.measure(configuration(126, 16384, 53248))).isNotNull();
    }

    private static ModelConfiguration configuration(int layers, int hiddenSize, int feedForwardSize) {
        return new ModelConfiguration(
                "large",
                "LlamaForCausalLM",
                "llama",
                layers,
                hiddenSize,
                feedForwardSize,
                8,
                8,
                hiddenSize / 8,
                1000,
                1000,
                1e-6,
                10_000,
                new RotaryScaling.None(),
                false,
                true);
    }

    private static long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .sum()
                * 1024;
    }
}
