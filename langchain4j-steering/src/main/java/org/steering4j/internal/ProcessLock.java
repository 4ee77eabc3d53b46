package org.steering4j.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A file by which one process at a time has something for itself, such as a folder. Its text names the holder. The operating system takes the lock
 * back when the process ends, however it ends; the file of a process that was killed stays, and is taken over. Locks of some shared disks do not
 * reach across machines, and some disks have none at all.
 *
 * <p>Thread-safe; a second taker in this process is refused like any other.
 */
public final class ProcessLock implements AutoCloseable {

    /** Far behind the text, which others must be able to read: Windows locks bytes for reading, too. */
    private static final long LOCKED_POSITION = Long.MAX_VALUE - 1;

    private static final int LONGEST_TEXT = 500;

    /**
     * The texts of the locks of this process. A locked file must not even be opened a second time in its process: closing it would end the lock
     * (POSIX, fcntl).
     */
    private static final Map<Path, String> HELD = new ConcurrentHashMap<>();

    /** Keeps the locks of this process from the garbage collector, which would close their channels. */
    private static final Set<ProcessLock> OPEN = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;
    private final String formerHolder;

    private ProcessLock(Path file, FileChannel channel, String formerHolder) {
        this.file = file;
        this.channel = channel;
        this.formerHolder = formerHolder;
    }

    /**
     * Takes the lock if nobody has it.
     *
     * @param file in a folder that exists; is made, and is deleted when the lock is given back
     * @return empty if another holds it: see {@link #holder}
     * @throws IOException if the file cannot be made or the disk has no locks
     */
    public static Optional<ProcessLock> tryTake(Path file) throws IOException {
        Path real = real(file);
        String text = "process " + ThisProcess.ID + " on " + ThisProcess.HOST + " since "
                + LocalDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' ');
        if (HELD.putIfAbsent(real, text) != null) {
            return Optional.empty();
        }
        Optional<ProcessLock> taken = Optional.empty();
        // An interrupt would close the channel.
        boolean interrupted = Thread.interrupted();
        try {
            taken = take(real, text);
            taken.ifPresent(OPEN::add);
            return taken;
        } finally {
            if (taken.isEmpty()) {
                HELD.remove(real);
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Path real(Path file) throws IOException {
        return file.toAbsolutePath().getParent().toRealPath().resolve(file.getFileName());
    }

    private static Optional<ProcessLock> take(Path file, String text) throws IOException {
        while (true) {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            boolean kept = false;
            try {
                Object opened = key(file);
                if (!isLocked(channel)) {
                    return Optional.empty();
                }
                // If its holder has deleted it between our opening and locking it, nobody sees what we have locked.
                if (Files.exists(file) && Objects.equals(key(file), opened)) {
                    String former = read(channel);
                    channel.truncate(0);
                    channel.write(ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8)), 0);
                    kept = true;
                    return Optional.of(new ProcessLock(file, channel, former));
                }
            } finally {
                if (!kept) {
                    channel.close();
                }
            }
        }
    }

    /** Tells files of one name apart, without opening them; null where a system has nothing of the kind, or the file is gone. */
    private static Object key(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** The lock ends when the channel is closed, and with the process. */
    @SuppressWarnings("resource")
    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock(LOCKED_POSITION, 1, false);
            return lock != null;
        } catch (OverlappingFileLockException e) {
            // This class is loaded twice in this JVM, as two applications of one server do.
            return false;
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LONGEST_TEXT);
        channel.read(bytes, 0);
        return firstLine(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    /** Who holds a lock that could not be taken, such as {@code process 17 on host since 2026-01-31 12:00:00}. */
    public static String holder(Path file) {
        try {
            String held = HELD.get(real(file));
            if (held != null) {
                return held;
            }
            try (InputStream input = Files.newInputStream(file)) {
                String text = firstLine(new String(input.readNBytes(LONGEST_TEXT), StandardCharsets.UTF_8));
                return text.isEmpty() ? "another process" : text;
            }
        } catch (IOException e) {
            return "another process";
        }
    }

    /**
     * Who had the lock before on another machine and did not give it back: killed, or, where locks do not reach across machines, still at work.
     */
    public Optional<String> formerHolderElsewhere() {
        return formerHolder.isEmpty() || formerHolder.contains(" on " + ThisProcess.HOST + " ")
                ? Optional.empty()
                : Optional.of(formerHolder);
    }

    /** Gives the lock back and deletes its file. */
    @Override
    public void close() throws IOException {
        if (!channel.isOpen()) {
            return;
        }
        try {
            Files.deleteIfExists(file);
        } finally {
            HELD.remove(file);
            OPEN.remove(this);
            channel.close();
        }
    }
}
