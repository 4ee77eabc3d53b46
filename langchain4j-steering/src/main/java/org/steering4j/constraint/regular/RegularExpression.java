package org.steering4j.constraint.regular;

/**
 * A regular expression as JSON Schema's {@code pattern} holds them: ECMA 262 with the flag {@code u}, matching anywhere in a text unless
 * {@code ^} and {@code $} say otherwise. Lookahead, lookbehind and backreferences are refused.
 */
public final class RegularExpression {

    private static final int LONGEST = 20_000;

    private RegularExpression() {}

    /**
     * The texts in which a pattern matches.
     *
     * @throws NotRegularException for one that is no regular expression, describes no regular language or takes too large an automaton; the
     *     message says what of it, without the pattern
     */
    public static Automaton automaton(String pattern) {
        if (pattern.length() > LONGEST) {
            throw new NotRegularException(
                    "which has %,d characters, more than %,d".formatted(pattern.length(), LONGEST));
        }
        return Determinization.of(ExpressionParser.parse(pattern));
    }
}
