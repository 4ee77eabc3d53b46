package org.steering4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelNameTest {

    @Test
    void should_read_owner_and_name() {
        assertThat(ModelName.parse("Qwen/Qwen2.5-0.5B-Instruct"))
                .isEqualTo(new ModelName("Qwen", "Qwen2.5-0.5B-Instruct", "main"))
                .hasToString("Qwen/Qwen2.5-0.5B-Instruct");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01-ai/Yi_6B@v1.0",
                "a/b@refs/pr/12",
                "a/b@feature/a_b",
                "a/b@0123456789abcdef0123456789abcdef01234567",
                "Nous/Hermes_"
            })
    void should_read_what_it_writes(String text) {
        assertThat(ModelName.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "gpt2",
                "a/b/c",
                "/b",
                "a/",
                "../b",
                "a/..",
                "a/.",
                ".a/b",
                "a/b.",
                "-a/b",
                "a/b-",
                "a--b/c",
                "a/b--c",
                "a/b..c",
                "a\\b",
                "a/b\\c",
                "a/b c",
                "a/b%2f",
                "a/b.git",
                "a/b\n",
                "a/ü",
                "https://huggingface.co/a/b",
                "C:/b"
            })
    void should_refuse_a_name_that_the_hub_has_not(String text) {
        assertThatThrownBy(() -> ModelName.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected owner/name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "..", "../x", "a/../b", "/a", "a/", "a//b", "a b", "a\\b", ".x", "a/.x", "x.lock", "a..b", "x@y",
                "a%2fb"
            })
    void should_refuse_a_revision_that_would_lead_elsewhere(String revision) {
        assertThatThrownBy(() -> ModelName.parse("a/b@" + revision))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the revision \"" + revision + "\" of a/b");
    }

    @Test
    void should_refuse_what_is_too_long() {
        String owner = "o".repeat(48);
        assertThat(ModelName.parse(owner + "/" + "n".repeat(47)).name()).hasSize(47);
        assertThatThrownBy(() -> ModelName.parse(owner + "/" + "n".repeat(48)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("96 at most");
    }
}
