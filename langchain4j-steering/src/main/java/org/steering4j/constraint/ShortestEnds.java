package org.steering4j.constraint;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * For each state of an automaton a way to its end, with as few characters as can be, and how many tokens spell it.
 *
 * <p>Where a vocabulary has no token for some byte alone, ways without such bytes are taken; where there is none, tokens of several bytes may
 * spell it nevertheless, or it counts as impossible.
 */
final class ShortestEnds {

    /** Weights of a byte without a token, of a character, and of a byte; automata are smaller than the quotients. */
    private static final long WITHOUT_TOKEN = 1L << 44;

    private static final long CHARACTER = 1L << 22;

    private final ByteAutomaton automaton;
    private final Vocabulary vocabulary;

    /** By state; that of the way to the end. */
    private final long[] weights;

    /** The way's next byte and next state, or {@link ByteAutomaton#NONE} where it is over. */
    private final int[] symbols;

    private final int[] successors;
    private final int[] tokens;

    ShortestEnds(ByteAutomaton automaton, Vocabulary vocabulary) {
        this.automaton = automaton;
        this.vocabulary = vocabulary;
        int states = automaton.stateCount();
        this.weights = new long[states];
        this.symbols = new int[states];
        this.successors = new int[states];
        this.tokens = new int[states];
        Arrays.fill(weights, Long.MAX_VALUE);
        Arrays.fill(successors, ByteAutomaton.NONE);
        findWays();
        countTokens();
    }

    /** How many characters are to come at least. */
    int characters(int state) {
        return (int) (weights[state] % WITHOUT_TOKEN / CHARACTER);
    }

    /** How many tokens spell them, and what closes the text, or {@link Cost#IMPOSSIBLE}. */
    int tokens(int state) {
        return tokens[state];
    }

    private record Distance(int state, long weight) {}

    /** Dijkstra's algorithm, from the ends. */
    private void findWays() {
        int[][] before = before();
        PriorityQueue<Distance> queue = new PriorityQueue<>(Comparator.comparingLong(Distance::weight));
        for (int state = 0; state < weights.length; state++) {
            if (automaton.isAccepting(state)) {
                weights[state] = 0;
                queue.add(new Distance(state, 0));
            }
        }
        while (!queue.isEmpty()) {
            Distance nearest = queue.remove();
            if (nearest.weight > weights[nearest.state]) {
                continue;
            }
            for (int state : before[nearest.state]) {
                int symbol = symbol(state, nearest.state);
                long weight = nearest.weight
                        + 1
                        + (vocabulary.isToken(symbol) ? 0 : WITHOUT_TOKEN)
                        + (automaton.isAfterCharacter(nearest.state) ? CHARACTER : 0);
                if (weight < weights[state]) {
                    weights[state] = weight;
                    symbols[state] = symbol;
                    successors[state] = nearest.state;
                    queue.add(new Distance(state, weight));
                }
            }
        }
    }

    private int[][] before() {
        int[] counts = new int[weights.length];
        for (int state = 0; state < weights.length; state++) {
            int[] row = automaton.transitions(state);
            for (int i = 2; i < row.length; i += 3) {
                counts[row[i]]++;
            }
        }
        int[][] before = new int[weights.length][];
        for (int state = 0; state < weights.length; state++) {
            before[state] = new int[counts[state]];
        }
        for (int state = 0; state < weights.length; state++) {
            int[] row = automaton.transitions(state);
            for (int i = 2; i < row.length; i += 3) {
                before[row[i]][--counts[row[i]]] = state;
            }
        }
        return before;
    }

    /** A byte from one state to another, one with a token if there is any. */
    private int symbol(int from, int to) {
        int[] row = automaton.transitions(from);
        int found = ByteAutomaton.NONE;
        for (int i = 0; i < row.length; i += 3) {
            for (int symbol = row[i]; row[i + 2] == to && symbol <= row[i + 1]; symbol++) {
                if (vocabulary.isToken(symbol)) {
                    return symbol;
                }
                found = symbol;
            }
        }
        return found;
    }

    /** In the order of the ways' lengths, so that what comes after a token is known. */
    private void countTokens() {
        Integer[] order = new Integer[weights.length];
        Arrays.setAll(order, state -> state);
        Arrays.sort(order, Comparator.comparingLong(state -> weights[state]));
        for (int state : order) {
            tokens[state] = successors[state] == ByteAutomaton.NONE
                    ? (automaton.isAccepting(state) ? 0 : Cost.IMPOSSIBLE)
                    : vocabulary.cheapestSpelling(state, symbols, successors, tokens);
        }
    }
}
