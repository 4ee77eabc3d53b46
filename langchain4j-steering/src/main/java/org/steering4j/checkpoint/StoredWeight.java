package org.steering4j.checkpoint;

import java.nio.file.Path;
import org.steering4j.internal.TensorInfo;

/**
 * A weight and where it lies on disk. Immutable.
 *
 * @param layer the block it belongs to; 0 for a weight that is not per layer
 */
public record StoredWeight(Weight weight, int layer, Path file, TensorInfo tensor) {}
