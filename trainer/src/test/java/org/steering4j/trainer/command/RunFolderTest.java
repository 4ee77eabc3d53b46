package org.steering4j.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.steering4j.trainer.Progress;
import org.steering4j.vector.FileNotWrittenException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

class RunFolderTest {

    @Command(name = "bake")
    static final class Bake {
        @Mixin
        ResumableRunFolder runFolder;

        @Option(names = "--minutes", defaultValue = "40")
        int minutes;
    }

    private record Crumb(int step, double loss) {}

    @TempDir
    Path parent;

    private Path folder;
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final Main main = new Main(null, null, new PrintStream(errors, true, StandardCharsets.UTF_8));

    @BeforeEach
    void nameFolder() {
        folder = parent.resolve("some/run");
    }

    private Run start(String... more) {
        Bake bake = new Bake();
        CommandLine commandLine = new CommandLine(bake);
        String[] arguments = java.util.Arrays.copyOf(more, more.length + 2);
        arguments[more.length] = "--run-folder";
        arguments[more.length + 1] = folder.toString();
        commandLine.parseArgs(arguments);
        return bake.runFolder.startOrResume(main, "bread");
    }

    @Test
    void should_leave_settings_log_metrics_and_summary() {
        try (Run run = start()) {
            main.errors().println("kneading");
            LoggerFactory.getLogger("oven").warn("hot");
            run.metric("step", new Crumb(1, 0.5));
            run.metric("step", new Crumb(2, 0.25));
            run.writeSummary(Map.of("loaves", 2, "file", Path.of("bread.txt")));
        }
        main.errors().println("after the run");

        assertThat(folder.resolve("settings.yaml")).content().endsWith("\nminutes: 40\n");
        assertThat(folder.resolve("log.txt"))
                .content()
                .startsWith("kneading\n")
                .contains("hot")
                .doesNotContain("after");
        assertThat(folder.resolve("metrics.jsonl"))
                .hasContent(
                        "{\"event\":\"step\",\"step\":1,\"loss\":0.5}\n{\"event\":\"step\",\"step\":2,\"loss\":0.25}\n");
        assertThat(folder.resolve("summary.json")).content().contains("\"loaves\" : 2", "\"file\" : \"bread.txt\"");
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("kneading").contains("after the run");
    }

    @Test
    void should_log_a_line_that_is_drawn_over_as_it_was_left() {
        try (Run run = start()) {
            for (String drawn : List.of("\r10%", "\r100%", "\n", "windows\r\n")) {
                byte[] bytes = drawn.getBytes(StandardCharsets.UTF_8);
                main.errors().write(bytes, 0, bytes.length);
            }
            run.metric("end", Map.of());
        }

        assertThat(folder.resolve("log.txt")).hasContent("100%\nwindows\n");
    }

    @Test
    void should_log_what_is_said_while_a_bar_is_drawn_without_the_bar() {
        try (Run run = start()) {
            byte[] bar = "\rbread 50%".getBytes(StandardCharsets.UTF_8);
            main.errors().write(bar, 0, bar.length);
            main.errors().println("hot");
            main.errors().write(bar, 0, bar.length);
            main.errors().println();
            run.metric("end", Map.of());
        }

        assertThat(folder.resolve("log.txt")).hasContent("hot\nbread 50%\n");
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("\rbread 50%\r         \rhot");
    }

    @Test
    void should_show_and_log_no_text_that_a_terminal_would_obey() {
        try (Run run = start()) {
            main.errors().println("a\u001b]0;title\u0007b\u009b2J");
            LoggerFactory.getLogger("oven").warn("c\u001b[2J");
            run.metric("end", Map.of("name", "d\u009b\u202e"));
        }

        assertThat(folder.resolve("log.txt"))
                .content()
                .startsWith("a\\u001b]0;title\\u0007b\\u009b2J\n")
                .contains("c\\u001b[2J");
        assertThat(folder.resolve("metrics.jsonl")).hasContent("{\"event\":\"end\",\"name\":\"d\\u009b\\u202e\"}\n");
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .contains("b\\u009b2J")
                .doesNotContain("\u001b", "\u009b");
    }

    @Test
    void should_refuse_a_folder_that_holds_something_unless_it_is_resumed() throws Exception {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("thesis.txt"), "precious");

