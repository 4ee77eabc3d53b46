package org.steering4j.engine.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steering4j.checkpoint.LoraAdapter;
import org.steering4j.checkpoint.StoredWeight;
import org.steering4j.checkpoint.Weight;
import org.steering4j.internal.DataType;

/** Where each weight lies, in the form in which decoder.py reads it. */
final class WeightTable {

    /** A file mapped as elements of one type; a file with two types is mapped in two ways. */
    private record Mapping(Path file, DataType type) {}

    /**
     * A weight to be loaded.
     *
     * @param stored where it lies
     * @param place kind, mapping, offset in elements, rows (0: a vector), columns; of a matrix that is multiplied also the first element in
     *     the block that its stack is converted in, and 1 if an adapter is merged
     */
    record Place(StoredWeight stored, long[] place) {}

    /**
     * Matrices that are packed together.
     *
     * @param number of the first of them, among all matrices
     */
    record Stack(int number, List<Place> parts, boolean adapted) {

        long elements() {
            return parts.stream()
                    .mapToLong(part -> part.stored().tensor().elements())
                    .sum();
        }
    }

    private final Map<Mapping, Integer> mappings = new LinkedHashMap<>();
    private final List<Place> alone = new ArrayList<>();
    private final List<Stack> stacks = new ArrayList<>();
    private int matrices;

    /** @param projections if plain, the token embedding is one matrix with a tied output head; else the head is packed from it */
    WeightTable(List<StoredWeight> weights, Projections projections, Optional<LoraAdapter> adapter) {
        boolean tied = Projections.isTied(weights);
        for (StoredWeight stored : Projections.inOrder(weights)) {
            if (!projections.isMatrix(stored, tied)) {
                alone.add(place(stored, stored.weight(), 0, false));
            }
        }
        for (List<StoredWeight> stack : projections.stacks(weights, adapter)) {
            add(stack, projections, adapter);
        }
    }

    private void add(List<StoredWeight> stack, Projections projections, Optional<LoraAdapter> adapter) {
        List<Place> parts = new ArrayList<>();
        long elements = 0;
        boolean anyAdapted = false;
        for (StoredWeight stored : stack) {
            boolean head = stored.weight() == Weight.TOKEN_EMBEDDING && projections != Projections.PLAIN;
            boolean adapted = adapter.isPresent() && adapter.get().adapts(stored);
            parts.add(place(stored, head ? Weight.OUTPUT_HEAD : stored.weight(), elements, adapted));
            elements += stored.tensor().elements();
            anyAdapted |= adapted;
        }
        stacks.add(new Stack(matrices, List.copyOf(parts), anyAdapted));
        matrices += stack.size();
    }

    private Place place(StoredWeight stored, Weight weight, long first, boolean adapted) {
        Mapping mapping = new Mapping(stored.file(), stored.tensor().dataType());
        mappings.putIfAbsent(mapping, mappings.size());
        List<Long> shape = stored.tensor().shape();
        return new Place(stored, new long[] {
            weight.ordinal(),
            mappings.get(mapping),
            stored.tensor().offsetBytes() / stored.tensor().dataType().bytes(),
            shape.size() == 1 ? 0 : shape.get(0),
            shape.get(shape.size() - 1),
            first,
            adapted ? 1 : 0
        });
    }

    /** What nothing is multiplied by, ordered by layer; what is of no layer comes first. */
    List<Place> alone() {
        return alone;
    }

    /** The matrices that are multiplied, ordered by layer; what is of no layer comes first. */
    List<Stack> stacks() {
        return stacks;
    }

    int matrices() {
        return matrices;
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
