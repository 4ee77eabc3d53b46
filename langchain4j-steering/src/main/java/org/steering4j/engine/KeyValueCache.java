package org.steering4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * A key-value cache of the decoder program of which the first rows are in use. Rows come and go without a copy of the others, because it has
 * room to spare: it is made with a quarter more rows and {@link #SPARE_POSITIONS} more than asked for, and made smaller when only a quarter of
 * its rows are in use. For one thread.
 */
final class KeyValueCache {

    private static final int SPARE_POSITIONS = 128;

    private final LanguageModel model;
    private final NDManager scope;
    private final int furtherLayers;
    /** [layers, 2, rows, key-value heads, positions, head size]; null while no row is in use. */
    private NDArray array;

    /** @param furtherLayers that hold the hidden states after one block; 0: none are kept */
    KeyValueCache(LanguageModel model, NDManager scope, int furtherLayers) {
        this.model = model;
        this.scope = scope;
        this.furtherLayers = furtherLayers;
    }

    NDArray array() {
        return array;
    }

    /**
     * Makes room.
     *
     * @param used rows to keep
     * @param rows including those
     * @param positions of every row
     * @throws NotEnoughMemoryException if there is not even room for those, beside what is there; all is as it was then
     */
    void reserve(int used, int rows, int positions) {
        if (rows <= rows() && positions <= positions()) {
            return;
        }
        int roomyRows = rows + rows / 4;
        int roomyPositions = Math.max(positions, Math.min(model.contextLength(), positions + SPARE_POSITIONS));
        if (model.hasRoomFor(bytes(roomyRows, roomyPositions))) {
            resize(used, roomyRows, roomyPositions);
        } else if (model.hasRoomFor(bytes(rows, positions))) {
            resize(used, rows, positions);
        } else {
            throw model.tooLittleMemoryForCache(rows, positions, bytes(rows, positions));
        }
    }

    private long bytes(int rows, int positions) {
        return (long) rows * positions * model.cacheBytesPerToken(furtherLayers);
    }

    /** The rows in use are fewer now; much room that nothing needs is given back. */
    void release(int used, int positions) {
        if (used == 0) {
            close();
        } else if (used <= rows() / 4 && model.hasRoomFor(bytes(used, positions))) {
            resize(used, used, positions);
        }
    }

    /** A view of one row, set to zero, to be closed by the caller. */
    NDArray clearedRow(int row) {
        try (NDArray index = scope.create(new long[] {row})) {
            return model.run("cleared_row", index, array).get(0);
        }
    }

    /** Copies the first positions of a row of a cache, which may be this one, and sets the others to zero. */
    void copy(KeyValueCache source, int from, int to, int positions) {
        try (NDManager step = scope.newSubManager()) { // what a method returns belongs to its first argument's manager
            model.run("copy_rows", step.create(new long[][] {{from, to, positions}}), source.array, array);
        }
    }

    /** Takes over all rows of another cache, which has none then. */
    void takeFrom(KeyValueCache other) {
        close();
        array = other.array;
        other.array = null;
        array.attach(scope);
    }

    private void resize(int used, int rows, int positions) {
        NDArray resized;
        if (array == null) {
            try (NDArray shape = scope.create(new long[] {rows, positions, furtherLayers})) {
                resized = model.run("new_cache", shape).get(0);
            }
        } else {
            try (NDArray size = scope.create(new long[] {used, rows, positions})) {
                resized = model.run("resize_cache", size, array).get(0);
            }
        }
        close();
        resized.attach(scope);
        array = resized;
    }

    private long rows() {
        return array == null ? 0 : array.getShape().get(2);
    }

    private long positions() {
        return array == null ? 0 : array.getShape().get(4);
    }

    private void close() {
        if (array != null) {
            array.close();
            array = null;
        }
    }
}
