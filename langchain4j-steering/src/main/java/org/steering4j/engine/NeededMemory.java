package org.steering4j.engine;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.checkpoint.StoredWeight;
import org.steering4j.checkpoint.Weight;
import org.steering4j.engine.internal.Projections;
import org.steering4j.internal.DataType;

/** Foresees the memory that a model's weights take, and chooses how to keep them by it. Keys and values come on top, as conversations run. */
final class NeededMemory {

    private static final Logger LOG = LoggerFactory.getLogger(NeededMemory.class);
    private static final double GIB = 1 << 30;
    private static final List<Precision> SMALLER = List.of(Precision.BFLOAT16, Precision.INT8, Precision.INT4);

    private NeededMemory() {}

    /**
     * How to keep the matrices of a model.
     *
     * @throws NotEnoughMemoryException if they would not fit
     */
    static Projections projections(ModelFolder folder, Precision precision) {
        return projections(folder, precision, freeBytes());
    }

    static Projections projections(ModelFolder folder, Precision precision, long freeBytes) {
        Projections fastest = Projections.forPrecision(precision);
        long needed = bytes(folder, precision);
        if (fastest != Projections.PLAIN && needed <= freeBytes) {
            return fastest;
        }
        String name = folder.configuration().name();
        if (isMappedInPlace(folder, precision)) {
            // Mapped pages are the operating system's to give back and read again: they need no free memory.
            if (fastest != Projections.PLAIN) {
                LOG.warn(
                        "{} in {} is run from its mapped files, which is slower: to pack its weights takes {} GiB, and {} GiB are free",
                        name,
                        precision,
                        gib(needed),
                        gib(freeBytes));
            }
            return Projections.PLAIN;
        }
        if (needed > freeBytes) {
            String fitting = SMALLER.stream()
                    .filter(smaller -> bytes(folder, smaller) < Math.min(needed, freeBytes))
                    .findFirst()
                    .map(smaller ->
                            "take the precision %s, which needs %s GiB".formatted(smaller, gib(bytes(folder, smaller))))
                    .orElse("free some, or take a smaller model");
            throw new NotEnoughMemoryException("%s needs %s GiB of memory in %s, but %s GiB are free: %s"
                    .formatted(name, gib(needed), precision, gib(freeBytes), fitting));
        }
        return fastest;
    }

    /** Whether every matrix can be used as it lies in its file. */
    private static boolean isMappedInPlace(ModelFolder folder, Precision precision) {
        DataType type = precision == Precision.FLOAT32 ? DataType.F32 : DataType.BF16;
        return precision.isDifferentiable()
                && matrices(folder).allMatch(stored -> stored.tensor().dataType() == type);
    }

    /** Of all matrices as the precision keeps them, and of what the conversion of the largest takes for a moment; the embedding stays mapped. */
    static long bytes(ModelFolder folder, Precision precision) {
        double weights = folder.weights().stream()
                .mapToDouble(stored -> bytes(folder, stored, precision))
                .sum();
        long largest = matrices(folder)
                .mapToLong(stored -> stored.tensor().elements())
                .max()
                .orElse(0);
        return (long) (weights + largest * bytesWhileConverted(precision));
    }

    private static Stream<StoredWeight> matrices(ModelFolder folder) {
        return folder.weights().stream()
                .filter(stored -> stored.tensor().shape().size() == 2);
    }

    private static double bytes(ModelFolder folder, StoredWeight stored, Precision precision) {
        boolean tiedHead = stored.weight() == Weight.TOKEN_EMBEDDING
                && folder.configuration().tiedEmbeddings();
        if (stored.tensor().shape().size() != 2 || stored.weight() == Weight.TOKEN_EMBEDDING && !tiedHead) {
            return 0;
        }
        boolean head = tiedHead || stored.weight() == Weight.OUTPUT_HEAD;
        return stored.tensor().elements()
                * switch (precision) {
                    case FLOAT32 -> 4.0;
                    case BFLOAT16, FLOAT16 -> 2.0;
                    case INT8 -> 1.0;
                    case INT4 -> head ? 1.0 : 0.5625;
                };
    }

    /** For each element of a matrix. */
    private static int bytesWhileConverted(Precision precision) {
        return switch (precision) {
            case FLOAT32, BFLOAT16 -> 0; // the packed matrix is there already
            case FLOAT16 -> Float.BYTES;
            case INT8, INT4 -> 2 * Float.BYTES;
        };
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / GIB);
    }

    /**
     * What can be had without swapping. On Linux, what the kernel says, the page cache that it would give back included; elsewhere all memory
     * there is, for what other systems call free leaves out their caches. Never more than a container may have.
     */
    static long freeBytes() {
        long total =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        Path statistics = Path.of("/proc/meminfo");
        if (!Files.isReadable(statistics)) {
            return total;
        }
        try (Stream<String> lines = Files.lines(statistics)) {
            return lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .map(available -> Math.min(available, total))
                    .findFirst()
                    .orElse(total);
        } catch (IOException e) {
            LOG.debug("the free memory is not known: {}", e.toString());
            return total;
        }
    }
}
