package org.steering4j.engine.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steering4j.checkpoint.StoredWeight;
import org.steering4j.internal.DataType;

/** Where each weight lies, in the form in which decoder.py's {@code load} reads it. */
final class WeightTable {

    /** Kind, mapping, offset in elements, rows (0: a vector), columns. */
    static final int COLUMNS = 5;

    /** A file mapped as elements of one type; a file with two types is mapped twice. */
    private record Mapping(Path file, DataType type) {}

    private final List<StoredWeight> weights;
    private final Map<Mapping, Integer> mappings = new LinkedHashMap<>();

    WeightTable(List<StoredWeight> weights) {
        this.weights = weights;
        weights.forEach(weight -> mappings.putIfAbsent(mapping(weight), mappings.size()));
    }

    private static Mapping mapping(StoredWeight weight) {
        return new Mapping(weight.file(), weight.tensor().dataType());
    }

    int size() {
        return weights.size();
    }

    /** Row-major, {@link #size()} by {@link #COLUMNS}. */
    long[] rows() {
        long[] rows = new long[weights.size() * COLUMNS];
        int next = 0;
        for (StoredWeight stored : weights) {
            List<Long> shape = stored.tensor().shape();
            rows[next++] = stored.weight().ordinal();
            rows[next++] = mappings.get(mapping(stored));
            rows[next++] =
                    stored.tensor().offsetBytes() / stored.tensor().dataType().bytes();
            rows[next++] = shape.size() == 1 ? 0 : shape.get(0);
            rows[next++] = shape.get(shape.size() - 1);
        }
        return rows;
    }

    List<String> mappedPaths() {
        return mappings.keySet().stream()
                .map(mapping -> mapping.file().toAbsolutePath().toString())
                .toList();
    }

    List<Long> mappedElements() {
        List<Long> elements = new ArrayList<>();
        for (Mapping mapping : mappings.keySet()) {
            try {
                elements.add(Files.size(mapping.file()) / mapping.type().bytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return elements;
    }

    List<Integer> mappedTypes() {
        return mappings.keySet().stream()
                .map(mapping -> torchType(mapping.type()))
                .toList();
    }

    /** The number by which TorchScript names a type. */
    static int torchType(DataType type) {
        return switch (type) {
            case F16 -> 5;
            case F32 -> 6;
            case F64 -> 7;
            case BF16 -> 15;
            default -> throw new IllegalArgumentException("not a type of weights: " + type);
        };
    }
}
