package org.steering4j.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts rows into batches small enough that what a pass keeps of a whole batch stays small beside the model: the hidden states,
 * rows * longest * hidden size, the logits of the answers, answer tokens * vocabulary, and what attention gives each pair of tokens of short
 * rows, rows * heads * longest * longest, all float32. Knows sizes only. Immutable.
 */
final class Batches {

    /** More rows at once bring nothing: by then every core is busy. */
    private static final int MAXIMUM_ROWS = 32;

    /** Of each array; a single row may take more. */
    private static final long MAXIMUM_BYTES = 256L << 20;

    /** Up to which the decoder program writes attention out ({@code attend_within}); for longer rows it keeps no number per pair of tokens. */
    private static final int LONGEST_WRITTEN_OUT = 512;

    private final int hiddenSize;
    private final int vocabularySize;
    private final int queryHeads;
    private final boolean alwaysWrittenOut;

    Batches(int hiddenSize, int vocabularySize, int queryHeads) {
        this(hiddenSize, vocabularySize, queryHeads, false);
    }

    /** @param alwaysWrittenOut whether the decoder program writes attention out for longer rows too, as it does for a soft cap */
    Batches(int hiddenSize, int vocabularySize, int queryHeads, boolean alwaysWrittenOut) {
        this.hiddenSize = hiddenSize;
        this.vocabularySize = vocabularySize;
        this.queryHeads = queryHeads;
        this.alwaysWrittenOut = alwaysWrittenOut;
    }

    /** Of one layer, if rows share their prompts; a token attends to up to as many as the longest row has. */
    long attentionBytesPerToken(long longest) {
        return longest > LONGEST_WRITTEN_OUT && !alwaysWrittenOut ? 0 : queryHeads * longest * Float.BYTES;
    }

    /** All of them, in their order, one row or more to a batch. */
    <R extends BatchRow> List<List<R>> cut(List<R> all) {
        List<List<R>> batches = new ArrayList<>();
        int first = 0;
        long longest = 0;
        long answerTokens = 0;
        for (int next = 0; next < all.size(); next++) {
            R row = all.get(next);
            longest = Math.max(longest, row.length());
            answerTokens += row.answerTokens();
            if (next > first && !isSmall(next + 1 - first, longest, answerTokens)) {
                batches.add(all.subList(first, next));
                first = next;
                longest = row.length();
                answerTokens = row.answerTokens();
            }
        }
        if (first < all.size()) {
            batches.add(all.subList(first, all.size()));
        }
        return batches;
    }

    private boolean isSmall(int rows, long longest, long answerTokens) {
        return rows <= MAXIMUM_ROWS
                && rows * longest * hiddenSize * Float.BYTES <= MAXIMUM_BYTES
                && answerTokens * vocabularySize * Float.BYTES <= MAXIMUM_BYTES
                && rows * longest * attentionBytesPerToken(longest) <= MAXIMUM_BYTES;
    }
}
