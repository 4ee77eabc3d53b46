package org.steering4j.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.vector.FileNotWrittenException;

class AtomicFilesTest {

    @TempDir
    Path folder;

    Path target;

    @BeforeEach
    void nameTarget() {
        target = folder.resolve("target.bin");
    }

    @Test
    void should_write_content_and_leave_nothing_else() {
        AtomicFiles.write(target, output -> output.write(new byte[] {1, 2, 3}));

        assertThat(target).hasBinaryContent(new byte[] {1, 2, 3});
        assertThatFolderHoldsOnly("target.bin");
    }

    @Test
    void should_delete_what_processes_of_this_machine_left_that_were_killed() throws IOException {
        String name = ".0b5c1d3e-0000-4000-8000-123456789abc";
        List<String> kept = List.of(
                name + "." + ProcessHandle.current().pid() + "@" + ThisProcess.HOST + ".tmp",
                name + ".999999999@another-machine.tmp",
                name + ".tmp",
                ".mine.tmp",
                "other.txt");
        for (String file : kept) {
            Files.writeString(folder.resolve(file), "");
        }
        Files.writeString(folder.resolve(name + ".999999999@" + ThisProcess.HOST + ".tmp"), "");

        AtomicFiles.deleteLeftovers(folder);
        assertThat(folder.toFile().list()).containsExactlyInAnyOrderElementsOf(kept);

        AtomicFiles.deleteAllTemporary(folder);
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder(".mine.tmp", "other.txt");
    }

    @Test
    void should_replace_old_file() throws IOException {
        Files.writeString(target, "old and longer");

        AtomicFiles.write(target, output -> output.write('n'));

        assertThat(target).hasContent("n");
    }

    @Test
    void should_write_the_whole_file_when_its_thread_is_interrupted() {
        Thread.currentThread().interrupt();

        AtomicFiles.write(target, output -> output.write(new byte[] {1, 2, 3}));

        assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
        assertThat(target).hasBinaryContent(new byte[] {1, 2, 3});
    }

    @Test
    void should_keep_old_file_when_disk_is_full() throws IOException {
        Files.writeString(target, "old");

        assertThatThrownBy(() -> AtomicFiles.write(target, AtomicFilesTest::fillDisk))
                .isInstanceOf(FileNotWrittenException.class)
                .hasMessageContaining(target.toString())
                .hasMessageContaining("No space left on device")
                .hasRootCauseInstanceOf(IOException.class);

        assertThat(target).hasContent("old");
        assertThatFolderHoldsOnly("target.bin");
    }

    private static void fillDisk(OutputStream output) throws IOException {
        output.write(new byte[100_000]);
        throw new IOException("No space left on device");
    }

    @Test
    void should_leave_nothing_when_content_throws() {
        assertThatThrownBy(() -> AtomicFiles.write(target, output -> {
                    output.write(1);
                    throw new IllegalStateException("a bug in the content");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void should_refuse_folder_as_target() {
        assertThatThrownBy(() -> AtomicFiles.write(folder, output -> output.write(1)))
                .isInstanceOf(FileNotWrittenException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("it is a folder");
    }

    @Test
    void should_refuse_missing_folder() {
        assertThatThrownBy(() -> AtomicFiles.write(folder.resolve("missing/file"), output -> output.write(1)))
                .isInstanceOf(FileNotWrittenException.class)
                .hasMessageContaining("folder does not exist");
    }

    @Test
    void should_refuse_device_as_target() {
        Path device = Path.of("/dev/full");
        assumeTrue(Files.exists(device));

        assertThatThrownBy(() -> AtomicFiles.write(device, output -> output.write(1)))
                .isInstanceOf(FileNotWrittenException.class)
                .hasMessageContaining("not a regular file");
    }

    @Test
    void should_refuse_read_only_folder_and_keep_old_file() throws IOException {
        Files.writeString(target, "old");
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            assumeTrue(!Files.isWritable(folder), "the superuser may write everywhere");

            assertThatThrownBy(() -> AtomicFiles.write(target, output -> output.write(1)))
                    .isInstanceOf(FileNotWrittenException.class)
                    .hasMessageContaining("no permission");
            assertThat(target).hasContent("old");
        } finally {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Test
    void should_refuse_folder_of_kernel_where_even_superuser_cannot_write() {
        Path kernel = Path.of("/proc/self");
        assumeTrue(Files.isDirectory(kernel));

        assertThatThrownBy(() -> AtomicFiles.write(kernel.resolve("vector.gguf"), output -> output.write(1)))
                .isInstanceOf(FileNotWrittenException.class)
                .hasMessageContaining("/proc/self/vector.gguf");
    }

    @Test
    void should_write_through_symbolic_link() throws IOException {
        Path link = folder.resolve("link");
        Files.writeString(target, "old");
        try {
            Files.createSymbolicLink(link, target);
        } catch (IOException | UnsupportedOperationException e) {
            assumeTrue(false, "no symbolic links here");
        }

        AtomicFiles.write(link, output -> output.write('n'));

        assertThat(link).isSymbolicLink();
        assertThat(target).hasContent("n");
    }

    private void assertThatFolderHoldsOnly(String name) {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve(name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
