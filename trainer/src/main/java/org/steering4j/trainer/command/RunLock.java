package org.steering4j.trainer.command;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.steering4j.internal.AtomicFiles;
import org.steering4j.internal.ProcessLock;

/** Keeps other processes out of a run folder while one works in it. */
final class RunLock implements AutoCloseable {

    static final String NAME = "run.lock";

    private final Optional<ProcessLock> lock;

    private RunLock(Optional<ProcessLock> lock) {
        this.lock = lock;
    }

    /**
     * Takes the folder, and deletes what a process that was killed while it wrote left in it.
     *
     * @param folder exists
     * @param remarks is told where the lock may not hold
     * @throws RunFolderInUseException if another process has it
     * @throws IOException if it cannot be read
     */
    static RunLock take(Path folder, PrintStream remarks) throws IOException {
        Optional<ProcessLock> lock = take(folder.resolve(NAME), "the run folder " + folder, remarks);
        deleteLeftovers(folder);
        return new RunLock(lock);
    }

    /**
     * Takes a checkpoint that lies elsewhere than in the run folder, by a file beside it.
     *
     * @throws RunFolderInUseException if another process has it
     */
    static RunLock takeCheckpoint(Path checkpoint, PrintStream remarks) throws IOException {
        return new RunLock(take(
                checkpoint.resolveSibling(checkpoint.getFileName() + ".lock"),
                "the checkpoint " + checkpoint,
                remarks));
    }

    private static Optional<ProcessLock> take(Path file, String what, PrintStream remarks) throws IOException {
        Optional<ProcessLock> lock;
        try {
            lock = ProcessLock.tryTake(file);
        } catch (IOException e) {
            if (!Files.isWritable(file.toAbsolutePath().getParent())) {
                throw e;
            }
            remarks.println("steering: the disk has no locks for " + what + " (" + e.getMessage()
                    + "): see to it that no other process works with it");
            return Optional.empty();
        }
        if (lock.isEmpty()) {
            throw new RunFolderInUseException(what + " is in use by " + ProcessLock.holder(file)
                    + ": wait until that has ended, or name another one");
        }
        lock.get()
                .formerHolderElsewhere()
                .ifPresent(
                        former -> remarks.println(
                                "steering: " + former + " did not give " + what
                                        + " back; make sure that it has ended, for locks of some shared disks do not reach across machines"));
        return lock;
    }

    private static void deleteLeftovers(Path folder) throws IOException {
        AtomicFiles.deleteAllTemporary(folder);
        try (DirectoryStream<Path> inside = Files.newDirectoryStream(folder)) {
            for (Path each : inside) {
                if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
                    AtomicFiles.deleteAllTemporary(each);
                }
            }
        }
    }

    @Override
    public void close() {
        try {
            if (lock.isPresent()) {
                lock.get().close();
            }
        } catch (IOException e) {
            // It ends with the process; the file that stays is taken over by the next one.
        }
    }
}
