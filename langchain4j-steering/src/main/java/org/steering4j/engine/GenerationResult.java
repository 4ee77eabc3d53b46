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
 */
public record GenerationResult(
        int[] tokens, StopCause cause, Duration timeToFirstToken, Duration total, int cachedTokens) {}
