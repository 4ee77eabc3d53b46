package org.steering4j.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.trainer.RandomModelFolder;
import org.steering4j.vector.ModelShape;
import org.steering4j.vector.SteeringVector;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class MainTest {

    @TempDir
    static Path models;

    @TempDir
    Path folder;

    private static Path model;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private String input = "";
    private Path data;

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
    }

    private int run(String... arguments) {
        output.reset();
        errors.reset();
        return Main.execute(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8),
                arguments);
    }

    private int train(Path file, String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("train", "--model", model.toString(), "--data", data.toString(), "--behavior", "agreeing"));
        arguments.addAll(List.of("--layer", "1", "--output", file.toString(), "--epochs", "2", "--warm-up-steps", "1"));
        if (!List.of(more).contains("--resume")) {
            arguments.addAll(List.of("--run-folder", folder.resolve("run").toString()));
        }
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private int complete(String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("complete", "--model", model.toString(), "--precision", "float32"));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private Path vector(double scale) {
        // As of the random model, so that nothing is remarked on.
        float[] values = new float[16];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (scale * (i % 2 == 0 ? 3 : -2));
        }
        Path file = folder.resolve("boldness.safetensors");
        SteeringVector.builder("boldness")
                .layer(1, values)
                .model(new ModelShape("random-llama", "llama", 3, 16))
                .build()
                .write(file);
        return file;
    }

    private void expectFailure(int exitCode, String reason) {
        assertThat(exitCode).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains(reason).doesNotContain("\tat ");
        assertThat(output.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void should_refuse_to_reproduce_with_more_questions_than_are_held_out() {
        for (String questions : List.of("1", "181")) {
            assertThat(run("reproduce", "--questions", questions)).isEqualTo(2);
            assertThat(errors.toString(StandardCharsets.UTF_8))
                    .contains("--questions is " + questions + ": expected 2 to 180");
        }
    }

    @Test
    void should_open_a_model_for_a_context_of_another_length() {
        assertThat(complete("--prompt", "hello", "--max-tokens", "3", "--context-length", "30"))
                .as(errors.toString())
                .isZero();
        expectFailure(
                complete("--prompt", "hello".repeat(6), "--context-length", "30"), "the model's context holds 30");
        expectFailure(
                complete("--prompt", "hello", "--context-length", "257"),
                "contextLength is 257 but must be from 1 to 256");
        expectFailure(complete("--prompt", "hello", "--context-length", "0"), "contextLength is 0");
    }

    @Test
    void should_train_a_vector_and_print_a_summary() {
        Path file = folder.resolve("vector.safetensors");
        Path report = folder.resolve("report.html");

        assertThat(train(file, "--learning-rate", "0.05", "--report", report.toString()))
                .as(errors.toString())
                .isZero();
        assertThat(output.toString())
                .contains("vector: " + file)
                .contains("best epoch: ")
                .contains("validation loss: 0.")
                .contains("accuracy at +1")
                .contains("accuracy at -1")
                .contains("norm: ");
        assertThat(errors.toString()).contains("epoch 2/2");
        SteeringVector vector = SteeringVector.read(file);
        assertThat(vector.behavior()).isEqualTo("agreeing");
        assertThat(vector.layers()).containsExactly(1);
        assertThat(vector.settings()).containsEntry("learning rate", "0.05").containsEntry("precision", "float32");
        assertThat(report).content().contains("Training of agreeing");
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder("data.csv", "vector.safetensors", "report.html", "run");
        assertThat(folder.resolve("run").toFile().list())
                .containsExactlyInAnyOrder("settings.yaml", "log.txt", "metrics.jsonl", "summary.json");
    }

    @Test
    void should_train_several_layers() {
        Path file = folder.resolve("vector.safetensors");

        assertThat(train(file, "--layer", "2")).isZero();
        assertThat(SteeringVector.read(file).layers()).containsExactly(1, 2);
    }

    @Test
    void should_end_with_an_exit_code_of_its_own_when_another_process_has_the_run_folder_or_the_checkpoint()
            throws Exception {
        Path run = Files.createDirectory(folder.resolve("run"));
        Path checkpoint = folder.resolve("state");

        try (RunLock lock = RunLock.take(run, System.err)) {
            assertThat(train(folder.resolve("vector.safetensors"))).isEqualTo(4);
        }
        assertThat(errors.toString()).startsWith("steering: the run folder " + run + " is in use by process ");
        try (RunLock lock = RunLock.takeCheckpoint(checkpoint, System.err)) {
            assertThat(train(folder.resolve("vector.safetensors"), "--checkpoint", checkpoint.toString()))
                    .isEqualTo(4);
        }
        assertThat(errors.toString()).contains("steering: the checkpoint " + checkpoint + " is in use by process ");
        assertThat(folder.toFile().list()).containsExactly("data.csv");
    }

    @Test
    void should_use_the_system_prompt_that_a_vector_was_made_with_unless_told_otherwise() {
        Path plain = vector(1);
        Path own = folder.resolve("own.safetensors");
        Path other = folder.resolve("other.safetensors");
        SteeringVector.read(plain).toBuilder("boldness")
                .systemPrompt("Be bold.")
                .build()
                .write(own);
        SteeringVector.read(plain).toBuilder("calm").systemPrompt("").build().write(other);
        String[] arguments = {"--prompt", "Hello", "--max-tokens", "8", "--multiplier", "0.1"};

        assertThat(complete(with(arguments, "--vector", plain, "--system-prompt", "Be bold.")))
                .isZero();
        String expected = output.toString(StandardCharsets.UTF_8);
        assertThat(errors.toString()).doesNotContain("system prompt");

        assertThat(complete(with(arguments, "--vector", own)))
                .as(errors.toString())
                .isZero();
        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo(expected);
        assertThat(errors.toString())
                .contains("system prompt, with which the vector was made: \"Be bold.\" (--system-prompt= for none)");

        assertThat(complete(with(arguments, "--vector", own, "--json"))).isZero();
        assertThat(output.toString(StandardCharsets.UTF_8)).contains("\"systemPrompt\" : \"Be bold.\"");
        assertThat(errors.toString()).isEmpty();

        assertThat(complete(with(arguments, "--vector", own, "--system-prompt=")))
                .isZero();
        String without = output.toString(StandardCharsets.UTF_8);
        assertThat(without).isNotEqualTo(expected);
        assertThat(errors.toString()).doesNotContain("system prompt");
        assertThat(complete(with(arguments, "--vector", plain))).isZero();
        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo(without);

        assertThat(complete(with(new String[] {"--prompt", "a"}, "--vector", own, "--vector", other)))
                .isEqualTo(2);
        assertThat(errors.toString())
                .contains("made with different system prompts: \"Be bold.\", \"\"; say with --system-prompt which");

        input = "Hello\n";
        assertThat(run(
                        "chat",
                        "--model",
                        model.toString(),
                        "--precision",
                        "float32",
                        "--max-tokens",
                        "8",
                        "--vector",
                        own.toString(),
                        "--multiplier",
                        "0.1"))
                .isZero();
        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo(expected);
        assertThat(errors.toString()).contains("\"Be bold.\" (--system-prompt= for none)");
    }

    private static String[] with(String[] first, Object... more) {
        // --multiplier belongs behind its --vector.
        List<String> arguments = new ArrayList<>();
        Stream.of(more).map(Object::toString).forEach(arguments::add);
        arguments.addAll(List.of(first));
        return arguments.toArray(String[]::new);
    }

    @Test
    void should_say_in_one_line_what_was_opened_and_how_it_is_steered() {
        assertThat(complete(
                        "--prompt",
                        "Hello",
                        "--max-tokens",
                        "2",
                        "--vector",
                        vector(1).toString()))
                .isZero();

        assertThat(errors.toString().lines())
                .singleElement()
                .asString()
                .matches(
                        "model \\S+/model \\(llama, \\d+ parameters\\) in float32 on \\d+ threads?, opened in \\d+\\.\\d s,"
                                + " steering boldness\\*1\\.0");
    }

    @Test
    void should_remove_the_checkpoint_when_the_vector_is_written() {
        Path checkpoint = folder.resolve("state");

        assertThat(train(folder.resolve("vector.gguf"), "--checkpoint", checkpoint.toString()))
                .isZero();
        assertThat(checkpoint).doesNotExist();
    }

    @Test
    void should_answer_wrong_usage_with_exit_code_2() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("fly")).isEqualTo(2);
        assertThat(run("train")).isEqualTo(2);
        assertThat(train(folder.resolve("v.safetensors"), "--beta", "-1")).isEqualTo(2);
        assertThat(errors.toString()).contains("beta is -1.0");
        assertThat(train(folder.resolve("v.safetensors"), "--schedule", "steep"))
                .isEqualTo(2);
        assertThat(train(folder.resolve("v.safetensors"), "--resume")).isEqualTo(2);
        assertThat(errors.toString()).contains("--resume needs the folder of the run to go on with, or --checkpoint");
        assertThat(complete("--prompt", "a", "--max-tokens", "0")).isEqualTo(2);
        assertThat(complete("--prompt", "a", "--temperature", "-1")).isEqualTo(2);
        assertThat(run("complete", "--model", "missing", "--prompt", "a", "--temperature", "-1"))
                .as("checked before the model is opened")
                .isEqualTo(2);
    }

    @Test
    void should_name_the_option_that_was_meant_before_it_asks_for_one_that_is_missing() {
        assertThat(run("complete", "--modle", "embedded", "--prompt", "a")).isEqualTo(2);
        assertThat(errors.toString())
                .startsWith("steering: --modle is no option of complete; the nearest is --model\n")
                .doesNotContain("Missing");
        assertThat(run("train", "--bheavior=x", "--layer", "1")).isEqualTo(2);
        assertThat(errors.toString())
                .startsWith("steering: --bheavior is no option of train; the nearest is --behavior");
        assertThat(run("complete", "--model", "embedded")).isEqualTo(2);
        assertThat(errors.toString()).contains("--prompt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "1e999", "five"})
    void should_take_no_number_that_is_none(String number) {
        Path vector = vector(1);
        Path file = folder.resolve("v.safetensors");

        assertThat(complete("--prompt", "a", "--vector", vector.toString(), "--multiplier", number))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("--multiplier", "'" + number + "' is not a ");
        assertThat(complete("--prompt", "a", "--temperature", number)).isEqualTo(2);
        for (String option : List.of("--beta", "--learning-rate", "--weight-decay", "--clip", "--validation-share")) {
            assertThat(train(file, option, number)).as(option).isEqualTo(2);
            assertThat(errors.toString()).contains(option, "'" + number + "' is not a ");
        }
    }

    @Test
    void should_take_a_text_that_begins_with_at_as_it_is() throws Exception {
        Path note = Files.writeString(folder.resolve("note"), "--max-tokens 0");

        assertThat(complete("--max-tokens", "2", "--prompt", "@" + note))
                .as(errors.toString())
                .isZero();
        assertThat(run("inspect", "@" + note)).isEqualTo(1);
        assertThat(errors.toString()).contains("@" + note);
    }

    @Test
    void should_advise_options_where_java_would_advise_calls() throws Exception {
        Path tensors = Files.writeString(folder.resolve("x.pt"), "");
        Path other = folder.resolve("other.safetensors");
        SteeringVector.read(vector(1)).toBuilder("boldness")
                .modelName("a-model")
                .build()
                .write(other);

        expectFailure(
                complete("--prompt", "a", "--vector", tensors.toString()),
                "with: steering convert IN.pt OUT.safetensors --behavior NAME --layer L");
        expectFailure(complete("--prompt", "a", "--vector", other.toString()), "allow it with --allow-other-model;");
        assertThat(errors.toString()).doesNotContain("()");
    }

    @Test
    void should_print_nothing_of_others_that_a_terminal_would_obey() throws Exception {
        Path file = folder.resolve("odd.safetensors");
        String odd = "bold\u001b[2J\u009b31m\u202e\u001b]0;owned\u0007\nsteering: all is well";
        SteeringVector.read(vector(1)).toBuilder(odd)
                .method(odd)
                .setting("data", odd)
                .build()
                .write(file);
        Path settings = Files.writeString(folder.resolve("s.yaml"), "\"\\e[2J\": 1\n");
        Files.writeString(data, "question,matching\u001b[2J\n1,2\n");

        List<String[]> commands = List.of(
                new String[] {"inspect", file.toString()},
                new String[] {"inspect", "--json", file.toString()},
                new String[] {
                    "convert", file.toString(), folder.resolve("odd.pt").toString()
                },
                new String[] {"inspect-data", data.toString()},
                new String[] {"inspect-data", "--json", data.toString()},
                new String[] {"inspect", folder + "/missing\u001b[2J"},
                new String[] {"complete", "--model", model.toString(), "--prompt", "a", "--layer\u001b[2J"},
                new String[] {"complete", "--model", model.toString(), "--prompt", "a", "--max-tokens", "\u001b[2J"},
                new String[] {
                    "complete", "--model", model.toString(), "--prompt", "a", "--settings", settings.toString()
                });
        for (String[] command : commands) {
            run(command);
            assertThat(output.toString(StandardCharsets.UTF_8) + errors.toString(StandardCharsets.UTF_8))
                    .as(String.join(" ", command))
                    .containsIgnoringCase("\\u001b[2J")
                    .doesNotContain("\u001b", "\u0007", "\u009b", "\u202e", "\nsteering: all is well");
        }
    }

    @Test
    void should_print_help_and_version() {
        assertThat(run("train", "--help")).isZero();
        assertThat(output.toString()).contains("--learning-rate", "--checkpoint");
        assertThat(run("help", "train")).isZero();
        assertThat(output.toString())
                .contains("--learning-rate")
                .containsPattern("Trains in float32 unless\\s+--precision");
        assertThat(run("--version")).isZero();
        assertThat(output.toString()).contains("steering");
    }

    @Test
    void should_have_help_that_can_be_formatted() {
        // picocli prints what it cannot format as it is, and a warning in front of it.
        new CommandLine(new Main(null, null, null)).getSubcommands().values().forEach(command -> {
            CommandSpec spec = command.getCommandSpec();
            Stream.concat(
                            Stream.of(spec.usageMessage().description()),
                            spec.options().stream().flatMap(option -> Stream.of(option.description())))
                    .forEach(text -> assertThat(String.format(text)).isNotEmpty());
        });
    }

    @Test
    void should_answer_a_failure_with_exit_code_1_and_one_line() throws Exception {
        Path file = folder.resolve("vector.safetensors");
        expectFailure(run("complete", "--model", folder.toString(), "--prompt", "a"), "steering: ");
        expectFailure(train(folder.resolve("missing/vector.safetensors")), "was not written");
        expectFailure(train(folder.resolve("vector.bin")), ".safetensors, .gguf or .pt");
        expectFailure(train(file, "--layer", "9"), "layer 9 is out of range");
        Files.writeString(data, "a,b\n1,2\n");
        expectFailure(train(file), "has the columns [a, b], which are of no known format");
        expectFailure(
                train(file, "--report", folder.resolve("missing/report.html").toString()), "was not written");
        expectFailure(train(file, "--report", folder.toString()), "it is a folder");
        assertThat(folder.toFile().list()).containsExactly("data.csv");
    }

    @Test
    void should_complete_the_same_text_for_the_same_seed_and_another_when_steered() {
        assertThat(complete("--prompt", "Hello", "--max-tokens", "12", "--temperature", "1", "--seed", "5"))
                .as(errors.toString())
                .isZero();
        String first = output.toString(StandardCharsets.UTF_8);
        complete("--prompt", "Hello", "--max-tokens", "12", "--temperature", "1", "--seed", "5");
        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo(first);
        complete(
                "--prompt",
                "Hello",
                "--max-tokens",
                "12",
                "--temperature",
                "1",
                "--seed",
                "5",
                "--vector",
                vector(1).toString(),
                "--multiplier",
                "-2");
        assertThat(output.toString(StandardCharsets.UTF_8)).isNotEqualTo(first);
        complete(
                "--prompt",
                "Hello",
                "--max-tokens",
                "12",
                "--temperature",
                "1",
                "--seed",
                "5",
                "--vector",
                vector(1).toString(),
                "--multiplier",
                "0");
        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo(first);
    }

    @Test
    void should_keep_what_the_model_thinks_out_of_the_answer() throws Exception {
        Path thinker = RandomModelFolder.write(folder.resolve("thinker"));
        Files.writeString(thinker.resolve("chat_template.jinja"), "{{ messages[-1].content + '<think>\\n' }}");
        List<String> options = List.of("--model", thinker.toString(), "--precision", "float32", "--max-tokens", "8");
        List<String> prompt = List.of("--prompt", "Hello");

        assertThat(run(arguments("complete", options, prompt)))
                .as(errors.toString())
                .isZero();
        assertThat(output.toString(StandardCharsets.UTF_8)).isBlank();
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("\n[thinks] ");

        assertThat(run(arguments("complete", options, prompt, List.of("--json"))))
                .isZero();
        assertThat(output.toString(StandardCharsets.UTF_8)).contains("\"text\" : \"\"", "\"thinking\" : ");
        assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();

        input = "Hello\n";
        assertThat(run(arguments("chat", options))).isZero();
        assertThat(output.toString(StandardCharsets.UTF_8)).isBlank();
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("\n[thinks] ");
    }

    @SafeVarargs
    private static String[] arguments(String command, List<String>... options) {
        return Stream.concat(Stream.of(command), Stream.of(options).flatMap(List::stream))
                .toArray(String[]::new);
    }

    @Test
    void should_complete_raw_text_and_start_from_nothing() {
        assertThat(complete("--prompt", "Hello", "--raw", "--max-tokens", "5")).isZero();
        assertThat(complete("--prompt", "", "--raw", "--max-tokens", "5")).isZero();
    }

    @Test
    void should_refuse_vectors_that_do_not_fit() {
        Path wrong = folder.resolve("wrong.safetensors");
        SteeringVector.builder("other").layer(1, new float[3]).build().write(wrong);

        expectFailure(complete("--prompt", "a", "--vector", wrong.toString()), "hidden size");
        expectFailure(
                complete(
                        "--prompt",
                        "a",
                        "--vector",
                        vector(1).toString(),
                        "--vector",
                        vector(1).toString()),
                "give each behaviour once");
        expectFailure(complete("--prompt", "a", "--vector", "none.safetensors"), "none.safetensors");
    }

    @Test
    void should_take_a_vector_of_another_model_when_that_is_allowed() {
        Path file = folder.resolve("base.safetensors");
        SteeringVector.builder("boldness")
                .layer(1, new float[16])
                .model(new ModelShape("base-llama", "llama", 3, 16))
                .build()
                .write(file);

        expectFailure(complete("--prompt", "a", "--vector", file.toString()), "base-llama");
        assertThat(complete("--prompt", "a", "--max-tokens", "4", "--vector", file.toString(), "--allow-other-model"))
                .as(errors.toString())
                .isZero();
    }

    @Test
    void should_chat_through_pipes() {
        input =
                "Hello\n/steer\n/steer boldness 1.5\n/steer shyness 1\n/steer boldness much\nHello again\n/reset\n/jump\n"
                        + "/steer off\n/help\n/quit\nnever read\n";

        int exitCode = run(
                "chat",
                "--model",
                model.toString(),
                "--max-tokens",
                "4",
                "--vector",
                vector(1).toString(),
                "--multiplier",
                "0.5");

        assertThat(exitCode).as(errors.toString()).isZero();
        assertThat(errors.toString())
                .contains("Steering: {boldness=0.5}")
                .contains("Steering: {boldness=1.5}")
                .contains("shyness")
                .contains("\"much\" is not a number")
                .contains("forgotten")
                .contains("/jump is no command")
                .contains("No steering. Vectors: [boldness]")
                .contains("/quit");
        assertThat(output.toString(StandardCharsets.UTF_8)).endsWith("\n");
    }

    @Test
    void should_take_what_is_typed_as_it_is() throws Exception {
        String typed = "Is \"it's !! and !x\" in C:\\new\\ ?\\";
        try (Terminal terminal = new DumbTerminal(
                new ByteArrayInputStream((typed + "\n").getBytes(StandardCharsets.UTF_8)),
                new ByteArrayOutputStream())) {
            assertThat(ChatCommand.reader(terminal).readLine("> ")).isEqualTo(typed);
        }
    }

    @Test
    void should_go_on_after_a_question_that_is_too_long() {
        input = "x".repeat(400) + "\nHello\n";

        assertThat(run("chat", "--model", model.toString(), "--max-tokens", "4"))
                .isZero();
        assertThat(errors.toString()).contains("256");
        assertThat(output.toString(StandardCharsets.UTF_8)).isNotEmpty();
    }
}
