package org.steering4j.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.trainer.RandomModelFolder;

/** Models by their name, in a cache folder and offline, as the build sets the environment. */
class DownloadCommandTest {

    private static final String COMMIT = "0123456789012345678901234567890123456789";
    private static final String NAME = "somebody/random-model";

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private Path cache;
    private Path snapshot;

    @BeforeEach
    void fillCache() throws Exception {
        cache = Path.of(Objects.requireNonNull(System.getenv("HF_HUB_CACHE"), "set by the build"));
        Path model = cache.resolve("models--somebody--random-model");
        snapshot = RandomModelFolder.write(model.resolve("snapshots").resolve(COMMIT));
        Files.createDirectories(model.resolve("refs"));
        Files.writeString(model.resolve("refs/main"), COMMIT);
    }

    private int run(String... arguments) {
        output.reset();
        errors.reset();
        return Main.execute(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8),
                arguments);
    }

    private String said() {
        return errors.toString(StandardCharsets.UTF_8);
    }

    @Test
    void should_print_the_folder() {
        assertThat(run("download", NAME)).as(said()).isZero();
        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo(snapshot + System.lineSeparator());
        assertThat(run("download", NAME, "--json")).isZero();
        assertThat(output.toString(StandardCharsets.UTF_8))
                .contains("\"model\" : \"" + NAME + "\"", "\"folder\" : \"" + snapshot + "\"");
    }

    @Test
    void should_take_a_name_for_a_model() {
        assertThat(run("complete", "--model", NAME, "--prompt", "hello", "--max-tokens", "3"))
                .as(said())
                .isZero();
        assertThat(run("complete", "--model", NAME + "@" + COMMIT, "--prompt", "hello", "--max-tokens", "3"))
                .as(said())
                .isZero();
    }

    @Test
    void should_count_tokens_of_a_named_model_without_its_weights(@TempDir Path folder) throws Exception {
        Files.delete(snapshot.resolve("model.safetensors"));
        Path data = Files.writeString(folder.resolve("data.csv"), "question,matching,not_matching\nq,a,b\n");
        assertThat(run("inspect-data", data.toString(), "--model", NAME))
                .as(said())
                .isZero();
        assertThat(output.toString(StandardCharsets.UTF_8)).contains("length in tokens");
        assertThat(run("complete", "--model", NAME, "--prompt", "hello")).isEqualTo(1);
        assertThat(said()).contains("model.safetensors missing");
    }

    @Test
    void should_say_where_a_model_was_looked_for() {
        assertThat(run("complete", "--model", "somebody/absent", "--prompt", "hello"))
                .isEqualTo(1);
        assertThat(said())
                .contains("there is no folder somebody/absent here; the model somebody/absent is not in " + cache)
                .contains("HF_HUB_OFFLINE")
                .hasLineCount(1);
        assertThat(run("download", "somebody/absent")).isEqualTo(1);
        assertThat(said()).contains("steering: the model somebody/absent is not in " + cache);
    }

    @Test
    void should_refuse_what_is_neither_folder_nor_name() {
        assertThat(run("complete", "--model", "./somebody/absent", "--prompt", "hello"))
                .isEqualTo(1);
        assertThat(said()).contains("./somebody/absent is not a folder, nor the name of a model on the hub");
        assertThat(run("download", "gpt2")).isEqualTo(2);
        assertThat(said()).contains("\"gpt2\" is no name of a model: expected owner/name");
    }
}
