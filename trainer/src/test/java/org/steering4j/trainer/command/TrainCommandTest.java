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
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.trainer.BiPOSettings;
import org.steering4j.trainer.RandomModelFolder;
import org.steering4j.vector.SteeringVector;

class TrainCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path models;

    @TempDir
    Path folder;

    private static Path model;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private Path data;
    private Path run;

    @BeforeAll
    static void writeModel() throws Exception {
        model = RandomModelFolder.write(models.resolve("model"));
    }

    @BeforeEach
    void writeData() throws Exception {
        StringBuilder csv = new StringBuilder("question,matching,not_matching\n");
        for (int i = 0; i < 10; i++) {
            csv.append("Is it ").append(i).append("?,Yes it is,No way\n");
        }
        data = Files.writeString(folder.resolve("data.csv"), csv);
        run = folder.resolve("run");
    }

    private int run(OutputStream errorStream, String... arguments) {
        output.reset();
        errors.reset();
        return Main.execute(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errorStream, true, StandardCharsets.UTF_8),
                arguments);
    }

    private String[] training(String... more) {
        List<String> arguments = new ArrayList<>(List.of("train", "--model", model.toString()));
        arguments.addAll(List.of("--data", data.toString(), "--behavior", "agreeing", "--layer", "1"));
        arguments.addAll(List.of("--epochs", "3", "--warm-up-steps", "1", "--learning-rate", "0.05"));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    private void train(String... more) {
        assertThat(run(errors, training(more))).as(errors.toString()).isZero();
    }

    @Test
    void should_leave_everything_in_the_run_folder() throws Exception {
        train("--run-folder", run.toString());

        assertThat(run.toFile().list())
                .containsExactlyInAnyOrder(
                        "settings.yaml",
                        "log.txt",
                        "metrics.jsonl",
                        "summary.json",
                        "vector.safetensors",
                        "report.html");
        assertThat(run.resolve("log.txt")).content().contains("agreeing: epoch 3/3");
        assertThat(SteeringVector.read(run.resolve("vector.safetensors")).systemPrompt())
                .contains(BiPOSettings.REFERENCE_SYSTEM_PROMPT);
        assertThat(run.resolve("settings.yaml"))
                .content()
                .contains("layer: 1\n", "learning-rate: 0.05\n", "beta: 0.1\n")
                .doesNotContain("run-folder");
        for (String file : List.of("vector.safetensors", "report.html", "summary.json", "metrics.jsonl")) {
            assertThat(new String(Files.readAllBytes(run.resolve(file)), StandardCharsets.ISO_8859_1))
                    .doesNotContain(folder.toString(), models.toString());
        }
        assertThat(SteeringVector.read(run.resolve("vector.safetensors")).settings())
                .containsEntry("data", "data.csv");
        List<String> metrics = Files.readAllLines(run.resolve("metrics.jsonl"));
        assertThat(metrics.get(0)).startsWith("{\"event\":\"start\",\"trainingPairs\":9");
        assertThat(metrics.stream().filter(line -> line.startsWith("{\"event\":\"evaluation\"")))
                .hasSize(3);
        assertThat(metrics.stream().filter(line -> line.startsWith("{\"event\":\"step\"")))
                .hasSize(9);
    }

    @Test
    void should_replace_no_file_elsewhere_that_a_settings_file_names_and_the_command_line_does_not() throws Exception {
        Path precious = Files.writeString(folder.resolve("precious.html"), "precious");
        Path settings = Files.writeString(
                Files.createDirectory(folder.resolve("handed-on")).resolve("s.yaml"), "report: " + precious + "\n");
        String[] arguments = training("--run-folder", run.toString(), "--settings", settings.toString());

        assertThat(run(errors, arguments)).isEqualTo(2);
        assertThat(errors.toString())
                .contains("s.yaml line 1: report is " + precious + ", a file outside the working directory");
        assertThat(precious).hasContent("precious");
        assertThat(run).doesNotExist();

        train("--run-folder", run.toString(), "--settings", settings.toString(), "--report", precious.toString());
        assertThat(precious).content().contains("Training of agreeing");

        assertThat(run(errors, training("--report", folder.resolve("profile").toString())))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("expected a name that ends in .html");
    }

    @Test
    void should_repeat_a_run_exactly_from_its_settings() {
        train("--run-folder", run.toString(), "--schedule", "linear", "--system-prompt", "Say \"${it}\": yes # no");
        Path again = folder.resolve("again");

        assertThat(run(
                        errors,
                        "train",
                        "--settings",
                        run.resolve("settings.yaml").toString(),
                        "--run-folder",
                        again.toString()))
                .as(errors.toString())
                .isZero();
        assertThat(again.resolve("vector.safetensors")).hasSameBinaryContentAs(run.resolve("vector.safetensors"));
        assertThat(again.resolve("settings.yaml")).hasSameBinaryContentAs(run.resolve("settings.yaml"));
        assertThat(SteeringVector.read(again.resolve("vector.safetensors")).settings())
                .containsEntry("schedule", "linear")
                .containsEntry("system prompt", "Say \"${it}\": yes # no");
    }

    @Test
    void should_resume_an_interrupted_run_in_its_folder_to_the_same_vector() throws Exception {
        Path whole = folder.resolve("whole");
        train("--run-folder", whole.toString(), "--evaluate-every", "2");
        OutputStream interrupting =
                new LineHook("step 4/9", () -> Thread.currentThread().interrupt());

        assertThat(run(interrupting, training("--run-folder", run.toString(), "--evaluate-every", "2")))
                .isEqualTo(1);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(run.toFile().list())
                .containsExactlyInAnyOrder("settings.yaml", "log.txt", "metrics.jsonl", "checkpoint");
        assertThat(run.resolve("log.txt")).content().contains("interrupted after step 4; resume it");

        assertThat(run(errors, "train", "--resume", run.toString()))
                .as(errors.toString())
                .isZero();
        assertThat(run.resolve("vector.safetensors")).hasSameBinaryContentAs(whole.resolve("vector.safetensors"));
        assertThat(run.resolve("checkpoint")).doesNotExist();
        assertThat(Files.readAllLines(run.resolve("metrics.jsonl"))).allSatisfy(JSON::readTree);

        assertThat(run(errors, "train", "--resume", run.toString())).isEqualTo(2);
        assertThat(errors.toString()).contains("is finished");
        assertThat(run(errors, training("--run-folder", run.toString()))).isEqualTo(2);
        assertThat(errors.toString()).contains("is not empty", "--resume " + run);
    }

    @ParameterizedTest
    @ValueSource(strings = {"step 2/9", "step 3/9", "step 9/9"})
    @EnabledOnOs(OS.LINUX)
    void should_lose_no_step_when_the_disk_is_full_and_go_on_when_there_is_room(String when) throws Exception {
        Path whole = folder.resolve("whole");
        train("--run-folder", whole.toString(), "--evaluate-every", "1");
        Path metrics = run.resolve("metrics.jsonl");
        Path aside = folder.resolve("metrics.jsonl");
        OutputStream filling = new LineHook(when, () -> {
            Files.move(metrics, aside);
            Files.createSymbolicLink(metrics, Path.of("/dev/full"));
        });

        assertThat(run(filling, training("--run-folder", run.toString(), "--evaluate-every", "1")))
                .isEqualTo(1);
        assertThat(filling.toString())
                .endsWith("steering: " + metrics + " was not written: java.io.IOException: No space left on device."
                        + " Free some space, then resume the run\n");
        assertThat(run.toFile().list())
                .containsExactlyInAnyOrder("settings.yaml", "log.txt", "metrics.jsonl", "checkpoint");

        Files.delete(metrics);
        Files.move(aside, metrics);
        assertThat(run(errors, "train", "--resume", run.toString()))
                .as(errors.toString())
                .isZero();
        assertThat(errors.toString()).contains("resumed after " + when.replace("/9", ""));
        assertThat(run.resolve("vector.safetensors")).hasSameBinaryContentAs(whole.resolve("vector.safetensors"));
    }

    @Test
    void should_keep_the_checkpoint_until_the_vector_is_written() throws Exception {
        Path vector = folder.resolve("v.safetensors");
        OutputStream blocking = new LineHook("step 9/9", () -> Files.createDirectory(vector));

        assertThat(run(blocking, training("--run-folder", run.toString(), "--output", vector.toString())))
                .isEqualTo(1);
        assertThat(blocking.toString()).contains("v.safetensors was not written: it is a folder");

        Files.delete(vector);
        assertThat(run(errors, "train", "--resume", run.toString()))
                .as(errors.toString())
                .isZero();
        assertThat(errors.toString()).contains("resumed after step 9");
        assertThat(vector).isNotEmptyFile();
    }

    @Test
    void should_keep_the_last_good_vector_of_every_layer_when_training_diverges() {
        String[] arguments = training("--run-folder", run.toString(), "--layer", "2");
        arguments[Arrays.asList(arguments).indexOf("0.05")] = "3e38";

        assertThat(run(errors, arguments)).as(errors.toString()).isEqualTo(1);

        Path kept = run.resolve("last-good-vector.safetensors");
        assertThat(errors.toString())
                .containsPattern("became (NaN|-?Infinity) at step")
                .contains("The last good vector is in " + kept);
        assertThat(SteeringVector.read(kept).layers()).containsExactly(1, 2);
        assertThat(run.resolve("vector.safetensors")).doesNotExist();
    }

    @Test
    void should_begin_anew_what_was_stopped_before_its_first_checkpoint() throws Exception {
        train("--run-folder", run.toString());
        Files.delete(run.resolve("summary.json"));

        assertThat(run(errors, "train", "--resume", "--run-folder", run.toString()))
                .as(errors.toString())
                .isZero();
    }

    @Test
    void should_refuse_to_be_told_how_to_resume_what_is_not_resumed() {
        assertThat(run(errors, training("--resume-on-any-machine"))).isEqualTo(2);
        assertThat(errors.toString()).contains("--resume-on-any-machine says how to resume: give --resume, too");
        assertThat(run).doesNotExist();
    }

    @Test
    void should_resume_on_the_same_machine_as_on_any() throws Exception {
        Path whole = folder.resolve("whole");
        train("--run-folder", whole.toString(), "--evaluate-every", "2");
        OutputStream interrupting =
                new LineHook("step 4/9", () -> Thread.currentThread().interrupt());
        assertThat(run(interrupting, training("--run-folder", run.toString(), "--evaluate-every", "2")))
                .isEqualTo(1);
        assertThat(Thread.interrupted()).isTrue();

        assertThat(run(errors, "train", "--resume", run.toString(), "--resume-on-any-machine"))
                .as(errors.toString())
                .isZero();
        assertThat(run.resolve("vector.safetensors")).hasSameBinaryContentAs(whole.resolve("vector.safetensors"));
        assertThat(run.resolve("settings.yaml")).content().doesNotContain("any-machine");
    }

    @Test
    void should_refuse_a_damaged_checkpoint_and_say_what_to_do() throws Exception {
        OutputStream interrupting =
                new LineHook("step 4/9", () -> Thread.currentThread().interrupt());
        assertThat(run(interrupting, training("--run-folder", run.toString(), "--evaluate-every", "2")))
                .isEqualTo(1);
        assertThat(Thread.interrupted()).isTrue();
        Path checkpoint = run.resolve("checkpoint");
        Files.writeString(
                checkpoint, Files.readString(checkpoint).replace("\"evaluations\":[", "\"evaluations\":[null"));

        assertThat(run(errors, "train", "--resume", run.toString())).isEqualTo(1);
        assertThat(errors.toString())
                .contains("the checkpoint " + checkpoint + " is damaged", "delete it and begin anew");
    }

    @Test
    void should_print_nothing_but_json_when_asked() throws Exception {
        train(
                "--run-folder",
                run.toString(),
                "--json",
                "--output",
                folder.resolve("v.pt").toString());

        JsonNode result = JSON.readTree(output.toByteArray());
        assertThat(result.get("vector").asText())
                .isEqualTo(folder.resolve("v.pt").toString());
        assertThat(result.get("pairs").asText()).isEqualTo("validation");
        assertThat(result.at("/added/accuracy").isNumber()).isTrue();
        assertThat(result.at("/norms/1").asDouble()).isPositive();
        ((ObjectNode) result).put("vector", "v.pt").put("report", "report.html").put("runFolder", ".");
        assertThat(JSON.readTree(run.resolve("summary.json").toFile()))
                .as("the same, without folders of this machine")
                .isEqualTo(result);

        Files.writeString(data, "a,b\n1,2\n");
        assertThat(run(
                        errors,
                        training(
                                "--json", "--run-folder", folder.resolve("next").toString())))
                .isEqualTo(1);
        assertThat(output.size()).isZero();
        String[] lines = errors.toString(StandardCharsets.UTF_8).split("\n");
        JsonNode error = JSON.readTree(lines[lines.length - 1]);
        assertThat(error.get("error").asText()).contains("has the columns [a, b], which are of no known format");
        assertThat(error.get("exitCode").asInt()).isEqualTo(1);
        assertThat(folder.resolve("next")).as("a run that came to nothing").doesNotExist();
    }

    @Test
    void should_name_file_and_line_of_a_wrong_setting() throws Exception {
        Path settings = Files.writeString(folder.resolve("s.yaml"), "behavior: agreeing\nlearningrate: 1\n");

        assertThat(run(errors, "train", "--settings", settings.toString())).isEqualTo(2);
        assertThat(errors.toString())
                .contains(
                        settings + " line 2: \"learningrate\" is no option of train; the nearest is \"learning-rate\"");
        assertThat(Arrays.asList(folder.toFile().list())).containsExactlyInAnyOrder("data.csv", "s.yaml");
    }

    @Test
    void should_give_the_hidden_states_the_memory_that_is_asked_for_and_put_the_rest_into_a_file() {
        String temporaryFolder = System.getProperty("java.io.tmpdir");
        System.setProperty("java.io.tmpdir", folder.resolve("missing").toString());
        try {
            assertThat(run(
                            errors,
                            training("--run-folder", folder.resolve("small").toString(), "--states-memory", "0MB")))
                    .isEqualTo(1);
            assertThat(errors.toString()).contains(folder.resolve("missing").toString());
            train("--run-folder", run.toString(), "--states-memory", "1GB");
        } finally {
            System.setProperty("java.io.tmpdir", temporaryFolder);
        }
        assertThat(run(errors, training("--states-memory", "1"))).isEqualTo(2);
        assertThat(errors.toString()).contains("expected a number of MB or GB, such as 512MB or 2GB, but was '1'");
    }
}
