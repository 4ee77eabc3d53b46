package org.steering4j.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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

    /** @throws ModelFolderException if a file is missing or broken, or the model is of a kind that is not supported */
    public static ModelFolder open(Path path) {
        if (!Files.isDirectory(path)) {
            throw new ModelFolderException(
                    "%s is not a folder; expected one that holds config.json, model.safetensors and tokenizer.json"
                            .formatted(path));
        }
        ModelConfiguration configuration = ModelConfiguration.read(path);
        return new ModelFolder(path, configuration, List.copyOf(WeightFiles.locate(path, configuration)));
    }

    /**
     * The same folder for sequences of another length.
     *
     * @throws IllegalArgumentException if the model cannot do so many: see {@link ModelConfiguration#withContextLength}
     */
    public ModelFolder withContextLength(int length) {
        return new ModelFolder(path, configuration.withContextLength(length), weights);
    }

    public Path path() {
        return path;
    }

    public ModelConfiguration configuration() {
        return configuration;
    }

    /** Every weight of the configuration, ordered as {@link Weight} and then by layer. */
    public List<StoredWeight> weights() {
        return weights;
    }
}
