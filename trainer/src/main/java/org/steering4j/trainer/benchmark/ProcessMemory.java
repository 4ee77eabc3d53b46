package org.steering4j.trainer.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What Linux says of this process's memory; elsewhere nothing is known. */
final class ProcessMemory {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessMemory.class);
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path RESETS = Path.of("/proc/self/clear_refs");

    private static final Duration WAIT_FOR_HEAP = Duration.ofMillis(250);
    private static final long NOTEWORTHY_BYTES = 1 << 20;

    private ProcessMemory() {}

    /** Bytes in memory now, mapped files included. */
    static OptionalLong resident() throws IOException {
        return bytes("VmRSS:");
    }

    /** The most bytes that were in memory since {@link #forgetPeak}. */
    static OptionalLong peak() throws IOException {
        return bytes("VmHWM:");
    }

    /**
     * Lets the peak begin anew, without the heap that earlier work has left behind.
     *
     * @return whether the system could
     */
    static boolean forgetPeak() throws IOException {
        giveFreeHeapBack();
        try {
            // Documented in proc_pid_clear_refs(5). It can be written, but neither made nor truncated.
            Files.write(RESETS, new byte[] {'5'}, StandardOpenOption.WRITE);
            return true;
        } catch (IOException e) {
            LOG.debug("the peak of the memory is not known: {}", e.toString());
            return false;
        }
    }

    /** After a collection, G1 gives memory back piece by piece on another thread, and begins after a tenth of a second. */
    private static void giveFreeHeapBack() throws IOException {
        System.gc();
        long before;
        do {
            before = resident().orElse(0);
            LockSupport.parkNanos(WAIT_FOR_HEAP.toNanos());
        } while (resident().orElse(0) < before - NOTEWORTHY_BYTES);
    }

    private static OptionalLong bytes(String field) throws IOException {
        if (!Files.exists(STATUS)) {
            return OptionalLong.empty();
        }
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst();
    }
}
