package org.steering4j.engine.internal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;

/** What this machine can do at most (limits.py), as a benchmark's yardstick. Each call does it once and takes the time. For one thread. */
public final class LimitsProbe implements AutoCloseable {

    private static final int MATRIX_SIDE = 1024;

    private final TorchScriptProgram program;
    private final long blockBytes;

    private LimitsProbe(TorchScriptProgram program, long blockBytes) {
        this.program = program;
        this.blockBytes = blockBytes;
    }

    /**
     * Takes the memory that is to be read.
     *
     * @param blockBytes several times as many as the processor's caches hold
     */
    public static LimitsProbe open(long blockBytes) {
        long elements = blockBytes / Float.BYTES / 4096 * 4096;
        LimitsProbe probe = new LimitsProbe(
                TorchScriptProgram.load("Limits", TorchScriptProgram.readSource("limits.py"), Map.of()),
                elements * Float.BYTES);
        try (NDManager scope = probe.program.newScope()) {
            probe.program.run("load", scope.create(new long[] {elements, MATRIX_SIDE}));
            return probe;
        } catch (Throwable e) {
            probe.close();
            throw e;
        }
    }

    public double readBytesPerSecond() {
        return blockBytes / Math.min(seconds("read", 0), seconds("read_rows", 0));
    }

    public double float32OperationsPerSecond() {
        return multiplied(0);
    }

    public double bfloat16OperationsPerSecond() {
        return multiplied(1);
    }

    /** @throws org.steering4j.engine.EngineException if libtorch has no such product here */
    public double int8OperationsPerSecond() {
        return operations() / seconds("multiply_int8", 0);
    }

    private double multiplied(int type) {
        return operations() / Math.min(seconds("multiply", type), seconds("convolve", type));
    }

    private static double operations() {
        return 2.0 * MATRIX_SIDE * MATRIX_SIDE * MATRIX_SIDE;
    }

    private double seconds(String method, int argument) {
        try (NDManager scope = program.newScope()) {
            NDArray type = scope.create(new long[] {argument}, new Shape(1));
            long start = System.nanoTime();
            program.run(method, type);
            return (System.nanoTime() - start) / 1e9;
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
