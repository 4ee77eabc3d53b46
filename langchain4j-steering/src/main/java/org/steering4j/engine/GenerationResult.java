package org.steering4j.engine;

import java.time.Duration;

/**
 * What was generated. Immutable, if the array is left alone.
 *
 * @param tokens the generated ids without the end token
 * @param timeToFirstToken from the call until the first token was known
 * @param total from the call until the last token was known
 * @param cachedTokens how many of the prompt's first tokens an earlier request had run already: under the same steering they are not run at
 *     all, under another one in the upper blocks only
 * @param draftedTokens guessed from the context and run ahead of their turn; see {@link LanguageModel.Builder#speculation}
 * @param acceptedTokens how many of those were right, so that no pass of their own was needed
 */
public record GenerationResult(
        int[] tokens,
        StopCause cause,
        Duration timeToFirstToken,
        Duration total,
        int cachedTokens,
        int draftedTokens,
        int acceptedTokens) {

    /** Of a generation that guessed nothing. */
    public GenerationResult(
            int[] tokens, StopCause cause, Duration timeToFirstToken, Duration total, int cachedTokens) {
        this(tokens, cause, timeToFirstToken, total, cachedTokens, 0, 0);
    }
}
