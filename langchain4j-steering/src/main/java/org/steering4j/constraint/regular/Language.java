package org.steering4j.constraint.regular;

/**
 * The texts that an automaton recognises and that are not too long. That is counted, for an automaton that counts to a thousand has a
 * thousand states. Immutable.
 *
 * @param longest how many characters a text may have at most, or {@link #UNLIMITED}
 */
public record Language(Automaton automaton, int longest) {

    public static final int UNLIMITED = Integer.MAX_VALUE;

    static Language of(Automaton automaton) {
        return new Language(automaton, UNLIMITED);
    }

    /**
     * Texts that have so many characters.
     *
     * @param most or {@link #UNLIMITED}
     * @throws NotRegularException if the least number is too large
     */
    public static Language ofLength(int least, int most) {
        return new Language(Automaton.ofLengthAtLeast(least), most);
    }

    /**
     * Texts of both.
     *
     * @throws NotRegularException if that takes too many states
     */
    public Language and(Language other) {
        return new Language(automaton.and(other.automaton), Math.min(longest, other.longest));
    }

    public boolean accepts(String text) {
        return text.codePointCount(0, text.length()) <= longest && automaton.accepts(text);
    }

    public boolean isEmpty() {
        return automaton.isEmpty() || automaton.shortestText() > longest;
    }
}
