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
 * Foresees the memory that a model's weights take, and chooses how to keep them by it. Keys and values come on top, as conversations
 * run: see {@link KeyValueCache#reserve}. Immutable.
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

    /** The most that there is at a time while the weights are loaded. What stays mapped needs none, and vectors are too small to count. */
    long bytes(Precision precision, Projections projections) {
        double kept = 0;
        long largest = 0;
        long packing = 0;
        for (List<StoredWeight> stack : projections.stacks(folder.weights(), adapter)) {
            kept += keptBytes(stack, precision, projections);
            largest = Math.max(largest, elements(stack));
            packing = Math.max(packing, packingBytes(stack, precision, projections));
        }
        return (long) (kept + projections.packedAtOnce(largest) * packing);
    }

    /**
     * The most that there is beside the packed matrices once derivatives by a block's output were taken: what is above it and the output head,
     * as matrices that oneDNN has not packed. It is unpacked where the file does not hold it as it is multiplied (projections/onednn.py).
     */
    long unpackedBytes(Precision precision, Projections projections, int block) {
        if (projections == Projections.PLAIN) {
            return 0;
        }
        DataType computed = computed(precision);
        return projections.stacks(folder.weights(), adapter).stream()
                .filter(stack ->
                        stack.get(0).layer() > block || !stack.get(0).weight().perLayer())
                .filter(stack -> stack.stream()
                        .anyMatch(stored -> isAdapted(stored) || stored.tensor().dataType() != computed))
                .mapToLong(stack -> elements(stack) * computed.bytes())
                .sum();
    }

    private static long elements(List<StoredWeight> stack) {
        return stack.stream().mapToLong(stored -> stored.tensor().elements()).sum();
    }

    private static DataType computed(Precision precision) {
        return precision.keepsFloat32BetweenMatrices() ? DataType.F32 : DataType.BF16;
    }

    private boolean isAdapted(StoredWeight stored) {
        return adapter.isPresent() && adapter.get().adapts(stored);
    }

    private boolean isMapped(StoredWeight stored, Precision precision, Projections projections) {
        return projections == Projections.PLAIN
                && !isAdapted(stored)
                && stored.tensor().dataType() == computed(precision);
    }

    /** For as long as the model is open, as the texts of the projections (projections/*.py) have it. */
    private double keptBytes(List<StoredWeight> stack, Precision precision, Projections projections) {
        double each = switch (projections) {
            case PLAIN, ONEDNN -> computed(precision).bytes();
            case FLOAT16 -> Short.BYTES;
            case INT8 -> 1;
            case INT4 -> isIn4Bits(stack) ? 0.5625 : 1;
        };
        return each
                * elements(stack.stream()
                        .filter(stored -> !isMapped(stored, precision, projections))
                        .toList());
    }

    /** Beside that, while this stack is packed. */
    private long packingBytes(List<StoredWeight> stack, Precision precision, Projections projections) {
        boolean converted = projections.convertsInFloat32(folder.weights(), precision, adapter.isPresent())
                || stack.stream().anyMatch(this::isAdapted);
        int block = converted ? Float.BYTES : 0;
        // What oneDNN packs is there already in the block of float32, or in the file; else it is joined, or converted.
        boolean there = converted
                ? precision == Precision.FLOAT32
                : stack.size() == 1 && stack.get(0).tensor().dataType() == computed(precision);
        int beside = switch (projections) {
            case PLAIN, FLOAT16 -> 0;
            case ONEDNN -> there ? 0 : computed(precision).bytes();
            case INT8, INT4 -> 2; // its 8 bits before and after they have a scale
        };
        return elements(stack) * (block + beside);
    }

    private static boolean isIn4Bits(List<StoredWeight> stack) {
        Weight first = stack.get(0).weight();
        long rows = stack.stream()
                .mapToLong(stored -> stored.tensor().shape().get(0))
                .sum();
        boolean head = first == Weight.OUTPUT_HEAD || first == Weight.TOKEN_EMBEDDING;
        return !head && rows % 64 == 0 && stack.get(0).tensor().shape().get(1) % 64 == 0;
    }

    static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / GIB);
    }
}
