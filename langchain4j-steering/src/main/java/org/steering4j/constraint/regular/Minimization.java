package org.steering4j.constraint.regular;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Finds the smallest automaton: leaves out states that lead to no end, and joins those that the same texts lead to an end from (Hopcroft
 * 1971). For one automaton, whose states can all be reached from state 0.
 */
final class Minimization {

    private final int classCount;
    /** With one more state, which stands for all that lead to no end, in which each class leads to itself. */
    private final int[][] next;

    private final BitSet ends;
    private final int sink;

    /** For each class the states before a state: {@link #sources} from {@link #firstSource} of the state to that of the next one. */
    private final int[][] sources;

    private final int[][] firstSource;

    /** The states, block by block. */
    private final int[] states;

    /** Where a state lies in {@link #states}. */
    private final int[] places;

    private final int[] blockOf;
    private final List<int[]> blocks = new ArrayList<>();
    private final int[] marked;

    Minimization(int[][] automaton, BitSet accepting, int classCount) {
        this.classCount = classCount;
        this.sink = automaton.length;
        this.next = new int[sink + 1][classCount];
        this.ends = accepting;
        for (int state = 0; state < sink; state++) {
            for (int c = 0; c < classCount; c++) {
                next[state][c] = automaton[state][c] == Automaton.NONE ? sink : automaton[state][c];
            }
        }
        Arrays.fill(next[sink], sink);
        this.sources = new int[classCount][];
        this.firstSource = new int[classCount][];
        for (int c = 0; c < classCount; c++) {
            invert(c);
        }
        this.states = new int[next.length];
        this.places = new int[next.length];
        this.blockOf = new int[next.length];
        this.marked = new int[next.length];
        partition();
    }

    private void invert(int c) {
        int[] first = new int[next.length + 1];
        for (int[] row : next) {
            first[row[c] + 1]++;
        }
        for (int state = 0; state < next.length; state++) {
            first[state + 1] += first[state];
        }
        int[] filled = Arrays.copyOf(first, next.length);
        sources[c] = new int[next.length];
        for (int state = 0; state < next.length; state++) {
            sources[c][filled[next[state][c]]++] = state;
        }
        firstSource[c] = first;
    }

    private void partition() {
        int count = 0;
        for (int state = 0; state < next.length; state++) {
            if (ends.get(state)) {
                place(state, count++);
            }
        }
        int endCount = count;
        for (int state = 0; state < next.length; state++) {
            if (!ends.get(state)) {
                place(state, count++);
            }
        }
        addBlock(0, endCount);
        addBlock(endCount, next.length);
        if (endCount == 0) {
            return; // one block is empty, so the other one cannot be split
        }
        ArrayDeque<Integer> splitters = new ArrayDeque<>();
        splitters.add(endCount <= next.length - endCount ? 0 : 1);
        while (!splitters.isEmpty()) {
            int splitter = splitters.remove();
            for (int c = 0; c < classCount; c++) {
                split(splitter, c, splitters);
            }
        }
    }

    private void place(int state, int at) {
        states[at] = state;
        places[state] = at;
    }

    private void addBlock(int from, int to) {
        for (int i = from; i < to; i++) {
            blockOf[states[i]] = blocks.size();
        }
        blocks.add(new int[] {from, to});
    }

    /** Parts the blocks by whether a class leads from their states into a block. */
    private void split(int splitter, int c, ArrayDeque<Integer> splitters) {
        int[] range = blocks.get(splitter);
        int[] before = new int[Math.max(16, range[1] - range[0])];
        int count = 0;
        for (int i = range[0]; i < range[1]; i++) {
            for (int source = firstSource[c][states[i]]; source < firstSource[c][states[i] + 1]; source++) {
                if (count == before.length) {
                    before = Arrays.copyOf(before, 2 * count);
                }
                before[count++] = sources[c][source];
            }
        }
        List<Integer> touched = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int block = blockOf[before[i]];
            if (marked[block] == 0) {
                touched.add(block);
            }
            // marked states are moved to the block's front
            int front = blocks.get(block)[0] + marked[block]++;
            int other = states[front];
            int from = places[before[i]];
            place(before[i], front);
            place(other, from);
        }
        for (int block : touched) {
            int[] bounds = blocks.get(block);
            int middle = bounds[0] + marked[block];
            marked[block] = 0;
            if (middle == bounds[1]) {
                continue;
            }
            boolean frontIsSmaller = middle - bounds[0] <= bounds[1] - middle;
            int from = frontIsSmaller ? bounds[0] : middle;
            int to = frontIsSmaller ? middle : bounds[1];
            blocks.set(block, frontIsSmaller ? new int[] {middle, bounds[1]} : new int[] {bounds[0], middle});
            splitters.add(blocks.size()); // the smaller part is enough; where the whole waits, both do
            addBlock(from, to);
        }
    }

    /** The state 0 stays the first one. */
    private int[] numbers() {
        int[] numbers = new int[blocks.size()];
        Arrays.fill(numbers, Automaton.NONE);
        numbers[blockOf[0]] = 0;
        int count = 1;
        for (int state = 0; state < sink; state++) {
            int block = blockOf[state];
            if (numbers[block] == Automaton.NONE && block != blockOf[sink]) {
                numbers[block] = count++;
            }
        }
        return numbers;
    }

    int[][] next() {
        int[] numbers = numbers();
        int[][] smallest = new int[Arrays.stream(numbers).max().orElse(0) + 1][];
        for (int state = 0; state < sink; state++) {
            int number = numbers[blockOf[state]];
            if (number >= 0 && smallest[number] == null) {
                smallest[number] = new int[classCount];
                for (int c = 0; c < classCount; c++) {
                    int target = blockOf[next[state][c]];
                    smallest[number][c] = target == blockOf[sink] ? Automaton.NONE : numbers[target];
                }
            }
        }
        return smallest;
    }

    BitSet accepting() {
        int[] numbers = numbers();
        BitSet accepting = new BitSet();
        ends.stream().forEach(state -> accepting.set(numbers[blockOf[state]]));
        return accepting;
    }
}
