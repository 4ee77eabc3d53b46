package org.steering4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubEnvironmentTest {

    @TempDir
    Path home;

    private HubEnvironment with(String... variables) {
        return new HubEnvironment(
                switch (variables.length) {
                    case 0 -> Map.of();
                    case 2 -> Map.of(variables[0], variables[1]);
                    case 4 -> Map.of(variables[0], variables[1], variables[2], variables[3]);
                    default -> throw new IllegalArgumentException();
                },
                home);
    }

    @Test
    void should_find_the_cache_folder_as_python_does() {
        assertThat(with().cacheFolder()).isEqualTo(home.resolve(".cache/huggingface/hub"));
        assertThat(with("XDG_CACHE_HOME", "/x").cacheFolder()).isEqualTo(Path.of("/x/huggingface/hub"));
        assertThat(with("HF_HOME", "/h", "XDG_CACHE_HOME", "/x").cacheFolder()).isEqualTo(Path.of("/h/hub"));
        assertThat(with("HF_HUB_CACHE", "/c", "HF_HOME", "/h").cacheFolder()).isEqualTo(Path.of("/c"));
        assertThat(with("HF_HUB_CACHE", " ", "HF_HOME", "~/h").cacheFolder()).isEqualTo(home.resolve("h/hub"));
    }

    @Test
    void should_find_the_token_as_python_does() throws Exception {
        assertThat(with().token()).isEmpty();
        Path file = home.resolve(".cache/huggingface/token");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "hf_file\n");
        assertThat(with().token()).contains("hf_file");
        Files.writeString(home.resolve("token"), "hf_other");
        assertThat(with("HF_HOME", home.toString()).token()).contains("hf_other");
        assertThat(with("HF_TOKEN_PATH", file.toString(), "HF_HOME", home.toString())
                        .token())
                .contains("hf_file");
        assertThat(with("HF_TOKEN", " hf_variable ").token()).contains("hf_variable");
        Files.writeString(file, " \n");
        assertThat(with().token()).isEmpty();
    }

    @Test
    void should_say_which_token_file_cannot_be_read() throws Exception {
        Path file = Files.createDirectories(home.resolve("token"));
        assertThatThrownBy(() -> with("HF_TOKEN_PATH", file.toString()).token())
                .isInstanceOf(ModelHubException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void should_know_the_hub_by_default_and_take_another() {
        assertThat(with().endpoint()).hasToString("https://huggingface.co");
        assertThat(with("HF_ENDPOINT", "http://mirror:8080/hf/").endpoint()).hasToString("http://mirror:8080/hf");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "huggingface.co",
                "ftp://huggingface.co",
                "https://",
                "https://user:secret@host",
                "https://a/?b",
                "a b"
            })
    void should_refuse_an_address_that_is_none(String address) {
        assertThatThrownBy(() -> with("HF_ENDPOINT", address).endpoint())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + address + "\"");
    }

    @Test
    void should_be_offline_where_the_environment_says_so() {
        assertThat(with().isOffline()).isFalse();
        assertThat(with("HF_HUB_OFFLINE", "1").isOffline()).isTrue();
        assertThat(with("HF_HUB_OFFLINE", "yes").isOffline()).isTrue();
        assertThat(with("HF_HUB_OFFLINE", "0").isOffline()).isFalse();
        assertThat(with("TRANSFORMERS_OFFLINE", "true").isOffline()).isTrue();
    }
}
