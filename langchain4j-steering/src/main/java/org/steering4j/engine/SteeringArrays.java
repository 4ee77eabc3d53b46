package org.steering4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.steering4j.vector.LayerSteering;
import org.steering4j.vector.ModelShape;

/**
 * The steering of some rows as the decoder program takes it: the blocks that any row steers, int64 [K], and float32
 * [rows, K, hidden size], zero where a row does not steer a block.
 */
record SteeringArrays(NDArray layers, NDArray vectors) {

    static SteeringArrays of(NDManager scope, List<LayerSteering> rows, ModelShape shape) {
        SortedSet<Integer> layers = new TreeSet<>();
        rows.forEach(row -> layers.addAll(row.layers()));
        int hiddenSize = shape.hiddenSize();
        float[] vectors = new float[rows.size() * layers.size() * hiddenSize];
        int offset = 0;
        for (LayerSteering row : rows) {
            requireFit(row, shape);
            SortedSet<Integer> steered = row.layers();
            for (int layer : layers) {
                if (steered.contains(layer)) {
                    System.arraycopy(row.layer(layer), 0, vectors, offset, hiddenSize);
                }
                offset += hiddenSize;
            }
        }
        return new SteeringArrays(
                scope.create(layers.stream().mapToLong(Integer::longValue).toArray(), new Shape(layers.size())),
                scope.create(vectors, new Shape(rows.size(), layers.size(), hiddenSize)));
    }

    static void requireFit(LayerSteering steering, ModelShape shape) {
        if (steering.isNone()) {
            return;
        }
        if (steering.hiddenSize() != shape.hiddenSize()) {
            throw new IllegalArgumentException("the steering has %d values a layer, but %s has a hidden size of %d"
                    .formatted(steering.hiddenSize(), shape.name(), shape.hiddenSize()));
        }
        requireLayer(steering.layers().last(), shape);
    }

    static void requireLayer(int layer, ModelShape shape) {
        if (layer < 0 || layer >= shape.numberOfLayers()) {
            throw new IllegalArgumentException("layer %d is out of range: %s has layers 0 to %d"
                    .formatted(layer, shape.name(), shape.numberOfLayers() - 1));
        }
    }
}
