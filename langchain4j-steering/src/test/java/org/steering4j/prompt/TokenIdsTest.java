package org.steering4j.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.checkpoint.ModelFolderException;

/** The token ids in a model's settings. */
class TokenIdsTest {

    @TempDir
    Path folder;

    private PromptRenderer open(String file, String settings) throws IOException {
        SmallTokenizers.byteLevel(folder, SmallTokenizers.CHATML);
        Files.writeString(folder.resolve("config.json"), "{\"vocab_size\": 300}");
        Files.writeString(
                folder.resolve(file),
                file.equals("config.json") ? "{\"vocab_size\": 300, " + settings + "}" : "{" + settings + "}");
        return PromptRenderer.open(folder);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[257, null, \"x\"]",
                "[257, null]",
                "[257, true]",
                "[[257]]",
                "-1",
                "[257, -1]",
                "257.5",
                "257.0",
                "\"257\"",
                "\"\"",
                "false",
                "{}",
                "300",
                "[300]",
                "2147483648",
                "1e400"
            })
    void should_refuse_what_is_no_token(String ids) {
        for (String file : new String[] {"config.json", "generation_config.json"}) {
            assertThatThrownBy(() -> open(file, "\"eos_token_id\": " + ids))
                    .isInstanceOf(ModelFolderException.class)
                    .hasMessageContainingAll(folder.resolve(file).toString(), "\"eos_token_id\"", "0 to 299");
            if (!ids.startsWith("[257")) {
                assertThatThrownBy(() -> open(file, "\"bos_token_id\": " + ids))
                        .isInstanceOf(ModelFolderException.class)
                        .hasMessageContainingAll(folder.resolve(file).toString(), "\"bos_token_id\"", "0 to 299");
            }
            folder.resolve("generation_config.json").toFile().delete();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"null | 0", "[] | 0", "299 | 1", "[299, 0] | 2"})
    void should_take_one_token_several_or_none(String ids, int tokens) throws IOException {
        try (PromptRenderer renderer = open("generation_config.json", "\"eos_token_id\": " + ids)) {
            assertThat(renderer.endTokens()).hasSize(1 + tokens); // the tokenizer's own is one
        }
    }

    @Test
    void should_know_no_limit_without_the_models_configuration() throws IOException {
        SmallTokenizers.byteLevel(folder, SmallTokenizers.CHATML);
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": 151645}");
        try (PromptRenderer renderer = PromptRenderer.open(folder)) {
            assertThat(renderer.endTokens()).contains(151645);
        }
    }
}
