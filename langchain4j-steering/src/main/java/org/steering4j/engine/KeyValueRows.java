package org.steering4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.steering4j.engine.PrefixCache.Known;
import org.steering4j.vector.LayerSteering;

/** {@link RunningRows} over one key-value cache of the decoder program. */
final class KeyValueRows implements RunningRows {

    /** By how much a row's array of tokens grows. */
    private static final int HEADROOM = 128;

    private final LanguageModel model;
    private final PrefixCache prefixes;
    private final NDManager scope;
    private final List<Row> rows = new ArrayList<>();
    private final KeyValueCache cache;
    /** Of all rows; null when rows have come or gone. */
    private SteeringArrays steering;

    KeyValueRows(LanguageModel model, PrefixCache prefixes) {
        this.model = model;
        this.prefixes = prefixes;
        this.scope = model.newScope();
        this.cache = new KeyValueCache(model, scope, prefixes.isOff() ? 0 : model.furtherLayers());
    }

    /** What has been run of one sequence. */
    private static final class Row {

        private final LayerSteering steering;
        private final CachePartition partition;
        private final int promptLength;
        private int[] tokens;
        private int length;
        /** Of the tokens from here to the length, the blocks above {@link #keptBlock} are yet to be run. */
        private int complete;
        /** After which block hidden states were kept when the row came. */
        private final int keptBlock;
        /** Which row of the cache is this one's: those of n rows are the first n, in any order. */
        private int slot;

        private Row(
                LayerSteering steering, CachePartition partition, int[] prompt, Known known, int keptBlock, int slot) {
            this.steering = steering;
            this.partition = partition;
            this.promptLength = prompt.length;
            this.tokens = prompt.clone();
            this.length = known.partly();
            this.complete = known.complete();
            this.keptBlock = keptBlock;
            this.slot = slot;
        }

        private void append(int[] more) {
            if (length + more.length > tokens.length) {
                tokens = Arrays.copyOf(tokens, length + more.length + HEADROOM);
            }
            System.arraycopy(more, 0, tokens, length, more.length);
            length += more.length;
            complete = length;
        }

        private void takeBack(int count) {
            length -= count;
            complete = length;
        }
    }

    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public int longest() {
        return rows.stream()
                .mapToInt(row -> Math.max(row.promptLength, row.length))
                .max()
                .orElse(0);
    }

    @Override
    public int add(int[] prompt, LayerSteering rowSteering, CachePartition partition) {
        int slot = rows.size();
        cache.reserve(slot, slot + 1, Math.max(longest(), prompt.length));
        try (NDArray row = cache.clearedRow(slot)) {
            Known known = prefixes.load(prompt, rowSteering, partition, row);
            rows.add(new Row(rowSteering, partition, prompt, known, prefixes.keptBlock(), slot));
            forgetSteering();
            return known.partly();
        }
    }

    @Override
    public boolean complete(int atMost) {
        for (Row row : rows) {
            int count = Math.min(atMost, row.length - row.complete);
            if (count > 0) {
                try (NDManager step = scope.newSubManager()) {
                    SteeringArrays arrays = SteeringArrays.of(step, List.of(row.steering), model.shape());
                    NDArray place = step.create(new long[] {row.slot, row.complete, count, row.keptBlock});
                    model.run("extend_above", place, cache.array(), arrays.layers(), arrays.vectors());
                }
                row.complete += count;
                return true;
            }
        }
        return false;
    }

    @Override
    public void reserve(int tokens) {
        if (!rows.isEmpty()) {
            // A short row that is padded beside a long one may need positions beyond the context.
            cache.reserve(rows.size(), rows.size(), longestRun() + tokens);
        }
    }

