package org.steering4j.trainer.command;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.steering4j.internal.AtomicFiles;
import org.steering4j.vector.FileNotWrittenException;

/**
 * A command at work in its run folder: what is shown and logged goes to {@code log.txt} as well, measurements to {@code metrics.jsonl} as
 * they come, the result to {@code summary.json}. Log and metrics go through {@link FileOutputStream}s, which an interrupt of the thread does
 * not close. Not thread-safe.
 */
final class Run implements AutoCloseable {

    private static final String LOG = "log.txt";
    private static final String METRICS = "metrics.jsonl";
    private static final String SUMMARY = "summary.json";

    private final Path folder;
    private final RunLock lock;
    private final Thread interruption;
    private final OutputStream log;
    private final PrintStream standardError = System.err;

    /**
     * Logs from now on, behind what an earlier part of the run has logged.
     *
     * @param lock of the folder; given back when the run ends
     * @param interruption what to say if the process is asked to end before
     */
    Run(Path folder, RunLock lock, String interruption) {
        this.folder = folder;
        this.lock = lock;
        this.interruption = new Thread(() -> System.err.println("steering: " + interruption), "run-interrupted");
        try {
            log = new FileOutputStream(folder.resolve(LOG).toFile(), true);
            dropBrokenLine();
        } catch (IOException e) {
            throw new FileNotWrittenException(
                    folder.resolve(LOG),
                    "it cannot be written: " + e + ". Make the run folder writable, or free some space",
                    e);
        }
        Runtime.getRuntime().addShutdownHook(this.interruption);
    }

    /** A stream that shows on the given one and logs. */
    PrintStream logged(PrintStream screen) {
        return LoggedStream.of(screen, log);
    }

    /** The path of one of the run's files. */
    Path file(String name) {
        return folder.resolve(name);
    }

    Path folder() {
        return folder;
    }

    /**
     * Appends a line to {@code metrics.jsonl}.
     *
     * @param event says what was measured; the first field of the line
     * @param measured a record or map; its parts are the other fields
     * @throws FileNotWrittenException if the disk is full; what was written before stays
     */
    void metric(String event, Object measured) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("event", event);
        fields.putAll(Json.map(measured));
        Path metrics = folder.resolve(METRICS);
        try (OutputStream output = new FileOutputStream(metrics.toFile(), true)) {
            output.write((Json.line(fields) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new FileNotWrittenException(metrics, e + ". Free some space, then resume the run", e);
        }
    }

    /** Whether the result is there already, from an earlier part of the run. */
    boolean isFinished() {
        return Files.exists(folder.resolve(SUMMARY));
    }

    /** Writes the result to {@code summary.json}; the run is finished with it. */
    void writeSummary(Object result) {
        AtomicFiles.write(
                folder.resolve(SUMMARY),
                output -> output.write((Json.documentIn(folder, result) + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    /** A line that a full disk or a kill has cut off would spoil the next one. */
    private void dropBrokenLine() throws IOException {
        Path metrics = folder.resolve(METRICS);
        if (!Files.exists(metrics)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(metrics, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long end = channel.size();
            ByteBuffer last = ByteBuffer.allocate(1);
            while (end > 0 && channel.read(last.clear(), end - 1) == 1 && last.get(0) != '\n') {
                end--;
            }
            channel.truncate(end);
        }
    }

    /** Whether files are but those that every run begins with. */
    static boolean isNothing(List<Path> files) throws IOException {
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (!name.equals(LOG) && !(name.equals(SettingsFile.NAME) && SettingsFile.isWrittenHere(file))) {
                return false;
            }
        }
        return true;
    }

    /** Ends the log. A run that came to nothing, not even a first metric, leaves nothing. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(interruption);
        } catch (IllegalStateException shuttingDown) {
            // What there is stays as it is, to go on from; the lock ends with the process.
            return;
        }
        System.setErr(standardError);
        try {
            log.close();
            List<Path> files;
            try (Stream<Path> listed = Files.list(folder)) {
                files = listed.filter(file -> !file.getFileName().toString().equals(RunLock.NAME))
                        .toList();
            }
            boolean nothing = isNothing(files);
            if (nothing) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            lock.close();
            if (nothing) {
                Files.delete(folder);
            }
        } catch (DirectoryNotEmptyException e) {
            // Another process has begun a run in it.
        } catch (IOException e) {
            standardError.println("steering: the run folder " + folder + " cannot be tidied up: " + e);
        }
    }
}
