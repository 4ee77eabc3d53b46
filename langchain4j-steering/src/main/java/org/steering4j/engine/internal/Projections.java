package org.steering4j.engine.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steering4j.checkpoint.LoraAdapter;
import org.steering4j.checkpoint.StoredWeight;
import org.steering4j.checkpoint.Weight;
import org.steering4j.engine.EngineException;
import org.steering4j.engine.NativeLibraryException;
import org.steering4j.engine.Precision;
import org.steering4j.internal.DataType;
import org.steering4j.internal.TensorInfo;

/**
 * The ways to keep and multiply a model's matrices, each a text of methods (projections/*.py) that is added to a program. Which of libtorch's
 * kernels there are depends on the platform, and a program that names one that is missing cannot even be loaded.
 */
public enum Projections {
    /** By matrices as they lie in memory, or in a mapped file. */
    PLAIN("plain.py"),
    /** Packed for oneDNN in float32 or bfloat16. */
    ONEDNN("packed.py", "onednn.py"),
    FLOAT16("packed.py", "float16.py"),
    INT8("packed.py", "eight_bits.py", "int8.py"),
    INT4("packed.py", "eight_bits.py", "int4.py");

    /** Below the 32 MiB up to which the C library takes a piece's 8 bits from memory that it has already. */
    private static final long MOST_ELEMENTS_OF_A_PIECE = 1 << 25;

    /** Each packing thread has OpenMP workers of its own. */
    private static final int MOST_AT_ONCE = 4;

    /** One GiB in float32. */
    private static final long MOST_ELEMENTS_AT_ONCE = 1 << 28;

    private static final Map<Precision, Boolean> AVAILABLE = new EnumMap<>(Precision.class);

    private final List<String> resources;

    Projections(String... resources) {
        this.resources = List.of(resources);
    }

    /** The fastest for a precision; {@link #PLAIN} is there for {@link Precision#FLOAT32} and {@link Precision#BFLOAT16} everywhere. */
    private static Projections packed(Precision precision) {
        return switch (precision) {
            case FLOAT32, BFLOAT16 -> ONEDNN;
            case FLOAT16 -> FLOAT16;
            case INT8 -> INT8;
            case INT4 -> INT4;
        };
    }

    /**
     * The fastest for a precision on this machine.
     *
     * @throws EngineException if libtorch has no kernels for the precision here
     */
    public static Projections forPrecision(Precision precision) {
        if (isAvailable(precision)) {
            return packed(precision);
        }
        if (precision.isDifferentiable()) {
            return PLAIN;
        }
        throw new EngineException("libtorch has no kernels for %s on this platform: take %s or %s"
                .formatted(precision, Precision.FLOAT32, Precision.BFLOAT16));
    }

    /** Found out by running a tiny stand-in, once. */
    private static synchronized boolean isAvailable(Precision precision) {
        return AVAILABLE.computeIfAbsent(precision, missing -> {
            try (PrecisionProbe probe = PrecisionProbe.tiny(missing, packed(missing))) {
                probe.seconds(1);
                probe.seconds(2);
                return true;
            } catch (NativeLibraryException e) {
                throw e;
            } catch (EngineException e) {
                return false;
            }
        });
    }

    /** In the order in which they are loaded: by layer, then by kind; what is of no layer comes first. */
    static List<StoredWeight> inOrder(List<StoredWeight> weights) {
        return weights.stream()
                .sorted(Comparator.comparingInt(StoredWeight::layer).thenComparing(StoredWeight::weight))
                .toList();
    }

    /** Whether the token embedding is the output head, too. */
    static boolean isTied(List<StoredWeight> weights) {
        return weights.stream().noneMatch(stored -> stored.weight() == Weight.OUTPUT_HEAD);
    }

    /** Whether the next in the order is multiplied by the same input, and packed together with it. */
    boolean isJoinedWithNext(Weight weight) {
        return this != PLAIN && (weight == Weight.QUERY || weight == Weight.KEY || weight == Weight.GATE);
    }

