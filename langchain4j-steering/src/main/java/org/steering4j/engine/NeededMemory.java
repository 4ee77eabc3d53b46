package org.steering4j.engine;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.checkpoint.LoraAdapter;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.checkpoint.StoredWeight;
import org.steering4j.checkpoint.Weight;
import org.steering4j.engine.internal.Projections;
import org.steering4j.internal.DataType;

/**
 * Foresees the memory that a model's weights take, and chooses how to keep them by it. Keys and values come on top, as conversations run.
 * Immutable.
 *
 * @param adapter what is merged into the model while it is loaded
 */
record NeededMemory(ModelFolder folder, Optional<LoraAdapter> adapter) {

    private static final Logger LOG = LoggerFactory.getLogger(NeededMemory.class);
    private static final double GIB = 1 << 30;
    private static final List<Precision> SMALLER = List.of(Precision.BFLOAT16, Precision.INT8, Precision.INT4);

    /** What to open the model in where no precision is asked for: the faster one, or bfloat16 if float32 does not fit. */
    Precision fitting(Precision faster, long freeBytes) {
        if (faster == Precision.BFLOAT16) {
            return faster;
        }
        long needed = bytes(Precision.FLOAT32, Projections.forPrecision(Precision.FLOAT32));
        if (needed <= freeBytes || leastBytes(Precision.BFLOAT16) > freeBytes) {
            return faster;
        }
        LOG.warn(
                "{} is opened in bfloat16: float32 is faster here, but takes {} GiB, and {} GiB are free",
                folder.configuration().name(),
                gib(needed),
                gib(freeBytes));
        return Precision.BFLOAT16;
    }

    /**
     * How to keep the matrices.
     *
     * @throws NotEnoughMemoryException if they would not fit
     */
    Projections projections(Precision precision, long freeBytes) {
        Projections fastest = Projections.forPrecision(precision);
        long needed = bytes(precision, fastest);
        if (needed <= freeBytes) {
            return fastest;
        }
        String name = folder.configuration().name();
        if (precision.isDifferentiable() && bytes(precision, Projections.PLAIN) <= freeBytes) {
            // Mapped pages are the operating system's to give back and read again: they need no free memory.
            LOG.warn(
                    "{} in {} is run from matrices that are not packed, which is slower: to pack them takes {} GiB, and {} GiB are free",
                    name,
                    precision,
                    gib(needed),
                    gib(freeBytes));
            return Projections.PLAIN;
        }
        throw new NotEnoughMemoryException("%s needs %s GiB of memory in %s, but %s GiB are free: %s"
                .formatted(name, gib(leastBytes(precision)), precision, gib(freeBytes), wayOut(freeBytes)));
    }

    private String wayOut(long freeBytes) {
        for (Precision smaller : SMALLER) {
            try {
                long needed = leastBytes(smaller);
                if (needed <= freeBytes) {
                    return "take the precision %s, which needs %s GiB".formatted(smaller, gib(needed));
                }
            } catch (EngineException e) {
                LOG.debug("not a way out: {}", e.getMessage());
            }
        }
        return "free some, or take a smaller model";
    }

    /** @throws EngineException if libtorch has no kernels for the precision here */
    private long leastBytes(Precision precision) {
        long fastest = bytes(precision, Projections.forPrecision(precision));
        return precision.isDifferentiable() ? Math.min(fastest, bytes(precision, Projections.PLAIN)) : fastest;
    }

    /** The most that there is at a time while the weights are loaded, one after the other. What stays mapped needs none, and vectors are too small to count. */
    long bytes(Precision precision, Projections projections) {
        double kept = 0;
        double most = 0;
        long largest = 0;
        for (StoredWeight stored : folder.weights()) {
            if (isProjection(stored, projections)) {
                long elements = stored.tensor().elements();
                ElementBytes each = elementBytes(stored, precision, projections);
                kept += elements * each.kept();
                most = Math.max(most, kept + elements * each.converting());
                largest = Math.max(largest, elements);
            }
        }
        return (long) (most + (isConvertedInFloat32(precision, projections) ? largest * Float.BYTES : 0));
    }

    /** The token embedding is one if the output head is packed from it, and always as a plain matrix. */
    private boolean isProjection(StoredWeight stored, Projections projections) {
        return stored.tensor().shape().size() == 2
                && (stored.weight() != Weight.TOKEN_EMBEDDING
                        || folder.configuration().tiedEmbeddings()
                        || projections == Projections.PLAIN);
    }

    /** Whether DecoderProgram keeps a block of float32 while it loads, into which it reads one matrix after the other. */
    private boolean isConvertedInFloat32(Precision precision, Projections projections) {
        return projections != Projections.PLAIN && (precision != Precision.BFLOAT16 || adapter.isPresent());
    }

    /**
     * Of one element of a matrix.
     *
     * @param kept for as long as the model is open
     * @param converting beside that, while this matrix is converted
     */
    private record ElementBytes(double kept, double converting) {}

    /** As the texts of the projections (projections/*.py) and {@code load} in decoder.py have it. */
    private ElementBytes elementBytes(StoredWeight stored, Precision precision, Projections projections) {
        DataType computed = precision.keepsFloat32BetweenMatrices() ? DataType.F32 : DataType.BF16;
        boolean adapted = adapter.isPresent() && adapter.get().adapts(stored);
        boolean asStored = !adapted && stored.tensor().dataType() == computed;
        int merged = adapted ? Float.BYTES : 0;
        return switch (projections) {
            case PLAIN -> asStored ? new ElementBytes(0, 0) : new ElementBytes(computed.bytes(), 2 * merged);
            case ONEDNN ->
                new ElementBytes(computed.bytes(), merged + (asStored || computed == DataType.F32 ? 0 : Short.BYTES));
            case FLOAT16 -> new ElementBytes(Short.BYTES, merged);
            case INT8 -> new ElementBytes(1, merged + 2); // its 8 bits before and after they have a scale
            case INT4 -> new ElementBytes(isIn4Bits(stored) ? 0.5625 : 1, merged + 2);
        };
    }

    private static boolean isIn4Bits(StoredWeight stored) {
        boolean head = stored.weight() == Weight.OUTPUT_HEAD || stored.weight() == Weight.TOKEN_EMBEDDING;
        return !head && stored.tensor().shape().stream().allMatch(length -> length % 64 == 0);
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / GIB);
    }
}
