package org.steering4j.engine.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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
        boolean plain = projections == Projections.PLAIN;
        boolean tied = weights.stream().noneMatch(stored -> stored.weight() == Weight.OUTPUT_HEAD);
        for (StoredWeight stored : byLayer(weights)) {
            boolean matrix = stored.tensor().shape().size() == 2;
            boolean embedding = stored.weight() == Weight.TOKEN_EMBEDDING;
            add(stored, stored.weight(), matrix && (plain || !embedding));
            if (embedding && tied && !plain) {
                add(stored, Weight.OUTPUT_HEAD, true);
            }
        }
    }

    /** So that projections of the same input follow each other. */
    private static List<StoredWeight> byLayer(List<StoredWeight> weights) {
        return weights.stream()
                .sorted(Comparator.comparingInt(StoredWeight::layer).thenComparing(StoredWeight::weight))
                .toList();
    }

    private static boolean isFollowedByOneOfTheSameInput(Weight weight) {
        return weight == Weight.QUERY || weight == Weight.KEY || weight == Weight.GATE;
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
            !projection ? 0 : isFollowedByOneOfTheSameInput(weight) ? 2 : 1
        }));
    }

    /** Ordered by layer, then by kind; what is of no layer comes first. */
    List<Place> places() {
        return places;
    }

    /** Or what is held together with others, in elements. */
    long largestProjection() {
        long largest = 0;
        long together = 0;
        for (Place place : places) {
            if (place.place()[5] > 0) {
                together += place.stored().tensor().elements();
                largest = Math.max(largest, together);
            }
            if (place.place()[5] == 1) {
                together = 0;
            }
        }
        return largest;
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