    /** The matrices that are multiplied, in the order in which they are loaded, those that are packed together together. */
    public List<List<StoredWeight>> stacks(List<StoredWeight> weights, Optional<LoraAdapter> adapter) {
        boolean tied = isTied(weights);
        List<List<StoredWeight>> stacks = new ArrayList<>();
        List<StoredWeight> stack = new ArrayList<>();
        for (StoredWeight stored : inOrder(weights)) {
            boolean head = stored.weight() == Weight.OUTPUT_HEAD || stored.weight() == Weight.TOKEN_EMBEDDING && tied;
            if (head
                    && isPackedOnOneThread()
                    && !adapter.map(found -> found.adapts(stored)).orElse(false)) {
                pieces(stored).forEach(piece -> stacks.add(List.of(piece)));
            } else if (head || isMatrix(stored, tied)) {
                stack.add(stored);
                if (!isJoinedWithNext(stored.weight())) {
                    stacks.add(List.copyOf(stack));
                    stack.clear();
                }
            }
        }
        return stacks;
    }

    /** FBGEMM packs on one thread; oneDNN on all by itself. */
    private boolean isPackedOnOneThread() {
        return this != PLAIN && this != ONEDNN;
    }

    /**
     * One below the other. FBGEMM packs down the columns: of a hundred thousand rows, whose elements lie in as many pages, each takes three
     * times as long.
     */
    private static List<StoredWeight> pieces(StoredWeight head) {
        TensorInfo whole = head.tensor();
        long rows = whole.shape().get(0);
        long columns = whole.shape().get(1);
        long count = 1 + (whole.elements() - 1) / MOST_ELEMENTS_OF_A_PIECE;
        long each = (1 + (rows - 1) / count + 63) / 64 * 64;
        List<StoredWeight> pieces = new ArrayList<>();
        for (long first = 0; first < rows; first += each) {
            long taken = Math.min(each, rows - first);
            long rowBytes = columns * whole.dataType().bytes();
            TensorInfo piece = new TensorInfo(
                    whole.dataType(),
                    List.of(taken, columns),
                    whole.offsetBytes() + first * rowBytes,
                    taken * rowBytes);
            pieces.add(new StoredWeight(head.weight(), head.layer(), head.file(), piece));
        }
        return pieces;
    }

    /** Whether it is a matrix that `hold` takes as it is: the token embedding, which is looked up, only where a plain one is the output head, too. */
    boolean isMatrix(StoredWeight stored, boolean tied) {
        return stored.tensor().shape().size() == 2
                && (stored.weight() != Weight.TOKEN_EMBEDDING || tied && this == PLAIN);
    }

    /**
     * Whether matrices are read into a block of float32 before they are packed: all but those that oneDNN takes as they are stored.
     *
     * @param adapted whether an adapter is merged into any
     */
    public boolean convertsInFloat32(List<StoredWeight> weights, Precision precision, boolean adapted) {
        boolean taken = precision == Precision.BFLOAT16
                || precision == Precision.FLOAT32
                        && stacks(weights, Optional.empty()).stream()
                                .flatMap(List::stream)
                                .allMatch(stored -> stored.tensor().dataType() == DataType.F32);
        return this != PLAIN && (adapted || !taken);
    }

    /**
     * How many stacks are packed at once.
     *
     * @param largest elements of the largest
     */
    public int packedAtOnce(long largest) {
        if (!isPackedOnOneThread()) {
            return 1;
        }
        return (int) Math.max(1, Math.min(MOST_ELEMENTS_AT_ONCE / largest, Math.min(MOST_AT_ONCE, Libtorch.threads())));
    }

    /** The methods, for a class of a program. */
    String source(String className) {
        StringBuilder source = new StringBuilder();
        resources.forEach(resource -> source.append(TorchScriptProgram.readSource("projections/" + resource)));
        return source.toString().replace("PROGRAM", className);
    }

    /** The values that their attributes begin with. */
    Map<String, Object> attributes() {
        return switch (this) {
            case PLAIN, ONEDNN -> Map.of();
            case FLOAT16 -> Map.of("packed", TorchScriptArchive.EMPTY_LIST_OF_PACKED);
            case INT8, INT4 -> Map.of("packed", TorchScriptArchive.EMPTY_LIST_OF_PACKED, "levels", 0);
        };
    }
}
