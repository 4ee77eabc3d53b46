package org.steering4j.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.internal.SafetensorsFile;
import org.steering4j.internal.TensorInfo;
import org.steering4j.vector.InvalidFileException;

/**
 * Finds every weight of a configuration in model.safetensors, or in the shards that its index names, and holds type
 * and shape against what the configuration demands: nothing wrong may reach libtorch. Of the numbers it reads none but those of an output
 * head that is stored beside an embedding to which it is said to be tied.
 */
final class WeightFiles {

    private static final Logger LOG = LoggerFactory.getLogger(WeightFiles.class);
    static final String SINGLE_FILE = "model.safetensors";
    static final String INDEX_FILE = "model.safetensors.index.json";
    private static final int LISTED_NAMES = 8;
    private static final String DOWNLOAD_AGAIN = "download the model again";
    private static final String LARGE_FILE_POINTER = "version https://git-lfs.github.com/";

    private static final Map<String, String> QUANTISED = Map.of(
            ".qweight", "GPTQ or AWQ",
            ".biases", "MLX",
            ".weight.absmax", "bitsandbytes",
            ".SCB", "bitsandbytes",
            ".weight_packed", "compressed-tensors",
            ".weight_scale", "compressed-tensors or as fp8",
            ".weight_scale_inv", "fp8");

    /** No separator of any platform: nothing outside of the folder is to be mapped into this process. */
    private static final Pattern SHARD_NAME = Pattern.compile("[^/\\\\:\\p{Cntrl}]+\\.safetensors");

    private final Path folder;
    private final Map<String, SafetensorsFile> fileByTensor = new LinkedHashMap<>();
    private TensorNames names;

    private WeightFiles(Path folder) {
        this.folder = folder;
    }

    /**
     * A configuration as the files find it true.
     *
     * @param configuration what config.json says, but for an output head that is not tied after all
     * @param weights every weight of that configuration, ordered as {@link Weight} and then by layer
     */
    record Located(ModelConfiguration configuration, List<StoredWeight> weights) {}

    static Located locate(Path folder, ModelConfiguration configuration) {
        WeightFiles files = new WeightFiles(folder);
        files.openAll();
        files.refuseQuantised();
        files.names = TensorNames.of(files.fileByTensor.keySet());
        ModelConfiguration found = configuration.withTiedEmbeddings(files.isTied(configuration));
        return new Located(found, files.locate(found));
    }

    /**
     * Whether the output head is the token embedding. Where the file holds both, its numbers tell, as in transformers, and not what config.json
     * says: the head may have been trained apart since, or an adapter merged into it.
     */
    private boolean isTied(ModelConfiguration configuration) {
        String embedding = names.stored(Weight.TOKEN_EMBEDDING.tensorName(0));
        String head = names.stored(Weight.OUTPUT_HEAD.tensorName(0));
        if (!configuration.tiedEmbeddings() || !fileByTensor.keySet().containsAll(Set.of(embedding, head))) {
            return configuration.tiedEmbeddings();
        }
        List<Long> shape = Weight.OUTPUT_HEAD.shape(configuration);
        requireUsable(
                embedding, tensor(embedding), shape, fileByTensor.get(embedding).path());
        requireUsable(head, tensor(head), shape, fileByTensor.get(head).path());
        if (fileByTensor.get(embedding).holdsTheSame(tensor(embedding), fileByTensor.get(head), tensor(head))) {
            return true;
        }
        LOG.warn(
                "{} says that the output head is the token embedding (tie_word_embeddings), but {} and {} differ: the stored head is used. Set tie_word_embeddings to false to silence this",
                folder.resolve("config.json"),
                head,
                embedding);
        return false;
    }

    private TensorInfo tensor(String name) {
        return fileByTensor.get(name).tensors().get(name);
    }

    /** The name of the tensor in the files; a tied model may be stored under the name of its output head alone. */
    private String storedName(Weight weight, int layer, ModelConfiguration configuration) {
        String name = names.stored(weight.storedName(configuration, layer));
        String head = names.stored(Weight.OUTPUT_HEAD.tensorName(0));
        boolean underHead = weight == Weight.TOKEN_EMBEDDING
                && configuration.tiedEmbeddings()
                && !fileByTensor.containsKey(name)
                && fileByTensor.containsKey(head);
        return underHead ? head : name;
    }

