package org.steering4j.tokenizer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.steering4j.tokenizer.PatternProgram.Kind;
import org.steering4j.tokenizer.PatternProgram.Step;

/**
 * A regular expression that finds what a backtracking engine would, the first alternative before the longest match, by a finite automaton that is
 * built as a whole beforehand: it neither recurses nor goes back, whatever the text.
 *
 * <p>A state is a list of steps of the {@linkplain PatternProgram program} in the order in which a backtracking engine would try them; behind the
 * end of the program it is cut off, for what follows would not be tried any more. A check of the next character is decided when that is
 * known, so that a match shows itself a character late. Immutable and thread-safe.
 */
final class RegularExpression implements TextPattern {

    private static final int MAXIMUM_STATES = 4_000;
    private static final int MAXIMUM_TRANSITIONS = 400_000;
    /** Steps of the program that building the automaton may look at. */
    private static final int MAXIMUM_WORK = 5_000_000;

    private static final int DEAD = 0;
    /** Of a transition: a match ends before the character. */
    private static final int MATCH = 1 << 30;
    /** How far to read on behind a match, or without one, before it is remembered where that led to nothing. */
    private static final int SHORT_WAY = 128;

    private final PatternProgram program;
    private final CharacterKinds kinds;
    private final List<State> states = new ArrayList<>();
    private final Map<State, Integer> numbers = new HashMap<>();
    private final boolean looksBack;
    private int work;
    /** The state to begin with, by the kind of the character before; the last one is that of the beginning of the text. */
    private final int[] starts;
    /** The next state by state and kind, with {@link #MATCH}. */
    private final int[] transitions;

    private final BitSet matchesAtEnd = new BitSet();

    /**
     * @param steps of the program that are to be tried, in order
     * @param last the kind of the character before, if a step may ask for it; -1 at the beginning of the text
     */
    private record State(List<Integer> steps, int last) {}

    RegularExpression(PatternNode node) {
        if (node.mayBeEmpty()) {
            throw new UnsupportedPatternException("it may match the empty text");
        }
        program = new PatternProgram(node);
        kinds = new CharacterKinds(program.sets());
        boolean back = false;
        for (int i = 0; i < program.size(); i++) {
            back |= program.step(i).kind() == Kind.CHECK_LAST;
        }
        looksBack = back;
        number(new State(List.of(), -1));
        starts = new int[kinds.count() + 1];
        for (int kind = 0; kind <= kinds.count(); kind++) {
            int last = kind == kinds.count() ? -1 : kind;
            starts[kind] = number(state(List.of(program.first()), last));
        }
        transitions = transitions();
    }

    /** @throws UnsupportedPatternException if it cannot be read, may match nothing, or would need too large an automaton */
    static RegularExpression of(String expression) {
        return new RegularExpression(PatternReader.read(expression));
    }

    private int number(State state) {
        Integer known = numbers.get(state);
        if (known != null) {
            return known;
        }
        if (states.size() == MAXIMUM_STATES || (long) states.size() * kinds.count() > MAXIMUM_TRANSITIONS) {
            throw new UnsupportedPatternException("its automaton has more than %d states".formatted(states.size()));
        }
        states.add(state);
        numbers.put(state, states.size() - 1);
        return states.size() - 1;
    }

    private int[] transitions() {
        int count = kinds.count();
        int[] table = new int[count];
        for (int state = 0; state < states.size(); state++) { // which grows meanwhile
            if (table.length < (state + 1) * count) {
                table = Arrays.copyOf(table, Math.max(2 * table.length, (state + 1) * count));
            }
            for (int kind = 0; kind < count; kind++) {
                table[state * count + kind] = transition(states.get(state), kind);
            }
            if (reachesEnd(states.get(state))) {
                matchesAtEnd.set(state);
            }
        }
        return Arrays.copyOf(table, states.size() * count);
    }

    private int transition(State state, int kind) {
        List<Integer> reached = new ArrayList<>();
        boolean match = expand(state.steps(), state.last(), kind, false, reached);
        List<Integer> next = new ArrayList<>();
        for (int number : reached) {
            Step step = program.step(number);
            if (step.kind() == Kind.TAKE && kinds.isIn(kind, step.set())) {
                next.add(step.next());
            }
        }
        return number(state(next, kind)) | (match ? MATCH : 0);
    }

