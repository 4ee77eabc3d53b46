package org.steering4j.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steering4j.trainer.RandomModelFolder;
import org.steering4j.vector.SteeringVector;

class ExtractCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path models;

    @TempDir
    Path folder;

    private static Path model;
    private static Path data;
    private int runs;
    private Path run;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    @BeforeAll
    static void write() throws Exception {
        model = RandomModelFolder.write(models.resolve("model"));
        StringBuilder csv = new StringBuilder("question,matching,not_matching\n");
        for (int i = 0; i < 10; i++) {
            csv.append("Is it ").append(i).append("?,Yes it is,No way\n");
        }
        data = Files.writeString(models.resolve("data.csv"), csv);
    }

    private int extract(Path file, String method, String... more) {
        return extract(
                errors,
                method,
                Stream.concat(Stream.of("--output", file.toString()), Stream.of(more))
                        .toArray(String[]::new));
    }

    private int extract(OutputStream errorStream, String method, String... more) {
        run = folder.resolve("run" + ++runs);
        List<String> arguments = new ArrayList<>(List.of("extract", "--model", model.toString()));
        arguments.addAll(List.of("--data", data.toString(), "--behavior", "agreeing", "--layer", "0,1"));
        arguments.addAll(List.of("--method", method, "--run-folder", run.toString()));
        arguments.addAll(List.of(more));
        return Main.execute(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errorStream, true, StandardCharsets.UTF_8),
                arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({"one-shot, 5e18", "reference-free, 5e18", "bipo, 3e38"})
    void should_keep_the_last_good_vector_when_a_training_diverges(String method, String learningRate) {
        Path vector = folder.resolve("v.safetensors");

        assertThat(extract(vector, method, "--learning-rate", learningRate))
                .as(errors.toString())
                .isEqualTo(1);

        Path kept = folder.resolve("last-good-v.safetensors");
        assertThat(errors.toString())
                .containsPattern("became (NaN|-?Infinity) at step")
                .contains("The last good vector is in " + kept);
        assertThat(SteeringVector.read(kept).layers()).containsExactly(0, 1);
        assertThat(vector).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "mean-difference, mean difference",
        "mean-centring, mean centring",
        "principal-component, principal component",
        "one-shot, one-shot mixed",
        "reference-free, RePS",
        "bipo, BiPO"
    })
    void should_make_a_vector_by_every_method(String option, String name) {
        Path file = folder.resolve("vector.safetensors");

        assertThat(extract(file, option)).as(errors.toString()).isZero();

        SteeringVector vector = SteeringVector.read(file);
        assertThat(vector.behavior()).isEqualTo("agreeing");
        assertThat(vector.method()).contains(name);
        assertThat(vector.layers()).containsExactly(0, 1);
        assertThat(output.toString())
                .contains("vector: " + file, "method: " + name, "layer 0: norm ", "layer 1: norm ");
    }

    @Test
    void should_make_an_ensemble_of_several_methods_and_compare_it() {
        Path member = folder.resolve("member.safetensors");
        Path file = folder.resolve("ensemble.safetensors");

        assertThat(extract(member, "mean-difference")).isZero();
        assertThat(extract(file, "mean-difference,mean-centring", "--compare", member.toString()))
                .as(errors.toString())
                .isZero();

        assertThat(SteeringVector.read(file).method()).contains("ensemble");
        assertThat(output.toString()).contains("layer 1: cosine 1.000 to " + member);
    }

    @Test
    void should_hand_the_settings_to_the_method() {
        Path file = folder.resolve("vector.safetensors");

        assertThat(extract(
                        file,
                        "one-shot",
                        "--objective",
                        "promotion",
                        "--pairs",
                        "2",
                        "--epochs",
                        "3",
                        "--learning-rate",
                        "0.2",
                        "--max-norm",
                        "1.5",
                        "--system-prompt",
                        ""))
                .as(errors.toString())
                .isZero();

        assertThat(SteeringVector.read(file).settings())
                .containsEntry("objective", "promotion")
                .containsEntry("pairs", "2")
                .containsEntry("epochs", "3")
                .containsEntry("learning rate", "0.2")
                .containsEntry("maximum norm", "1.5")
                .containsEntry("system prompt", "");
    }

    @ParameterizedTest
    @CsvSource({"one-shot, 3", "reference-free, 6", "bipo, 9", "'one-shot,mean-difference,bipo', 12"})
    void should_leave_a_run_folder_with_every_step(String method, int steps) throws Exception {
        assertThat(extract(
                        errors, method, "--epochs", "3", "--batch-size", method.equals("reference-free") ? "5" : "4"))
                .as(errors.toString())
                .isZero();

        assertThat(run.toFile().list())
                .containsExactlyInAnyOrder(
                        "settings.yaml", "log.txt", "metrics.jsonl", "summary.json", "vector.safetensors");
        List<String> metrics = Files.readAllLines(run.resolve("metrics.jsonl"));
        assertThat(metrics).hasSize(steps);
        JsonNode last = JSON.readTree(metrics.get(steps - 1));
        assertThat(last.path("event").asText()).isEqualTo("step");
        assertThat(last.path("loss").isNumber()).isTrue();
        assertThat(last.path("vectorNorm").asDouble()).isPositive();
        assertThat(run.resolve("log.txt")).content().contains("steps (100%)");
    }

    @Test
    void should_repeat_a_vector_from_its_settings_and_print_nothing_but_json_when_asked() throws Exception {
        assertThat(extract(
                        errors,
                        "mean-difference,one-shot",
                        "--compare",
                        extracted().toString()))
                .as(errors.toString())
                .isZero();
        Path first = run;
        Path again = folder.resolve("again");
        output.reset();

        int exitCode = Main.execute(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8),
                "extract",
                "--json",
                "--settings",
                first.resolve("settings.yaml").toString(),
                "--run-folder",
                again.toString());

        assertThat(exitCode).as(errors.toString()).isZero();
        assertThat(again.resolve("vector.safetensors")).hasSameBinaryContentAs(first.resolve("vector.safetensors"));
        JsonNode result = JSON.readTree(output.toByteArray());
        assertThat(result.path("method").asText()).isEqualTo("ensemble");
        assertThat(result.at("/norms/1").asDouble()).isPositive();
        assertThat(result.at("/cosines/0/cosines/1").isNumber()).isTrue();
        ((ObjectNode) result).put("vector", "vector.safetensors").put("runFolder", ".");
        ((ObjectNode) result.at("/cosines/0")).put("vector", "other.safetensors");
        assertThat(JSON.readTree(again.resolve("summary.json").toFile()))
                .as("the same, without folders of this machine")
                .isEqualTo(result);
    }

    private Path extracted() {
        Path file = folder.resolve("other.safetensors");
        assertThat(extract(file, "mean-difference")).isZero();
        return file;
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void should_give_up_the_metrics_and_not_the_vector_when_the_disk_is_full() {
        OutputStream filling = new LineHook("one-shot mixed: 10/50", () -> {
            Files.delete(run.resolve("metrics.jsonl"));
            Files.createSymbolicLink(run.resolve("metrics.jsonl"), Path.of("/dev/full"));
        });

        assertThat(extract(filling, "one-shot")).as(filling.toString()).isZero();

        assertThat(filling.toString())
                .containsOnlyOnce("the metrics are given up")
                .contains("metrics.jsonl was not");
        assertThat(SteeringVector.read(run.resolve("vector.safetensors")).method())
                .contains("one-shot mixed");
    }

    @Test
    void should_put_the_vector_elsewhere_when_its_place_is_gone() throws Exception {
        Path file = folder.resolve("vector.safetensors");
        OutputStream blocking = new LineHook("one-shot mixed: 10/50", () -> Files.createDirectory(file));

        assertThat(extract(blocking, "one-shot", "--output", file.toString())).isEqualTo(1);

        Matcher kept = Pattern.compile("vector.safetensors was not written: .*The vector is in (.*)\n")
                .matcher(blocking.toString());
        assertThat(kept.find()).as(blocking.toString()).isTrue();
        Path elsewhere = Path.of(kept.group(1));
        assertThat(SteeringVector.read(elsewhere).method()).contains("one-shot mixed");
        Files.delete(elsewhere);
        Files.delete(elsewhere.getParent());
    }

    @Test
    void should_refuse_what_no_method_takes() {
        assertThat(extract(folder.resolve("vector.safetensors"), "magic")).isEqualTo(2);
        assertThat(errors.toString()).contains("mean-difference, mean-centring").contains("'magic'");
        assertThat(extract(folder.resolve("vector.safetensors"), "one-shot", "--pairs", "0"))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("pairs is 0: expected at least 1");
    }

    @Test
    void should_refuse_an_option_that_the_method_does_not_look_at() {
        assertThat(extract(folder.resolve("vector.safetensors"), "mean-difference", "--pairs", "5"))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("--pairs says nothing to mean-difference: it is for one-shot");
    }

    @Test
    void should_say_before_the_work_that_the_vector_cannot_be_written() {
        assertThat(extract(folder.resolve("vector.txt"), "mean-difference")).isEqualTo(1);
        assertThat(errors.toString()).contains("vector.txt").contains(".safetensors");
        assertThat(folder.toFile().list()).isEmpty();
    }

    @Test
    void should_repeat_a_method_from_settings_that_hold_the_defaults_of_others() {
        assertThat(extract(errors, "one-shot", "--epochs", "2"))
                .as(errors.toString())
                .isZero();

        int exitCode = Main.execute(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8),
                "extract",
                "--settings",
                run.resolve("settings.yaml").toString(),
                "--run-folder",
                folder.resolve("again").toString());

        assertThat(exitCode).as(errors.toString()).isZero();
        assertThat(folder.resolve("again/vector.safetensors"))
                .hasSameBinaryContentAs(run.resolve("vector.safetensors"));
    }
}
