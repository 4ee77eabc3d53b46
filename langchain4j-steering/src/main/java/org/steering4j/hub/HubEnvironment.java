package org.steering4j.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.steering4j.hub.ModelHubException.Problem;

/** What the environment variables of {@code huggingface_hub} say, the older ones among them too. */
record HubEnvironment(Map<String, String> variables, Path home) {

    private static final List<String> TRUE = List.of("1", "ON", "YES", "TRUE");

    static HubEnvironment ofThisProcess() {
        return new HubEnvironment(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    Path cacheFolder() {
        return first("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")
                .map(this::path)
                .orElseGet(() -> huggingFaceFolder().resolve("hub"));
    }

    private Path huggingFaceFolder() {
        return first("HF_HOME")
                .map(this::path)
                .orElseGet(() -> first("XDG_CACHE_HOME")
                        .map(this::path)
                        .orElseGet(() -> home.resolve(".cache"))
                        .resolve("huggingface"));
    }

    /** @throws IllegalArgumentException if it is no address */
    URI endpoint() {
        return HubClient.endpoint(first("HF_ENDPOINT").orElse("https://huggingface.co"));
    }

    boolean isOffline() {
        return isTrue("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE");
    }

    boolean linksFiles() {
        return !isTrue("HF_HUB_DISABLE_SYMLINKS");
    }

    /** The token, or that of the file where signing in leaves it. */
    Optional<String> token() {
        return first("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN").or(this::tokenOfFile);
    }

    private Optional<String> tokenOfFile() {
        Path file = first("HF_TOKEN_PATH")
                .map(this::path)
                .orElseGet(() -> huggingFaceFolder().resolve("token"));
        try {
            return Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new ModelHubException(
                    Problem.NO_ACCESS,
                    "the file with the hub's token, " + file + ", cannot be read: " + e
                            + "; make it readable, or set HF_TOKEN",
                    e);
        }
    }

    private boolean isTrue(String... names) {
        return first(names)
                .map(text -> TRUE.contains(text.toUpperCase(Locale.ROOT)))
                .orElse(false);
    }

    /** Of the first that is set; a value of blanks sets nothing. */
    private Optional<String> first(String... names) {
        return Arrays.stream(names)
                .map(variables::get)
                .flatMap(Stream::ofNullable)
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .findFirst();
    }

    private Path path(String text) {
        return text.equals("~") || text.startsWith("~/")
                ? home.resolve(text.substring(Math.min(2, text.length())))
                : Path.of(text);
    }
}
