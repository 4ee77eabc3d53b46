package org.steering4j.trainer;

import java.util.Arrays;

/**
 * A preference pair as token ids: one prompt and the two answers to it, each with its end-of-turn token.
 *
 * @param truncated whether something was cut
 */
record PreferenceExample(int[] prompt, int[] matching, int[] notMatching, boolean truncated) {

    /**
     * Cuts what is beyond the maximum of tokens of prompt and answer together. Both answers keep the same prompt, so it is the
     * longer one that decides. Of the prompt and of each answer at least one token stays.
     *
     * @param maximumTokens at least 2
     */
    PreferenceExample truncate(int maximumTokens, Truncation truncation) {
        int longestAnswer = Math.max(matching.length, notMatching.length);
        if (prompt.length + longestAnswer <= maximumTokens) {
            return this;
        }
        int promptLength;
        int answerLength;
        if (truncation == Truncation.PROMPT_START) {
            answerLength = Math.min(longestAnswer, maximumTokens - 1);
            promptLength = Math.min(prompt.length, maximumTokens - answerLength);
        } else {
            promptLength = Math.min(prompt.length, maximumTokens - 1);
            answerLength = maximumTokens - promptLength;
        }
        return new PreferenceExample(
                Arrays.copyOfRange(prompt, prompt.length - promptLength, prompt.length),
                Arrays.copyOf(matching, Math.min(matching.length, answerLength)),
                Arrays.copyOf(notMatching, Math.min(notMatching.length, answerLength)),
                true);
    }
}
