package org.steering4j.vector;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What to add to the residual stream: for each steered decoder block (numbered from 0), one float32 array of shape [hiddenSize], to be
 * added to that block's output at every position. It knows no names and no multipliers: those are already worked in.
 *
 * <p>All values are finite. Immutable; may be shared between threads.
 */
public final class LayerSteering {

    private static final LayerSteering NONE = new LayerSteering(new TreeMap<>());

    private final SortedMap<Integer, float[]> layers;

    private LayerSteering(SortedMap<Integer, float[]> layers) {
        this.layers = Collections.unmodifiableSortedMap(layers);
    }

    /** Adds nothing anywhere. */
    public static LayerSteering none() {
        return NONE;
    }

    /**
     * Copies the arrays, keyed by block number.
     *
     * @throws IllegalArgumentException if a layer is negative, an array is empty, the arrays differ in length, or a value is NaN or infinite
     */
    public static LayerSteering of(Map<Integer, float[]> layers) {
        if (layers.isEmpty()) {
            return NONE;
        }
        SortedMap<Integer, float[]> copies = new TreeMap<>();
        int hiddenSize = layers.values().iterator().next().length;
        layers.forEach((layer, values) -> copies.put(layer, checkedCopy(layer, values, hiddenSize)));
        return new LayerSteering(copies);
    }

    private static float[] checkedCopy(int layer, float[] values, int hiddenSize) {
        if (layer < 0) {
            throw new IllegalArgumentException("layer " + layer + " is out of range: layers are numbered from 0");
        }
        if (values.length == 0) {
            throw new IllegalArgumentException("layer " + layer + " has no values: expected one per hidden dimension");
        }
        if (values.length != hiddenSize) {
            throw new IllegalArgumentException("layer " + layer + " has " + values.length
                    + " values and another layer has " + hiddenSize + ": all must have the hidden size of the model");
        }
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException(
                        "layer " + layer + " holds " + values[i] + " at index " + i + ": every value must be finite");
            }
        }
        return values.clone();
    }

    public boolean isNone() {
        return layers.isEmpty();
    }

    /** The steered blocks, ascending; empty for {@link #none()}. */
    public SortedSet<Integer> layers() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(layers.keySet()));
    }

    /**
     * A copy of what to add to the output of one block, shape [hiddenSize].
     *
     * @throws IllegalArgumentException if the block is not among {@link #layers()}
     */
    public float[] layer(int layer) {
        return values(layer).clone();
    }

    /** The length of every array; 0 for {@link #none()}. */
    public int hiddenSize() {
        return layers.isEmpty() ? 0 : layers.get(layers.firstKey()).length;
    }

    /** The array itself, for readers in this package. */
    float[] values(int layer) {
        float[] values = layers.get(layer);
        if (values == null) {
            throw new IllegalArgumentException("layer " + layer + " is not steered; steered: " + layers.keySet());
        }
        return values;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LayerSteering that
                && layers.keySet().equals(that.layers.keySet())
                && layers.keySet().stream().allMatch(layer -> Arrays.equals(layers.get(layer), that.layers.get(layer)));
    }

    @Override
    public int hashCode() {
        int hash = 0;
        for (Map.Entry<Integer, float[]> entry : layers.entrySet()) {
            hash = 31 * (31 * hash + entry.getKey()) + Arrays.hashCode(entry.getValue());
        }
        return hash;
    }

    @Override
    public String toString() {
        return isNone()
                ? "LayerSteering[none]"
                : "LayerSteering[layers=" + layers.keySet() + ", hiddenSize=" + hiddenSize() + "]";
    }
}
