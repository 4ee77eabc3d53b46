package org.steering4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.steering4j.engine.PrefixTree.Part;
import org.steering4j.vector.LayerSteering;

/**
 * Keys and values of the tokens with which earlier requests began, and of their answers, in native memory, so that a request that goes on
 * from there runs its new tokens only.
 *
 * <p>Under another steering, blocks up to the lowest one at which the two differ give the same keys and values. So the hidden states after one
 * block, before it is steered, are kept as well ({@link #keptBlock}), and a request whose steering differs from there on runs the blocks above
 * only. For one thread at a time.
 */
final class PrefixCache implements AutoCloseable {

    static final int NO_BLOCK = -1;

    private final LanguageModel model;
    private final PrefixTree<Piece> pieces;
    private final boolean isOff;
    /** Made at the first use; null before. */
    private NDManager scope;

    private int keptBlock = NO_BLOCK;

    /** @param maximumBytes 0: nothing is kept */
    PrefixCache(LanguageModel model, long maximumBytes, long bytesPerToken) {
        this.model = model;
        this.pieces = new PrefixTree<>(maximumBytes / bytesPerToken, piece -> piece.array.close());
        this.isOff = maximumBytes < bytesPerToken;
    }

    /**
     * @param array the cache of some tokens of one row
     * @param keptBlock after which block its hidden states are kept, or {@link #NO_BLOCK}
     */
    private record Piece(NDArray array, int keptBlock) {}

    /**
     * What is known of a prompt.
     *
     * @param complete tokens of which all is known
     * @param partly tokens of which at least the blocks up to a certain one are known
     * @param partlyBlock that block, after which their hidden states are kept
     * @param keptBlock the block after which the hidden states of all these tokens are kept, or {@link #NO_BLOCK}
     */
    record Known(int complete, int partly, int partlyBlock, int keptBlock) {

        private static final Known NOTHING = new Known(0, 0, NO_BLOCK, NO_BLOCK);
    }

    boolean isOff() {
        return isOff;
    }

    /** The block after which hidden states are to be kept now: the lowest that was steered so far, or {@link #NO_BLOCK}. */
    int keptBlock() {
        return keptBlock;
    }

    /**
     * Fills a row's cache with what is known of its prompt; of at least one token nothing is, for its logits are needed.
     *
     * @param cache of one row, with room for the prompt
     */
    Known load(int[] prompt, LayerSteering steering, NDArray cache) {
        if (isOff) {
            return Known.NOTHING;
        }
        if (!steering.isNone()) {
            int lowest = steering.layers().first();
            keptBlock = keptBlock == NO_BLOCK ? lowest : Math.min(keptBlock, lowest);
        }
        List<Part<Piece>> same = pieces.find(prompt, steering);
        int complete = load(same, 0, Math.min(tokens(same), prompt.length - 1), cache);
        LayerSteering similar = mostSimilar(prompt, steering, complete);
        if (similar == null) {
            return new Known(complete, complete, NO_BLOCK, commonBlock(same));
        }
        List<Part<Piece>> others = usable(pieces.find(prompt, similar), steering, similar);
        int partly = load(others, complete, Math.min(tokens(others), prompt.length - 1), cache);
        int block = commonBlock(others);
        boolean keptThroughout = complete == 0 || commonBlock(same) == block;
        return new Known(complete, partly, block, keptThroughout ? block : NO_BLOCK);
    }

    /** The steering of which the most can be used beyond what is known completely; null if there is none. */
    private LayerSteering mostSimilar(int[] prompt, LayerSteering steering, int complete) {
        LayerSteering best = null;
        int most = complete;
        for (LayerSteering other : pieces.steerings()) {
            int tokens = other.equals(steering)
                    ? 0
                    : Math.min(prompt.length - 1, tokens(usable(pieces.peek(prompt, other), steering, other)));
            if (tokens > most) {
                best = other;
                most = tokens;
            }
        }
        return best;
    }

    /** The first parts, as far as the same block is kept, if the blocks up to it can be used under another steering. */
    private static List<Part<Piece>> usable(List<Part<Piece>> parts, LayerSteering steering, LayerSteering other) {
        int block = parts.isEmpty() ? NO_BLOCK : parts.get(0).piece().keptBlock;
        if (block == NO_BLOCK || block > lowestDifference(steering, other)) {
            return List.of();
        }
        return parts.stream().takeWhile(part -> part.piece().keptBlock == block).toList();
    }

    private static int tokens(List<Part<Piece>> parts) {
        return parts.stream().mapToInt(Part::tokens).sum();
    }

    private static int commonBlock(List<Part<Piece>> parts) {
        return parts.stream()
                .map(part -> part.piece().keptBlock)
                .reduce((first, second) -> first.equals(second) ? first : NO_BLOCK)
                .orElse(NO_BLOCK);
    }

    /** The lowest block that one of two different steerings steers and the other does not, or not so. */
    private static int lowestDifference(LayerSteering first, LayerSteering second) {
        SortedSet<Integer> layers = new TreeSet<>(first.layers());
        layers.addAll(second.layers());
        for (int layer : layers) {
            if (!first.layers().contains(layer)
                    || !second.layers().contains(layer)
                    || !Arrays.equals(first.layer(layer), second.layer(layer))) {
                return layer;
            }
        }
        throw new IllegalArgumentException("the steerings are equal");
    }

    /** Copies the tokens from one to another; gives the latter. */
    private int load(List<Part<Piece>> parts, int from, int to, NDArray cache) {
        int start = 0;
        for (Part<Piece> part : parts) {
            int first = Math.max(from, start);
            int end = Math.min(to, start + part.tokens());
            if (first < end) {
                try (NDManager step = scope.newSubManager()) {
                    NDArray place = step.create(new long[] {first, first - start, end - first});
                    model.run("load_piece", place, cache, part.piece().array);
                }
            }
            start += part.tokens();
        }
        return to;
    }

    /**
     * Keeps what is not known yet of a row of a cache.
     *
     * @param rowKeptBlock the block after which the row's hidden states are kept, or {@link #NO_BLOCK}
     */
    void store(int[] tokens, LayerSteering steering, int rowKeptBlock, NDArray cache, int row) {
        if (isOff) {
            return;
        }
        if (scope == null) {
            scope = model.newScope();
        }
        pieces.store(tokens, steering, (from, to) -> {
            try (NDArray place = scope.create(new long[] {row, from, to - from})) {
                return new Piece(model.run("cut_piece", place, cache).get(0), rowKeptBlock);
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
