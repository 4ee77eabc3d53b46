package org.steering4j.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.steering4j.internal.SafetensorsFile;
import org.steering4j.vector.LayerSteering;

/** A tiny checkpoint of a family, and what Hugging Face transformers computes with it: see src/test/python/parity.py. */
record ParityVariant(Path folder, JsonNode expected, SafetensorsFile numbers) {

    static Stream<String> names() {
        try (Stream<Path> folders = Files.list(resources())) {
            return folders.map(folder -> folder.getFileName().toString()).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ParityVariant of(String name) {
        Path folder = resources().resolve(name);
        try {
            return new ParityVariant(
                    folder,
                    new ObjectMapper().readTree(folder.resolve("expected.json").toFile()),
                    SafetensorsFile.open(folder.resolve("expected.safetensors")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path resources() {
        try {
            return Path.of(ParityVariant.class.getResource("/parity").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param folder the variant's own, or a changed copy */
    LanguageModel open(Path folder, Precision precision) {
        LanguageModel.Builder builder = LanguageModel.builder().folder(folder).precision(precision);
        if (expected.hasNonNull("context_length")) {
            builder.contextLength(expected.get("context_length").intValue());
        }
        return builder.build();
    }

    /** Token ids of sequences of different lengths. */
    List<int[]> rows() {
        return IntStream.range(0, expected.get("rows").size())
                .mapToObj(row -> tokens(expected.get("rows").get(row)))
                .toList();
    }

    private static int[] tokens(JsonNode list) {
        return IntStream.range(0, list.size()).map(i -> list.get(i).intValue()).toArray();
    }

    int steeredBlock() {
        return expected.get("steered_block").intValue();
    }

    LayerSteering steering() {
        return LayerSteering.of(Map.of(steeredBlock(), numbers("vector")));
    }

    float[] numbers(String name) {
        return numbers.readFloats(name);
    }

    private static String prefix(LayerSteering steering) {
        return steering.isNone() ? "" : "steered_";
    }

    /** After every token of a row: float32 [tokens][vocabulary]. */
    float[][] logits(int row, LayerSteering steering) {
        return tokensOf(row, numbers(prefix(steering) + "logits"), 0, 1);
    }

    /** After a block, of every token of a row: float32 [tokens][hidden size]. */
    float[][] hiddenStates(int row, int block, LayerSteering steering) {
        return tokensOf(row, numbers(prefix(steering) + "hidden"), block, blocks());
    }

    int blocks() {
        return Math.toIntExact(numbers.tensors().get("hidden").shape().get(0));
    }

    /** Values lie block by block, and in each the tokens of all rows one after the other. */
    private float[][] tokensOf(int row, float[] values, int block, int blocks) {
        List<int[]> rows = rows();
        int all = rows.stream().mapToInt(tokens -> tokens.length).sum();
        int before =
                rows.subList(0, row).stream().mapToInt(tokens -> tokens.length).sum();
        int width = values.length / blocks / all;
        return IntStream.range(0, rows.get(row).length)
                .mapToObj(token -> {
                    int from = ((block * all) + before + token) * width;
                    return Arrays.copyOfRange(values, from, from + width);
                })
                .toArray(float[][]::new);
    }
}
