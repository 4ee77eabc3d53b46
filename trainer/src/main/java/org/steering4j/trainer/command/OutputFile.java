package org.steering4j.trainer.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.UUID;
import org.steering4j.internal.AtomicFiles;
import org.steering4j.trainer.TrainingDivergedException;
import org.steering4j.vector.FileNotWrittenException;
import org.steering4j.vector.SteeringException;
import org.steering4j.vector.SteeringVector;

/** Where a vector goes: finds out before the work what would otherwise fail after it, and keeps what there is when the work fails. */
final class OutputFile {

    private OutputFile() {}

    /**
     * Tries whether a file can be written.
     *
     * @throws FileNotWrittenException if not
     */
    static void requireWritable(Path file) throws IOException {
        requireFile(file);
        Path beside = beside(file);
        try {
            Files.createFile(beside);
        } catch (IOException e) {
            throw new FileNotWrittenException(
                    file, "no file can be made in its folder: " + e + ". Make the folder, or name another file", e);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /**
     * Tries whether a vector for these layers can be written, in the format that the file's ending names.
     *
     * @throws SteeringException if not
     */
    static void requireWritable(Path file, Collection<Integer> layers) throws IOException {
        requireFile(file);
        SteeringVector.Builder trial = SteeringVector.builder("trial");
        layers.stream().distinct().forEach(layer -> trial.layer(layer, new float[1]));
        Path beside = beside(file);
        try {
            trial.build().write(beside);
        } catch (FileNotWrittenException e) {
            throw new SteeringException(e.getMessage().replace(beside.toString(), file.toString()), e);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /** Writes the last good vector of a training beside the file meant for its result; the error that says where. */
    static SteeringException keepLastGoodVector(TrainingDivergedException diverged, Path file) {
        if (diverged.lastGoodVector().isEmpty()) {
            return diverged;
        }
        Path kept = file.resolveSibling("last-good-" + file.getFileName());
        diverged.lastGoodVector().get().write(kept);
        return new SteeringException(diverged.getMessage() + ". The last good vector is in " + kept, diverged);
    }

    private static void requireFile(Path file) {
        if (Files.exists(file) && !(Files.isRegularFile(file) && Files.isWritable(file))) {
            throw new FileNotWrittenException(file, "it is a folder or read-only. Name another file");
        }
        try {
            AtomicFiles.deleteLeftovers(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            // Whether the folder can be written to is found out next.
        }
    }

    private static Path beside(Path file) {
        return file.resolveSibling("." + UUID.randomUUID() + "-" + file.getFileName());
    }
}
