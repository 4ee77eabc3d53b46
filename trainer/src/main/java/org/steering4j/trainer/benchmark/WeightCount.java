package org.steering4j.trainer.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.steering4j.checkpoint.ModelConfiguration;
import org.steering4j.engine.Precision;
import org.steering4j.internal.SafetensorsFile;

/**
 * How many weights a pass of a model reads and multiplies with.
 *
 * @param blocks of all blocks
 * @param head of the output head
 * @param all with the token embedding, if it is not the head itself
 */
record WeightCount(long blocks, long head, long all) {

    static WeightCount of(Path folder, ModelConfiguration configuration) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith(".safetensors")).toList();
        }
        List<Long> elements = new ArrayList<>();
        for (Path file : files) {
            SafetensorsFile.open(file).tensors().values().forEach(tensor -> elements.add(tensor.elements()));
        }
        long all = elements.stream().mapToLong(Long::longValue).sum();
        long head = (long) configuration.vocabularySize() * configuration.hiddenSize();
        return new WeightCount(all - (configuration.tiedEmbeddings() ? head : 2 * head), head, all);
    }

    /** What one token, or one of several rows at once, reads. */
    double bytesPerPass(Precision precision) {
        return (blocks + head) * bytesPerWeight(precision);
    }

    static double bytesPerWeight(Precision precision) {
        return switch (precision.name()) {
            case "FLOAT32" -> 4;
            case "INT8" -> 1;
            case "INT4" -> 0.5;
            default -> 2;
        };
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
