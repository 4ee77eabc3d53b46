package org.steering4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.steering4j.vector.LayerSteering;

/**
 * Keys and values of the tokens with which earlier requests began, and their answers, in native memory, so that a request that goes on from
 * there runs its new tokens only. For one thread at a time.
 */
final class PrefixCache implements AutoCloseable {

    private final LanguageModel model;
    private final PrefixTree<NDArray> pieces;
    private final boolean isOff;
    /** Made at the first use; null before. */
    private NDManager scope;

    /** @param maximumBytes 0: nothing is kept */
    PrefixCache(LanguageModel model, long maximumBytes, long bytesPerToken) {
        this.model = model;
        this.pieces = new PrefixTree<>(maximumBytes / bytesPerToken, NDArray::close);
        this.isOff = maximumBytes < bytesPerToken;
    }

    /**
     * Fills a row's cache with what is known of its prompt.
     *
     * @param cache of one row, with room for the prompt
     * @return how many tokens; at least one of the prompt's is left to be run, for its logits are not known
     */
    int load(int[] prompt, LayerSteering steering, NDArray cache) {
        int known = 0;
        for (PrefixTree.Part<NDArray> part :
                isOff ? List.<PrefixTree.Part<NDArray>>of() : pieces.find(prompt, steering)) {
            int tokens = Math.min(part.tokens(), prompt.length - 1 - known);
            if (tokens > 0) {
                try (NDManager step = scope.newSubManager()) {
                    model.run("load_piece", step.create(new long[] {known, tokens}), cache, part.piece());
                }
                known += tokens;
            }
        }
        return known;
    }

    /** Keeps what is not known yet of a row of a cache. */
    void store(int[] tokens, LayerSteering steering, NDArray cache, int row) {
        if (isOff) {
            return;
        }
        if (scope == null) {
            scope = model.newScope();
        }
        pieces.store(tokens, steering, (from, to) -> {
            try (NDArray range = scope.create(new long[] {row, from, to - from})) {
                return model.run("cut_piece", range, cache).get(0);
            }
        });
    }

    @Override
    public void close() {
        pieces.clear();
        if (scope != null) {
            scope.close();
        }
    }
}
