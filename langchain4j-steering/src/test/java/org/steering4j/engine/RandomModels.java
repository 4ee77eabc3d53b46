package org.steering4j.engine;

import java.nio.file.Path;

/** {@link RandomCheckpoint} for tests of other packages. */
public final class RandomModels {

    private RandomModels() {}

    /** Writes config.json and weights of a model with 4 layers of hidden size 32; the tokenizer is left to the caller. */
    public static Path write(Path folder, int vocabularySize, int contextLength) {
        return RandomCheckpoint.make(json -> {
                    json.put("vocab_size", vocabularySize);
                    json.put("max_position_embeddings", contextLength);
                })
                .write(folder);
    }
}
