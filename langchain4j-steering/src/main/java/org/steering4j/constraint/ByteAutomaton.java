package org.steering4j.constraint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.steering4j.constraint.regular.Automaton;
import org.steering4j.constraint.regular.NotRegularException;

/**
 * The bytes in which the texts of a regular language are written, as an automaton. State 0 is the first. Immutable.
 *
 * <p>As a JSON string, each text is written in one way: quotes, backslashes and control characters by their shortest escape, all others as they
 * are (and the slash after a {@code <} by its escape where {@link TextRules#insideToolCall} asks for it).
 */
final class ByteAutomaton {

    static final int NONE = Automaton.NONE;

    private static final int MOST_STATES = 200_000;
    private static final int CONTINUATION = 0x80;
    private static final int CONTINUATION_BITS = 6;
    private static final int CONTINUATIONS = 1 << CONTINUATION_BITS;

    /** By state: first byte, last byte, state afterwards, for each transition; the bytes ascend. */
    private final List<int[]> transitions = new ArrayList<>();

    private final BitSet accepting = new BitSet();
    private final BitSet afterCharacter = new BitSet();

    private ByteAutomaton() {}

    /** Texts of characters in ASCII, written as they are. */
    static ByteAutomaton plain(Automaton texts) {
        ByteAutomaton bytes = new ByteAutomaton();
        for (int state = 0; state < texts.stateCount(); state++) {
            Row row = new Row();
            texts.transitions(state, row::add);
            bytes.transitions.add(row.toArray());
            bytes.accepting.set(state, texts.isAccepting(state));
            bytes.afterCharacter.set(state);
        }
        return bytes;
    }

    /**
     * Texts written as JSON strings, within quotes.
     *
     * @throws NotRegularException if that takes too many states
     */
    static ByteAutomaton quoted(Automaton texts, TextRules rules) {
        return new Writer(texts, rules).write();
    }

    int stateCount() {
        return transitions.size();
    }

    /** First byte, last byte and state afterwards of each transition. */
    int[] transitions(int state) {
        return transitions.get(state);
    }

    boolean isAccepting(int state) {
        return accepting.get(state);
    }

    /** Whether a state comes after a whole character, or the opening quote, and not within one. */
    boolean isAfterCharacter(int state) {
        return afterCharacter.get(state);
    }

    /** Whether nothing can follow. */
    boolean isEnd(int state) {
        return transitions.get(state).length == 0;
    }

    /** The state after a symbol, or {@link #NONE}. */
    int after(int state, int symbol) {
        int[] row = transitions.get(state);
        for (int i = 0; i < row.length && row[i] <= symbol; i += 3) {
            if (symbol <= row[i + 1]) {
                return row[i + 2];
            }
        }
        return NONE;
    }

    /** Transitions that are collected. */
    private static final class Row {

        private final List<int[]> ranges = new ArrayList<>();

        private void add(int first, int last, int target) {
            ranges.add(new int[] {first, last, target});
        }

        private int[] toArray() {
            ranges.sort(Comparator.comparingInt(range -> range[0]));
            int[] row = new int[3 * ranges.size()];
            int length = 0;
            for (int[] range : ranges) {
                if (length > 0 && row[length - 1] == range[2] && row[length - 2] == range[0] - 1) {
                    row[length - 2] = range[1];
                } else {
                    System.arraycopy(range, 0, row, length, 3);
                    length += 3;
                }
            }
            return Arrays.copyOf(row, length);
        }
    }

    /** Writes strings. States within characters are shared as far as they lead to the same. */
    private static final class Writer {

        /** After a whole character. */
        private record Place(int state, boolean afterLess) {}

        /** Characters from one to another, both counted from the beginning of a block, lead to a state. */
        private record Interval(int first, int last, int target) {}

        private final Automaton texts;
        private final TextRules rules;
        private final ByteAutomaton bytes = new ByteAutomaton();
        private final Map<Place, Integer> places = new HashMap<>();
        private final List<Place> waiting = new ArrayList<>();
        private final Map<List<Integer>, Integer> shared = new HashMap<>();
        private final int end;

        private Writer(Automaton texts, TextRules rules) {
            this.texts = texts;
            this.rules = rules;
            add(null); // filled below
            this.end = add(new int[0]);
            bytes.accepting.set(end);
        }

        private ByteAutomaton write() {
            Row opening = new Row();
            opening.add('"', '"', place(0, false));
            bytes.transitions.set(0, opening.toArray());
            for (int i = 0; i < waiting.size(); i++) {
                Place place = waiting.get(i);
                bytes.transitions.set(places.get(place), row(place));
            }
            return bytes;
        }

        private int add(int[] row) {
            if (bytes.transitions.size() == MOST_STATES) {
                throw new NotRegularException(
                        "which takes an automaton of more than %,d states".formatted(MOST_STATES));
            }
            bytes.transitions.add(row);
            return bytes.transitions.size() - 1;
        }

        private int place(int state, boolean afterLess) {
            Place place = new Place(state, afterLess);
            Integer known = places.get(place);
            if (known == null) {
                known = add(null); // filled when its turn comes
                bytes.afterCharacter.set(known);
                places.put(place, known);
                waiting.add(place);
            }
            return known;
        }

