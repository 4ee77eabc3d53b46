package org.steering4j.constraint.regular;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Unicode's characters in classes: an automaton treats those of one class alike.
 *
 * @param starts the first characters of intervals, ascending, from 0 on
 * @param classes of each interval, or {@link Automaton#NONE} for surrogates
 */
record Alphabet(int[] starts, int[] classes, int classCount) {

    /** The coarsest classes such that each of some sets consists of whole ones. */
    static Alphabet of(List<CharacterSet> sets) {
        List<CharacterSet> all = new ArrayList<>(sets);
        all.add(CharacterSet.ALL);
        int[] starts = all.stream()
                .flatMapToInt(set -> Arrays.stream(set.bounds()))
                .filter(bound -> bound <= Character.MAX_CODE_POINT)
                .sorted()
                .distinct()
                .toArray();
        int[] classes = new int[starts.length];
        Map<BitSet, Integer> known = new HashMap<>();
        for (int i = 0; i < starts.length; i++) {
            BitSet within = new BitSet();
            for (int set = 0; set < all.size(); set++) {
                within.set(set, all.get(set).contains(starts[i]));
            }
            classes[i] = within.get(all.size() - 1)
                    ? known.computeIfAbsent(within, unknown -> known.size())
                    : Automaton.NONE;
        }
        return new Alphabet(starts, classes, known.size());
    }

    int classOf(int character) {
        return classes[interval(character)];
    }

    private int interval(int character) {
        int place = Arrays.binarySearch(starts, character);
        return place >= 0 ? place : -place - 2;
    }

    /** The classes that make up a set, which is one that the alphabet was made of. */
    int[] classesOf(CharacterSet set) {
        BitSet within = new BitSet();
        for (int i = 0; i < starts.length; i++) {
            if (classes[i] != Automaton.NONE && set.contains(starts[i])) {
                within.set(classes[i]);
            }
        }
        return within.stream().toArray();
    }

    /** @param numbers the new class of each */
    Alphabet merged(int[] numbers, int count) {
        int[] merged = new int[classes.length];
        for (int i = 0; i < merged.length; i++) {
            merged[i] = classes[i] == Automaton.NONE ? Automaton.NONE : numbers[classes[i]];
        }
        return new Alphabet(starts, merged, count);
    }

    /** @param first of each class, the class of the first alphabet that it lies in */
    record Product(Alphabet alphabet, int[] first, int[] second) {}

    /** The classes' intersections. */
    Product times(Alphabet other) {
        int[] bounds = IntStream.concat(Arrays.stream(starts), Arrays.stream(other.starts))
                .sorted()
                .distinct()
                .toArray();
        int[] numbers = new int[bounds.length];
        Map<Long, Integer> known = new HashMap<>();
        int[] first = new int[bounds.length];
        int[] second = new int[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            int mine = classOf(bounds[i]);
            int theirs = other.classOf(bounds[i]);
            if (mine == Automaton.NONE) {
                numbers[i] = Automaton.NONE;
                continue;
            }
            numbers[i] = known.computeIfAbsent((long) mine << 32 | theirs, unknown -> known.size());
            first[numbers[i]] = mine;
            second[numbers[i]] = theirs;
        }
        Alphabet alphabet = new Alphabet(bounds, numbers, known.size());
        return new Product(alphabet, Arrays.copyOf(first, known.size()), Arrays.copyOf(second, known.size()));
    }

    /** @param targets by class */
    void transitions(int[] targets, Automaton.Transitions transitions) {
        int from = 0;
        while (from < starts.length) {
            int target = target(from, targets);
            int to = from + 1;
            while (to < starts.length && target(to, targets) == target) {
                to++;
            }
            if (target != Automaton.NONE) {
                transitions.accept(
                        starts[from], to < starts.length ? starts[to] - 1 : Character.MAX_CODE_POINT, target);
            }
            from = to;
        }
    }

    private int target(int interval, int[] targets) {
        return classes[interval] == Automaton.NONE ? Automaton.NONE : targets[classes[interval]];
    }
}
