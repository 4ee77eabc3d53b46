package org.steering4j.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.steering4j.vector.InvalidFileException;

/**
 * Reads little-endian numbers, text and arrays of floats from a file through a small buffer. It never reserves memory for a length that the
 * file does not have room for. One thread at a time.
 *
 * <p>Every method throws {@link InvalidFileException} when the file ends too early or cannot be read.
 */
public final class LittleEndianInput implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAXIMUM_TEXT_BYTES = 1 << 24;

    private final Path file;
    private final SeekableByteChannel channel;
    private final long size;
    private final ByteBuffer buffer =
            ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);

    private LittleEndianInput(Path file, SeekableByteChannel channel, long size) {
        this.file = file;
        this.channel = channel;
        this.size = size;
    }

    public static LittleEndianInput open(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new InvalidFileException(file, "it is a folder, expected a file");
            }
            SeekableByteChannel channel = Files.newByteChannel(file);
            return new LittleEndianInput(file, channel, channel.size());
        } catch (NoSuchFileException e) {
            throw new InvalidFileException(file, "there is no such file. Check the path", e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static InvalidFileException unreadable(Path file, IOException e) {
        return new InvalidFileException(file, "cannot be read: " + e, e);
    }

    /** An error about this file, to be thrown by the caller. */
    public InvalidFileException invalid(String problem) {
        return new InvalidFileException(file, problem);
    }

    public long size() {
        return size;
    }

    /** Of whatever file has this name now, which another process may have replaced. */
    public FileTime lastModified() {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Bytes from the start of the file to the next one that is read. */
    public long position() {
        try {
            return channel.position() - buffer.remaining();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Bytes from the next one that is read to the end of the file. */
    public long remaining() {
        return size - position();
    }

    public void seek(long position) {
        try {
            channel.position(position);
            buffer.limit(0);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    public byte readByte() {
        require(1);
        return buffer.get();
    }

    public int readInt() {
        require(4);
        return buffer.getInt();
    }

    public long readLong() {
        require(8);
        return buffer.getLong();
    }

    public void skip(long bytes) {
        requireRoom(bytes, "a value");
        seek(position() + bytes);
    }

    /** UTF-8 text of so many bytes; what is not valid UTF-8 is refused. */
    public String readText(long bytes) {
        requireRoom(bytes, "a text");
        if (bytes > MAXIMUM_TEXT_BYTES) {
            throw invalid("states a text of " + bytes + " bytes, the limit is " + MAXIMUM_TEXT_BYTES
                    + ": the file is damaged");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(readBytes(bytes)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidFileException(file, "holds text that is not UTF-8: the file is damaged", e);
        }
    }

    /** @param bytes fewer than 2^31; the caller has set a limit */
    public byte[] readBytes(long bytes) {
        requireRoom(bytes, "a block");
        byte[] result = new byte[Math.toIntExact(bytes)];
        int done = 0;
        while (done < result.length) {
            require(1);
            int part = Math.min(buffer.remaining(), result.length - done);
            buffer.get(result, done, part);
            done += part;
        }
        return result;
    }

    /** So many numbers of a floating-point type, as float32; needs no memory but the result. */
    public float[] readFloats(int count, DataType type) {
        if (!type.isFloatingPoint()) {
            throw invalid("holds a tensor of type " + type + ", expected F32, F16, BF16 or F64");
        }
        requireRoom((long) count * type.bytes(), "a tensor");
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            require(type.bytes());
            values[i] = type.nextFloat(buffer);
        }
        return values;
    }

    private void requireRoom(long bytes, String what) {
        if (bytes < 0 || bytes > remaining()) {
            throw invalid("states " + Long.toUnsignedString(bytes) + " bytes for " + what + " at byte " + position()
                    + " but has only " + remaining() + " left: the file is truncated or damaged");
        }
    }

    /** Sees to it that so many bytes, a few, are in the buffer. */
    private void require(int bytes) {
        if (buffer.remaining() >= bytes) {
            return;
        }
        buffer.compact();
        try {
            while (buffer.position() < bytes) {
                if (channel.read(buffer) < 0) {
                    throw invalid("ends at byte " + size + ", in the middle of a value: the file is truncated");
                }
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        } finally {
            buffer.flip();
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }
}
