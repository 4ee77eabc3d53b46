package org.steering4j.constraint.regular;

import java.nio.IntBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * A deterministic finite automaton over characters, the smallest of its language. State 0 is the first. Immutable; may be shared between
 * threads.
 */
public final class Automaton {

    /** Of what is refused as too large. Some tens of megabytes, and some tenths of a second, are then spent. */
    static final int MOST_STATES = 20_000;

    /** Entries of a table. */
    private static final int MOST_TRANSITIONS = 2_000_000;

    /** Instead of a state: no text of the language goes on like this. */
    public static final int NONE = -1;

    private final Alphabet alphabet;
    /** By state and class. */
    private final int[][] next;

    private final BitSet accepting;

    private Automaton(Alphabet alphabet, int[][] next, BitSet accepting) {
        this.alphabet = alphabet;
        this.next = next;
        this.accepting = accepting;
    }

    /** The smallest automaton of what another one recognises, which is any. */
    static Automaton smallest(Alphabet alphabet, int[][] next, BitSet accepting) {
        Minimization minimization = new Minimization(next, accepting, alphabet.classCount());
        int[][] smallest = minimization.next();
        int[] columns = new int[alphabet.classCount()];
        int columnCount = sameColumns(smallest, columns);
        int[][] narrow = new int[smallest.length][columnCount];
        for (int state = 0; state < smallest.length; state++) {
            for (int c = 0; c < columns.length; c++) {
                narrow[state][columns[c]] = smallest[state][c];
            }
        }
        return new Automaton(alphabet.merged(columns, columnCount), narrow, minimization.accepting());
    }

    /** Numbers classes that lead to the same states alike; returns how many numbers there are. */
    private static int sameColumns(int[][] next, int[] columns) {
        Map<IntBuffer, Integer> known = new HashMap<>();
        for (int c = 0; c < columns.length; c++) {
            int[] column = new int[next.length];
            for (int state = 0; state < next.length; state++) {
                column[state] = next[state][c];
            }
            columns[c] = known.computeIfAbsent(IntBuffer.wrap(column), unknown -> known.size());
        }
        return known.size();
    }

    /**
     * Texts over a few characters, by a rule.
     *
     * @param after the state after a character, or null if there is none
     */
    static <S> Automaton over(String characters, S start, BiFunction<S, Character, S> after, Predicate<S> accepting) {
        Alphabet alphabet =
                Alphabet.of(characters.chars().mapToObj(CharacterSet::of).toList());
        return explore(alphabet, start, accepting, (state, row) -> {
            for (int i = 0; i < characters.length(); i++) {
                row[alphabet.classOf(characters.charAt(i))] = after.apply(state, characters.charAt(i));
            }
        });
    }

    /** Tells which states follow one, by class. */
    interface Successors<S> {
        void fill(S state, Object[] byClass);
    }

    @SuppressWarnings("unchecked")
    private static <S> Automaton explore(Alphabet alphabet, S start, Predicate<S> accepting, Successors<S> successors) {
        Map<S, Integer> numbers = new HashMap<>();
        List<S> states = new ArrayList<>();
        List<int[]> next = new ArrayList<>();
        BitSet accepted = new BitSet();
        numbers.put(start, 0);
        states.add(start);
        for (int number = 0; number < states.size(); number++) {
            S state = states.get(number);
            accepted.set(number, accepting.test(state));
            Object[] following = new Object[alphabet.classCount()];
            successors.fill(state, following);
            int[] row = new int[following.length];
            for (int c = 0; c < row.length; c++) {
                S after = (S) following[c];
                row[c] = NONE;
                if (after != null) {
                    row[c] = numbers.computeIfAbsent(after, unknown -> states.size());
                    if (row[c] == states.size()) {
                        states.add(after);
                        requireSmall(states.size(), row.length);
                    }
                }
            }
            next.add(row);
        }
        return smallest(alphabet, next.toArray(int[][]::new), accepted);
    }

    static void requireSmall(int states, int classes) {
        if (states > MOST_STATES || (long) states * classes > MOST_TRANSITIONS) {
            throw new NotRegularException("which takes an automaton of more than %,d states, or %,d transitions"
                    .formatted(MOST_STATES, MOST_TRANSITIONS));
        }
    }

    /** Texts of so many characters or more. */
    public static Automaton ofLengthAtLeast(int least) {
        requireSmall(least, 1);
        return explore(
                Alphabet.of(List.of()),
                0,
                length -> length == least,
                (length, row) -> Arrays.fill(row, Math.min(least, length + 1)));
    }

    /**
     * Texts of both languages.
     *
     * @throws NotRegularException if that takes too many states
     */
    public Automaton and(Automaton other) {
        Alphabet.Product product = alphabet.times(other.alphabet);
        record Pair(int mine, int theirs) {}
        return explore(
                product.alphabet(),
                new Pair(0, 0),
                pair -> accepting.get(pair.mine) && other.accepting.get(pair.theirs),
                (pair, row) -> {
                    for (int c = 0; c < row.length; c++) {
                        int mine = next[pair.mine][product.first()[c]];
                        int theirs = other.next[pair.theirs][product.second()[c]];
                        row[c] = mine == NONE || theirs == NONE ? null : new Pair(mine, theirs);
                    }
                });
    }

    /** Whether no text belongs to the language. */
    public boolean isEmpty() {
        return accepting.isEmpty();
    }

    /** Whether each text belongs to the language. */
    public boolean isEverything() {
        return next.length == 1 && accepting.get(0) && Arrays.stream(next[0]).allMatch(state -> state == 0);
    }

    public int stateCount() {
        return next.length;
    }

    public boolean isAccepting(int state) {
        return accepting.get(state);
    }

    /** Characters that lead on from a state: those from {@code first} to {@code last}, inclusive, lead to {@code target}. */
    public interface Transitions {
        void accept(int first, int last, int target);
    }

    /** Tells the transitions of a state in the order of the characters, as few as can be. None of them holds a surrogate. */
    public void transitions(int state, Transitions transitions) {
        alphabet.transitions(next[state], transitions);
    }

    /** The state after a character, or {@link #NONE}. */
    public int after(int state, int character) {
        int c = alphabet.classOf(character);
        return c == NONE ? NONE : next[state][c];
    }

    /** Whether a text belongs to the language. */
    public boolean accepts(String text) {
        int state = 0;
        for (int character : text.codePoints().toArray()) {
            state = after(state, character);
            if (state == NONE) {
                return false;
            }
        }
        return accepting.get(state);
    }

    /** How many characters a text has at least; {@link Integer#MAX_VALUE} if there is no text. */
    public int shortestText() {
        return shortest()[0];
    }

    /** Of each state, how many characters lead to the end of a text at least. */
    int[] shortest() {
        List<List<Integer>> before = new ArrayList<>();
        for (int state = 0; state < next.length; state++) {
            before.add(new ArrayList<>());
        }
        for (int state = 0; state < next.length; state++) {
            for (int target : next[state]) {
                if (target != NONE) {
                    before.get(target).add(state);
                }
            }
        }
        int[] shortest = new int[next.length];
        Arrays.fill(shortest, Integer.MAX_VALUE);
        ArrayDeque<Integer> queue = new ArrayDeque<>();
        accepting.stream().forEach(state -> {
            shortest[state] = 0;
            queue.add(state);
        });
        while (!queue.isEmpty()) {
            int state = queue.remove();
            for (int earlier : before.get(state)) {
                if (shortest[earlier] == Integer.MAX_VALUE) {
                    shortest[earlier] = shortest[state] + 1;
                    queue.add(earlier);
                }
            }
        }
        return shortest;
    }
}
