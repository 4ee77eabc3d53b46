package org.steering4j.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.steering4j.tokenizer.PatternNode.Beside;
import org.steering4j.tokenizer.PatternNode.FirstOf;
import org.steering4j.tokenizer.PatternNode.InOrder;
import org.steering4j.tokenizer.PatternNode.OneOf;
import org.steering4j.tokenizer.PatternNode.Repeated;

/**
 * A regular expression as steps, after Thompson: a step takes a character, tries two ways of which the first is preferred, checks the character
 * beside, or is the end. Immutable once built.
 */
final class PatternProgram {

    enum Kind {
        TAKE,
        EITHER,
        CHECK_NEXT,
        CHECK_LAST,
        END
    }

    /**
     * A step.
     *
     * @param set the number of the set of characters, of those that have one
     * @param edge whether a check holds at the end or the beginning of the text
     * @param next the step that follows; of two, the one to try first
     * @param other the step to try next
     */
    record Step(Kind kind, int set, boolean edge, int next, int other) {}

    private static final int MAXIMUM_STEPS = 5_000;

    private final List<Step> steps = new ArrayList<>();
    private final List<CharacterSet> sets = new ArrayList<>();
    private final int first;

    PatternProgram(PatternNode node) {
        int end = add(Kind.END, -1, false, -1, -1);
        first = before(node, end);
    }

    int first() {
        return first;
    }

    Step step(int number) {
        return steps.get(number);
    }

    int size() {
        return steps.size();
    }

    List<CharacterSet> sets() {
        return sets;
    }

    private int add(Kind kind, int set, boolean edge, int next, int other) {
        if (steps.size() == MAXIMUM_STEPS) {
            throw new UnsupportedPatternException("it has more than %d steps".formatted(MAXIMUM_STEPS));
        }
        steps.add(new Step(kind, set, edge, next, other));
        return steps.size() - 1;
    }

    private int number(CharacterSet set) {
        for (int i = 0; i < sets.size(); i++) {
            if (sets.get(i) == set || Arrays.equals(sets.get(i).ranges(), set.ranges())) {
                return i;
            }
        }
        sets.add(set);
        return sets.size() - 1;
    }

    /** Adds what a node does before the step {@code next}; returns its first step. */
    private int before(PatternNode node, int next) {
        if (node instanceof OneOf one) {
            return add(Kind.TAKE, number(one.set()), false, next, -1);
        }
        if (node instanceof Beside beside) {
            Kind kind = beside.ahead() ? Kind.CHECK_NEXT : Kind.CHECK_LAST;
            return add(kind, number(beside.set()), beside.edge(), next, -1);
        }
        if (node instanceof InOrder order) {
            int start = next;
            for (int i = order.parts().size() - 1; i >= 0; i--) {
                start = before(order.parts().get(i), start);
            }
            return start;
        }
        if (node instanceof FirstOf choice) {
            int start = -1;
            for (int i = choice.alternatives().size() - 1; i >= 0; i--) {
                int alternative = before(choice.alternatives().get(i), next);
                start = start < 0 ? alternative : add(Kind.EITHER, -1, false, alternative, start);
            }
            return start;
        }
        return before((Repeated) node, next);
    }

    private int before(Repeated repeated, int next) {
        int start = next;
        if (repeated.most() == Repeated.UNBOUNDED) {
            int loop = add(Kind.EITHER, -1, false, -1, -1);
            int body = before(repeated.part(), loop);
            steps.set(loop, either(repeated.greedy(), body, next));
            start = loop;
        } else {
            for (int i = repeated.least(); i < repeated.most(); i++) {
                int body = before(repeated.part(), start);
                start = add(Kind.EITHER, -1, false, -1, -1);
                steps.set(start, either(repeated.greedy(), body, next));
            }
        }
        for (int i = 0; i < repeated.least(); i++) {
            start = before(repeated.part(), start);
        }
        return start;
    }

    private static Step either(boolean greedy, int body, int next) {
        return new Step(Kind.EITHER, -1, false, greedy ? body : next, greedy ? next : body);
    }
}