        assertThatThrownBy(this::start)
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("is not empty; name a new one, or go on with --resume");
        assertThatThrownBy(() -> start("--resume"))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("is no run folder: it holds no settings.yaml");
        assertThat(folder).isDirectoryContaining("glob:**thesis.txt");
    }

    @Test
    void should_keep_a_second_process_out_of_the_folder_and_say_who_is_in_it() {
        try (Run run = start()) {
            assertThat(folder.resolve("run.lock")).exists();
            for (String[] second : new String[][] {{}, {"--resume"}}) {
                assertThatThrownBy(() -> start(second))
                        .isInstanceOf(RunFolderInUseException.class)
                        .hasMessageContaining("the run folder " + folder + " is in use by process "
                                + ProcessHandle.current().pid() + " on ")
                        .hasMessageContaining("wait until that has ended, or name another one");
            }
            run.metric("end", Map.of());
        }
        assertThat(folder.resolve("run.lock")).doesNotExist();
        start("--resume").close();
    }

    @Test
    void should_take_a_folder_in_which_a_run_was_killed_before_it_came_to_anything() throws Exception {
        String temporary = ".0b5c1d3e-0000-4000-8000-123456789abc";
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("run.lock"), "process 999999999 on a-machine since long ago\n");
        Files.writeString(folder.resolve(temporary + ".tmp"), "half");
        try (Run run = start()) {
            assertThat(errors.toString(StandardCharsets.UTF_8))
                    .contains("steering: process 999999999 on a-machine since long ago did not give the run folder ");
            // As a kill leaves it: nothing of what closing does.
            Files.writeString(folder.resolve(temporary + ".7@a-machine.tmp"), "half");
            Path copy = Files.createDirectory(parent.resolve("killed"));
            for (String name : List.of("settings.yaml", "log.txt", temporary + ".7@a-machine.tmp")) {
                Files.copy(folder.resolve(name), copy.resolve(name));
            }
        }

        folder = parent.resolve("killed");
        try (Run run = start()) {
            run.metric("end", Map.of());
            assertThat(folder.toFile().list())
                    .containsExactlyInAnyOrder("settings.yaml", "log.txt", "metrics.jsonl", "run.lock");
        }
        assertThatThrownBy(this::start).hasMessageContaining("is not empty");

        folder = Files.createDirectory(parent.resolve("mine"));
        Files.writeString(folder.resolve("settings.yaml"), "minutes: 3\n");
        assertThatThrownBy(this::start).as("settings made by hand").hasMessageContaining("is not empty");
        assertThat(folder.resolve("settings.yaml")).hasContent("minutes: 3\n");
        assertThat(folder.resolve("run.lock")).doesNotExist();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links take a privilege there")
    void should_not_go_on_through_a_link_that_leads_out_of_the_folder() throws Exception {
        try (Run run = start()) {
            run.metric("end", Map.of());
        }
        Path precious = Files.writeString(parent.resolve("precious"), "precious\n");
        Files.delete(folder.resolve("log.txt"));
        Files.createSymbolicLink(folder.resolve("log.txt"), precious);

        assertThatThrownBy(() -> start("--resume"))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("log.txt, a link to " + precious);
        assertThat(precious).hasContent("precious\n");
    }

    @Test
    void should_refuse_a_file_as_a_folder() throws Exception {
        folder = Files.writeString(parent.resolve("file"), "");

        assertThatThrownBy(this::start).isInstanceOf(ParameterException.class).hasMessageContaining("is a file");
    }

    @Test
    void should_say_what_to_do_when_the_folder_cannot_be_made_or_written_to() throws Exception {
        folder = Files.writeString(parent.resolve("file"), "").resolve("run");
        assertThatThrownBy(this::start)
                .isInstanceOf(FileNotWrittenException.class)
                .hasMessageContaining(folder + " was not written: the folder cannot be made")
                .hasMessageContaining("Name another one with --run-folder");

        folder = parent.resolve("run");
        start().close();
        Files.createDirectories(folder.resolve("log.txt"));
        Files.writeString(folder.resolve("settings.yaml"), "");
        assertThatThrownBy(() -> start("--resume"))
                .isInstanceOf(FileNotWrittenException.class)
                .hasMessageContaining("log.txt was not written")
                .hasMessageContaining("Make the run folder writable, or free some space");
    }

    @Test
    void should_go_on_behind_the_last_whole_line_of_metrics() throws Exception {
        try (Run run = start()) {
            run.metric("step", new Crumb(1, 0.5));
            main.errors().println("first part");
        }
        Files.writeString(folder.resolve("metrics.jsonl"), "{\"event\":\"step\",\"step\":1}\n{\"event\":\"st");

        try (Run run = start("--resume")) {
            run.metric("step", new Crumb(2, 0.25));
            main.errors().println("second part");
        }

        assertThat(folder.resolve("metrics.jsonl"))
                .hasContent("{\"event\":\"step\",\"step\":1}\n{\"event\":\"step\",\"step\":2,\"loss\":0.25}\n");
        assertThat(folder.resolve("log.txt")).hasContent("first part\nsecond part\n");
    }

    @Test
    void should_leave_nothing_of_a_run_that_came_to_nothing() {
        start().close();

        assertThat(folder).doesNotExist();
        assertThat(folder.getParent()).isEmptyDirectory();
    }

    @Test
    void should_show_progress_as_a_line_for_each_tenth_when_not_on_a_terminal() {
        try (Progress progress = new Progress(main.errors(), "bread", 25, "slices")) {
            for (int i = 0; i < 25; i++) {
                progress.step();
            }
        }

        assertThat(errors.toString(StandardCharsets.UTF_8).lines())
                .hasSize(10)
                .allMatch(line ->
                        line.matches("bread: \\d+/25 slices \\(\\d+%\\), [0-9.]+ slices/s, \\d+:\\d\\d:\\d\\d left"))
                .last()
                .asString()
                .startsWith("bread: 25/25 slices (100%)");
    }
}
