package org.steering4j.engine.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steering4j.checkpoint.StoredWeight;
import org.steering4j.checkpoint.Weight;
import org.steering4j.internal.DataType;

/** Where each weight lies, in the form in which decoder.py's {@code load} reads it. */
final class WeightTable {

    /** A file mapped as elements of one type; a file with two types is mapped in two ways. */
    private record Mapping(Path file, DataType type) {}

    /**
     * A weight to be loaded.
     *
     * @param stored where it lies
     * @param place kind, mapping, offset in elements, rows (0: a vector), columns, 1 if it is a projection, 2 if the next is one of the same
     *     input
     */
    record Place(StoredWeight stored, long[] place) {}

    private final Map<Mapping, Integer> mappings = new LinkedHashMap<>();
    private final List<Place> places = new ArrayList<>();

    /** @param projections if plain, the token embedding is one matrix with a tied output head; else the head is packed from it */
    WeightTable(List<StoredWeight> weights, Projections projections) {
        boolean tied = weights.stream().noneMatch(stored -> stored.weight() == Weight.OUTPUT_HEAD);
        for (StoredWeight stored : Projections.inOrder(weights)) {
            add(stored, stored.weight(), projections.isMatrix(stored, tied));
            if (stored.weight() == Weight.TOKEN_EMBEDDING && tied && projections != Projections.PLAIN) {
                add(stored, Weight.OUTPUT_HEAD, true);
            }
        }
    }

    private void add(StoredWeight stored, Weight weight, boolean projection) {
        Mapping mapping = new Mapping(stored.file(), stored.tensor().dataType());
        mappings.putIfAbsent(mapping, mappings.size());
        List<Long> shape = stored.tensor().shape();
        places.add(new Place(stored, new long[] {
            weight.ordinal(),
            mappings.get(mapping),
            stored.tensor().offsetBytes() / stored.tensor().dataType().bytes(),
            shape.size() == 1 ? 0 : shape.get(0),
            shape.get(shape.size() - 1),
            !projection ? 0 : Projections.isFollowedByOneOfTheSameInput(weight) ? 2 : 1
        }));
    }

    /** Ordered by layer, then by kind; what is of no layer comes first. */
    List<Place> places() {
        return places;
    }

    List<String> mappedPaths() {
        return mappings.keySet().stream()
                .map(mapping -> mapping.file().toAbsolutePath().toString())
                .toList();
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
