package org.steering4j.constraint;

import java.util.function.Consumer;
import org.steering4j.constraint.regular.Language;

/** What an automaton recognises, such as strings that match a pattern, or the integers of a range. A class, not a record: equal ones are one. */
final class AutomatonSyntax implements Syntax {

    static final int UNLIMITED = Language.UNLIMITED;

    private final ByteAutomaton automaton;
    private final ShortestEnds ends;
    private final int longest;
    private final boolean isOurs;

    /** So many characters that no token and no shortest end after it uses them up. */
    private final int plenty;

    /**
     * @param longest how many characters a text may have at most, or {@link #UNLIMITED}
     * @param isOurs whether that is our bound, not the schema's
     */
    AutomatonSyntax(Vocabulary vocabulary, ByteAutomaton automaton, int longest, boolean isOurs) {
        this.automaton = automaton;
        this.ends = new ShortestEnds(automaton, vocabulary);
        this.longest = longest;
        this.isOurs = isOurs;
        int most = 0;
        for (int state = 0; state < automaton.stateCount(); state++) {
            most = Math.max(most, ends.characters(state));
        }
        this.plenty = most + vocabulary.longestToken();
    }

    @Override
    public int shortest(int levels) {
        Reading start = start();
        return start.canEnd() ? start.needed() : Cost.IMPOSSIBLE;
    }

    @Override
    public void begin(int symbol, int levels, Stack rest, Consumer<Stack> next) {
        start().write(symbol, rest, next);
    }

    /** The opening quote counts as a character, too. */
    private Reading start() {
        return new Reading(this, 0, longest >= UNLIMITED - 1 ? UNLIMITED : longest + 1);
    }

    /** @param left how many characters may come, or {@link #UNLIMITED} */
    private record Reading(AutomatonSyntax syntax, int state, int left) implements Frame {

        private boolean canEnd() {
            return syntax.ends.characters(state) <= left;
        }

        @Override
        public int needed() {
            return syntax.ends.tokens(state);
        }

        @Override
        public boolean mayEnd() {
            return syntax.automaton.isAccepting(state);
        }

        @Override
        public void write(int symbol, Stack rest, Consumer<Stack> next) {
            int after = syntax.automaton.after(state, symbol);
            if (after == ByteAutomaton.NONE) {
                return;
            }
            if (syntax.automaton.isEnd(after)) {
                next.accept(rest);
                return;
            }
            int used = left != UNLIMITED && syntax.automaton.isAfterCharacter(after) ? 1 : 0;
            Reading reading = new Reading(syntax, after, left - used);
            if (reading.canEnd()) {
                next.accept(rest.push(reading));
            }
        }

        @Override
        public Frame relaxed() {
            return syntax.isOurs && left <= syntax.plenty ? new Reading(syntax, state, UNLIMITED) : this;
        }

        /** How many characters may come matters only where they are few. */
        @Override
        public Frame forgetful() {
            return left == UNLIMITED || left <= syntax.plenty ? this : new Reading(syntax, state, syntax.plenty);
        }
    }
}
