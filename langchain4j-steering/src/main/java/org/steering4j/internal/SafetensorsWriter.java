package org.steering4j.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steering4j.vector.FileNotWrittenException;

/**
 * Writes a safetensors file: give it texts and tensors in the order they are to have in the file, then {@link #write} it, atomically. The
 * arrays are not copied: leave them alone until then. The same content gives the same bytes. One thread at a time.
 */
public final class SafetensorsWriter {

    private static final int ALIGNMENT_BYTES = 8;
    private static final int CHUNK_BYTES = 1 << 16;

    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    private record Tensor(DataType type, List<Long> shape, float[] values) {

        long bytes() {
            return (long) values.length * type.bytes();
        }
    }

    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /**
     * Adds one tensor, row-major.
     *
     * @param type F32, or BF16, to which values are rounded to the nearest, ties to even
     * @throws IllegalArgumentException if the type is another one, the values are not as many as the shape says, or the name is taken
     */
    public SafetensorsWriter tensor(String name, DataType type, List<Long> shape, float[] values) {
        if (type != DataType.F32 && type != DataType.BF16) {
            throw new IllegalArgumentException("tensor \"" + name + "\": cannot write " + type + ", only F32 or BF16");
        }
        long elements = shape.stream().reduce(1L, Math::multiplyExact);
        if (elements != values.length || shape.stream().anyMatch(dimension -> dimension < 0)) {
            throw new IllegalArgumentException(
                    "tensor \"" + name + "\": " + values.length + " values do not fill the shape " + shape);
        }
        if (name.equals(SafetensorsHeader.METADATA) || tensors.containsKey(name)) {
            throw new IllegalArgumentException("the tensor name \"" + name + "\" is taken");
        }
        tensors.put(name, new Tensor(type, List.copyOf(shape), values));
        return this;
    }

    /** @throws FileNotWrittenException if it cannot be written; then the folder is as it was */
    public void write(Path target) {
        AtomicFiles.write(target, output -> {
            byte[] header = header();
            output.write(littleEndian(SafetensorsFile.PREFIX_BYTES)
                    .putLong(header.length)
                    .array());
            output.write(header);
            for (Tensor tensor : tensors.values()) {
                writeValues(tensor, output);
            }
        });
    }

    /** JSON, filled up with blanks so that the data begins at a multiple of 8 bytes. */
    private byte[] header() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(SafetensorsHeader.METADATA);
                for (Map.Entry<String, String> entry : metadata.entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            long offset = 0;
            for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
                Tensor tensor = entry.getValue();
                json.writeObjectFieldStart(entry.getKey());
                json.writeStringField("dtype", tensor.type().name());
                writeArray(json, "shape", tensor.shape());
                writeArray(json, "data_offsets", List.of(offset, offset + tensor.bytes()));
                json.writeEndObject();
                offset += tensor.bytes();
            }
            json.writeEndObject();
        }
        while (bytes.size() % ALIGNMENT_BYTES != 0) {
            bytes.write(' ');
        }
        return bytes.toByteArray();
    }

    private static void writeArray(JsonGenerator json, String name, List<Long> numbers) throws IOException {
        json.writeArrayFieldStart(name);
        for (long number : numbers) {
            json.writeNumber(number);
        }
        json.writeEndArray();
    }

    private static void writeValues(Tensor tensor, OutputStream output) throws IOException {
        ByteBuffer chunk = littleEndian(CHUNK_BYTES);
        for (float value : tensor.values()) {
            if (tensor.type() == DataType.F32) {
                chunk.putFloat(value);
            } else {
                chunk.putShort(FloatFormats.toBfloat16(value));
            }
            if (!chunk.hasRemaining()) {
                output.write(chunk.array());
                chunk.clear();
            }
        }
        output.write(chunk.array(), 0, chunk.position());
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
