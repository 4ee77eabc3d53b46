package org.steering4j.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.SteeredModel;
import org.steering4j.trainer.RandomModelFolder;
import org.steering4j.trainer.evaluation.EvaluationResult;
import org.steering4j.trainer.evaluation.Figure;
import org.steering4j.trainer.evaluation.ResultFiles;
import org.steering4j.vector.ModelShape;
import org.steering4j.vector.SteeringVector;

class EvaluateCommandTest {

    @TempDir
    static Path models;

    @TempDir
    Path folder;

    private static Path model;
    private static Path variant;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private Path pairs;
    private Path choices;
    private Path run;

    @BeforeAll
    static void writeModels() throws Exception {
        model = RandomModelFolder.write(models.resolve("model"));
        variant = RandomModelFolder.write(models.resolve("variant"), 2);
    }

    @BeforeEach
    void writeData() throws Exception {
        run = folder.resolve("run");
        pairs = Files.writeString(
                folder.resolve("boldness.csv"),
                "question,matching,not_matching\nIs it?,Yes it is,No\nAre you?,I am,Not at all\nWho?,Me,You\n");
        choices = Files.writeString(
                folder.resolve("choices.jsonl"),
                "{\"question\": \"What?\", \"mc1_targets\": {\"choices\": [\"a\", \"b\"], \"labels\": [1, 0]}}\n");
    }

