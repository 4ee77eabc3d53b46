package org.steering4j.engine;

import java.util.function.LongSupplier;
import org.steering4j.engine.internal.Projections;

/**
 * Foresees the memory that derivatives take beside an open model: the matrices above the steered block, which are unpacked when they are first
 * needed and kept from then on. What a pass takes comes on top; {@link LanguageModel#tokensPerPass} bounds it. Thread-safe.
 */
final class TrainingMemory {

    private final NeededMemory memory;
    private final Precision precision;
    private final Projections projections;
    private final LongSupplier freeBytes;
    /** Matrices above it have been found to fit. */
    private int lowestBlock = Integer.MAX_VALUE;

    private long foreseenBytes;

    TrainingMemory(NeededMemory memory, Precision precision, Projections projections, LongSupplier freeBytes) {
        this.memory = memory;
        this.precision = precision;
        this.projections = projections;
        this.freeBytes = freeBytes;
    }

    /**
     * Of derivatives by the output of a block.
     *
     * @throws NotEnoughMemoryException if it is more than there is
     */
    synchronized void require(int block) {
        if (block >= lowestBlock) {
            return;
        }
        long unpacked = memory.unpackedBytes(precision, projections, block);
        long free = freeBytes.getAsLong();
        if (unpacked - foreseenBytes > free) {
            throw new NotEnoughMemoryException(
                    "to train a vector at block %d of %s in %s takes %s GiB of memory beside the model, for the matrices above it have to be unpacked, but %s GiB are free: %s"
                            .formatted(
                                    block,
                                    memory.folder().configuration().name(),
                                    precision,
                                    NeededMemory.gib(unpacked - foreseenBytes),
                                    NeededMemory.gib(free),
                                    wayOut(block, unpacked)));
        }
        lowestBlock = block;
        foreseenBytes = unpacked;
    }

    private String wayOut(int block, long unpacked) {
        long smaller = memory.unpackedBytes(Precision.BFLOAT16, Projections.forPrecision(Precision.BFLOAT16), block);
        return smaller < unpacked
                ? "open it in bfloat16, where that takes %s GiB, or train at a higher block"
                        .formatted(NeededMemory.gib(smaller))
                : "free some, or train at a higher block";
    }
}
