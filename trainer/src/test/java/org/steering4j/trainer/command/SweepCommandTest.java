package org.steering4j.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.trainer.RandomModelFolder;
import org.steering4j.vector.SteeringVector;

class SweepCommandTest {

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
        data = Files.writeString(folder.resolve("data.csv"), pairs("Yes it is"));
        run = folder.resolve("run");
    }

    private static String pairs(String matching) {
        StringBuilder csv = new StringBuilder("question,matching,not_matching\n");
        for (int i = 0; i < 10; i++) {
            csv.append("Is it ").append(i).append("?,").append(matching).append(",No way\n");
        }
        return csv.toString();
    }

    private int execute(String... arguments) {
        output.reset();
        errors.reset();
        return Main.execute(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8),
                arguments);
    }

    private int sweep(String layers, String... more) {
        List<String> arguments = new ArrayList<>(List.of("sweep", "--model", model.toString()));
        arguments.addAll(List.of("--data", data.toString(), "--behavior", "agreeing", "--layers", layers));
        arguments.addAll(List.of("--epochs", "2", "--warm-up-steps", "1", "--run-folder", run.toString()));
        arguments.addAll(List.of(more));
        return execute(arguments.toArray(String[]::new));
    }

    @Test
    void should_rank_every_combination_and_leave_everything_in_the_run_folder() throws Exception {
        assertThat(sweep("all,0+2", "--learning-rate", "0.05,0.01"))
                .as(errors.toString())
                .isZero();

        assertThat(output.toString().lines().filter(line -> line.matches(" +\\d+ .*")))
                .hasSize(8);
        assertThat(output.toString())
                .contains("rank  layers  learning rate  margin", "0,2", "best: " + run.resolve("best.safetensors"));
        assertThat(errors.toString()).contains("8 vectors to train", "sweep: 48/48 steps (100%)");
        assertThat(run.toFile().list())
                .containsExactlyInAnyOrder(
                        "settings.yaml",
                        "log.txt",
                        "metrics.jsonl",
                        "summary.json",
                        "sweep.json",
                        "cells",
                        "vectors",
                        "checkpoints",
                        "best.safetensors",
                        "report.html");
        JsonNode summary = JSON.readTree(run.resolve("summary.json").toFile());
        assertThat(summary.get("ranking")).hasSize(8);
        assertThat(run.resolve("vectors/" + summary.at("/ranking/0/cell/name").asText() + ".safetensors"))
                .hasSameBinaryContentAs(run.resolve("best.safetensors"));
        assertThat(SteeringVector.read(run.resolve("vectors/layers-0+2_learning-rate-0.05.safetensors"))
                        .layers())
                .containsExactly(0, 2);
        assertThat(Files.readAllLines(run.resolve("metrics.jsonl")))
                .filteredOn(
                        line -> line.startsWith("{\"event\":\"evaluation\",\"cell\":\"layers-1_learning-rate-0.01\""))
                .hasSize(2);
        assertThat(run.resolve("report.html")).content().contains("Held-out margin by layer", "learning rate 0.05");
        assertThat(run.resolve("settings.yaml"))
                .content()
                .contains("layers:\n- \"all\"\n- \"0+2\"\n", "learning-rate:\n- 0.05\n- 0.01\n");
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(each -> !each.endsWith("settings.yaml") && !each.endsWith("log.txt"))
                    .toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(folder.toString());
            }
        }
    }

    @Test
    void should_tell_failures_and_fail_only_when_all_do() {
        assertThat(sweep("0,7")).as(errors.toString()).isZero();
        assertThat(output.toString()).contains("failed:", "layer 7 is out of range", "best: ");

        run = folder.resolve("other");
        assertThat(sweep("7")).isEqualTo(1);
        assertThat(output.toString()).contains("layer 7 is out of range").doesNotContain("best: ");
    }

    @Test
    void should_go_on_with_a_stopped_sweep_by_its_settings() throws Exception {
        assertThat(sweep("0-2", "--json")).as(errors.toString()).isZero();
        JsonNode whole = JSON.readTree(output.toByteArray());
        Files.delete(run.resolve("summary.json"));
        Files.delete(run.resolve("best.safetensors"));
        Files.delete(run.resolve("cells/layers-1.json"));

        assertThat(execute("sweep", "--resume", run.toString(), "--json"))
                .as(errors.toString())
                .isZero();

        assertThat(errors.toString()).contains("1 vector to train, 2 are there already");
        assertThat(JSON.readTree(output.toByteArray())).isEqualTo(whole);
        assertThat(run.resolve("best.safetensors")).exists();
    }

    @Test
    void should_refuse_to_go_on_with_other_data() throws Exception {
        assertThat(sweep("0")).isZero();
        Files.delete(run.resolve("summary.json"));
        Files.writeString(data, pairs("It is so"));

        assertThat(execute("sweep", "--resume", run.toString())).isEqualTo(1);
        assertThat(errors.toString())
                .contains("the sweep in " + run + " was begun with data of 10 pairs with SHA-256")
                .contains("now it is of 10 pairs");
    }

    @Test
    void should_refuse_wrong_options_before_anything_is_made() {
        assertThat(sweep("5-2")).isEqualTo(2);
        assertThat(errors.toString()).contains("expected a layer as 3", "5-2");
        assertThat(sweep("0,0-2")).isEqualTo(2);
        assertThat(errors.toString()).contains("layers [0] is given twice");
        assertThat(sweep("0", "--beta", "0")).isEqualTo(2);
        assertThat(errors.toString()).contains("beta is 0.0");
        assertThat(sweep("0", "--validation-share", "0")).isEqualTo(2);
        assertThat(errors.toString()).contains("--validation-share is 0");
        assertThat(run).doesNotExist();
    }

    @Test
    void should_give_the_hidden_states_the_memory_that_is_asked_for_and_put_the_rest_into_a_file() {
        String temporaryFolder = System.getProperty("java.io.tmpdir");
        System.setProperty("java.io.tmpdir", folder.resolve("missing").toString());
        try {
            assertThat(sweep("0", "--states-memory", "0MB")).isEqualTo(1);
            assertThat(output.toString()).contains(folder.resolve("missing").toString());
            run = folder.resolve("another");
            assertThat(sweep("0", "--states-memory", "512MB"))
                    .as(errors.toString())
                    .isZero();
        } finally {
            System.setProperty("java.io.tmpdir", temporaryFolder);
        }
    }
}
