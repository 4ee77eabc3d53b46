package org.steering4j.trainer.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What Linux says of this process's memory; elsewhere nothing is known. */
final class ProcessMemory {

    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessMemory() {}

    /** Bytes in memory now, mapped files included. */
    static OptionalLong resident() throws IOException {
        return bytes("VmRSS:");
    }

    /** The most bytes that were ever in memory. */
    static OptionalLong peak() throws IOException {
        return bytes("VmHWM:");
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
