package org.steering4j.engine;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.steering4j.vector.LayerSteering;

/**
 * One sequence to continue. Immutable, if the prompt array is left alone.
 *
 * @param prompt token ids, at least one
 * @param maximumTokens how many tokens to generate at most, at least 1
 * @param endTokens ids that end the answer and are no part of it
 * @param constraint what the answer is held to
 * @param timeout from the call to the last token, waiting for a turn included; null: none
 * @param partition which requests may find what is kept of this one, and whose this one may find
 */
public record GenerationRequest(
        int[] prompt,
        LayerSteering steering,
        Sampling sampling,
        int maximumTokens,
        Set<Integer> endTokens,
        TokenConstraint.Factory constraint,
        Duration timeout,
        CachePartition partition) {

    public GenerationRequest {
        Objects.requireNonNull(steering, "steering");
        Objects.requireNonNull(sampling, "sampling");
        Objects.requireNonNull(constraint, "constraint");
        Objects.requireNonNull(partition, "partition");
        endTokens = Set.copyOf(endTokens);
        if (prompt.length == 0) {
            throw new IllegalArgumentException("the prompt is empty; give at least the beginning-of-text token");
        }
        if (maximumTokens < 1) {
            throw new IllegalArgumentException("maximumTokens is %d but must be at least 1".formatted(maximumTokens));
        }
        if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
            throw new IllegalArgumentException("timeout is %s but must be above zero".formatted(timeout));
        }
        if (partition.sharedTokens() > prompt.length) {
            throw new IllegalArgumentException("%d tokens are to be shared, but the prompt has %d"
                    .formatted(partition.sharedTokens(), prompt.length));
        }
    }

    /** Of the partition of all requests that name none. */
    public GenerationRequest(
            int[] prompt,
            LayerSteering steering,
            Sampling sampling,
            int maximumTokens,
            Set<Integer> endTokens,
            TokenConstraint.Factory constraint,
            Duration timeout) {
        this(prompt, steering, sampling, maximumTokens, endTokens, constraint, timeout, CachePartition.UNNAMED);
    }

    /** Without constraint and timeout. */
    public GenerationRequest(
            int[] prompt, LayerSteering steering, Sampling sampling, int maximumTokens, Set<Integer> endTokens) {
        this(prompt, steering, sampling, maximumTokens, endTokens, TokenConstraint.Factory.NONE, null);
    }
}
