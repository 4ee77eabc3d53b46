package org.steering4j.engine;

import java.util.Arrays;

/**
 * Guesses how a sequence goes on: as it did after the place where its last tokens stood before. Prompt lookup decoding (Saxena 2023); an answer
 * that quotes its prompt, or itself, is guessed many tokens ahead. Knows token ids only. For one thread.
 */
final class PromptLookup {

    /** Fewer tokens in common say little of what comes next. */
    private static final int SHORTEST_MATCH = 2;

    /** From here on the same tokens come next far oftener than not. */
    private static final int LONG_MATCH = 3;

    /** Of two places the one that has more tokens in common, up to so many, is the better guess. */
    private static final int LONGEST_MATCH = 8;

    private static final int[] NOTHING = {};

    private final AcceptanceRate afterShortMatch = new AcceptanceRate(0.5);
    private final AcceptanceRate afterLongMatch = new AcceptanceRate(0.7);

    private int[] tokens;
    private int length;

    PromptLookup(int[] prompt) {
        this.tokens = Arrays.copyOf(prompt, prompt.length + 64);
        this.length = prompt.length;
    }

    /**
     * Tokens that may come next.
     *
     * @param rate how likely each is right if those before it are; to be told what became of it
     */
    record Draft(int[] tokens, AcceptanceRate rate) {

        int length() {
            return tokens.length;
        }

        Draft first(int count) {
            return count >= tokens.length ? this : new Draft(Arrays.copyOf(tokens, count), rate);
        }
    }

    void append(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
        }
        tokens[length++] = token;
        afterShortMatch.fade();
        afterLongMatch.fade();
    }

    /** A draft of exactly so many tokens, or none if the last tokens stand nowhere else. */
    Draft draft(int count) {
        int longest = SHORTEST_MATCH - 1;
        int after = 0;
        // All places are looked at, the last first: thousands take microseconds.
        for (int place = length - 1; count > 0 && place > longest && longest < LONGEST_MATCH; place--) {
            int common = common(place);
            if (common > longest) {
                longest = common;
                after = place;
            }
        }
        return new Draft(
                after == 0 ? NOTHING : from(after, count), longest >= LONG_MATCH ? afterLongMatch : afterShortMatch);
    }

    /** How many tokens before a place are the last tokens of the sequence. */
    private int common(int place) {
        int most = Math.min(place, LONGEST_MATCH);
        int common = 0;
        while (common < most && tokens[place - 1 - common] == tokens[length - 1 - common]) {
            common++;
        }
        return common;
    }

    private int[] from(int place, int count) {
        int[] draft = new int[count];
        for (int i = 0; i < count; i++) {
            // Where the quotation runs into the end of the sequence, it goes on with its own beginning.
            draft[i] = place + i < length ? tokens[place + i] : draft[place + i - length];
        }
        return draft;
    }
}
