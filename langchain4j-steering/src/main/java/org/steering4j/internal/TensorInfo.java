package org.steering4j.internal;

import java.util.List;

/**
 * Where a tensor lies in its file. Immutable.
 *
 * @param dataType type of its elements
 * @param shape lengths of its dimensions, outermost first; empty for a single number
 * @param offsetBytes from the start of the file
 * @param lengthBytes product of the shape times the bytes of an element
 */
public record TensorInfo(DataType dataType, List<Long> shape, long offsetBytes, long lengthBytes) {

    public TensorInfo {
        shape = List.copyOf(shape);
    }

    public long elements() {
        return lengthBytes / dataType.bytes();
    }
}
