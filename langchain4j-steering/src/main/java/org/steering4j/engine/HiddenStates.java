package org.steering4j.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.IntStream;
import org.steering4j.internal.FloatFormats;

/**
 * Numbered arrays of hidden states: on the heap if all of them fit into a budget, else in a temporary file, mapped. States that a model
 * computed in bfloat16 are kept in it, which loses nothing. Knows nothing of what the arrays stand for.
 *
 * <p>Written by one thread; then many may read.
 */
final class HiddenStates implements AutoCloseable {

    private final Precision precision;
    /** By number; unused if the states are in a file. */
    private final ByteBuffer[] entries;
    /** Null if the states are kept on the heap. */
    private final MappedFile file;

    private final int[] bytes;

    /** @param file where the states are kept, or null for the heap */
    HiddenStates(int[] bytes, Precision precision, MappedFile file) {
        this.precision = precision;
        this.file = file;
        this.bytes = bytes;
        this.entries = new ByteBuffer[bytes.length];
    }

    /**
     * @param counts float values of each array
     * @param memoryBytes the most that is kept on the heap
     * @param folder for the file, if they take more
     * @throws EngineException if the disk has too little room
     */
    static HiddenStates of(int[] counts, Precision precision, long memoryBytes, Path folder) {
        int bytesPerValue = precision == Precision.BFLOAT16 ? Short.BYTES : Float.BYTES;
        int[] bytes = IntStream.of(counts)
                .map(count -> Math.multiplyExact(count, bytesPerValue))
                .toArray();
        long total = IntStream.of(bytes).asLongStream().sum();
        return new HiddenStates(
                bytes, precision, total <= memoryBytes ? null : file(folder, bytes, total, memoryBytes));
    }

    private static MappedFile file(Path folder, int[] bytes, long total, long memoryBytes) {
        try {
            long usable = Files.getFileStore(folder).getUsableSpace();
            if (usable < total) {
                throw new EngineException(
                        ("the cached hidden states take %s, more than the %s of memory that they may use and the %s free in %s;"
                                        + " free some space, name another folder by -Djava.io.tmpdir, or take fewer or shorter examples")
                                .formatted(size(total), size(memoryBytes), size(usable), folder));
            }
            return MappedFile.create(folder, bytes);
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    private static String size(long bytes) {
        return bytes < 1 << 20 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1 << 30));
    }

    private static EngineException notWritten(IOException cause) {
        return new EngineException(
                "the cached hidden states could not be written to a temporary file: %s; free some space, or name another folder by"
                                .formatted(cause.getMessage())
                        + " -Djava.io.tmpdir",
                cause);
    }

    /** Keeps a part of the values as the array of that number, in place of what was put there before. */
    void put(int number, float[] values, int from) {
        ByteBuffer buffer = ByteBuffer.allocate(bytes[number]).order(ByteOrder.nativeOrder());
        if (precision == Precision.BFLOAT16) {
            ShortBuffer shorts = buffer.asShortBuffer();
            for (int i = from; shorts.hasRemaining(); i++) {
                shorts.put(FloatFormats.toBfloat16(values[i]));
            }
        } else {
            FloatBuffer floats = buffer.asFloatBuffer();
            floats.put(values, from, floats.remaining());
        }
        if (file == null) {
            entries[number] = buffer;
            return;
        }
        try {
            file.write(number, buffer.array());
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    /** Copies an array, which must have been put, into another from an index on; returns the index behind it. */
    int get(int number, float[] target, int from) {
        ByteBuffer buffer = file == null ? entries[number] : read(number);
        if (precision == Precision.FLOAT32) {
            FloatBuffer floats = buffer.asFloatBuffer();
            int count = floats.remaining();
            floats.get(target, from, count);
            return from + count;
        }
        ShortBuffer shorts = buffer.asShortBuffer();
        int count = shorts.remaining();
        for (int i = 0; i < count; i++) {
            target[from + i] = FloatFormats.fromBfloat16(shorts.get(i));
        }
        return from + count;
    }

    private ByteBuffer read(int number) {
        try {
            return file.read(number);
        } catch (IOException e) {
            throw new EngineException(
                    "the cached hidden states could not be read back from their temporary file: " + e.getMessage()
                            + "; is the disk of java.io.tmpdir in order?",
                    e);
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
