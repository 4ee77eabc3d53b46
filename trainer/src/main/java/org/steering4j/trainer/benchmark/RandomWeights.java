package org.steering4j.trainer.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.steering4j.internal.DataType;
import org.steering4j.internal.SafetensorsWriter;
import org.steering4j.vector.FileNotWrittenException;

/**
 * A model folder whose weights are random bfloat16 numbers: as fast, and as large, as a real one of its sizes. There is no tokenizer in it. All
 * layers have the same values, so that writing seven billion takes the memory of a few matrices; the same sizes give the same bytes.
 */
public final class RandomWeights {

    private static final String CONFIGURATION_FILE = "config.json";
    private static final String WEIGHTS_FILE = "model.safetensors";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double GIB = 1L << 30;

    private RandomWeights() {}

    /**
     * Writes config.json and model.safetensors.
     *
     * @throws FileNotWrittenException if there is no room for them
     */
    public static void write(Path folder, String name, ModelSizes sizes) throws IOException {
        Files.createDirectories(folder);
        requireRoom(folder, sizes.parameters() * DataType.BF16.bytes());
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        Map<Long, float[]> matrices = new HashMap<>();
        sizes.tensors().forEach((tensor, shape) -> {
            long size = ModelSizes.elements(shape);
            float[] values = shape.size() == 1
                    ? filled((int) size, tensor.endsWith("norm.weight") ? 1 : 0)
                    : matrices.computeIfAbsent(size, missing -> random((int) size));
            writer.tensor(tensor, DataType.BF16, shape, values);
        });
        writer.write(folder.resolve(WEIGHTS_FILE));
        // Last, for a folder without it is not taken for a whole one.
        Files.write(folder.resolve(CONFIGURATION_FILE), JSON.writeValueAsBytes(sizes.configuration(name)));
    }

    private static void requireRoom(Path folder, long bytes) throws IOException {
        long free = Files.getFileStore(folder).getUsableSpace();
        if (bytes > free) {
            throw new FileNotWrittenException(
                    folder.resolve(WEIGHTS_FILE),
                    String.format(
                            Locale.ROOT,
                            "it takes %.1f GiB, and %.1f GiB are free. Free some space, or choose a folder on another disk",
                            bytes / GIB,
                            free / GIB));
        }
    }

    /**
     * Whether {@link #write} has been here with the same name and sizes, and come to its end.
     *
     * @throws IllegalArgumentException if there is anything else in the folder
     */
    public static boolean areIn(Path folder, String name, ModelSizes sizes) throws IOException {
        if (!Files.exists(folder) || Files.isDirectory(folder) && files(folder).isEmpty()) {
            return false;
        }
        if (!hasConfiguration(folder, JSON.valueToTree(sizes.configuration(name)))) {
            throw new IllegalArgumentException(
                    "%s holds something else than the weights of \"%s\", or what an interrupted run has left of them: name a new or an empty folder"
                            .formatted(folder, name));
        }
        return true;
    }

    private static boolean hasConfiguration(Path folder, JsonNode expected) throws IOException {
        Path file = folder.resolve(CONFIGURATION_FILE);
        try {
            return Files.exists(folder.resolve(WEIGHTS_FILE))
                    && Files.exists(file)
                    && JSON.readTree(Files.readAllBytes(file)).equals(expected);
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /** Removes what {@link #write} has written or begun to write, and the folder, in which nothing else may be. */
    public static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            for (Path file : files(folder)) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static float[] filled(int size, float value) {
        float[] values = new float[size];
        Arrays.fill(values, value);
        return values;
    }

    private static float[] random(int size) {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (0.1 * (random.nextDouble() - 0.5));
        }
        return values;
    }
}
