package org.steering4j.trainer.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.steering4j.vector.FileNotWrittenException;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of a command that leaves a run folder and can go on in it after it was interrupted. */
final class ResumableRunFolder extends RunFolder {

    private static final String AS_GIVEN = "";

    @Option(
            names = "--resume",
            arity = "0..1",
            fallbackValue = AS_GIVEN,
            paramLabel = "DIR",
            description = "Go on with the interrupted run in this folder (or that of --run-folder), with its settings,"
                    + " to the same result.")
    private String resumed;

    /** Whether an interrupted run is to go on. */
    boolean isResumed() {
        return resumed != null;
    }

    /** Whether the folder to go on in was named. */
    boolean isNamed() {
        return folder != null || (resumed != null && !resumed.equals(AS_GIVEN));
    }

    /** Starts a run as {@link RunFolder#start} does, or goes on with the one that is to be resumed and is not finished. */
    Run startOrResume(Main main, String name) {
        if (!isResumed()) {
            return start(main, name);
        }
        Path existing = resumed.equals(AS_GIVEN) ? folder : Path.of(resumed);
        if (existing == null) {
            throw new ParameterException(command.commandLine(), "--resume needs the folder of the run to go on with");
        }
        if (!Files.isDirectory(existing)) {
            throw noRunFolder(existing);
        }
        try {
            RunLock lock = RunLock.take(existing, main.errors());
            try {
                requireOwnFiles(existing);
                return goOn(main, existing, lock);
            } catch (Throwable e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new FileNotWrittenException(
                    existing.resolve(RunLock.NAME), e + ". Make the run folder writable, or free some space", e);
        }
    }

    /** A link in a folder that somebody handed on would lead what is written to another file of its reader. */
    private void requireOwnFiles(Path existing) throws IOException {
        try (Stream<Path> files = Files.walk(existing)) {
            Path real = existing.toRealPath();
            for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                Path target = link.resolveSibling(Files.readSymbolicLink(link))
                        .toAbsolutePath()
                        .normalize();
                if (!target.startsWith(real)
                        && !target.startsWith(existing.toAbsolutePath().normalize())) {
                    throw new ParameterException(
                            command.commandLine(),
                            "the run folder holds " + link + ", a link to " + target
                                    + ": a run does not write outside its folder; put a copy in place of the link");
                }
            }
        }
    }

    @Override
    String interruption(Path made) {
        return "interrupted: go on with steering " + command.name() + " --resume " + made;
    }

    private ParameterException noRunFolder(Path existing) {
        return new ParameterException(
                command.commandLine(),
                existing + " is no run folder: it holds no " + SettingsFile.NAME + ". Check the path");
    }

    private Run goOn(Main main, Path existing, RunLock lock) {
        if (!Files.isRegularFile(existing.resolve(SettingsFile.NAME))) {
            throw noRunFolder(existing);
        }
        Run run = main.begin(new Run(existing, lock, interruption(existing)));
        if (run.isFinished()) {
            throw new ParameterException(
                    command.commandLine(),
                    "the run in " + existing + " is finished: there is nothing to go on with. Its settings.yaml,"
                            + " given as --settings, repeats it");
        }
        return run;
    }
}
