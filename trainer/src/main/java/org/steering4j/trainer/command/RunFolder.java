package org.steering4j.trainer.command;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Stream;
import org.steering4j.vector.FileNotWrittenException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option of a command that leaves a folder with its settings, log, metrics and results. */
class RunFolder {

    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    @Option(
            names = "--run-folder",
            paramLabel = "DIR",
            description = "Where settings.yaml, log.txt, metrics.jsonl and the results go: a new or empty folder."
                    + " Default: runs/COMMAND-NAME-TIME below the working directory.")
    Path folder;

    /**
     * Starts a run: makes the folder, writes the settings into it and logs from now on. The run ends with the command.
     *
     * @param name what the default folder is named after, such as the behaviour
     * @throws ParameterException if the folder holds something already
     */
    Run start(Main main, String name) {
        try {
            Path made = folder == null ? makeDefault(name) : Files.createDirectories(folder);
            RunLock lock = RunLock.take(made, main.errors());
            try {
                requireEmpty(made);
                SettingsFile.write(
                        made.resolve(SettingsFile.NAME), command.commandLine().getParseResult());
                return main.begin(new Run(made, lock, interruption(made)));
            } catch (Throwable e) {
                lock.close();
                throw e;
            }
        } catch (FileAlreadyExistsException e) {
            throw new ParameterException(
                    command.commandLine(), "--run-folder " + folder + " is a file; name a new or empty folder");
        } catch (IOException e) {
            throw new FileNotWrittenException(
                    folder == null ? Path.of("runs") : folder,
                    "the folder cannot be made: " + e + ". Name another one with --run-folder",
                    e);
        }
    }

    private Path makeDefault(String name) throws IOException {
        Path runs = Files.createDirectories(Path.of("runs"));
        String first = command.name() + "-" + name.replaceAll("[^\\p{L}\\p{N}._-]+", "-") + "-"
                + TIMESTAMP.format(LocalDateTime.now());
        for (int i = 1; ; i++) {
            try {
                return Files.createDirectory(runs.resolve(i == 1 ? first : first + "-" + i));
            } catch (FileAlreadyExistsException e) {
                // Another run began in the same second.
            }
        }
    }

    /** What is said when the process is asked to end in the middle of a run. */
    String interruption(Path made) {
        return "interrupted: what is in " + made + " is not complete";
    }

    /** What a run leaves that was killed before it came to anything counts as nothing, and goes. */
    private void requireEmpty(Path made) throws IOException {
        try (Stream<Path> listed = Files.list(made)) {
            List<Path> files = listed.filter(
                            file -> !file.getFileName().toString().equals(RunLock.NAME))
                    .toList();
            if (Run.isNothing(files)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            } else {
                throw new ParameterException(
                        command.commandLine(),
                        "the run folder " + made + " is not empty; name a new one"
                                + (command.findOption("--resume") == null ? "" : ", or go on with --resume " + made));
            }
        }
    }
}
