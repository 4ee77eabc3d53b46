package org.steering4j.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets one thread of one process at a time download a model into a cache folder; the others wait, then find it there. */
final class ModelLock implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(ModelHub.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
    /** Files are locked for whole processes. */
    private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock threads;
    private final FileChannel file;

    private ModelLock(ReentrantLock threads, FileChannel file) {
        this.threads = threads;
        this.file = file;
    }

    static ModelLock take(Path path, Waiting waiting) throws IOException, InterruptedException {
        Files.createDirectories(path.getParent());
        ReentrantLock threads =
                THREADS.computeIfAbsent(path.toAbsolutePath().normalize(), missing -> new ReentrantLock());
        threads.lockInterruptibly();
        try {
            FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                for (boolean first = true; !isLocked(file); first = false) {
                    if (first) {
                        LOGGER.info("Another process downloads the same model; waiting for it ({})", path);
                    }
                    waiting.sleeper().sleep(LOOK_AGAIN);
                }
                return new ModelLock(threads, file);
            } catch (Throwable e) {
                file.close();
                throw e;
            }
        } catch (Throwable e) {
            threads.unlock();
            throw e;
        }
    }

    /** The lock ends when the channel is closed, and with the process. */
    @SuppressWarnings("resource")
    private static boolean isLocked(FileChannel file) throws IOException {
        try {
            FileLock lock = file.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            // This class is loaded twice in this JVM, as two applications of one server do.
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            threads.unlock();
        }
    }
}
