package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeMemoryTest {

    private static final long MIB = 1 << 20;
    private static final long TOTAL = 64_000 * MIB;

    /** Of a file system in which there is nothing but what a test puts there. */
    @TempDir
    private Path root;

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private void writeAvailable(long mib) throws IOException {
        write("proc/meminfo", "MemTotal: 65536000 kB\nMemFree: 1 kB\nMemAvailable:  %d kB\n".formatted(mib * 1024));
    }

    private void writeVersion2(String group, String limit, long usedMib, long activeMib, long inactiveMib)
            throws IOException {
        write(group + "/memory.max", limit + "\n");
        write(group + "/memory.current", usedMib * MIB + "\n");
        write(
                group + "/memory.stat",
                "anon 5\nactive_file %d\ninactive_file %d\n".formatted(activeMib * MIB, inactiveMib * MIB));
    }

    @Test
    void should_be_what_the_kernel_calls_available() throws IOException {
        writeAvailable(30_000);
        write("proc/self/cgroup", "0::/user.slice\n");

        assertThat(FreeMemory.bytes(root, TOTAL)).isEqualTo(30_000 * MIB);
    }

    @Test
    void should_be_all_there_is_where_the_kernel_does_not_say() {
        assertThat(FreeMemory.bytes(root, TOTAL)).isEqualTo(TOTAL);
    }

    @Test
    void should_be_at_most_what_there_is_at_all() throws IOException {
        writeAvailable(30_000);
        assertThat(FreeMemory.bytes(root, 20_000 * MIB)).isEqualTo(20_000 * MIB);
    }

    /** 8,000 of which 5,000 are used, 1,000 of these for cached files. */
    @Test
    void should_be_what_a_container_leaves_of_its_limit() throws IOException {
        writeAvailable(30_000);
        write("proc/self/cgroup", "0::/\n");
        writeVersion2("sys/fs/cgroup", "%d".formatted(8_000 * MIB), 5_000, 300, 700);

        assertThat(FreeMemory.bytes(root, TOTAL)).isEqualTo(4_000 * MIB);

        writeAvailable(2_000);
        assertThat(FreeMemory.bytes(root, TOTAL)).isEqualTo(2_000 * MIB);
    }

    @Test
    void should_be_what_the_narrowest_of_nested_control_groups_leaves() throws IOException {
        writeAvailable(30_000);
        write("proc/self/cgroup", "0::/kubepods/pod/container\n");
        writeVersion2("sys/fs/cgroup/kubepods/pod/container", "max", 1_000, 0, 0);
        writeVersion2("sys/fs/cgroup/kubepods/pod", "%d".formatted(4_000 * MIB), 3_000, 0, 0);
        writeVersion2("sys/fs/cgroup/kubepods", "%d".formatted(9_000 * MIB), 3_000, 0, 0);

        assertThat(FreeMemory.bytes(root, TOTAL)).isEqualTo(1_000 * MIB);
    }

    /** The path is the host's, but the container's own group lies at the top. */
    @Test
    void should_know_control_groups_of_version_1() throws IOException {
        writeAvailable(30_000);
        write("proc/self/cgroup", "9:pids:/docker/0a1b\n4:memory:/docker/0a1b\n0::/\n");
        String group = "sys/fs/cgroup/memory/";
        write(group + "memory.limit_in_bytes", "%d\n".formatted(8_000 * MIB));
        write(group + "memory.usage_in_bytes", "%d\n".formatted(6_000 * MIB));
        write(
                group + "memory.stat",
                "inactive_file 1\ntotal_active_file %d\ntotal_inactive_file %d\n".formatted(MIB, 499 * MIB));

        assertThat(FreeMemory.bytes(root, TOTAL)).isEqualTo(2_500 * MIB);

        write(group + "memory.limit_in_bytes", "9223372036854771712\n");
        assertThat(FreeMemory.bytes(root, TOTAL)).isEqualTo(30_000 * MIB);
    }

    @Test
    void should_be_nothing_where_more_is_used_than_allowed() throws IOException {
        writeAvailable(30_000);
        write("proc/self/cgroup", "0::/\n");
        writeVersion2("sys/fs/cgroup", "%d".formatted(1_000 * MIB), 1_200, 0, 0);

        assertThat(FreeMemory.bytes(root, TOTAL)).isZero();
    }

    @Test
    void should_know_some_of_this_machine() {
        assertThat(FreeMemory.bytes()).isBetween(1L << 20, 1L << 50);
    }
}
