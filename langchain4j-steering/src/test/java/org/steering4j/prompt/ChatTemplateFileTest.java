package org.steering4j.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.langchain4j.data.message.UserMessage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.checkpoint.ModelFolderException;

/** A model folder comes from anywhere, and so does what lies in it under the name of a chat template. */
class ChatTemplateFileTest {

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void writeTokenizer() {
        SmallTokenizers.byteLevel(folder, "");
        file = folder.resolve("chat_template.jinja");
    }

    private void requireRefused(String reason) {
        assertThatThrownBy(() -> PromptRenderer.open(folder))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll(file.toString(), reason);
    }

    @Test
    void should_refuse_a_file_that_is_too_large_without_reading_it() throws IOException {
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(3L << 30);
        }
        requireRefused("1,048,576 bytes");
    }

    @Test
    void should_refuse_a_link_to_a_device() throws IOException {
        Path device = Path.of("/dev/zero");
        assumeThat(device).exists();
        Files.createSymbolicLink(file, device);
        requireRefused("no regular file");
    }

    @Test
    void should_refuse_a_folder() throws IOException {
        Files.createDirectory(file);
        requireRefused("no regular file");
    }

    @Test
    void should_refuse_what_is_no_text() throws IOException {
        Files.write(file, new byte[] {'a', (byte) 0xFF});
        requireRefused("UTF-8");
    }

    @Test
    void should_refuse_a_template_within_the_configuration_that_is_too_long() {
        SmallTokenizers.byteLevel(folder, "x".repeat(2_000_000));
        try (PromptRenderer renderer = PromptRenderer.open(folder)) {
            assertThatThrownBy(() -> renderer.prompt(List.of(UserMessage.from("?")), List.of()))
                    .isInstanceOf(ModelFolderException.class)
                    .hasMessageContaining("1,048,576");
        }
    }

    @Test
    void should_read_a_link_to_a_template() throws IOException {
        Path elsewhere = folder.resolve("elsewhere");
        Files.writeString(elsewhere, "é{{ messages[0].content }}", StandardCharsets.UTF_8);
        Files.createSymbolicLink(file, elsewhere);
        try (PromptRenderer renderer = PromptRenderer.open(folder)) {
            assertThat(renderer.render(List.of(UserMessage.from("?")), List.of(), null))
                    .hasToString("é?");
        }
    }
}
