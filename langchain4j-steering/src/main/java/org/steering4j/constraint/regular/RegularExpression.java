package org.steering4j.constraint.regular;

import java.util.ArrayList;
import java.util.List;
import org.steering4j.constraint.regular.Expression.Assertion;
import org.steering4j.constraint.regular.Expression.Characters;
import org.steering4j.constraint.regular.Expression.Repetition;
import org.steering4j.constraint.regular.Expression.Sequence;

/**
 * A regular expression as JSON Schema's {@code pattern} holds them: ECMA 262 with the flag {@code u}, matching anywhere in a text unless
 * {@code ^} and {@code $} say otherwise. Lookahead, lookbehind and backreferences are refused.
 */
public final class RegularExpression {

    private static final int LONGEST = 20_000;
    /** So many repetitions are cheaper as states, which need not be counted. */
    private static final int FEW = 10;

    private RegularExpression() {}

    /**
     * The texts in which a pattern matches.
     *
     * @throws NotRegularException for one that is no regular expression, describes no regular language or takes too large an automaton; the
     *     message says what of it, without the pattern
     */
    public static Language language(String pattern) {
        if (pattern.length() > LONGEST) {
            throw new NotRegularException(
                    "which has %,d characters, more than %,d".formatted(pattern.length(), LONGEST));
        }
        Expression expression = ExpressionParser.parse(pattern);
        Language counted = counted(expression);
        return counted == null ? Language.of(Determinization.of(expression)) : counted;
    }

    /**
     * Counts what {@code ^[a-z]{1,500}$} repeats instead of writing it out, wherever one character is repeated a varying number of times and
     * all else has one length: then the length of the text says how often it is. Null for other expressions.
     */
    private static Language counted(Expression expression) {
        if (!(expression instanceof Sequence whole) || whole.parts().size() < 3) {
            return null;
        }
        List<Expression> parts = whole.parts();
        int last = parts.size() - 1;
        if (parts.get(0) != Assertion.START || parts.get(last) != Assertion.END) {
            return null;
        }
        List<Expression> unlimited = new ArrayList<>(parts);
        long longest = 0;
        boolean found = false;
        for (int i = 1; i < last; i++) {
            if (parts.get(i) instanceof Characters) {
                longest++;
            } else if (parts.get(i) instanceof Repetition repeated && repeated.body() instanceof Characters) {
                boolean varies = repeated.least() < repeated.most();
                if (repeated.most() == Repetition.UNLIMITED || (varies && found)) {
                    return null;
                }
                if (varies) {
                    found = true;
                    unlimited.set(i, new Repetition(repeated.body(), repeated.least(), Repetition.UNLIMITED));
                }
                longest += repeated.most();
            } else {
                return null;
            }
        }
        return found && longest > FEW
                ? new Language(Determinization.of(new Sequence(unlimited)), (int) Math.min(Language.UNLIMITED, longest))
                : null;
    }
}
