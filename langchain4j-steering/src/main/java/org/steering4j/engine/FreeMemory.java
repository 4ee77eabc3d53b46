package org.steering4j.engine;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much memory can be had without swapping. On Linux that is what the kernel says, the page cache that it would give back included, and at
 * most what the control groups of this process leave, such as a container's; elsewhere all memory there is, for what other systems call free
 * leaves out their caches.
 */
final class FreeMemory {

    private static final Logger LOG = LoggerFactory.getLogger(FreeMemory.class);
    private static final long KIB = 1024;

    private FreeMemory() {}

    static long bytes() {
        return bytes(
                Path.of("/"),
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize());
    }

    /**
     * @param root of the file system
     * @param totalBytes all that there is
     */
    static long bytes(Path root, long totalBytes) {
        Path statistics = root.resolve("proc/meminfo");
        if (!Files.isReadable(statistics)) {
            return totalBytes;
        }
        try {
            long available = number(statistics, "MemAvailable", totalBytes / KIB) * KIB;
            return Math.min(totalBytes, Math.min(available, leftByControlGroups(root)));
        } catch (IOException | NumberFormatException e) {
            LOG.debug("the free memory is not known: {}", e.toString());
            return totalBytes;
        }
    }

    /** The least that the group of this process and those around it leave. In a container the path may be the host's, and its own group lies at the top. */
    private static long leftByControlGroups(Path root) throws IOException {
        Path groups = root.resolve("proc/self/cgroup");
        long least = Long.MAX_VALUE;
        if (!Files.isReadable(groups)) {
            return least;
        }
        for (String line : Files.readAllLines(groups)) {
            String[] parts = line.split(":", 3); // number, controllers, path; version 2 has the number 0 and names none
            boolean version2 = line.startsWith("0::");
            if (version2 || parts.length == 3 && List.of(parts[1].split(",")).contains("memory")) {
                Path top = root.resolve(version2 ? "sys/fs/cgroup" : "sys/fs/cgroup/memory");
                Path path = Path.of("/").relativize(Path.of(parts[2]).normalize());
                for (Path group = top.resolve(path); group.startsWith(top); group = group.getParent()) {
                    least = Math.min(least, version2 ? leftByVersion2(group) : leftByVersion1(group));
                }
            }
        }
        return least;
    }

    private static long leftByVersion2(Path group) throws IOException {
        return left(group, "memory.max", "memory.current", "active_file", "inactive_file");
    }

    private static long leftByVersion1(Path group) throws IOException {
        return left(
                group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_active_file", "total_inactive_file");
    }

    /** What is cached of files counts as used, but would be given back. */
    private static long left(Path group, String limit, String used, String activeFiles, String inactiveFiles)
            throws IOException {
        if (!Files.isReadable(group.resolve(limit)) || !Files.isReadable(group.resolve(used))) {
            return Long.MAX_VALUE;
        }
        String limitBytes = Files.readString(group.resolve(limit)).strip();
        if (limitBytes.equals("max")) {
            return Long.MAX_VALUE;
        }
        Path statistics = group.resolve("memory.stat");
        long cached = number(statistics, activeFiles, 0) + number(statistics, inactiveFiles, 0);
        long usedBytes = Long.parseLong(Files.readString(group.resolve(used)).strip());
        return Math.max(0, Long.parseLong(limitBytes) - Math.max(0, usedBytes - cached));
    }

    /** What stands behind a name in a file that has one on each line. */
    private static long number(Path file, String name, long otherwise) throws IOException {
        for (String line : Files.readAllLines(file)) {
            // Asked before each cache of keys and values: to split every line takes several times as long.
            if (line.startsWith(name)) {
                String[] words = line.split("[:\\s]+");
                if (words[0].equals(name)) {
                    return Long.parseLong(words[1]);
                }
            }
        }
        return otherwise;
    }
}
