package org.steering4j.engine;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Numbered pieces of a temporary file, written by position and read through a mapping. Not written through it: a disk that is full after all
 * says so to a write, but brings down whoever touches a mapped page.
 *
 * <p>Written by one thread; then many may read.
 */
final class MappedFile implements AutoCloseable {

    /** One mapping's, at most, but for a piece that is larger. A mapping for every piece could be more than a system allows. */
    private static final long SEGMENT_BYTES = 1L << 30;

    private final RandomAccessFile file;
    private final int[] bytes;
    private final long[] positions;
    /** The number of the piece that each segment begins with, and the number of pieces. */
    private final int[] firstPieces;

    private final MappedByteBuffer[] segments;
    private volatile boolean closed;

    /**
     * @param bytes of each piece
     * @param segmentBytes of one mapping at most, unless a single piece is larger
     */
    MappedFile(RandomAccessFile file, int[] bytes, long segmentBytes) {
        this.file = file;
        this.bytes = bytes;
        positions = new long[bytes.length + 1];
        int[] firsts = new int[bytes.length + 1];
        int count = 0;
        for (int i = 0; i < bytes.length; i++) {
            positions[i + 1] = positions[i] + bytes[i];
            if (i == 0 || positions[i + 1] - positions[firsts[count - 1]] > segmentBytes) {
                firsts[count++] = i;
            }
        }
        firsts[count] = bytes.length;
        firstPieces = Arrays.copyOf(firsts, count + 1);
        segments = new MappedByteBuffer[count];
    }

    /** Makes a file in a folder; it is gone when this is closed or the JVM ends. */
    static MappedFile create(Path folder, int[] bytes) throws IOException {
        Path path = Files.createTempFile(folder, "hidden-states", null);
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        try {
            Files.delete(path); // What is open stays until it is closed, even if the JVM is killed.
        } catch (IOException windowsKeepsOpenFiles) {
            path.toFile().deleteOnExit();
        }
        return new MappedFile(file, bytes, SEGMENT_BYTES);
    }

    void write(int piece, byte[] content) throws IOException {
        synchronized (file) {
            file.seek(positions[piece]);
            file.write(content);
        }
    }

    /** What was written as the piece; a view in the machine's byte order. */
    ByteBuffer read(int piece) throws IOException {
        int found = Arrays.binarySearch(firstPieces, piece);
        int segment = found >= 0 ? found : -found - 2;
        long start = positions[firstPieces[segment]];
        return mapped(segment)
                .slice((int) (positions[piece] - start), bytes[piece])
                .order(ByteOrder.nativeOrder());
    }

    private MappedByteBuffer mapped(int segment) throws IOException {
        synchronized (segments) {
            if (closed) {
                throw new IOException("it is closed");
            }
            if (segments[segment] == null) {
                long start = positions[firstPieces[segment]];
                long size = positions[firstPieces[segment + 1]] - start;
                // An interrupt would close the file.
                boolean interrupted = Thread.interrupted();
                try {
                    segments[segment] = file.getChannel().map(MapMode.READ_ONLY, start, size);
                } finally {
                    if (interrupted) {
                        Thread.currentThread().interrupt();
                    }
                }
            }
            return segments[segment];
        }
    }

    /** Gives the disk its room back at once: mappings end only when the garbage collector comes by. Nothing may be read meanwhile. */
    @Override
    public void close() throws IOException {
        synchronized (segments) {
            if (closed) {
                return;
            }
            closed = true;
            Arrays.fill(segments, null);
        }
        try (RandomAccessFile closing = file) {
            closing.setLength(0);
        } catch (IOException windowsKeepsMappedFiles) {
            // Its room comes back with the garbage collector.
        }
    }
}
