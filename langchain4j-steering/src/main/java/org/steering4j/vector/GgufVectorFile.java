package org.steering4j.vector;

import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.steering4j.internal.AtomicFiles;

/**
 * A vector as a control vector for llama.cpp: a GGUF file with {@code general.architecture=controlvector},
 * {@code controlvector.model_hint}, {@code controlvector.layer_count} (the number of tensors), one F32 tensor {@code direction.N} per
 * layer, and {@link VectorMetadata} under {@code steering4j.*} keys, which other readers ignore.
 *
 * <p>{@code direction.N} belongs to the output of decoder block N, numbered from 0. In llama.cpp {@code common_control_vector_load_one}
 * ({@code common/common.cpp}) puts direction.N at row N-1 of its buffer; {@code llama_adapter_cvec::apply} ({@code src/llama-adapter.cpp},
 * commit 0650ea8) takes block il's tensor from row il-1 (the two cancel out, so N = il); and {@code build_cvec} adds it where a model's graph
 * names its block output {@code l_out}. "There's never a tensor for layer 0": the first block cannot be steered by such a file, so a vector
 * with layer 0 is refused on writing, and direction.0 on reading.
 *
 * <p>Of a file that another tool made, nothing but behaviour (from the file's name) and layers is known. Its model_hint becomes a setting
 * and is not held against a model: llama.cpp says "llama" for Mistral too.
 */
final class GgufVectorFile {

    private static final String KIND = "controlvector";
    private static final String ARCHITECTURE_KEY = "general.architecture";
    private static final String MODEL_HINT_KEY = "controlvector.model_hint";
    private static final String LAYER_COUNT_KEY = "controlvector.layer_count";
    private static final String OWN_PREFIX = "steering4j.";
    private static final Pattern TENSOR_NAME = Pattern.compile("direction\\.([1-9][0-9]{0,8})");

    private GgufVectorFile() {}

    static SteeringVector read(Path path) {
        GgufReader gguf = GgufReader.read(
                path,
                key -> key.equals(ARCHITECTURE_KEY)
                        || key.equals(MODEL_HINT_KEY)
                        || key.equals(LAYER_COUNT_KEY)
                        || key.startsWith(OWN_PREFIX));
        if (!KIND.equals(gguf.values().get(ARCHITECTURE_KEY))) {
            throw new InvalidFileException(
                    path,
                    ARCHITECTURE_KEY + " is " + gguf.values().get(ARCHITECTURE_KEY) + ", expected " + KIND
                            + ": it is not a control vector");
        }
        Object layerCount = gguf.values().getOrDefault(LAYER_COUNT_KEY, 1);
        if (!(layerCount instanceof Integer count) || count < 1) {
            throw new InvalidFileException(
                    path, LAYER_COUNT_KEY + " is " + layerCount + ", expected a u32 or i32 from 1 on");
        }
        SortedMap<Integer, float[]> layers = new TreeMap<>();
        gguf.tensors().forEach((name, values) -> layers.put(layer(path, name), values));
        return vector(path, gguf.values(), layers);
    }

    private static int layer(Path path, String tensor) {
        Matcher name = TENSOR_NAME.matcher(tensor);
        if (!name.matches()) {
            throw new InvalidFileException(
                    path, "tensor \"" + tensor + "\": a control vector holds only direction.1, direction.2, ...");
        }
        return Integer.parseInt(name.group(1));
    }

    private static SteeringVector vector(Path path, Map<String, Object> values, SortedMap<Integer, float[]> layers) {
        Map<String, String> own = values.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(OWN_PREFIX) && entry.getValue() instanceof String)
                .collect(Collectors.toMap(
                        entry -> entry.getKey().substring(OWN_PREFIX.length()), entry -> (String) entry.getValue()));
        if (!own.isEmpty()) {
            return VectorMetadata.vector(path, own, layers);
        }
        String fileName = path.getFileName().toString();
        try {
            SteeringVector.Builder builder = SteeringVector.builder(fileName.substring(0, fileName.lastIndexOf('.')));
            layers.forEach(builder::layer);
            if (values.get(MODEL_HINT_KEY) instanceof String hint) {
                builder.setting(MODEL_HINT_KEY, hint);
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new InvalidFileException(path, e.getMessage(), e);
        }
    }

    static void write(Path path, SteeringVector vector) {
        if (vector.layers().first() == 0) {
            throw new IncompatibleVectorException("the vector \"" + vector.behavior()
                    + "\" has layer 0, but llama.cpp control vectors begin at direction.1: write it as .safetensors");
        }
        GgufWriter writer = new GgufWriter();
        writer.text(ARCHITECTURE_KEY, KIND);
        vector.architecture().ifPresent(architecture -> writer.text(MODEL_HINT_KEY, architecture));
        writer.unsignedInt(LAYER_COUNT_KEY, vector.layers().size());
        VectorMetadata.of(vector).forEach((key, value) -> writer.text(OWN_PREFIX + key, value));
        for (int layer : vector.layers()) {
            writer.tensor("direction." + layer, vector.layer(layer));
        }
        AtomicFiles.write(path, writer::writeTo);
    }
}
