package org.steering4j.samples.quickstart.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import javax.management.InstanceNotFoundException;
import javax.management.MBeanException;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.ReflectionException;

/**
 * What the process holds while nothing runs. Immutable.
 *
 * @param heapBytes in use after garbage collection
 * @param residentBytes where /proc tells it, on Linux
 * @param threads of the JVM's own count: without those of libtorch and the compiler
 */
record Footprint(long heapBytes, OptionalLong residentBytes, int threads) {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final long MOST_SETTLING_MILLISECONDS = 30_000;
    private static final long POLL_MILLISECONDS = 100;

    /**
     * Waits, though not for ever, until idle threads have ended: at most so many are left. Resident memory is then without what the allocator
     * keeps of freed memory, where the JVM can trim that.
     *
     * @param threads that are expected
     */
    static Footprint settled(int threads) throws InterruptedException {
        long start = System.nanoTime();
        while (liveThreads() > threads && (System.nanoTime() - start) / 1_000_000 < MOST_SETTLING_MILLISECONDS) {
            Thread.sleep(POLL_MILLISECONDS);
        }
        // What cleaners let go after this collection, the next one takes.
        System.gc();
        Thread.sleep(POLL_MILLISECONDS);
        trimNativeHeap();
        return now();
    }

    /**
     * Gives back to the system what glibc's allocator keeps of freed memory, which differs from moment to moment by a quarter of the whole and
     * would hide a leak. The JVM can do so on Linux.
     */
    private static void trimNativeHeap() {
        try {
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            ObjectName.getInstance("com.sun.management:type=DiagnosticCommand"),
                            "systemTrimNativeHeap",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
        } catch (ReflectionException | InstanceNotFoundException e) {
            System.err.println("this JVM cannot trim the native heap: resident memory holds freed memory as well");
        } catch (MalformedObjectNameException | MBeanException e) {
            throw new IllegalStateException(e);
        }
    }

    static Footprint now() {
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        return new Footprint(heap, resident(), liveThreads());
    }

    static int liveThreads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private static OptionalLong resident() {
        if (!Files.exists(STATUS)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "resident %s, heap %.1f MiB, %d threads",
                residentBytes.isPresent() ? (residentBytes.getAsLong() >> 20) + " MiB" : "unknown",
                heapBytes / (double) (1 << 20),
                threads);
    }
}
