package org.steering4j.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ProcessLockTest {

    @TempDir
    Path folder;

    /** Holds a lock, or a temporary folder, in a process of its own until it is killed. */
    static final class Holder {

        public static void main(String[] arguments) throws Exception {
            if (arguments[0].equals("lock")) {
                System.out.println(ProcessLock.tryTake(Path.of(arguments[1])).isPresent());
            } else {
                Path made = TemporaryFolder.create(arguments[1]).path();
                Files.writeString(Files.createDirectory(made.resolve("in")).resolve("weights"), "many");
                System.out.println(made);
            }
            Thread.sleep(60_000);
        }
    }

    private record Other(Process process, String said) {}

    private Other other(String... arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new Other(process, new BufferedReader(new InputStreamReader(process.getInputStream())).readLine());
    }

    @Test
    void should_keep_out_others_say_who_holds_it_and_leave_nothing() throws Exception {
        Path file = folder.resolve("lock");
        try (ProcessLock lock = ProcessLock.tryTake(file).orElseThrow()) {
            assertThat(ProcessLock.tryTake(file)).isEmpty();
            assertThat(ProcessLock.holder(file))
                    .matches("process " + ProcessHandle.current().pid()
                            + " on [A-Za-z0-9.-]+ since 20\\S+ \\d\\d:\\d\\d(:\\d\\d)?");
            // The second taker in this process must not have ended the lock by closing the file.
            Other other = other("lock", file.toString());
            assertThat(other.said()).isEqualTo("false");
            other.process().destroyForcibly().waitFor();
            assertThat(lock.formerHolderElsewhere()).isEmpty();
        }
        assertThat(folder).isEmptyDirectory();
        ProcessLock.tryTake(file).orElseThrow().close();
    }

    @Test
    void should_be_taken_over_from_a_process_that_was_killed() throws Exception {
        Path file = folder.resolve("lock");
        Other other = other("lock", file.toString());
        assertThat(other.said()).isEqualTo("true");
        assertThat(ProcessLock.tryTake(file)).isEmpty();
        assertThat(ProcessLock.holder(file))
                .startsWith("process " + other.process().pid() + " on ");

        other.process().destroyForcibly().waitFor();
        assertThat(file).exists();
        try (ProcessLock lock = ProcessLock.tryTake(file).orElseThrow()) {
            assertThat(lock.formerHolderElsewhere()).isEmpty();
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void should_name_a_former_holder_on_another_machine() throws Exception {
        Path file =
                Files.writeString(folder.resolve("lock"), "process 7 on another-machine since 2026-01-31 12:00:00\n");

        try (ProcessLock lock = ProcessLock.tryTake(file).orElseThrow()) {
            assertThat(lock.formerHolderElsewhere()).contains("process 7 on another-machine since 2026-01-31 12:00:00");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links take a privilege there")
    void should_delete_temporary_folders_of_processes_that_were_killed_and_no_others() throws Exception {
        Other killed = other("folder", "kind");
        Other running = other("folder", "kind");
        killed.process().destroyForcibly().waitFor();
        Path ofOtherKind = Files.createDirectory(folder.resolve("kindred"));
        Path precious = Files.writeString(
                Files.createDirectory(folder.resolve("precious")).resolve("file"), "");
        Files.createSymbolicLink(folder.resolve("kind-1-link"), precious.getParent());
        Path inTheMaking = Files.createDirectory(folder.resolve("kind-2-made"));

        Other next = other("folder", "kind");
        next.process().destroyForcibly().waitFor();

        assertThat(Path.of(killed.said())).doesNotExist();
        assertThat(Path.of(running.said()).resolve("in/weights")).exists();
        assertThat(List.of(ofOtherKind, precious, inTheMaking)).allMatch(Files::exists);
        running.process().destroyForcibly().waitFor();
    }

    @Test
    void should_delete_a_temporary_folder_when_it_is_closed() throws Exception {
        Path path;
        try (TemporaryFolder temporary = TemporaryFolder.create("kind")) {
            path = temporary.path();
            Files.writeString(Files.createDirectory(path.resolve("in")).resolve("file"), "");
        }
        assertThat(path).doesNotExist();
    }
}