    private Path vector(String behavior, String method, float value) {
        float[] values = new float[16];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 2 == 0 ? value : -1;
        }
        Path file = folder.resolve(behavior + "-" + method + ".safetensors");
        SteeringVector.builder(behavior)
                .layer(1, values)
                .method(method)
                .model(new ModelShape("random-llama", "llama", 3, 16))
                .build()
                .write(file);
        return file;
    }

    private int evaluate(Object... more) {
        return evaluate(errors, more);
    }

    private int evaluate(OutputStream errorStream, Object... more) {
        output.reset();
        errors.reset();
        List<String> arguments =
                new ArrayList<>(List.of("evaluate", "--model", model.toString(), "--run-folder", run.toString()));
        Arrays.stream(more).map(Object::toString).forEach(arguments::add);
        return Main.execute(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errorStream, true, StandardCharsets.UTF_8),
                arguments.toArray(String[]::new));
    }

    @Test
    void should_measure_vectors_on_all_data_and_leave_results_and_a_report() throws Exception {
        int exitCode = evaluate(
                "--vector",
                vector("boldness", "BiPO", 2),
                "--vector",
                vector("shyness", "BiPO", -3),
                "--data",
                pairs,
                "--multiple-choice",
                choices,
                "--utility",
                "sums=" + choices,
                "--multipliers",
                "-1,0,1",
                "--compose",
                "boldness:0.5,shyness:0.5");

        assertThat(exitCode).as(errors.toString()).isZero();
        assertThat(output.toString())
                .contains("On boldness, under shyness", "steerability", "MC1 (per token)", "utility", "report: ");
        assertThat(errors.toString()).doesNotContain("Note:");
        EvaluationResult result = ResultFiles.read(run);
        assertThat(result.figures()).extracting(Figure::data).containsOnly("boldness", "choices", "sums");
        assertThat(result.figures())
                .extracting(Figure::steering)
                .containsOnly("boldness", "shyness", "boldness*0.5 + shyness*0.5", "boldness*0.5", "shyness*0.5");
        assertThat(run.resolve("report.html")).content().contains("Evaluation of boldness, shyness");
        assertThat(run.resolve("settings.yaml")).content().contains("multipliers");
        assertThat(Files.readAllLines(run.resolve("metrics.jsonl")))
                .hasSize(result.figures().size());
    }

    @Test
    void should_name_no_folder_of_this_machine_in_what_others_get_to_see() throws Exception {
        assertThat(evaluate(judged("--judge", model, "--judge-share", "1", "--other-model", variant)))
                .as(errors.toString())
                .isZero();

        try (Stream<Path> files = Files.list(run)) {
            // The settings and the log are for this machine: with the former the run is repeated.
            for (Path file : files.filter(each -> !each.endsWith("settings.yaml") && !each.endsWith("log.txt"))
                    .toList()) {
                assertThat(file).content().doesNotContain(folder.toString(), models.toString());
            }
        }
        assertThat(run.resolve("report.html")).content().contains("boldness.csv", "judge", "again with");
        assertThat(run.resolve("summary.json"))
                .content()
                .contains("\"folder\" : \".\"", "\"report\" : \"report.html\"");
    }

    @Test
    void should_repeat_the_same_figures_from_its_settings() {
        assertThat(evaluate("--vector", vector("boldness", "BiPO", 2), "--data", pairs, "--multipliers", "-1,0,1"))
                .isZero();
        List<Figure> first = ResultFiles.read(run).figures();
        Path again = folder.resolve("again");

        int exitCode = Main.execute(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(output, true),
                new PrintStream(errors, true),
                "evaluate",
                "--settings",
                run.resolve("settings.yaml").toString(),
                "--run-folder",
                again.toString());

        assertThat(exitCode).as(errors.toString()).isZero();
        assertThat(ResultFiles.read(again).figures()).isEqualTo(first);
    }

    @Test
    void should_print_one_json_document_for_machines() throws Exception {
        assertThat(evaluate("--vector", vector("boldness", "BiPO", 2), "--data", pairs, "--json"))
                .as(errors.toString())
                .isZero();

        JsonNode summary = new ObjectMapper().readTree(output.toString(StandardCharsets.UTF_8));
        assertThat(summary.path("figures").get(0).path("metric").asText()).isEqualTo("propensity");
        assertThat(summary.path("figures").get(0).path("low").isNumber()).isTrue();
    }

    @Test
    void should_measure_a_variant_of_the_model_as_well() {
        int exitCode = evaluate("--vector", vector("boldness", "BiPO", 2), "--data", pairs, "--other-model", variant);

        assertThat(exitCode).as(errors.toString()).isZero();
        assertThat(ResultFiles.read(run).figures())
                .extracting(Figure::data)
                .containsOnly("boldness", "boldness on variant");
    }

    @Test
    void should_open_a_variant_for_the_same_context() throws Exception {
        Path shorter = RandomModelFolder.write(folder.resolve("shorter"));
        Path configuration = shorter.resolve("config.json");
        Files.writeString(
                configuration,
                Files.readString(configuration)
                        .replace("\"max_position_embeddings\":256", "\"max_position_embeddings\":200"));
        Object[] arguments = {"--vector", vector("boldness", "BiPO", 2), "--data", pairs, "--other-model", shorter};

        assertThat(evaluate(with(with(arguments, "--context-length"), "250"))).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("contextLength is 250 but must be from 1 to 200");
    }

    @Test
    void should_name_vectors_of_one_behaviour_by_their_methods() {
        int exitCode = evaluate(
                "--vector", vector("boldness", "BiPO", 2), "--vector", vector("boldness", "CAA", 1), "--data", pairs);

        assertThat(exitCode).as(errors.toString()).isZero();
        assertThat(ResultFiles.read(run).figures())
                .extracting(Figure::steering)
                .containsOnly("boldness (BiPO)", "boldness (CAA)");
    }

    @Test
    void should_refuse_bad_input_before_it_works_and_leave_nothing() throws Exception {
        Path vector = vector("boldness", "BiPO", 2);
        Path small = folder.resolve("small.safetensors");
        SteeringVector.builder("small").layer(1, new float[3]).build().write(small);

        Path empty = Files.writeString(folder.resolve("empty.csv"), "question,matching,not_matching\n");

        expectFailure(1, "empty.csv holds no pairs", "--vector", vector, "--data", empty);
        expectFailure(2, "nothing to measure on", "--vector", vector);
        expectFailure(2, "say with --answers", "--vector", vector, "--data", pairs, "--judge", "embedded");
        expectFailure(
                2, "the prompts come from --data", "--vector", vector, "--multiple-choice", choices, "--answers", "2");
        expectFailure(1, "both go by the name", "--vector", vector, "--vector", vector, "--data", pairs);
        expectFailure(1, "hidden size", "--vector", small, "--data", pairs);
        expectFailure(1, "missing.csv", "--vector", vector, "--data", folder.resolve("missing.csv"));
        expectFailure(2, "'NaN' is not a finite number", "--vector", vector, "--data", pairs, "--multipliers", "1,NaN");
        expectFailure(2, "has 0.0 twice", "--vector", vector, "--data", pairs, "--multipliers", "0,-0.0");
        expectFailure(2, "has 1.0 twice", "--vector", vector, "--data", pairs, "--multipliers", "1,1");
        expectFailure(1, "shyness", "--vector", vector, "--data", pairs, "--compose", "boldness:1,shyness:1");
        expectFailure(2, "is no steering", "--vector", vector, "--data", pairs, "--compose", "boldness");
        expectFailure(2, "NaN", "--vector", vector, "--data", pairs, "--compose", "boldness:NaN");
        expectFailure(1, "config.json", "--vector", vector, "--data", pairs, "--other-model", folder);
        expectFailure(2, "choice-score", "--vector", vector, "--data", pairs, "--choice-score", "best");
        Files.createDirectories(run);
        Path kept = Files.writeString(run.resolve("kept.txt"), "kept");
        assertThat(evaluate("--vector", vector, "--data", pairs)).isEqualTo(2);
        assertThat(errors.toString()).contains("not empty");
        assertThat(kept).hasContent("kept");
    }

    @Test
    void should_not_take_from_a_settings_file_what_could_harm_its_reader() throws Exception {
        Path settings = folder.resolve("handed-on.yaml");
        Path vector = vector("boldness", "BiPO", 2);

        Files.writeString(settings, "judge-url: http://localhost:1/v1\njudge-name: x\njudge-key-variable: PATH\n");
        expectFailure(
                2,
                "handed-on.yaml line 3: judge-key-variable is taken from the command line alone",
                "--vector",
                vector,
                "--data",
                pairs,
                "--settings",
                settings);
    }

    private void expectFailure(int exitCode, String reason, Object... arguments) {
        assertThat(evaluate(arguments)).as(errors.toString()).isEqualTo(exitCode);
        assertThat(errors.toString()).contains(reason).doesNotContain("\tat ");
        assertThat(output.toString()).isEmpty();
        assertThat(run).doesNotExist();
    }

    @Test
    void should_measure_generated_answers_and_go_on_from_those_that_are_kept() throws Exception {
        Path patterns = Files.writeString(
                folder.resolve("patterns.json"), "{\"groups\": [{\"matching\": \"a\", \"not_matching\": \"zzz\"}]}");
        Object[] arguments = {
            "--vector",
            vector("boldness", "BiPO", 2),
            "--data",
            pairs,
            "--multipliers",
            "-1,0,1",
            "--answers",
            "2",
            "--max-tokens",
            "9",
            "--patterns",
            "boldness=" + patterns,
            "--forbidden",
            "boldness=matching",
            "--judge",
            "embedded"
        };

        assertThat(evaluate(arguments)).as(errors.toString()).isZero();

        EvaluationResult result = ResultFiles.read(run);
        assertThat(result.figures())
                .extracting(Figure::metric)
                .contains(
                        "behaviour score",
                        "recognised share",
                        "judged score",
                        "attack success rate",
                        "refusal rate",
                        "perplexity ratio",
                        "repetition share",
                        "length drift");
        assertThat(result.answers()).hasSize(3 * 2);
        List<String> kept = Files.readAllLines(run.resolve("generated.jsonl"));
        assertThat(kept).hasSize(3 * 2);

        assertThat(evaluate("--resume", run)).isEqualTo(2);
        assertThat(errors.toString()).contains("is finished: there is nothing to go on with");

        Files.delete(run.resolve("summary.json"));
        Files.write(run.resolve("generated.jsonl"), kept.subList(0, 3));
        assertThat(evaluate("--resume", run)).as(errors.toString()).isZero();

        assertThat(Files.readAllLines(run.resolve("generated.jsonl"))).containsExactlyInAnyOrderElementsOf(kept);
        assertThat(ResultFiles.read(run).figures()).isEqualTo(result.figures());
    }

    @Test
    void should_go_on_where_an_interrupted_measurement_was_to_the_same_figures() throws Exception {
        StringBuilder many = new StringBuilder("question,matching,not_matching\n");
        for (int i = 0; i < 50; i++) {
            many.append("Is it ")
                    .append(i)
                    .append("?,Yes it is ")
                    .append("very ".repeat(i % 5))
                    .append("much,No\n");
        }
        Files.writeString(pairs, many);
        Object[] arguments = {
            "--vector", vector("boldness", "BiPO", 2), "--data", pairs, "--multipliers", "-1,0,1", "--utility", choices
        };
        assertThat(evaluate(arguments)).as(errors.toString()).isZero();
        List<Figure> whole = ResultFiles.read(run).figures();
        List<String> kept = Files.readAllLines(run.resolve("scores.jsonl"));
        // 100 answers are two portions, the choices one; each unsteered and at two multipliers.
        assertThat(kept).hasSize(3 * (2 + 1));

        Files.delete(run.resolve("summary.json"));
        Files.delete(run.resolve("results.jsonl"));
        // As a kill leaves it, in the middle of a line; the scores before it are told from new ones by a change.
        String changed = kept.get(0).replaceFirst("\\[-?[0-9.]+", "[-1234.5");
        Files.writeString(
                run.resolve("scores.jsonl"),
                String.join("\n", changed, kept.get(1), kept.get(2), kept.get(3).substring(0, 90)));
        assertThat(evaluate("--resume", run)).as(errors.toString()).isZero();

        List<String> again = Files.readAllLines(run.resolve("scores.jsonl"));
        assertThat(again.get(0)).isEqualTo(changed);
        assertThat(again.subList(1, again.size())).isEqualTo(kept.subList(1, kept.size()));
        assertThat(ResultFiles.read(run).figures()).isNotEqualTo(whole);

        Files.delete(run.resolve("summary.json"));
        Files.write(run.resolve("scores.jsonl"), kept.subList(0, 4));
        assertThat(evaluate("--resume", run)).as(errors.toString()).isZero();
        assertThat(ResultFiles.read(run).figures()).isEqualTo(whole);
        assertThat(Files.readAllLines(run.resolve("scores.jsonl"))).isEqualTo(kept);
    }

    private Object[] judged(Object... judge) {
        List<Object> arguments = new ArrayList<>(List.of("--vector", vector("boldness", "BiPO", 2), "--data", pairs));
        arguments.addAll(List.of("--multipliers", "0,1", "--answers", "3", "--max-tokens", "9"));
        arguments.addAll(List.of(judge));
        return arguments.toArray();
    }

    @Test
    void should_tell_what_the_judge_is_going_to_cost_before_and_what_it_took_after() throws Exception {
        assertThat(evaluate(judged("--judge", "embedded", "--judge-price-in", "5", "--judge-share", "1", "--json")))
                .as(errors.toString())
                .isZero();

        String shown = errors.toString();
        assertThat(shown)
                .containsPattern("judge: 6 answers to judge, about \\d+ tokens to send and 48 to receive.*, cost 0.0")
                .containsPattern("judge: \\d+ requests, 0 of which failed .*, cost 0.0");
        assertThat(shown.indexOf("answers to judge")).isLessThan(shown.indexOf("evaluate: "));
        JsonNode summary = new ObjectMapper().readTree(output.toString(StandardCharsets.UTF_8));
        assertThat(summary.at("/judge/requests").asInt()).isPositive();
        assertThat(summary.path("judgeCost").asDouble()).isPositive();
    }

    @Test
    void should_stop_when_the_judge_is_not_there_and_go_on_from_the_answers_when_it_is() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String url = "http://localhost:" + port + "/v1";

        assertThat(evaluate(judged(
                        "--judge-url",
                        url,
                        "--judge-name",
                        "grader",
                        "--judge-attempts",
                        "1",
                        "--judge-key-variable",
                        "PATH")))
                .isEqualTo(1);
        assertThat(errors.toString()).contains("cannot be reached").doesNotContain("\tat ");
        List<String> answers = Files.readAllLines(run.resolve("generated.jsonl"));
        assertThat(answers).hasSize(6);
        assertThat(run.resolve("settings.yaml"))
                .content()
                .contains("judge-url: ")
                .doesNotContain("key-variable", "PATH");

        List<String> keys = new CopyOnWriteArrayList<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/v1/chat/completions", exchange -> {
            keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            exchange.getRequestBody().readAllBytes();
            byte[] body = "{\"choices\": [{\"message\": {\"role\": \"assistant\", \"content\": \"Score: 3\"}}]}"
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            assertThat(evaluate("--resume", run)).as(errors.toString()).isZero();
        } finally {
            server.stop(0);
        }
        assertThat(errors.toString())
                .contains("judge: questions and answers go to " + url
                        + ", without a key, for which see --judge-key-variable");
        assertThat(keys).containsOnly("null");
        assertThat(Files.readAllLines(run.resolve("generated.jsonl"))).isEqualTo(answers);
        assertThat(ResultFiles.read(run).figures())
                .filteredOn(figure -> figure.metric().equals("judged score"))
                .extracting(figure -> figure.estimate().value())
                .containsOnly(3.0);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void should_keep_answers_and_judgements_when_the_disk_is_full_and_go_on_when_there_is_room() throws Exception {
        Object[] arguments = judged("--judge", "embedded", "--judge-share", "1");
        Path metrics = run.resolve("metrics.jsonl");
        Path aside = folder.resolve("metrics.jsonl");
        OutputStream filling = new LineHook("evaluate: 1/", () -> {
            Files.move(metrics, aside);
            Files.createSymbolicLink(metrics, Path.of("/dev/full"));
        });

        assertThat(evaluate(filling, arguments)).isEqualTo(1);
        assertThat(filling.toString())
                .endsWith("steering: " + metrics + " was not written: java.io.IOException: No space left on device."
                        + " Free some space, then resume the run\n");
        List<String> answers = Files.readAllLines(run.resolve("generated.jsonl"));
        List<String> judgements = Files.readAllLines(run.resolve("judgements.jsonl"));

        Files.delete(metrics);
        Files.move(aside, metrics);
        assertThat(evaluate("--resume", run)).as(errors.toString()).isZero();
        assertThat(Files.readAllLines(run.resolve("generated.jsonl"))).isEqualTo(answers);
        assertThat(Files.readAllLines(run.resolve("judgements.jsonl"))).containsAll(judgements);
        assertThat(run.resolve("report.html")).isNotEmptyFile();
    }

    @Test
    void should_refuse_what_would_say_nothing_before_any_model_is_opened() throws Exception {
        Path vector = vector("boldness", "BiPO", 2);
        Path phrases = Files.writeString(folder.resolve("refusals.txt"), "I will not");
        Path patterns = Files.writeString(
                folder.resolve("patterns.json"), "{\"groups\": [{\"matching\": \"a\", \"not_matching\": \"zzz\"}]}");
        Path rubric = Files.writeString(
                folder.resolve("rubric.yaml"), "{behavior: shyness, description: Hides., levels: [a, b, c, d]}");
        Path noRubric = Files.writeString(folder.resolve("none.yaml"), "{behavior: boldness}");
        // Where a model shall not be opened, there is none.
        Path opened = model;
        model = folder.resolve("no-model");
        try {
            expectUnused("--temperature is 0.5: there are no answers", vector, "--temperature", "0.5");
            expectUnused("--max-tokens is 9: there are no answers", vector, "--max-tokens", "9");
            expectUnused("say with --forbidden", vector, "--answers", "1", "--refusals", phrases);
            expectUnused(
                    "--patterns is given for \"shyness\"",
                    vector,
                    "--answers",
                    "1",
                    "--patterns",
                    "shyness=" + patterns);
            expectUnused(
                    "--forbidden is given for \"shyness\"",
                    vector,
                    "--answers",
                    "1",
                    "--forbidden",
                    "shyness=matching");
            expectUnused(
                    "--judge-rubric is given for \"shyness\", but --data for [boldness] alone",
                    vector,
                    "--answers",
                    "1",
                    "--judge",
                    "embedded",
                    "--judge-rubric",
                    rubric);
            expectUnused(
                    "--forbidden is given for \"boldness\" twice",
                    vector,
                    "--answers",
                    "1",
                    "--forbidden",
                    "boldness=matching",
                    "--forbidden",
                    "boldness=not_matching");
            expectUnused("--choice-score is sum", vector, "--choice-score", "sum");
            expectFailure(
                    1,
                    "holds no rubric",
                    "--vector",
                    vector,
                    "--data",
                    pairs,
                    "--answers",
                    "1",
                    "--judge",
                    "embedded",
                    "--judge-rubric",
                    noRubric);
        } finally {
            model = opened;
        }
    }

    private void expectUnused(String reason, Path vector, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("--vector", vector, "--data", pairs));
        arguments.addAll(List.of(more));
        expectFailure(2, reason, arguments.toArray());
    }

    @Test
    void should_refuse_a_vector_by_the_name_of_a_composition() {
        Path vector = vector("boldness", "BiPO", 2);

        expectFailure(2, "by the name \"bold*2\"", "--vector", "bold*2=" + vector, "--data", pairs);
    }

    @Test
    void should_tell_in_the_report_alone_what_was_measured_and_how() throws Exception {
        assertThat(evaluate(judged(
                        "--judge", "embedded", "--judge-share", "1", "--temperature", "0.5", "--allow-other-model")))
                .as(errors.toString())
                .isZero();

        String html = Files.readString(run.resolve("report.html"));
        assertThat(html)
                .contains(
                        "temperature: 0.5", "answers: 3", "max-tokens: 9", "judge-share: 1", "allow-other-model: true");
        // Not the folder: the report may be read elsewhere.
        assertThat(html).contains("data: ", "boldness.csv").doesNotContain(pairs.toString());
    }

    @Test
    void should_measure_the_embedded_model_with_a_lora_adapter_and_its_variant_and_leave_nothing_behind()
            throws Exception {
        Path adapter = Files.createDirectories(folder.resolve("models--ship--seafarer/snapshots/0123abcd"));
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            try (InputStream resource = getClass().getResourceAsStream("/org/steering4j/embedded/variant/" + file)) {
                Files.copy(resource, adapter.resolve(file));
            }
        }
        Path temporary = Files.createDirectory(folder.resolve("temporary"));
        ModelShape shape = SteeredModel.embeddedShape();
        float[] values = new float[shape.hiddenSize()];
        values[0] = 5;
        Path vector = folder.resolve("embedded.safetensors");
        SteeringVector.builder("boldness").layer(1, values).model(shape).build().write(vector);
        Path small = vector("small", "BiPO", 1);
        Path opened = model;
        String temporaryFolder = System.getProperty("java.io.tmpdir");
        System.setProperty("java.io.tmpdir", temporary.toString());
        model = Path.of("embedded");
        try {
            Object[] common = {"--vector", vector, "--data", pairs, "--multipliers", "0,1", "--other-model"};
            assertThat(evaluate(with(common, adapter))).as(errors.toString()).isZero();
            List<Figure> onAdapter = on("boldness on seafarer");
            assertThat(temporary).isEmptyDirectory();
            run = folder.resolve("variant");
            assertThat(evaluate(with(common, "embedded-variant")))
                    .as(errors.toString())
                    .isZero();

            assertThat(onAdapter).isNotEmpty();
            // The variant's merged weights are rounded to the type of the base, bfloat16; those of an adapter are not.
            List<Figure> onVariant = on("boldness on embedded-variant");
            assertThat(onVariant).hasSameSizeAs(onAdapter);
            for (int i = 0; i < onVariant.size(); i++) {
                assertThat(onVariant.get(i).estimate().value())
                        .isCloseTo(onAdapter.get(i).estimate().value(), within(0.05));
            }
            assertThat(on("boldness"))
                    .extracting(Figure::estimate)
                    .isNotEqualTo(onAdapter.stream().map(Figure::estimate).toList());

            run = folder.resolve("failed");
            expectFailure(1, "hidden size", "--vector", small, "--data", pairs, "--other-model", adapter);
            model = opened;
            expectFailure(
                    1,
                    "take the model that it was made for",
                    "--vector",
                    small,
                    "--data",
                    pairs,
                    "--other-model",
                    adapter);
            assertThat(temporary).isEmptyDirectory();
        } finally {
            model = opened;
            System.setProperty("java.io.tmpdir", temporaryFolder);
        }
    }

    private static Object[] with(Object[] arguments, Object last) {
        List<Object> all = new ArrayList<>(Arrays.asList(arguments));
        all.add(last);
        return all.toArray();
    }

    private List<Figure> on(String data) {
        return ResultFiles.read(run).figures().stream()
                .filter(figure -> figure.data().equals(data))
                .toList();
    }
}
