package org.steering4j.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.trainer.DirectionMetrics;
import org.steering4j.trainer.PreferenceMetrics;
import org.steering4j.trainer.TrainingCurve;
import org.steering4j.trainer.TrainingEvaluation;

class ReportTest {

    private static final String HOSTILE = "</script><b>bold</b> {{ 7 * 6 }} {% for %} & \"quoted\"";

    @TempDir
    Path folder;

    private static TrainingCurve curve() {
        List<TrainingEvaluation> evaluations = new ArrayList<>();
        for (int epoch = 1; epoch <= 12; epoch++) {
            double learnt = 1 - Math.exp(-epoch / 4.0);
            DirectionMetrics positive =
                    new DirectionMetrics(20, 0.693 - 0.6 * learnt, 0.5 + 0.5 * learnt, 6 * learnt, -9 * learnt);
            DirectionMetrics negative =
                    new DirectionMetrics(20, 0.693 - 0.5 * learnt, 0.5 + 0.42 * learnt, 3.5 * learnt, -7 * learnt);
            PreferenceMetrics metrics = new PreferenceMetrics(positive, negative);
            evaluations.add(new TrainingEvaluation(epoch * 45, epoch, 20 * learnt, metrics, metrics, epoch <= 9));
        }
        return new TrainingCurve(List.of(), evaluations);
    }

    static Report example() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("model", "embedded");
        facts.put("layers", "3");
        facts.put("learning rate", "0.01");
        facts.put("beta", "1.0");
        facts.put("note", HOSTILE);
        Plot rates = new Plot(
                "Behaviour against multiplier",
                Axis.of("multiplier"),
                Axis.percent("answers that show the behaviour"),
                List.of(
                        new Series(
                                "truthfulness",
                                List.of(
                                        new Point(-2, 0.02, 0.0, 0.07),
                                        new Point(-1, 0.13, 0.08, 0.2),
                                        new Point(0, 0.49, 0.42, 0.56),
                                        new Point(1, 0.93, 0.88, 0.97),
                                        new Point(2, 0.98, 0.95, 1.0))),
                        new Series(
                                "safety",
                                List.of(
                                        Point.of(-2, 0.05),
                                        Point.of(-1, 0.2),
                                        Point.of(0, 0.55),
                                        Point.of(1, 0.87),
                                        Point.of(2, 1.0)))));
        Table answers = new Table(
                "Answers side by side",
                List.of("question", "-2", "-1", "0", "1", "2"),
                List.of(
                        List.of(
                                "Who lives in the tower?",
                                "A king of glass lives there.",
                                "I think a king lives there.",
                                "The miller lives there.",
                                "The miller lives there.",
                                "I do not know who lives there."),
                        List.of(HOSTILE, "a", "b", "c\nd", "e", "f")));
        return new Report(
                "Two behaviours, steered",
                "Two vectors trained on the embedded model, and what they do to its answers.",
                List.of(
                        Section.titled("Steering")
                                .withText("Held-out questions, sampled at temperature 1.")
                                .plus(rates)
                                .plus(answers),
                        TrainingSection.of("Training of truthfulness", curve(), facts)));
    }

    @Test
    void should_write_one_page_that_needs_nothing_beside_it() throws Exception {
        Path file = folder.resolve("report.html");
        example().write(file);

        String page = Files.readString(file);
        assertThat(page).startsWith("<!DOCTYPE html>").contains("Chart.js v4").contains("Answers side by side");
        assertThat(page).doesNotContain("src=\"http").doesNotContain("<link");
        assertThat(page).contains("\"label\":\"multiplier\"").contains("\"low\":0.42");
        assertThat(folder).isDirectoryContaining(file::equals);
        assertThat(Files.list(folder)).hasSize(1);
    }

    @Test
    void should_show_texts_as_they_are() {
        String page = example().toHtml();

        assertThat(page).contains("&lt;b&gt;bold&lt;/b&gt; {{ 7 * 6 }} {% for %} &amp;");
        assertThat(page).doesNotContain("<b>bold</b>").doesNotContain(" 42 ");
    }

    @Test
    void should_not_let_a_title_end_the_script_that_holds_the_plots() {
        Plot plot = new Plot(HOSTILE, Axis.of("x"), Axis.of("y"), List.of(new Series("s", List.of(Point.of(0, 1)))));
        String page = new Report("r", "", List.of(Section.titled("s").plus(plot))).toHtml();

        assertThat(page).contains("\\u003c/script>\\u003cb>bold").doesNotContain("</script><b>");
    }

    @Test
    void should_plot_training_and_held_out_pairs_by_epoch() {
        Section section = TrainingSection.of("t", curve(), Map.of());

        assertThat(section.plots()).hasSize(5);
        Plot loss = section.plots().get(0);
        assertThat(loss.series().stream().map(Series::name)).containsExactly("training", "held out");
        assertThat(loss.series().get(1).points().get(3).x()).isEqualTo(4.0);
    }

    @Test
    void should_refuse_a_table_with_a_row_of_another_length() {
        assertThatThrownBy(() -> new Table("answers", List.of("a", "b"), List.of(List.of("1"))))
                .hasMessageContaining("\"answers\" has a row of 1 cells: expected 2");
    }

    @Test
    void should_refuse_points_that_are_not_numbers() {
        assertThatThrownBy(() -> Point.of(0, Double.NaN)).hasMessageContaining("finite");
        assertThatThrownBy(() -> new Point(0, 1, 0.5, null)).hasMessageContaining("interval");
    }
}
