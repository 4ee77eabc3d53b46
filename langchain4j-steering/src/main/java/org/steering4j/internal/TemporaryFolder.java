package org.steering4j.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A folder for the time of this process, in the system's folder for such. A process that is killed cannot delete its own: the next one that makes
 * a folder of the same kind deletes those that nobody holds any more. Thread-safe.
 */
public final class TemporaryFolder implements AutoCloseable {

    private static final String LOCK = ".in-use";

    /** After so long, a folder without a lock was left by a process that was killed while it made it. */
    private static final Duration LONGEST_MAKING = Duration.ofDays(1);

    private final Path path;
    private final Optional<ProcessLock> lock;

    private TemporaryFolder(Path path, Optional<ProcessLock> lock) {
        this.path = path;
        this.lock = lock;
    }

    /** @param kind what the names of all folders of this kind begin with */
    public static TemporaryFolder create(String kind) throws IOException {
        // Of this process none is ever a leftover, nor of one with its number in another container.
        String own = kind + "-" + ThisProcess.ID + "-";
        Path folder = Files.createTempDirectory(own);
        folder.toFile().deleteOnExit();
        Optional<ProcessLock> lock = lock(folder.resolve(LOCK));
        lock.ifPresent(held -> folder.resolve(LOCK).toFile().deleteOnExit());
        deleteLeftovers(folder, kind + "-", own);
        return new TemporaryFolder(folder, lock);
    }

    /** Empty where the disk has no locks; then no other process touches it for a day. */
    private static Optional<ProcessLock> lock(Path file) {
        try {
            return ProcessLock.tryTake(file);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    public Path path() {
        return path;
    }

    private static void deleteLeftovers(Path folder, String kind, String own) {
        try (DirectoryStream<Path> candidates = Files.newDirectoryStream(folder.getParent(), kind + "*")) {
            UserPrincipal user = Files.getOwner(folder);
            for (Path candidate : candidates) {
                if (!candidate.getFileName().toString().startsWith(own)) {
                    deleteIfLeftOver(candidate, user);
                }
            }
        } catch (IOException | RuntimeException e) {
            // Leftovers are worth no failure; the next process tries again.
        }
    }

    private static void deleteIfLeftOver(Path folder, UserPrincipal user) throws IOException {
        // A link, or the folder of another user, may lead anywhere.
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                || !Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(user)) {
            return;
        }
        Path file = folder.resolve(LOCK);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) == 0) {
            Instant made =
                    Files.getLastModifiedTime(folder, LinkOption.NOFOLLOW_LINKS).toInstant();
            if (made.isBefore(Instant.now().minus(LONGEST_MAKING))) {
                delete(folder, null);
            }
            return;
        }
        Optional<ProcessLock> taken = lock(file);
        if (taken.isPresent()) {
            delete(folder, taken.get());
        }
    }

    /** Deletes it; what cannot be deleted yet, as mapped files on Windows, goes when the JVM exits, or with a later process. */
    @Override
    public void close() {
        delete(path, lock.orElse(null));
    }

    private static void delete(Path folder, ProcessLock lock) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(file -> !file.equals(folder) && !file.equals(folder.resolve(LOCK)))
                    .sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // Left to a later process.
        }
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            // The lock ends with the process.
        }
        folder.resolve(LOCK).toFile().delete();
        folder.toFile().delete();
    }
}
