package org.steering4j.vector;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.steering4j.internal.DataType;
import org.steering4j.internal.SafetensorsFile;
import org.steering4j.internal.SafetensorsWriter;
import org.steering4j.internal.TensorInfo;

/**
 * A vector as a safetensors file: one F32 tensor {@code layer.L} of shape [hiddenSize] per layer, L numbered from 0, and
 * {@link VectorMetadata} under {@code __metadata__}.
 */
final class SafetensorsVectorFile {

    private static final Pattern TENSOR_NAME = Pattern.compile("layer\\.(0|[1-9][0-9]{0,8})");

    private SafetensorsVectorFile() {}

    static SteeringVector read(Path path) {
        SafetensorsFile file = SafetensorsFile.open(path);
        SortedMap<Integer, float[]> layers = new TreeMap<>();
        for (Map.Entry<String, TensorInfo> entry : file.tensors().entrySet()) {
            Matcher name = TENSOR_NAME.matcher(entry.getKey());
            TensorInfo tensor = entry.getValue();
            if (!name.matches()
                    || tensor.dataType() != DataType.F32
                    || tensor.shape().size() != 1) {
                throw new InvalidFileException(
                        path,
                        "tensor \"" + entry.getKey() + "\" is " + tensor.dataType() + tensor.shape()
                                + ": a steering vector holds only tensors named layer.0, layer.1, ..., each F32[hidden_size]");
            }
            layers.put(Integer.valueOf(name.group(1)), file.readFloats(entry.getKey()));
        }
        return VectorMetadata.vector(path, file.metadata(), layers);
    }

    static void write(Path path, SteeringVector vector) {
        SafetensorsWriter writer = new SafetensorsWriter();
        VectorMetadata.of(vector).forEach(writer::metadata);
        for (int layer : vector.layers()) {
            writer.tensor("layer." + layer, DataType.F32, List.of((long) vector.hiddenSize()), vector.layer(layer));
        }
        writer.write(path);
    }
}
