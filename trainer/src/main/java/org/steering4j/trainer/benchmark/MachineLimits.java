package org.steering4j.trainer.benchmark;

import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.engine.EngineException;
import org.steering4j.engine.Precision;
import org.steering4j.engine.internal.LimitsProbe;

/**
 * What this machine does at most, as libtorch reaches it: the best of several rounds.
 *
 * @param readBytesPerSecond from memory, not from the processor's caches
 * @param float32OperationsPerSecond multiplications and additions in products of large matrices
 * @param int8OperationsPerSecond the same; null if libtorch has no such product here
 */
public record MachineLimits(
        double readBytesPerSecond,
        double float32OperationsPerSecond,
        double bfloat16OperationsPerSecond,
        Double int8OperationsPerSecond) {

    private static final Logger LOG = LoggerFactory.getLogger(MachineLimits.class);

    /** Several times what a large processor's caches hold. */
    private static final long BLOCK_BYTES = 1L << 29;

    static MachineLimits measure(int rounds) {
        try (LimitsProbe probe = LimitsProbe.open(BLOCK_BYTES)) {
            double read = 0;
            double float32 = 0;
            double bfloat16 = 0;
            for (int round = 0; round < 2 + rounds; round++) {
                read = Math.max(read, probe.readBytesPerSecond());
                float32 = Math.max(float32, probe.float32OperationsPerSecond());
                bfloat16 = Math.max(bfloat16, probe.bfloat16OperationsPerSecond());
            }
            return new MachineLimits(read, float32, bfloat16, int8(probe, 2 + rounds));
        }
    }

    private static Double int8(LimitsProbe probe, int rounds) {
        try {
            DoubleSupplier once = probe::int8OperationsPerSecond;
            double best = 0;
            for (int round = 0; round < rounds; round++) {
                best = Math.max(best, once.getAsDouble());
            }
            return best;
        } catch (EngineException e) {
            LOG.debug("there is no product of int8 matrices here", e);
            return null;
        }
    }

    /** The rate of the type in which a precision multiplies large matrices. */
    double operationsPerSecond(Precision precision) {
        return precision == Precision.FLOAT32 ? float32OperationsPerSecond : bfloat16OperationsPerSecond;
    }
}
