package org.steering4j.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.steering4j.internal.DataType;

/** Writes safetensors files byte by byte: of any type, and with lies in the header where a test wants them. */
public final class RawSafetensors {

    private record Tensor(String type, List<Long> shape, byte[] bytes) {}

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private Consumer<ObjectNode> headerChange = header -> {};
    private int shift;

    /** Adds a tensor, or replaces the one of that name in its place. */
    public RawSafetensors tensor(String name, String type, List<Long> shape, byte[] bytes) {
        tensors.put(name, new Tensor(type, shape, bytes));
        return this;
    }

    RawSafetensors zeros(String name, String type, int elementBytes, List<Long> shape) {
        long elements = shape.stream().reduce(1L, Math::multiplyExact);
        return tensor(name, type, shape, new byte[Math.toIntExact(elements * elementBytes)]);
    }

    RawSafetensors remove(String name) {
        tensors.remove(name);
        return this;
    }

    RawSafetensors rename(String name, String other) {
        Tensor tensor = tensors.remove(name);
        tensors.put(other, tensor);
        return this;
    }

    void copy(String name, RawSafetensors from) {
        copy(name, from, name);
    }

    void copy(String name, RawSafetensors from, String other) {
        tensors.put(other, from.tensors.get(name));
    }

    List<Long> shape(String name) {
        return tensors.get(name).shape();
    }

    int elements(String name) {
        return Math.toIntExact(shape(name).stream().reduce(1L, Math::multiplyExact));
    }

    float[] floats(String name) {
        return DataType.valueOf(tensors.get(name).type())
                .toFloats(tensors.get(name).bytes());
    }

    List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    RawSafetensors only(List<String> names) {
        RawSafetensors part = new RawSafetensors();
        names.forEach(name -> part.tensors.put(name, tensors.get(name)));
        return part;
    }

    /** A last change to the true header. */
    RawSafetensors headerChange(Consumer<ObjectNode> change) {
        headerChange = change;
        return this;
    }

    /** Lets the data begin so many bytes after a multiple of eight. */
    RawSafetensors shift(int bytes) {
        shift = bytes;
        return this;
    }

    public void write(Path file) {
        ObjectNode header = new ObjectMapper().createObjectNode();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        tensors.forEach((name, tensor) -> {
            ObjectNode entry = header.putObject(name).put("dtype", tensor.type());
            tensor.shape().forEach(entry.withArray("shape")::add);
            entry.withArray("data_offsets").add(data.size()).add(data.size() + tensor.bytes().length);
            data.writeBytes(tensor.bytes());
        });
        headerChange.accept(header);
        StringBuilder json = new StringBuilder(header.toString());
        while (json.length() % 8 != shift) {
            json.append(' ');
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(length(json.length()));
        all.writeBytes(json.toString().getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(data.toByteArray());
        try {
            Files.write(file, all.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The eight bytes that a file begins with. */
    static byte[] length(long bytes) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(bytes)
                .array();
    }
}
