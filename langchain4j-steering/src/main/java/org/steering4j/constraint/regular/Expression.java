package org.steering4j.constraint.regular;

import java.util.List;

/** A regular expression, parsed. */
sealed interface Expression {

    Expression EMPTY = new Sequence(List.of());

    /** How many states a nondeterministic automaton of it has, roughly; at most {@link Integer#MAX_VALUE}. */
    long size();

    /** One of some characters. */
    record Characters(CharacterSet set) implements Expression {
        @Override
        public long size() {
            return 1;
        }
    }

    /** One after another. */
    record Sequence(List<Expression> parts) implements Expression {
        @Override
        public long size() {
            return sum(parts);
        }
    }

    /** One of several. */
    record Alternatives(List<Expression> alternatives) implements Expression {
        @Override
        public long size() {
            return sum(alternatives);
        }
    }

    /** @param most or {@link #UNLIMITED} */
    record Repetition(Expression body, int least, int most) implements Expression {

        static final int UNLIMITED = Integer.MAX_VALUE;

        @Override
        public long size() {
            return Math.min(Integer.MAX_VALUE, (body.size() + 1) * (most == UNLIMITED ? least + 1L : most));
        }
    }

    /** Something about a place between characters. */
    enum Assertion implements Expression {
        START,
        END,
        WORD_BOUNDARY,
        NO_WORD_BOUNDARY;

        @Override
        public long size() {
            return 1;
        }
    }

    private static long sum(List<Expression> parts) {
        return parts.stream()
                .mapToLong(part -> part.size() + 1)
                .reduce(0, (a, b) -> Math.min(Integer.MAX_VALUE, a + b));
    }
}