    private boolean reachesEnd(State state) {
        return expand(state.steps(), state.last(), -1, true, new ArrayList<>());
    }

    /** Goes on from some steps as far as no character must be known but the last one. */
    private State state(List<Integer> from, int last) {
        List<Integer> reached = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        for (int start : from) {
            if (close(start, last, -1, false, false, seen, reached)) {
                break;
            }
        }
        return new State(reached, looksBack && !reached.isEmpty() ? last : -1);
    }

    /** Goes on from the steps of a state, the next character being known; whether the end of the program is reached. */
    private boolean expand(List<Integer> steps, int last, int kind, boolean atEnd, List<Integer> reached) {
        Set<Integer> seen = new HashSet<>();
        for (int step : steps) {
            if (close(step, last, kind, atEnd, true, seen, reached)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Collects, in order of preference, the steps that take a character and, unless the next character is known, those that check it.
     *
     * @return whether the end of the program was reached, behind which nothing is tried
     */
    private boolean close(
            int start,
            int last,
            int kind,
            boolean atEnd,
            boolean nextIsKnown,
            Set<Integer> seen,
            List<Integer> reached) {
        Deque<Integer> open = new ArrayDeque<>();
        open.push(start);
        while (!open.isEmpty()) {
            int number = open.pop();
            if (++work > MAXIMUM_WORK) {
                throw new UnsupportedPatternException("its automaton takes too long to build");
            }
            if (!seen.add(number)) {
                continue;
            }
            Step step = program.step(number);
            switch (step.kind()) {
                case EITHER -> {
                    open.push(step.other());
                    open.push(step.next());
                }
                case CHECK_LAST -> {
                    if (last < 0 ? step.edge() : kinds.isIn(last, step.set())) {
                        open.push(step.next());
                    }
                }
                case CHECK_NEXT -> {
                    if (!nextIsKnown) {
                        reached.add(number);
                    } else if (atEnd ? step.edge() : kinds.isIn(kind, step.set())) {
                        open.push(step.next());
                    }
                }
                case TAKE -> reached.add(number);
                case END -> {
                    reached.add(number);
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public Matches in(String text) {
        Matches matches = new Matches();
        BitSet[] inVain = new BitSet[states.size()];
        int at = 0;
        int before = kinds.count();
        while (at < text.length()) {
            int end = end(text, at, before, inVain);
            if (end > at) {
                matches.add(at, end);
            } else {
                end = at + Character.charCount(text.codePointAt(at));
            }
            before = kinds.of(text.codePointBefore(end));
            at = end;
        }
        return matches;
    }

    /**
     * Where the match at a place ends, or -1.
     *
     * @param before the kind of the character before
     * @param inVain places, by state, from which there is no end of a match to come. Without it, many places could each read the rest of the text
     */
    private int end(String text, int from, int before, BitSet[] inVain) {
        int count = kinds.count();
        int length = text.length();
        int state = starts[before];
        int end = -1;
        int at = from;
        int sure = from;
        while (state != DEAD) {
            if (at == length) {
                if (matchesAtEnd.get(state)) {
                    end = at;
                    sure = at;
                }
                break;
            }
            if (at - sure > SHORT_WAY && inVain[state] != null && inVain[state].get(at)) {
                break;
            }
            char c = text.charAt(at);
            int point = Character.isHighSurrogate(c) ? text.codePointAt(at) : c;
            int transition = transitions[state * count + kinds.of(point)];
            if ((transition & MATCH) != 0) {
                end = at;
                sure = at;
            }
            state = transition & ~MATCH;
            at += point > Character.MAX_VALUE ? 2 : 1;
        }
        if (at - sure > SHORT_WAY) {
            remember(text, from, before, sure, at, inVain);
        }
        return end;
    }

    /** Goes the way again, to remember the states in which it went on in vain. */
    private void remember(String text, int from, int before, int sure, int to, BitSet[] inVain) {
        int state = starts[before];
        for (int at = from; at < to && state != DEAD; ) {
            if (at - sure > SHORT_WAY) {
                if (inVain[state] == null) {
                    inVain[state] = new BitSet();
                }
                inVain[state].set(at);
            }
            int point = text.codePointAt(at);
            state = transitions[state * kinds.count() + kinds.of(point)] & ~MATCH;
            at += Character.charCount(point);
        }
    }
}
