package org.steering4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.steering4j.engine.PrefixTree.Part;
import org.steering4j.vector.LayerSteering;

/**
 * Keys and values of the tokens with which earlier requests began, and of their answers, in native memory, so that a request that goes on
 * from there runs its new tokens only.
 *
 * <p>Blocks up to the lowest steered one give the same under every steering. They are kept once for all steerings, together with the hidden
 * states after the last of them, the kept block, before it is steered; the blocks above are kept for each steering. So a request whose steering
 * is new runs the upper blocks only.
 *
 * <p>What is kept of a request is found by requests of its {@link CachePartition} alone, but for the tokens that it shares.
 *
 * <p>The kept block is the lowest block of which it is known that it is steered. When it falls, everything kept before is dropped: it does not
 * hold the hidden states that are needed from then on. For one thread at a time, but for {@link #expectSteeringFrom}.
 */
final class PrefixCache implements AutoCloseable {

    /** Which pieces hold the blocks that no steering changes; those above are held under their steering. */
    private static final Optional<LayerSteering> EVERY_STEERING = Optional.empty();

    /**
     * What pieces of a text depend on beside its tokens.
     *
     * @param shared whether they are of the tokens that requests of several partitions share; these have no partition
     * @param before the shared tokens, which the pieces of the tokens behind them depend on, too; else none
     */
    private record Way(Optional<LayerSteering> blocks, boolean shared, String partition, IntBuffer before) {

        private static Way ofShared(Optional<LayerSteering> blocks) {
            return new Way(blocks, true, null, IntBuffer.allocate(0));
        }

        private static Way of(Optional<LayerSteering> blocks, CachePartition partition, int[] before) {
            return new Way(blocks, false, partition.name(), IntBuffer.wrap(before));
        }
    }

    private static final int NO_BLOCK = -1;

    /** To ask the operating system how much is free takes as long as to copy so much. */
    private static final long ALWAYS_FREE_BYTES = 1 << 20;

    private final LanguageModel model;
    private final int layers;
    private final PrefixTree<Way, NDArray> pieces;
    /** Of a text at most so many, so that its lower and upper blocks have room side by side. */
    private final int maximumTokens;

    private final AtomicInteger lowestSteered;
    private int keptBlock;
    /** Made at the first use; null before. */
    private NDManager scope;

    /** @param maximumBytes 0: nothing is kept */
    PrefixCache(LanguageModel model, long maximumBytes) {
        this.model = model;
        this.layers = model.shape().numberOfLayers();
        this.pieces = new PrefixTree<>(
                maximumBytes, way -> layers(way.blocks()).length * model.layerBytesPerToken(), NDArray::close);
        this.maximumTokens = (int) Math.min(Integer.MAX_VALUE, maximumBytes / model.cacheBytesPerToken());
        this.keptBlock = isOff() ? NO_BLOCK : layers - 1;
        this.lowestSteered = new AtomicInteger(keptBlock);
    }

    /**
     * What is known of a prompt.
     *
     * @param complete tokens of which all is known
     * @param partly tokens of which at least the blocks up to the kept one are known
     */
    record Known(int complete, int partly) {}

    boolean isOff() {
        return maximumTokens == 0;
    }

    /** Steerings of this block and those above are to be expected; what is expected in time is never dropped. Thread-safe. */
    void expectSteeringFrom(int block) {
        lowestSteered.accumulateAndGet(block, Math::min);
    }

    /** The block after which hidden states are to be kept now, or -1 for none. */
    int keptBlock() {
        return keptBlock;
    }

    /** Bytes of all that is kept. */
    long size() {
        return pieces.size();
    }

    /** Layers of a cache, in which those that hold hidden states come last. */
    private long[] layers(Optional<LayerSteering> blocks) {
        IntStream chosen = blocks.isPresent()
                ? IntStream.range(keptBlock + 1, layers)
                : IntStream.concat(
                        IntStream.rangeClosed(0, keptBlock), IntStream.range(layers, layers + model.furtherLayers()));
        return chosen.asLongStream().toArray();
    }