    @Override
    public float[][][] run(int[][] tokens, int[] wanted) {
        int longest = Arrays.stream(tokens).mapToInt(row -> row.length).max().orElseThrow();
        reserve(longest);
        if (steering == null) {
            steering = SteeringArrays.of(
                    scope, bySlot().stream().map(row -> row.steering).toList(), model.shape());
        }
        long[] padded = new long[rows.size() * longest];
        long[] positions = new long[padded.length];
        long[] selected = new long[Arrays.stream(wanted).sum()];
        int selectedCount = 0;
        for (int i = 0; i < tokens.length; i++) {
            int start = rows.get(i).slot * longest;
            for (int j = 0; j < longest; j++) {
                // Padded with its own last token, see Sequences.
                padded[start + j] = tokens[i][Math.min(j, tokens[i].length - 1)];
                positions[start + j] = rows.get(i).length + j;
            }
            for (int j = tokens[i].length - wanted[i]; j < tokens[i].length; j++) {
                selected[selectedCount++] = start + j;
            }
        }
        try (NDManager step = scope.newSubManager()) {
            Shape shape = new Shape(rows.size(), longest);
            NDArray logits = model.run(
                            "next_token_logits",
                            step.create(padded, shape),
                            step.create(positions, shape),
                            step.create(selected, new Shape(selected.length)),
                            cache.array(),
                            step.create(new long[] {prefixes.keptBlock()}),
                            steering.layers(),
                            steering.vectors())
                    .get(0);
            for (int i = 0; i < tokens.length; i++) {
                rows.get(i).append(tokens[i]);
            }
            return byRow(logits, wanted);
        }
    }

    private int longestRun() {
        return rows.stream().mapToInt(row -> row.length).max().orElse(0);
    }

    private List<Row> bySlot() {
        return rows.stream().sorted(Comparator.comparingInt(row -> row.slot)).toList();
    }

    /** Copied once, straight out of native memory: of a large vocabulary these are megabytes. */
    private float[][][] byRow(NDArray logits, int[] wanted) {
        float[][][] byRow = new float[wanted.length][][];
        FloatBuffer values = logits.isEmpty()
                ? FloatBuffer.allocate(0)
                : logits.toByteBuffer(true).asFloatBuffer();
        for (int i = 0; i < wanted.length; i++) {
            byRow[i] = new float[wanted[i]][];
            for (int j = 0; j < wanted[i]; j++) {
                byRow[i][j] = new float[model.vocabularySize()];
                values.get(byRow[i][j]);
            }
        }
        return byRow;
    }

    /** Their keys and values stay where they are: no token looks there before the next ones have overwritten them. */
    @Override
    public void takeBack(int index, int tokens) {
        rows.get(index).takeBack(tokens);
    }

    @Override
    public void moveTo(RunningRows others, int[] indices) {
        KeyValueRows target = (KeyValueRows) others;
        List<Row> moving = IntStream.of(indices).mapToObj(rows::get).toList();
        if (target.rows.isEmpty() && moving.size() == rows.size()) {
            target.cache.takeFrom(cache);
            target.rows.addAll(moving);
            rows.clear();
        } else {
            target.copyFrom(cache, moving);
            remove(indices);
            for (Row row : moving) {
                row.slot = target.rows.size();
                target.rows.add(row);
            }
        }
        forgetSteering();
        target.forgetSteering();
    }

    /** Copies rows of another cache behind those in use. */
    private void copyFrom(KeyValueCache source, List<Row> moving) {
        int longest = moving.stream().mapToInt(row -> row.length).max().orElse(0);
        cache.reserve(rows.size(), rows.size() + moving.size(), Math.max(longest(), longest));
        for (int i = 0; i < moving.size(); i++) {
            cache.copy(source, moving.get(i).slot, rows.size() + i, moving.get(i).length);
        }
    }

    @Override
    public void remember(int index) {
        Row row = rows.get(index);
        prefixes.store(
                Arrays.copyOf(row.tokens, row.complete),
                row.steering,
                row.partition,
                row.keptBlock,
                cache.array(),
                row.slot);
    }

    @Override
    public void remove(int[] indices) {
        List<Row> leaving = IntStream.of(indices)
                .mapToObj(rows::get)
                .sorted(Comparator.comparingInt((Row row) -> row.slot).reversed())
                .toList();
        for (Row row : leaving) { // the last slot's row, which stays or is this one, takes the slot
            Row last = rows.stream()
                    .max(Comparator.comparingInt(other -> other.slot))
                    .orElseThrow();
            rows.remove(row);
            if (last != row) {
                cache.copy(cache, last.slot, row.slot, last.length);
                last.slot = row.slot;
            }
        }
        cache.release(rows.size(), longest());
        forgetSteering();
    }

    private void forgetSteering() {
        if (steering != null) {
            steering.layers().close();
            steering.vectors().close();
            steering = null;
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
