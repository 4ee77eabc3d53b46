package org.steering4j.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.steering4j.vector.LayerSteering;

/** {@link RunningRows} whose next token follows from the tokens before it and the steering, by chance; remembers what was run. */
class ScriptedRows implements RunningRows {

    static final int VOCABULARY = 50;

    /** What all rows of a model share. */
    static final class Log {
        /** Called before each run with the tokens that each row is to run. */
        volatile Consumer<int[][]> beforeRun = tokens -> {};

        volatile Consumer<int[]> beforeAdd = prompt -> {};
        volatile LayerSteering broken;
        final List<int[][]> runs = Collections.synchronizedList(new ArrayList<>());
        final List<String> remembered = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger open = new AtomicInteger();
        /** Rows, each as long as the longest, at the step at which these were most; a row alone does not count. */
        final AtomicLong mostTokens = new AtomicLong();

        /** Room for rows, each as long as the longest. */
        volatile long memory = Long.MAX_VALUE;

        private final List<ScriptedRows> groups = new CopyOnWriteArrayList<>();
        volatile int known;
        /** Chunks of work before the prompts can be run. */
        final AtomicInteger incomplete = new AtomicInteger();

        private void measure() {
            int rows = groups.stream().mapToInt(ScriptedRows::size).sum();
            long longest = groups.stream().mapToInt(ScriptedRows::longest).max().orElse(0);
            if (rows > 1) {
                mostTokens.accumulateAndGet(rows * longest, Math::max);
            }
        }
    }

    /** As a cache of keys and values that would grow to this. */
    private void requireMemory(long ofGroup, long length) {
        long others = log.groups.stream()
                .filter(group -> group != this)
                .mapToLong(group -> (long) group.size() * group.longest())
                .sum();
        if (others + ofGroup * length > log.memory) {
            throw new NotEnoughMemoryException(
                    "%d rows of %d tokens beside %d tokens do not fit".formatted(ofGroup, length, others));
        }
    }

    private record Row(List<Integer> tokens, LayerSteering steering, int promptLength) {}

    private final Log log;
    private final List<Row> rows = new ArrayList<>();

    ScriptedRows(Log log) {
        this.log = log;
        log.open.incrementAndGet();
        log.groups.add(this);
    }

    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public int longest() {
        return rows.stream()
                .mapToInt(row -> Math.max(row.promptLength, row.tokens.size()))
                .max()
                .orElse(0);
    }

    @Override
    public int add(int[] prompt, LayerSteering steering, CachePartition partition) {
        log.beforeAdd.accept(prompt);
        requireMemory(size() + 1, Math.max(longest(), prompt.length));
        int known = Math.min(log.known, prompt.length - 1);
        rows.add(new Row(
                new ArrayList<>(IntStream.of(prompt).limit(known).boxed().toList()), steering, prompt.length));
        return known;
    }

    @Override
    public boolean complete(int atMost) {
        return log.incomplete.getAndUpdate(chunks -> Math.max(0, chunks - 1)) > 0;
    }

    @Override
    public void reserve(int tokens) {
        int longest = rows.stream().mapToInt(row -> row.tokens.size()).max().orElse(0);
        requireMemory(size(), size() == 0 ? 0 : Math.max(longest(), longest + tokens));
    }

    @Override
    public float[][][] run(int[][] tokens, int[] wanted) {
        if (tokens.length != rows.size() || wanted.length != rows.size()) {
            throw new AssertionError(tokens.length + " rows of tokens for " + rows.size() + " rows");
        }
        log.runs.add(tokens);
        log.beforeRun.accept(tokens);
        float[][][] logits = new float[tokens.length][][];
        for (int i = 0; i < tokens.length; i++) {
            Row row = rows.get(i);
            logits[i] = new float[wanted[i]][];
            int first = tokens[i].length - wanted[i];
            for (int j = 0; j < tokens[i].length; j++) {
                row.tokens.add(tokens[i][j]);
                if (j >= first) {
                    logits[i][j - first] = logits(row.tokens, row.promptLength, row.steering);
                }
            }
        }
        log.measure();
        return logits;
    }

    @Override
    public void takeBack(int row, int count) {
        List<Integer> tokens = rows.get(row).tokens;
        tokens.subList(tokens.size() - count, tokens.size()).clear();
    }

    /** @param tokens prompt and answer so far */
    float[] logits(List<Integer> tokens, int promptLength, LayerSteering steering) {
        Random random = new Random(31L * tokens.hashCode() + steering.hashCode());
        float[] logits = new float[VOCABULARY];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = steering.equals(log.broken) ? Float.NaN : (float) random.nextGaussian();
        }
        return logits;
    }

    @Override
    public void moveTo(RunningRows others, int[] indices) {
        List<Row> moving = IntStream.of(indices).mapToObj(rows::get).toList();
        ScriptedRows target = (ScriptedRows) others;
        if (!target.rows.isEmpty()) { // else the cache goes over whole
            int longest =
                    moving.stream().mapToInt(row -> row.tokens.size()).max().orElse(0);
            target.requireMemory(target.size() + moving.size(), Math.max(target.longest(), longest));
        }
        target.rows.addAll(moving);
        remove(indices);
    }

    @Override
    public void remember(int row) {
        log.remembered.add(rows.get(row).tokens.toString());
    }

    @Override
    public void remove(int[] indices) {
        Set<Integer> leaving = Set.copyOf(IntStream.of(indices).boxed().toList());
        List<Row> staying = IntStream.range(0, rows.size())
                .filter(i -> !leaving.contains(i))
                .mapToObj(rows::get)
                .toList();
        rows.clear();
        rows.addAll(staying);
    }

    @Override
    public void close() {
        log.groups.remove(this);
        log.open.decrementAndGet();
    }
}
