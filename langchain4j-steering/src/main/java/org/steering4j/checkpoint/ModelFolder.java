package org.steering4j.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A model folder as Hugging Face lays it out, found complete and sound: config.json and safetensors weights. It knows
 * where the weights lie; it neither reads nor runs them. Immutable; may be shared between threads.
 */
public final class ModelFolder {

    private final Path path;
    private final ModelConfiguration configuration;
    private final List<StoredWeight> weights;

    private ModelFolder(Path path, ModelConfiguration configuration, List<StoredWeight> weights) {
        this.path = path;
        this.configuration = configuration;
        this.weights = weights;
    }

    /**
     * @param path a model's folder, or what {@link #find} takes for one
     * @throws ModelFolderException if a file is missing or broken, or the model is of a kind that is not supported
     */
    public static ModelFolder open(Path path) {
        Path folder = find(path);
        WeightFiles.Located located = WeightFiles.locate(folder, ModelConfiguration.read(folder));
        return new ModelFolder(folder, located.configuration(), List.copyOf(located.weights()));
    }

    /**
     * The model's folder that is meant by one that somebody gives: itself, or in the Hugging Face cache, where {@code models--OWNER--NAME} holds a
     * folder for each commit, what its branch {@code main} stood at, else the only one.
     *
     * @throws ModelFolderException if there is no such folder, it is an adapter's, or it holds several models
     */
    public static Path find(Path given) {
        return GivenFolder.ofModel(given);
    }

    /**
     * Refuses a folder that holds an adapter beside the model, unless that is the adapter that is merged into it.
     *
     * @param adapter the folder of the adapter that is merged; null if none is
     * @throws ModelFolderException if the folder's own adapter would be left out
     */
    public void requireAdapterOfItsOwn(Path adapter) {
        if (!GivenFolder.holdsAdapter(path) || adapter != null && isThis(adapter)) {
            return;
        }
        throw new ModelFolderException(
                "%s holds a model and a LoRA adapter (%s), which would be left out. To run the model with it, give the same folder as the adapter (--adapter, steering.adapter, or adapter(...) in code); to run it without, or with another, move the adapter's files to a folder of their own"
                        .formatted(path, GivenFolder.ADAPTER));
    }

    private boolean isThis(Path other) {
        try {
            return Files.isSameFile(path, GivenFolder.ofAdapter(other));
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The same folder for sequences of another length.
     *
     * @throws IllegalArgumentException if the model cannot do so many: see {@link ModelConfiguration#withContextLength}
     */
    public ModelFolder withContextLength(int length) {
        return new ModelFolder(path, configuration.withContextLength(length), weights);
    }

    /** The same, with the output head as a weight of its own where it is the token embedding: so an adapter can change one of the two. */
    ModelFolder withHeadOfItsOwn() {
        List<StoredWeight> separate = new ArrayList<>();
        for (StoredWeight weight : weights) {
            separate.add(weight);
            if (weight.weight() == Weight.TOKEN_EMBEDDING && configuration.tiedEmbeddings()) {
                separate.add(new StoredWeight(Weight.OUTPUT_HEAD, 0, weight.file(), weight.tensor()));
            }
        }
        separate.sort(Comparator.comparing(StoredWeight::weight).thenComparing(StoredWeight::layer));
        return new ModelFolder(path, configuration.withTiedEmbeddings(false), List.copyOf(separate));
    }

    public Path path() {
        return path;
    }

    /**
     * What config.json says that the training began from ({@code _name_or_path}): a name on the hub, or a path on the machine where it ran; empty if
     * it does not say. Every fine-tune of a model may say the same.
     */
    public String origin() {
        return JsonFiles.readObject(path.resolve("config.json"))
                .path("_name_or_path")
                .asText("");
    }

    public ModelConfiguration configuration() {
        return configuration;
    }

    /** Every weight of the configuration, ordered as {@link Weight} and then by layer. */
    public List<StoredWeight> weights() {
        return weights;
    }

    /**
     * What identifies the model by its weights, wherever and however they are stored: 32 hexadecimal digits, the same for copies in another
     * folder, in other shards, or in another floating-point type, and others for a fine-tune. Two exceptions: a float16 copy of a float32
     * model has another, and what has changed no more than single rows of a matrix, such as the embeddings of new tokens, may have the same.
     * Reads a few rows of every matrix.
     *
     * @throws ModelFolderException if a file cannot be read
     */
    public String fingerprint() {
        return WeightFingerprint.of(weights, Optional.empty());
    }

    /** {@link #fingerprint()} of the model that an adapter is merged into: that of the folder that {@link LoraAdapter#merge} writes. */
    public String fingerprint(LoraAdapter adapter) {
        return WeightFingerprint.of(adapter.baseOf(this).weights, Optional.of(adapter));
    }
}
