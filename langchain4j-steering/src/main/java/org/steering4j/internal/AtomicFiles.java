package org.steering4j.internal;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.steering4j.vector.FileNotWrittenException;

/**
 * Writes a file so that it is there completely or not at all: into a temporary file in the same folder, forced to disk, then moved over the
 * target in one step. It does not know what is written. Safe to use from several threads; the last one to finish wins. An interrupt of the
 * thread does not keep a file from being written, as it would through a channel.
 */
public final class AtomicFiles {

    /** What a file is to contain. */
    @FunctionalInterface
    public interface Content {

        /** Writes everything; need not close or flush. */
        void writeTo(OutputStream output) throws IOException;
    }

    private static final int BUFFER_BYTES = 1 << 16;

    /** Earlier versions named no process. */
    private static final Pattern TEMPORARY = Pattern.compile(
            "\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\\.(?<process>\\d{1,18})@(?<host>.+))?\\.tmp");

    private AtomicFiles() {}

    /**
     * Writes the content to the target, in place of what may be there. Whatever goes wrong, also a throw from the content itself, leaves the
     * folder as it was.
     *
     * @throws FileNotWrittenException if the folder is missing or not writable, the target is something else than a writable regular file,
     *     or the disk is full or failing
     */
    public static void write(Path target, Content content) {
        try {
            Path realTarget = checkTarget(target);
            Path temporary = realTarget.resolveSibling(temporaryName());
            try {
                writeAndForce(temporary, content);
                Files.move(temporary, realTarget, StandardCopyOption.ATOMIC_MOVE);
            } catch (Throwable e) {
                deleteQuietly(temporary, e);
                throw e;
            }
        } catch (AccessDeniedException e) {
            throw new FileNotWrittenException(
                    target, "no permission to write there. Choose a folder that you may write to", e);
        } catch (NoSuchFileException e) {
            throw new FileNotWrittenException(target, "its folder does not exist. Create the folder first", e);
        } catch (IOException e) {
            throw new FileNotWrittenException(
                    target, reason(e) + ". Free some space, or choose another disk or folder", e);
        }
    }

    /** Follows a symbolic link, so that the link stays one. */
    private static Path checkTarget(Path target) throws IOException {
        Path absolute = target.toAbsolutePath();
        if (Files.isDirectory(absolute)) {
            throw new FileNotWrittenException(target, "it is a folder. Name a file in it");
        }
        if (!Files.exists(absolute)) {
            return absolute;
        }
        if (!Files.isRegularFile(absolute)) {
            throw new FileNotWrittenException(target, "it is not a regular file. Name another file");
        }
        if (!Files.isWritable(absolute)) {
            throw new FileNotWrittenException(target, "it is read-only. Name another file, or make it writable");
        }
        return absolute.toRealPath();
    }

    /** Not {@code Files.createTempFile}: that would make the final file readable by its owner alone. */
    private static String temporaryName() {
        return "." + UUID.randomUUID() + "." + ThisProcess.ID + "@" + ThisProcess.HOST + ".tmp";
    }

    /**
     * Deletes from a folder, not from those within, the temporary files of processes of this machine that were killed while they wrote.
     *
     * @throws IOException if the folder cannot be read, or a file not be deleted
     */
    public static void deleteLeftovers(Path folder) throws IOException {
        deleteFiles(folder, name -> {
            Matcher temporary = TEMPORARY.matcher(name);
            return temporary.matches()
                    && ThisProcess.HOST.equals(temporary.group("host"))
                    && ProcessHandle.of(Long.parseLong(temporary.group("process")))
                            .isEmpty();
        });
    }

    /** Deletes all temporary files from a folder, not from those within, whoever made them: nobody else may be writing into it. */
    public static void deleteAllTemporary(Path folder) throws IOException {
        deleteFiles(folder, name -> TEMPORARY.matcher(name).matches());
    }

    private static void deleteFiles(Path folder, Predicate<String> which) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, ".*.tmp")) {
            for (Path file : files) {
                if (which.test(file.getFileName().toString()) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static void writeAndForce(Path temporary, Content content) throws IOException {
        // Unlike an open stream, this says which of folder and permission is missing.
        Files.createFile(temporary);
        try (FileOutputStream file = new FileOutputStream(temporary.toFile())) {
            OutputStream output = new BufferedOutputStream(file, BUFFER_BYTES);
            content.writeTo(output);
            output.flush();
            file.getFD().sync();
        }
    }

    private static void deleteQuietly(Path temporary, Throwable failure) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
