package org.steering4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.steering4j.engine.PrefixCache.Known;
import org.steering4j.vector.LayerSteering;

/** {@link RunningRows} over one key-value cache of the decoder program. */
final class KeyValueRows implements RunningRows {

    /** Positions that the cache is given beyond what is filled, so that it grows rarely. */
    private static final int HEADROOM = 128;

    private final LanguageModel model;
    private final PrefixCache prefixes;
    private final NDManager scope;
    private final List<Row> rows = new ArrayList<>();
    /** [layers, 2, rows, key-value heads, capacity, head size]; null while there are no rows. */
    private NDArray cache;

    private int capacity;
    /** Of all rows; null when rows have come or gone. */
    private SteeringArrays steering;

    KeyValueRows(LanguageModel model, PrefixCache prefixes) {
        this.model = model;
        this.prefixes = prefixes;
        this.scope = model.newScope();
    }

    /** What has been run of one sequence. */
    private static final class Row {

        private final LayerSteering steering;
        private final int promptLength;
        private int[] tokens;
        private int length;
        /** Of the tokens from here to the length, the blocks above {@link #partlyBlock} are yet to be run. */
        private int complete;

        private final int partlyBlock;
        /** After which block the hidden states of all tokens are in the cache. */
        private int keptBlock;

        private Row(LayerSteering steering, int[] prompt, Known known) {
            this.steering = steering;
            this.promptLength = prompt.length;
            this.tokens = prompt.clone();
            this.length = known.partly();
            this.complete = known.complete();
            this.partlyBlock = known.partlyBlock();
            this.keptBlock = known.keptBlock();
        }

        private void append(int[] more, int block) {
            keptBlock = length == 0 || keptBlock == block ? block : PrefixCache.NO_BLOCK;
            if (length + more.length > tokens.length) {
                tokens = Arrays.copyOf(tokens, length + more.length + HEADROOM);
            }
            System.arraycopy(more, 0, tokens, length, more.length);
            length += more.length;
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
    public int add(int[] prompt, LayerSteering rowSteering) {
        NDArray joining = null;
        int furtherLayers = prefixes.isOff() ? 0 : model.furtherLayers();
        try (NDArray size = scope.create(new long[] {1, prompt.length, furtherLayers})) {
            joining = model.run("new_cache", size).get(0);
            Known known = prefixes.load(prompt, rowSteering, joining);
            join(joining, prompt.length);
            rows.add(new Row(rowSteering, prompt, known));
            return known.partly();
        } catch (Throwable e) {
            if (joining != null) {
                joining.close();
            }
            throw e;
        }
    }

    /** Takes over rows at the end of the cache. */
    private void join(NDArray joining, int positions) {
        if (cache == null) {
            joining.attach(scope);
            cache = joining;
            capacity = positions;
        } else {
            NDArray joined = model.run("join_rows", cache, joining).get(0);
            cache.close();
            joining.close();
            cache = joined;
            capacity = Math.max(capacity, positions);
        }
        forgetSteering();
    }

    @Override
    public boolean complete(int atMost) {
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            int count = Math.min(atMost, row.length - row.complete);
            if (count > 0) {
                try (NDManager step = scope.newSubManager()) {
                    SteeringArrays arrays = SteeringArrays.of(step, List.of(row.steering), model.shape());
                    NDArray place = step.create(new long[] {i, row.complete, count, row.partlyBlock});
                    model.run("extend_above", place, cache, arrays.layers(), arrays.vectors());
                }
                row.complete += count;
                return true;
            }
        }
        return false;
    }

    @Override
    public float[][] run(int[][] tokens, boolean[] wanted) {
        int longest = Arrays.stream(tokens).mapToInt(row -> row.length).max().orElseThrow();
        requireCapacity(rows.stream().mapToInt(row -> row.length).max().orElseThrow() + longest);
        if (steering == null) {
            steering = SteeringArrays.of(
                    scope, rows.stream().map(row -> row.steering).toList(), model.shape());
        }
        long[] padded = new long[rows.size() * longest];
        long[] positions = new long[padded.length];
        long[] selected = new long[rows.size()];
        int selectedCount = 0;
        for (int i = 0; i < tokens.length; i++) {
            for (int j = 0; j < longest; j++) {
                padded[i * longest + j] = j < tokens[i].length ? tokens[i][j] : 0;
                positions[i * longest + j] = rows.get(i).length + j;
            }
            if (wanted[i]) {
                selected[selectedCount++] = (long) i * longest + tokens[i].length - 1;
            }
        }
        try (NDManager step = scope.newSubManager()) {
            Shape shape = new Shape(rows.size(), longest);
            int keptBlock = prefixes.keptBlock();
            NDArray logits = model.run(
                            "next_token_logits",
                            step.create(padded, shape),
                            step.create(positions, shape),
                            step.create(Arrays.copyOf(selected, selectedCount), new Shape(selectedCount)),
                            cache,
                            step.create(new long[] {keptBlock}),
                            steering.layers(),
                            steering.vectors())
                    .get(0);
            for (int i = 0; i < tokens.length; i++) {
                rows.get(i).append(tokens[i], keptBlock);
            }
            return byRow(selectedCount == 0 ? new float[0] : logits.toFloatArray(), wanted);
        }
    }

    private float[][] byRow(float[] logits, boolean[] wanted) {
        int vocabulary = model.vocabularySize();
        float[][] byRow = new float[wanted.length][];
        int next = 0;
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i]) {
                byRow[i] = Arrays.copyOfRange(logits, next, next + vocabulary);
                next += vocabulary;
            }
        }
        return byRow;
    }

    private void requireCapacity(int needed) {
        if (needed <= capacity) {
            return;
        }
        // A short row that is padded beside a long one may need positions beyond the context.
        int wanted = Math.max(needed, Math.min(model.contextLength(), needed + HEADROOM));
        try (NDArray positions = scope.create(new long[] {wanted})) {
            NDArray grown = model.run("grow_cache", cache, positions).get(0);
            cache.close();
            cache = grown;
            capacity = wanted;
        }
    }

    @Override
    public void moveTo(RunningRows others, int[] indices) {
        KeyValueRows target = (KeyValueRows) others;
        List<Row> moving = IntStream.of(indices).mapToObj(rows::get).toList();
        if (moving.size() == rows.size()) {
            NDArray all = cache;
            cache = null;
            target.join(all, capacity);
        } else {
            target.join(select(indices), capacity);
            remove(indices);
        }
        target.rows.addAll(moving);
        rows.removeAll(moving);
        forgetSteering();
    }

    @Override
    public void remember(int index) {
        Row row = rows.get(index);
        prefixes.store(Arrays.copyOf(row.tokens, row.complete), row.steering, row.keptBlock, cache, index);
    }

    @Override
    public void remove(int[] indices) {
        List<Row> leaving = IntStream.of(indices).mapToObj(rows::get).toList();
        int[] staying = IntStream.range(0, rows.size())
                .filter(i -> !leaving.contains(rows.get(i)))
                .toArray();
        NDArray kept = staying.length == 0 ? null : select(staying);
        cache.close();
        cache = kept;
        rows.removeAll(leaving);
        forgetSteering();
    }

    private NDArray select(int[] indices) {
        try (NDArray index = scope.create(LanguageModel.widen(indices))) {
            return model.run("select_rows", cache, index).get(0);
        }
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
