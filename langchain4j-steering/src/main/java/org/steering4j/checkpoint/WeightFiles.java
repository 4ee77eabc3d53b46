package org.steering4j.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.steering4j.internal.SafetensorsFile;
import org.steering4j.internal.TensorInfo;
import org.steering4j.vector.InvalidFileException;

/**
 * Finds every weight of a configuration in model.safetensors, or in the shards that its index names, and holds type
 * and shape against what the configuration demands: nothing wrong may reach libtorch.
 */
final class WeightFiles {

    private static final String SINGLE_FILE = "model.safetensors";
    private static final String INDEX_FILE = "model.safetensors.index.json";
    private static final int LISTED_NAMES = 8;

    private final Path folder;
    private final Map<String, SafetensorsFile> fileByTensor = new LinkedHashMap<>();

    private WeightFiles(Path folder) {
        this.folder = folder;
    }

    static List<StoredWeight> locate(Path folder, ModelConfiguration configuration) {
        WeightFiles files = new WeightFiles(folder);
        files.openAll();
        return files.locate(configuration);
    }

    private void openAll() {
        if (Files.exists(folder.resolve(SINGLE_FILE))) {
            openShard(SINGLE_FILE);
        } else if (Files.exists(folder.resolve(INDEX_FILE))) {
            openIndex();
        } else {
            throw new ModelFolderException(
                    "%s holds neither %s nor %s; other weight formats are not read: convert to safetensors"
                            .formatted(folder, SINGLE_FILE, INDEX_FILE));
        }
    }

    private void openIndex() {
        Path index = folder.resolve(INDEX_FILE);
        JsonNode map = JsonFiles.readObject(index).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw new ModelFolderException(index + ": weight_map is missing or empty");
        }
        Set<String> shards = new LinkedHashSet<>();
        map.forEach(shard -> shards.add(shard.asText()));
        for (String shard : shards) {
            if (shard.contains("/") || shard.contains("\\") || shard.contains("..")) {
                throw new ModelFolderException(
                        "%s names the shard %s, which is outside the folder".formatted(index, shard));
            }
            if (!Files.exists(folder.resolve(shard))) {
                throw new ModelFolderException(
                        "%s names the shard %s, which is missing; download the model again".formatted(index, shard));
            }
            openShard(shard);
        }
    }

    private void openShard(String name) {
        try {
            SafetensorsFile file = SafetensorsFile.open(folder.resolve(name));
            for (String tensor : file.tensors().keySet()) {
                SafetensorsFile other = fileByTensor.put(tensor, file);
                if (other != null) {
                    throw new ModelFolderException(
                            "the tensor %s is in both %s and %s".formatted(tensor, other.path(), file.path()));
                }
            }
        } catch (InvalidFileException e) {
            throw new ModelFolderException(e.getMessage(), e);
        }
    }

    private List<StoredWeight> locate(ModelConfiguration configuration) {
        List<StoredWeight> located = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (Weight weight : Weight.values()) {
            if (!weight.isIn(configuration)) {
                continue;
            }
            for (int layer = 0; layer < (weight.perLayer() ? configuration.numberOfLayers() : 1); layer++) {
                String name = weight.tensorName(layer);
                SafetensorsFile file = fileByTensor.get(name);
                if (file == null) {
                    missing.add(name);
                } else {
                    TensorInfo tensor = file.tensors().get(name);
                    requireUsable(name, tensor, weight.shape(configuration), file.path());
                    located.add(new StoredWeight(weight, layer, file.path(), tensor));
                }
            }
        }
        if (!missing.isEmpty()) {
            throw new ModelFolderException(
                    "%s lacks %d tensors that config.json asks for: %s; download the model again or correct config.json"
                            .formatted(folder, missing.size(), abridged(missing)));
        }
        refuseUnknown(located);
        return located;
    }

    private static void requireUsable(String name, TensorInfo tensor, List<Long> expected, Path file) {
        if (!tensor.shape().equals(expected)) {
            throw new ModelFolderException("%s: the tensor %s has the shape %s, but config.json asks for %s"
                    .formatted(file, name, tensor.shape(), expected));
        }
        if (!tensor.dataType().isFloatingPoint()) {
            throw new ModelFolderException(
                    "%s: the tensor %s is of type %s; readable are F32, F16, BF16 and F64 (quantised weights are not supported)"
                            .formatted(file, name, tensor.dataType()));
        }
        if (tensor.offsetBytes() % tensor.dataType().bytes() != 0) {
            throw new ModelFolderException(
                    "%s: the tensor %s starts at byte %d, which is not a multiple of its element size; save the file again with a current safetensors"
                            .formatted(file, name, tensor.offsetBytes()));
        }
    }

    /** A tensor that the decoder does not use may be part of the computation that the model was trained with. */
    private void refuseUnknown(List<StoredWeight> located) {
        Set<String> unknown = new TreeSet<>(fileByTensor.keySet());
        located.forEach(stored -> unknown.remove(stored.weight().tensorName(stored.layer())));
        unknown.remove(Weight.OUTPUT_HEAD.tensorName(0)); // a stored copy of tied embeddings
        unknown.removeIf(name -> name.endsWith(".rotary_emb.inv_freq")); // follows from config.json
        if (!unknown.isEmpty()) {
            boolean known = unknown.stream().allMatch(Weight::knows);
            throw new ModelFolderException("%s holds %d tensors that config.json does not account for: %s; %s"
                    .formatted(
                            folder,
                            unknown.size(),
                            abridged(List.copyOf(unknown)),
                            known ? "correct config.json" : "this variant of the architecture is not supported"));
        }
    }

    private static String abridged(List<String> names) {
        String listed = String.join(", ", names.subList(0, Math.min(LISTED_NAMES, names.size())));
        return names.size() > LISTED_NAMES ? listed + ", ..." : listed;
    }
}