    private void openAll() {
        if (Files.exists(folder.resolve(SINGLE_FILE))) {
            openShard(SINGLE_FILE);
        } else if (Files.exists(folder.resolve(INDEX_FILE))) {
            openIndex();
        } else if (GivenFolder.holdsAdapter(folder)) {
            throw GivenFolder.adapterInsteadOfModel(folder); // beside a configuration of its base
        } else {
            throw new ModelFolderException(
                    "%s holds neither %s nor %s; other weight formats, such as GGUF or PyTorch's own, are not read: convert to safetensors"
                            .formatted(folder, SINGLE_FILE, INDEX_FILE));
        }
    }

    private void openIndex() {
        Path index = folder.resolve(INDEX_FILE);
        JsonNode map = JsonFiles.readObject(index).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw new ModelFolderException(
                    index + ": weight_map is missing or empty; expected each tensor's file; download the index again");
        }
        Set<String> shards = new LinkedHashSet<>();
        map.forEach(shard -> shards.add(shardName(index, shard)));
        for (String shard : shards) {
            if (!exists(shard)) {
                throw new ModelFolderException(
                        "%s names the shard %s, which is missing; download the model again".formatted(index, shard));
            }
            openShard(shard);
        }
        map.fields().forEachRemaining(entry -> {
            SafetensorsFile file = fileByTensor.get(entry.getKey());
            if (file == null
                    || !file.path().equals(folder.resolve(entry.getValue().textValue()))) {
                throw new ModelFolderException("%s names the shard %s for the tensor %s, which is not in it; %s"
                        .formatted(index, entry.getValue().textValue(), entry.getKey(), DOWNLOAD_AGAIN));
            }
        });
    }

    private static String shardName(Path index, JsonNode value) {
        if (!value.isTextual() || !SHARD_NAME.matcher(value.textValue()).matches()) {
            throw new ModelFolderException(
                    "%s names the shard %s; expected the name of a .safetensors file in the same folder, without a path"
                            .formatted(index, value));
        }
        return value.textValue();
    }

    /** A name that this file system cannot hold names no file. */
    private boolean exists(String name) {
        try {
            return Files.exists(folder.resolve(name));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private void openShard(String name) {
        Path path = folder.resolve(name);
        try {
            SafetensorsFile file = SafetensorsFile.open(path);
            for (String tensor : file.tensors().keySet()) {
                SafetensorsFile other = fileByTensor.put(tensor, file);
                if (other != null) {
                    throw new ModelFolderException("the tensor %s is in both %s and %s; %s"
                            .formatted(tensor, other.path(), file.path(), DOWNLOAD_AGAIN));
                }
            }
        } catch (InvalidFileException e) {
            if (isLargeFilePointer(path)) {
                throw new ModelFolderException(
                        path + " is a Git LFS pointer, not the weights themselves; run `git lfs pull` in the folder",
                        e);
            }
            throw new ModelFolderException("%s; %s".formatted(e.getMessage(), DOWNLOAD_AGAIN), e);
        }
    }

    private static boolean isLargeFilePointer(Path path) {
        try (InputStream input = Files.newInputStream(path)) {
            return new String(input.readNBytes(LARGE_FILE_POINTER.length()), StandardCharsets.ISO_8859_1)
                    .equals(LARGE_FILE_POINTER);
        } catch (IOException e) {
            return false;
        }
    }

    /** Whoever quantised a model, its matrices are stored under names or in types of that scheme. */
    private void refuseQuantised() {
        for (String tensor : fileByTensor.keySet()) {
            QUANTISED.forEach((suffix, scheme) -> {
                if (tensor.endsWith(suffix)) {
                    throw new ModelFolderException(
                            "%s holds %s: the weights are quantised by %s, which cannot be read; take the unquantised model, which can be opened in int8 or int4"
                                    .formatted(folder, tensor, scheme));
                }
            });
        }
    }

    private List<StoredWeight> locate(ModelConfiguration configuration) {
        List<StoredWeight> located = new ArrayList<>();
        Set<String> used = new LinkedHashSet<>();
        Set<String> missing = new LinkedHashSet<>(); // a fused tensor is missed once
        for (Weight weight : Weight.values()) {
            if (!weight.isIn(configuration)) {
                continue;
            }
            for (int layer = 0; layer < (weight.perLayer() ? configuration.numberOfLayers() : 1); layer++) {
                String name = storedName(weight, layer, configuration);
                SafetensorsFile file = fileByTensor.get(name);
                used.add(name);
                if (file == null) {
                    missing.add(name);
                } else {
                    TensorInfo tensor = file.tensors().get(name);
                    requireUsable(name, tensor, weight.storedShape(configuration), file.path());
                    located.add(new StoredWeight(weight, layer, file.path(), part(tensor, weight, configuration)));
                }
            }
        }
        if (!missing.isEmpty()) {
            throw new ModelFolderException(
                    "%s lacks %s that config.json asks for: %s; download the model again or correct config.json%s"
                            .formatted(
                                    folder,
                                    counted(missing),
                                    abridged(List.copyOf(missing)),
                                    missing.equals(Set.of(names.stored(Weight.OUTPUT_HEAD.tensorName(0))))
                                            ? ": if the output head is the token embedding, set tie_word_embeddings to true"
                                            : ""));
        }
        refuseUnknown(used, configuration);
        return located;
    }

    /** Of a tensor that holds several weights, one below the other, the rows that are this one. */
    private static TensorInfo part(TensorInfo tensor, Weight weight, ModelConfiguration configuration) {
        List<Long> shape = weight.shape(configuration);
        if (shape.equals(tensor.shape())) {
            return tensor;
        }
        long rowBytes = shape.get(1) * tensor.dataType().bytes();
        return new TensorInfo(
                tensor.dataType(),
                shape,
                tensor.offsetBytes() + weight.firstRow(configuration) * rowBytes,
                shape.get(0) * rowBytes);
    }

    private static void requireUsable(String name, TensorInfo tensor, List<Long> expected, Path file) {
        if (!tensor.dataType().isFloatingPoint()) {
            throw new ModelFolderException(
                    "%s: the tensor %s is of type %s; readable are F32, F16, BF16 and F64; quantised weights are not supported, use the unquantised model"
                            .formatted(file, name, tensor.dataType()));
        }
        if (!tensor.shape().equals(expected)) {
            throw new ModelFolderException(
                    "%s: the tensor %s has the shape %s, but config.json asks for %s; correct config.json or %s"
                            .formatted(file, name, tensor.shape(), expected, DOWNLOAD_AGAIN));
        }
        if (tensor.offsetBytes() % tensor.dataType().bytes() != 0) {
            throw new ModelFolderException(
                    "%s: the tensor %s starts at byte %d, which is not a multiple of its element size; save the file again with a current safetensors"
                            .formatted(file, name, tensor.offsetBytes()));
        }
    }

    /** A tensor that the decoder does not use may be part of the computation that the model was trained with. */
    private void refuseUnknown(Set<String> used, ModelConfiguration configuration) {
        Set<String> unknown = new TreeSet<>(fileByTensor.keySet());
        unknown.removeAll(used);
        if (configuration.tiedEmbeddings()) {
            unknown.remove(names.stored(Weight.OUTPUT_HEAD.tensorName(0))); // an equal copy
        }
        unknown.removeIf(name -> ("." + name).endsWith(".rotary_emb.inv_freq")); // follows from config.json
        if (!unknown.isEmpty()) {
            boolean known = unknown.stream().allMatch(name -> Weight.knows(names.usual(name), configuration));
            throw new ModelFolderException("%s holds %s that config.json does not account for: %s; %s"
                    .formatted(
                            folder,
                            counted(unknown),
                            abridged(List.copyOf(unknown)),
                            known ? "correct config.json" : "this variant of the architecture is not supported"));
        }
    }

    private static String counted(Collection<String> names) {
        return names.size() == 1 ? "1 tensor" : names.size() + " tensors";
    }

    private static String abridged(List<String> names) {
        String listed = String.join(", ", names.subList(0, Math.min(LISTED_NAMES, names.size())));
        return names.size() > LISTED_NAMES ? listed + ", ..." : listed;
    }
}
