package org.steering4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    private Progress progress(long total, long doneBefore) {
        return new Progress(new PrintStream(shown, true, StandardCharsets.UTF_8), "model", total, "MB", doneBefore);
    }

    @Test
    void should_print_a_line_for_every_tenth_without_a_terminal() {
        try (Progress progress = progress(20, 0)) {
            for (int i = 0; i < 20; i++) {
                progress.step();
            }
        }
        assertThat(shown.toString(StandardCharsets.UTF_8).lines())
                .hasSize(10)
                .first()
                .asString()
                .startsWith("model: 2/20 MB (10%)");
    }

    @Test
    void should_show_a_line_above_the_bar_and_draw_the_bar_again_below_it() {
        PrintStream screen = new PrintStream(shown, true, StandardCharsets.UTF_8);
        try (Progress progress = new Progress(screen, "bread\u001b[2J", 20, "slices", 0, false, true)) {
            progress.stepTo(10);
            progress.line("half of it");
        }

        String[] lines = shown.toString(StandardCharsets.UTF_8).split("\n");
        assertThat(lines).hasSize(2);
        assertThat(lines[0]).endsWith(" \rhalf of it");
        assertThat(lines[1]).startsWith("\rbread\\u001b[2J ").contains("50%").contains("10/20");
    }

    @Test
    void should_have_nothing_to_say_of_nothing_to_do() {
        try (Progress progress = progress(0, 0)) {
            progress.stepTo(0);
        }
        assertThat(shown.size()).isZero();
    }

    @Test
    void should_print_a_line_for_the_tenths_that_a_leap_passes_and_none_for_a_step_back() {
        try (Progress progress = progress(100, 50)) {
            for (long units : new long[] {50, 55, 79, 50, 79, 100}) {
                progress.stepTo(units);
            }
        }
        assertThat(shown.toString(StandardCharsets.UTF_8).lines())
                .map(line -> line.substring(0, line.indexOf(" MB")))
                .containsExactly("model: 79/100", "model: 79/100", "model: 100/100");
    }
}
