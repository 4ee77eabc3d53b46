package org.steering4j.trainer.data;

import java.nio.file.Path;
import java.util.function.Supplier;

/** Keeps what is read from a file within Java's memory. A file of some kilobytes can unpack into gigabytes. Not thread-safe. */
final class TooLargeData {

    /** What is read is held once more, as pairs, and the model's own texts and tokens are beside it. */
    private static final int SHARE_OF_THE_HEAP = 4;
    /** Of a value and its name in a row, roughly, on top of its characters. */
    static final int BYTES_A_VALUE = 64;

    private final Path file;
    private final long most = Runtime.getRuntime().maxMemory() / SHARE_OF_THE_HEAP;
    private long bytes;

    TooLargeData(Path file) {
        this.file = file;
    }

    /**
     * Counts what is about to be held.
     *
     * @throws PreferenceDataException if all that was counted exceeds a quarter of the largest heap
     */
    void add(long more) {
        bytes += more;
        if (bytes > most) {
            throw refusal(file, null);
        }
    }

    /** Runs what reads a file, where a single value of it may be larger than all of the heap. */
    static <T> T refuse(Path file, Supplier<T> read) {
        try {
            return read.get();
        } catch (OutOfMemoryError tooLarge) {
            throw refusal(file, tooLarge);
        }
    }

    private static PreferenceDataException refusal(Path file, Throwable cause) {
        return new PreferenceDataException(
                "%s holds too much for Java's heap of %d MiB: take fewer rows, or give Java more memory with -Xmx"
                        .formatted(file, Runtime.getRuntime().maxMemory() >> 20),
                cause);
    }
}
