package org.steering4j.engine;

import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.checkpoint.ModelConfiguration;
import org.steering4j.engine.internal.PrecisionProbe;

/**
 * Finds the precision in which this machine runs a model of given sizes faster, by running a stand-in of such sizes in
 * both. A tenth of a second; a small model takes less. Nothing is remembered: the machine may be busier the next time.
 */
final class FasterPrecision {

    private static final Logger LOG = LoggerFactory.getLogger(FasterPrecision.class);

    /**
     * bfloat16 costs exactness (8 bits of mantissa for 24), so a tie or a disturbed measurement must not choose it: it
     * has to take at most this share of float32's time.
     */
    private static final double CLEARLY_FASTER = 0.9;

    private static final int PREFILL_TOKENS = 64;
    private static final int MAXIMUM_ROUNDS = 5;
    private static final long BUDGET_NANOSECONDS = 60_000_000;

    private FasterPrecision() {}

    /**
     * How long a pass took.
     *
     * @param decodeSeconds of one token: bound by how fast weights come from memory
     * @param prefillSeconds of 64 tokens at once: bound by how fast the processor multiplies
     */
    record Timing(double decodeSeconds, double prefillSeconds) {

        /** The shorter of each: what disturbs a measurement only ever prolongs it. */
        Timing best(Timing other) {
            return new Timing(
                    Math.min(decodeSeconds, other.decodeSeconds), Math.min(prefillSeconds, other.prefillSeconds));
        }

        /**
         * Of a chat's usual request: 512 tokens are read, 64 at a time, and 128 are written one by one. So a slow prefill
         * still counts where a processor has no bfloat16 units: there it takes 10 to 100 times as long as in float32.
         */
        double requestSeconds() {
            return 128 * decodeSeconds + 8 * prefillSeconds;
        }
    }

    static Precision measure(ModelConfiguration configuration) {
        try (PrecisionProbe float32 = PrecisionProbe.open(configuration, Precision.FLOAT32);
                PrecisionProbe bfloat16 = PrecisionProbe.open(configuration, Precision.BFLOAT16)) {
            long start = System.nanoTime();
            Timing inFloat32 = time(float32);
            Timing inBfloat16 = time(bfloat16);
            // By turns, so that a disturbance meets both; at least twice, for the first pass of each sets things up.
            for (int round = 2;
                    round == 2 || round <= MAXIMUM_ROUNDS && System.nanoTime() - start < BUDGET_NANOSECONDS;
                    round++) {
                inFloat32 = inFloat32.best(time(float32));
                inBfloat16 = inBfloat16.best(time(bfloat16));
            }
            return choose(inFloat32, inBfloat16);
        }
    }

    private static Timing time(PrecisionProbe probe) {
        return new Timing(probe.seconds(1), probe.seconds(PREFILL_TOKENS));
    }

    static Precision choose(Timing float32, Timing bfloat16) {
        Precision chosen = bfloat16.requestSeconds() <= CLEARLY_FASTER * float32.requestSeconds()
                ? Precision.BFLOAT16
                : Precision.FLOAT32;
        if (LOG.isDebugEnabled()) {
            LOG.debug("{} is chosen: float32 takes {}, bfloat16 {}", chosen, describe(float32), describe(bfloat16));
        }
        return chosen;
    }

    private static String describe(Timing timing) {
        return String.format(
                Locale.ROOT,
                "%.3f ms for one token and %.3f ms for %d",
                1e3 * timing.decodeSeconds(),
                1e3 * timing.prefillSeconds(),
                PREFILL_TOKENS);
    }
}
