package org.steering4j.samples.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Precision;
import org.steering4j.trainer.benchmark.ModelSizes;
import org.steering4j.trainer.benchmark.NamedShape;
import org.steering4j.trainer.benchmark.RandomWeights;

/** A model with the shape of Qwen2.5-0.5B and random weights, 1 GB in a temporary folder until it is closed. */
final class RandomModel implements AutoCloseable {

    private static final ModelSizes SIZES = NamedShape.QWEN_2_5_HALF_BILLION.sizes();
    static final int LAYERS = SIZES.layers();
    static final int HIDDEN = SIZES.hidden();
    static final int VOCABULARY = SIZES.vocabulary();
    static final String WEIGHTS_FILE = "model.safetensors";

    private final Path folder;

    RandomModel() throws IOException {
        this(SIZES);
    }

    /** The same architecture in another size. */
    RandomModel(int layers, int hidden, int inner, int vocabulary) throws IOException {
        this(new ModelSizes(
                SIZES.modelType(),
                layers,
                hidden,
                inner,
                SIZES.queryHeads(),
                SIZES.keyValueHeads(),
                vocabulary,
                SIZES.contextLength(),
                SIZES.tied()));
    }

    private RandomModel(ModelSizes sizes) throws IOException {
        folder = Files.createTempDirectory("random-qwen2");
        RandomWeights.write(folder, "random", sizes);
    }

    Path folder() {
        return folder;
    }

    /** Without speculation: random weights often repeat themselves, and that would pass for speed. */
    LanguageModel open(long cacheBytes) {
        return LanguageModel.builder()
                .folder(folder)
                .precision(Precision.BFLOAT16)
                .cacheBytes(cacheBytes)
                .speculation(false)
                .build();
    }

    /** Deletes the folder. */
    @Override
    public void close() throws IOException {
        RandomWeights.delete(folder);
    }
}
