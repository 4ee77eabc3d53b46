package org.steering4j.tokenizer;

import java.util.List;

/** A part of a regular expression that was read. Immutable. */
sealed interface PatternNode {

    /** Whether it may match without a character. */
    boolean mayBeEmpty();

    /** One character out of a set. */
    record OneOf(CharacterSet set) implements PatternNode {
        @Override
        public boolean mayBeEmpty() {
            return false;
        }
    }

    /** One after the other; none of them is the empty expression. */
    record InOrder(List<PatternNode> parts) implements PatternNode {
        @Override
        public boolean mayBeEmpty() {
            return parts.stream().allMatch(PatternNode::mayBeEmpty);
        }
    }

    /** The first that leads to a match. */
    record FirstOf(List<PatternNode> alternatives) implements PatternNode {
        @Override
        public boolean mayBeEmpty() {
            return alternatives.stream().anyMatch(PatternNode::mayBeEmpty);
        }
    }

    /**
     * A repetition.
     *
     * @param most {@link #UNBOUNDED} if there is no bound
     * @param greedy whether more are tried before fewer
     */
    record Repeated(PatternNode part, int least, int most, boolean greedy) implements PatternNode {

        static final int UNBOUNDED = Integer.MAX_VALUE;

        @Override
        public boolean mayBeEmpty() {
            return least == 0 || part.mayBeEmpty();
        }
    }

    /**
     * A condition on the next character, or on the one before.
     *
     * @param ahead whether it looks at the next one
     * @param set what that character must be in
     * @param edge whether it holds where there is none, at the end or the beginning of the text
     */
    record Beside(boolean ahead, CharacterSet set, boolean edge) implements PatternNode {
        @Override
        public boolean mayBeEmpty() {
            return true;
        }
    }
}
