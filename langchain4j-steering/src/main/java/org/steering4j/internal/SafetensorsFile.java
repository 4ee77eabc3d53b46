package org.steering4j.internal;

import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.steering4j.vector.InvalidFileException;

/**
 * A safetensors file whose header has been read and found true: every tensor's size follows from its shape and type, and the tensors cover
 * the data exactly, without holes, overlaps or a remainder, as the reference implementation demands
 * (https://github.com/huggingface/safetensors). It does not know what the tensors are for.
 *
 * <p>Only the header is held in memory; each read opens the file anew. Immutable; may be shared between threads.
 */
public final class SafetensorsFile {

    /** Bytes that hold the header's length, at the start of the file. */
    static final int PREFIX_BYTES = 8;
    /** The reference implementation's limit. */
    private static final long MAXIMUM_HEADER_BYTES = 100_000_000;

    private static final int COMPARED_AT_ONCE = 1 << 14;

    private final Path path;
    private final SafetensorsHeader header;
    /** When the file had last been changed as its header was read: a file replaced since must not be read by the old header. */
    private final FileTime modified;

    private SafetensorsFile(Path path, SafetensorsHeader header, FileTime modified) {
        this.path = path;
        this.header = header;
        this.modified = modified;
    }

    /** @throws InvalidFileException if the file is missing or its header is not true of it */
    public static SafetensorsFile open(Path path) {
        try (LittleEndianInput input = LittleEndianInput.open(path)) {
            FileTime modified = input.lastModified();
            if (input.size() < PREFIX_BYTES) {
                throw input.invalid("has " + input.size()
                        + " bytes, too few for a safetensors file: it is truncated or of another kind");
            }
            long headerBytes = input.readLong();
            if (headerBytes < 0 || headerBytes > MAXIMUM_HEADER_BYTES) {
                throw input.invalid("states a header of " + Long.toUnsignedString(headerBytes) + " bytes, the limit is "
                        + MAXIMUM_HEADER_BYTES + ": it is damaged or not a safetensors file");
            }
            if (headerBytes > input.remaining()) {
                throw input.invalid("states a header of " + headerBytes + " bytes but has only " + input.remaining()
                        + " after the first 8: it is truncated or not a safetensors file");
            }
            long dataOffset = PREFIX_BYTES + headerBytes;
            SafetensorsHeader header = SafetensorsHeader.parse(path, input.readBytes(headerBytes), dataOffset);
            requireExactCover(path, header.tensors(), dataOffset, input.size());
            return new SafetensorsFile(path, header, modified);
        }
    }

    private static void requireExactCover(Path path, Map<String, TensorInfo> tensors, long dataOffset, long fileBytes) {
        List<Map.Entry<String, TensorInfo>> inOrder = new ArrayList<>(tensors.entrySet());
        inOrder.sort(Comparator.comparingLong((Map.Entry<String, TensorInfo> entry) ->
                        entry.getValue().offsetBytes())
                .thenComparingLong(entry -> entry.getValue().lengthBytes()));
        long end = dataOffset;
        for (Map.Entry<String, TensorInfo> entry : inOrder) {
            TensorInfo tensor = entry.getValue();
            if (tensor.offsetBytes() != end) {
                throw new InvalidFileException(
                        path,
                        "tensor \"" + entry.getKey() + "\" begins at byte " + tensor.offsetBytes() + ", expected " + end
                                + ": tensors overlap or leave a hole, the header is wrong");
            }
            if (tensor.lengthBytes() > fileBytes - end) {
                throw new InvalidFileException(
                        path,
                        "tensor \"" + entry.getKey() + "\" needs " + tensor.lengthBytes() + " bytes from byte " + end
                                + " on, but the file ends at " + fileBytes + ": it is truncated or damaged");
            }
            end += tensor.lengthBytes();
        }
        if (end != fileBytes) {
            throw new InvalidFileException(
                    path, (fileBytes - end) + " bytes after the last tensor belong to nothing: the file is damaged");
        }
    }

    public Path path() {
        return path;
    }

    /** The texts under {@code __metadata__}, in the order of the file; empty if there are none. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /** All tensors by name, in the order of the header. */
    public Map<String, TensorInfo> tensors() {
        return Collections.unmodifiableMap(header.tensors());
    }

    /**
     * Reads one tensor, row-major, as float32; F64 is rounded. Needs no memory but the result.
     *
     * @throws InvalidFileException if there is no such tensor, it is not of type F32, F16, BF16 or F64, has more elements than a Java array
     *     can hold, or the file has changed since it was opened
     */
    public float[] readFloats(String name) {
        TensorInfo tensor = header.tensors().get(name);
        if (tensor == null) {
            throw new InvalidFileException(path, "has no tensor \"" + name + "\"");
        }
        return readFloats(name, tensor);
    }

    /**
     * Reads some of one tensor, such as a few of its rows, as {@link #readFloats(String)}.
     *
     * @param part of this file
     */
    public float[] readFloats(String name, TensorInfo part) {
        if (!part.dataType().isFloatingPoint() || part.elements() > Integer.MAX_VALUE - 8) {
            throw new InvalidFileException(
                    path,
                    "tensor \"" + name + "\" is " + part.dataType() + part.shape()
                            + ", expected F32, F16, BF16 or F64 of fewer than 2^31 elements");
        }
        try (LittleEndianInput input = LittleEndianInput.open(path)) {
            if (!input.lastModified().equals(modified)) {
                throw input.invalid("has changed since it was opened: open it again");
            }
            input.seek(part.offsetBytes());
            return input.readFloats((int) part.elements(), part.dataType());
        }
    }

    /**
     * Whether a tensor holds the same numbers as one of as many in this or another file, 0 and -0 taken for one. Reads both in pieces, up to the
     * first difference.
     *
     * @param tensor of this file
     * @param otherTensor of the other
     */
    public boolean holdsTheSame(TensorInfo tensor, SafetensorsFile other, TensorInfo otherTensor) {
        DataType type = tensor.dataType();
        DataType otherType = otherTensor.dataType();
        long elements = tensor.elements();
        try (LittleEndianInput input = openAt(tensor);
                LittleEndianInput otherInput = other.openAt(otherTensor)) {
            for (long done = 0; done < elements; done += COMPARED_AT_ONCE) {
                int count = (int) Math.min(COMPARED_AT_ONCE, elements - done);
                byte[] bytes = input.readBytes((long) count * type.bytes());
                byte[] otherBytes = otherInput.readBytes((long) count * otherType.bytes());
                if ((type != otherType || !Arrays.equals(bytes, otherBytes))
                        && !sameNumbers(type.toFloats(bytes), otherType.toFloats(otherBytes))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean sameNumbers(float[] values, float[] others) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] != others[i]) {
                return false;
            }
        }
        return true;
    }

    private LittleEndianInput openAt(TensorInfo tensor) {
        LittleEndianInput input = LittleEndianInput.open(path);
        try {
            input.seek(tensor.offsetBytes());
            return input;
        } catch (RuntimeException e) {
            input.close();
            throw e;
        }
    }
}
