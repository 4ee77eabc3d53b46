package org.steering4j.vector;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a GGUF file of version 3 with text and u32 values and one-dimensional F32 tensors, each at a multiple of 32 bytes and filled up to
 * the next, the last one too. It does not know what they mean. One thread at a time.
 */
final class GgufWriter {

    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
    private final ByteArrayOutputStream tensorInfos = new ByteArrayOutputStream();
    private final List<float[]> tensors = new ArrayList<>();
    private long entryCount;
    private long dataBytes;

    void text(String key, String value) {
        putText(entries, key);
        putInt(entries, GgufReader.TYPE_STRING);
        putText(entries, value);
        entryCount++;
    }

    void unsignedInt(String key, int value) {
        putText(entries, key);
        putInt(entries, GgufReader.TYPE_UINT32);
        putInt(entries, value);
        entryCount++;
    }

    void tensor(String name, float[] values) {
        putText(tensorInfos, name);
        putInt(tensorInfos, 1);
        putLong(tensorInfos, values.length);
        putInt(tensorInfos, GgufReader.TENSOR_TYPE_F32);
        putLong(tensorInfos, dataBytes);
        tensors.add(values);
        dataBytes += aligned((long) values.length * Float.BYTES);
    }

    void writeTo(OutputStream output) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        putInt(header, GgufReader.MAGIC);
        putInt(header, GgufReader.VERSION);
        putLong(header, tensors.size());
        putLong(header, entryCount);
        entries.writeTo(header);
        tensorInfos.writeTo(header);
        writeFilled(header.toByteArray(), output);
        for (float[] values : tensors) {
            ByteBuffer bytes = littleEndian(values.length * Float.BYTES);
            bytes.asFloatBuffer().put(values);
            writeFilled(bytes.array(), output);
        }
    }

    private static void writeFilled(byte[] bytes, OutputStream output) throws IOException {
        output.write(bytes);
        output.write(new byte[(int) (aligned(bytes.length) - bytes.length)]);
    }

    private static long aligned(long bytes) {
        return GgufReader.aligned(bytes, GgufReader.DEFAULT_ALIGNMENT_BYTES);
    }

    private static void putText(ByteArrayOutputStream output, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        putLong(output, bytes.length);
        output.writeBytes(bytes);
    }

    private static void putInt(ByteArrayOutputStream output, int value) {
        output.writeBytes(littleEndian(Integer.BYTES).putInt(value).array());
    }

    private static void putLong(ByteArrayOutputStream output, long value) {
        output.writeBytes(littleEndian(Long.BYTES).putLong(value).array());
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