        private int share(Row row) {
            int[] transitions = row.toArray();
            List<Integer> key = Arrays.stream(transitions).boxed().toList();
            Integer known = shared.get(key);
            if (known == null) {
                known = add(transitions);
                shared.put(key, known);
            }
            return known;
        }

        private int[] row(Place place) {
            Row row = new Row();
            if (texts.isAccepting(place.state)) {
                row.add('"', '"', end);
            }
            Row escapes = new Row();
            Row[] hexadecimal = {new Row(), new Row()}; // of control characters up to 0F, and up to 1F
            List<Interval> plain = new ArrayList<>();
            texts.transitions(place.state, (first, last, target) -> {
                int from = first;
                while (from <= last && from < CONTINUATION) {
                    int after = place(target, rules.insideToolCall() && from == '<');
                    String written = JsonText.quoted(Character.toString(from), rules);
                    if (from == '/' && place.afterLess) {
                        escapes.add('/', '/', after);
                    } else if (written.charAt(1) != '\\') {
                        row.add(from, from, after);
                    } else if (written.charAt(2) != 'u') {
                        escapes.add(written.charAt(2), written.charAt(2), after);
                    } else {
                        char digit = written.charAt(6);
                        hexadecimal[from / 16].add(digit, digit, after);
                    }
                    from++;
                }
                if (from <= last) {
                    plain.add(new Interval(from, last, place(target, false)));
                }
            });
            addHexadecimal(hexadecimal, escapes);
            if (!escapes.ranges.isEmpty()) {
                row.add('\\', '\\', share(escapes));
            }
            addEncoded(plain, row);
            return row.toArray();
        }

        /** Adds 000x and 001x after the letter u. */
        private void addHexadecimal(Row[] lastDigits, Row escapes) {
            Row third = new Row();
            for (int digit = 0; digit < lastDigits.length; digit++) {
                if (!lastDigits[digit].ranges.isEmpty()) {
                    third.add('0' + digit, '0' + digit, share(lastDigits[digit]));
                }
            }
            if (!third.ranges.isEmpty()) {
                Row second = new Row();
                second.add('0', '0', share(third));
                Row first = new Row();
                first.add('0', '0', share(second));
                escapes.add('u', 'u', share(first));
            }
        }

        /** Adds characters of two to four bytes (RFC 3629, section 3). */
        private void addEncoded(List<Interval> characters, Row row) {
            int[] leads = {0xC0, 0xE0, 0xF0};
            int[] leadCounts = {32, 16, 5};
            for (int i = 0; i < leads.length; i++) {
                int continuations = i + 1;
                int lowest = continuations == 1 ? CONTINUATION : 1 << 5 * continuations + 1;
                int highest = (1 << 5 * continuations + 6) - 1;
                List<Interval> ofLength = clip(characters, lowest, highest, 0);
                addBlocks(ofLength, continuations, leads[i], leadCounts[i], row);
            }
        }

        /** The parts of some intervals within bounds, counted from an origin. */
        private static List<Interval> clip(List<Interval> intervals, int lowest, int highest, int origin) {
            List<Interval> clipped = new ArrayList<>();
            for (Interval interval : intervals) {
                int first = Math.max(interval.first, lowest);
                int last = Math.min(interval.last, highest);
                if (first <= last) {
                    clipped.add(new Interval(first - origin, last - origin, interval.target));
                }
            }
            return clipped;
        }

        /**
         * Adds a byte for each block of characters that share it.
         *
         * @param intervals ascending, counted from the first block's first character
         * @param following how many bytes follow
         */
        private void addBlocks(List<Interval> intervals, int following, int firstByte, int byteCount, Row row) {
            int blockSize = 1 << CONTINUATION_BITS * following;
            int from = 0;
            for (int block = 0; block < byteCount; block++) {
                int first = block * blockSize;
                int last = first + blockSize - 1;
                while (from < intervals.size() && intervals.get(from).last < first) {
                    from++;
                }
                int to = from;
                while (to < intervals.size() && intervals.get(to).first <= last) {
                    to++;
                }
                if (from < to) {
                    int target = block(clip(intervals.subList(from, to), first, last, first), following);
                    row.add(firstByte + block, firstByte + block, target);
                }
            }
        }

        private int block(List<Interval> intervals, int following) {
            if (following == 0) {
                return intervals.get(0).target;
            }
            Row row = new Row();
            boolean whole = intervals.size() == 1
                    && intervals.get(0).first == 0
                    && intervals.get(0).last == (1 << CONTINUATION_BITS * following) - 1;
            if (whole) { // as most are: one way for all
                int first = following == 1
                        ? intervals.get(0).target
                        : block(
                                List.of(new Interval(
                                        0, (1 << CONTINUATION_BITS * (following - 1)) - 1, intervals.get(0).target)),
                                following - 1);
                row.add(CONTINUATION, CONTINUATION + CONTINUATIONS - 1, first);
            } else {
                addBlocks(intervals, following - 1, CONTINUATION, CONTINUATIONS, row);
            }
            return share(row);
        }
    }
}