    /**
     * Fills a row's cache with what is known of its prompt; of at least one token nothing is, for its logits are needed.
     *
     * @param cache of one row, with room for the prompt
     */
    Known load(int[] prompt, LayerSteering steering, CachePartition partition, NDArray cache) {
        if (isOff()) {
            return new Known(0, 0);
        }
        if (!steering.isNone()) {
            expectSteeringFrom(steering.layers().first());
        }
        if (lowestSteered.get() < keptBlock) {
            pieces.clear();
            keptBlock = lowestSteered.get();
        }
        // The lower blocks are asked for last and so kept longer: without them the upper ones are of no use.
        List<Part<NDArray>> upper = find(prompt, Optional.of(steering), partition);
        List<Part<NDArray>> lower = find(prompt, EVERY_STEERING, partition);
        int partly = Math.min(tokens(lower), prompt.length - 1);
        load(lower, EVERY_STEERING, partly, cache);
        if (keptBlock == layers - 1) {
            return new Known(partly, partly);
        }
        int complete = Math.min(tokens(upper), partly);
        load(upper, Optional.of(steering), complete, cache);
        return new Known(complete, partly);
    }

    /** The longest beginning that is kept. Shared tokens are asked for last and so kept longer: without them those behind are of no use. */
    private List<Part<NDArray>> find(int[] prompt, Optional<LayerSteering> blocks, CachePartition partition) {
        int[] shared = Arrays.copyOf(prompt, partition.sharedTokens());
        int[] own = Arrays.copyOfRange(prompt, shared.length, prompt.length);
        List<Part<NDArray>> behind = pieces.find(own, Way.of(blocks, partition, shared));
        List<Part<NDArray>> found = new ArrayList<>(pieces.find(shared, Way.ofShared(blocks)));
        if (tokens(found) == shared.length) {
            found.addAll(behind);
        }
        return found;
    }

    private static int tokens(List<Part<NDArray>> parts) {
        return parts.stream().mapToInt(Part::tokens).sum();
    }

    private void load(List<Part<NDArray>> parts, Optional<LayerSteering> blocks, int tokens, NDArray cache) {
        int start = 0;
        for (Part<NDArray> part : parts) {
            int count = Math.min(part.tokens(), tokens - start);
            if (count > 0) {
                try (NDManager step = scope.newSubManager()) {
                    NDArray place = step.create(new long[] {start, count});
                    model.run("load_piece", place, step.create(layers(blocks)), cache, part.piece());
                }
            }
            start += part.tokens();
        }
    }

    /**
     * Keeps what is not known yet of a row of a cache, if there is memory for all of it.
     *
     * @param rowKeptBlock the block after which the row's hidden states are kept; if it is no longer the kept block, nothing is kept
     */
    void store(
            int[] tokens, LayerSteering steering, CachePartition partition, int rowKeptBlock, NDArray cache, int row) {
        if (isOff() || rowKeptBlock != keptBlock) {
            return;
        }
        if (scope == null) {
            scope = model.newScope();
        }
        int[] kept = IntStream.of(tokens).limit(maximumTokens).toArray();
        long bytes = kept.length * model.cacheBytesPerToken();
        if (bytes > ALWAYS_FREE_BYTES && !model.hasRoomFor(bytes)) {
            return;
        }
        if (keptBlock < layers - 1) {
            store(kept, Optional.of(steering), partition, cache, row);
        }
        store(kept, EVERY_STEERING, partition, cache, row);
    }

    private void store(int[] tokens, Optional<LayerSteering> blocks, CachePartition partition, NDArray cache, int row) {
        int[] shared = Arrays.copyOf(tokens, Math.min(partition.sharedTokens(), tokens.length));
        int[] own = Arrays.copyOfRange(tokens, shared.length, tokens.length);
        pieces.store(
                own,
                Way.of(blocks, partition, shared),
                (from, to) -> cut(blocks, cache, row, shared.length + from, shared.length + to));
        pieces.store(shared, Way.ofShared(blocks), (from, to) -> cut(blocks, cache, row, from, to));
    }

    private NDArray cut(Optional<LayerSteering> blocks, NDArray cache, int row, int from, int to) {
        try (NDManager step = scope.newSubManager()) {
            NDArray place = step.create(new long[] {row, from, to - from});
            NDArray piece = model.run("cut_piece", place, step.create(layers(blocks)), cache)
                    .get(0);
            piece.attach(scope);
            return piece;
        }
    }

    @Override
    public void close() {
        pieces.clear();
        if (scope != null) {
            scope.close();
        }
    }
}
