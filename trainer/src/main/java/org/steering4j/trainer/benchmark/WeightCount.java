package org.steering4j.trainer.benchmark;

import java.util.function.Predicate;
import org.steering4j.checkpoint.ModelConfiguration;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.checkpoint.StoredWeight;
import org.steering4j.checkpoint.Weight;
import org.steering4j.engine.Precision;

/**
 * How many weights a pass of a model reads and multiplies with: those that the model's configuration asks for, whatever else its files hold.
 *
 * @param blocks of all blocks, and of the last norm
 * @param head of the output head
 * @param embeddingBytes of the token embedding as it is stored, of which a pass reads a row for each token; 0 if it is the head itself
 */
record WeightCount(long blocks, long head, long embeddingBytes) {

    static WeightCount of(ModelFolder folder) {
        ModelConfiguration configuration = folder.configuration();
        Predicate<StoredWeight> embedding = stored -> stored.weight() == Weight.TOKEN_EMBEDDING;
        long all = folder.weights().stream()
                .filter(embedding.negate())
                .mapToLong(stored -> stored.tensor().elements())
                .sum();
        long head = (long) configuration.vocabularySize() * configuration.hiddenSize();
        if (configuration.tiedEmbeddings()) {
            return new WeightCount(all, head, 0);
        }
        long embeddingBytes = folder.weights().stream()
                .filter(embedding)
                .mapToLong(stored -> stored.tensor().lengthBytes())
                .sum();
        return new WeightCount(all - head, head, embeddingBytes);
    }

    /** What one token, or one of several rows at once, reads. */
    long bytesPerPass(Precision precision) {
        return (long) (blocks * bytesPerWeight(precision) + head * bytesPerWeightOfHead(precision));
    }

    /** Of all weights. */
    long bytes(Precision precision) {
        return bytesPerPass(precision) + embeddingBytes;
    }

    /** As {@link Precision} tells. */
    private static double bytesPerWeight(Precision precision) {
        return switch (precision) {
            case FLOAT32 -> 4;
            case BFLOAT16, FLOAT16 -> 2;
            case INT8 -> 1;
            case INT4 -> 0.5 + 4.0 / 64;
        };
    }

    private static double bytesPerWeightOfHead(Precision precision) {
        return precision == Precision.INT4 ? 1 : bytesPerWeight(precision);
    }

    /** Of a prompt: each weight multiplies each token, but the head the last one only; and each token attends to those before it. */
    double prefillOperations(int tokens, ModelConfiguration configuration) {
        double attention = 4.0
                * configuration.numberOfLayers()
                * configuration.queryHeads()
                * configuration.headSize()
                * (tokens * (tokens + 1.0) / 2);
        return 2.0 * blocks * tokens + 2.0 * head + attention;
    }
}
