package org.steering4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.hub.ModelHubException.Problem;

/** A hub on this machine with the model {@code owner/tiny}, and an empty cache folder. Nothing waits: waits are noted down. */
abstract class HubTestCase {

    static final ModelName MODEL = ModelName.parse("owner/tiny");
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path home;

    HubServer server;
    Path cache;
    final Map<String, byte[]> files = new TreeMap<>();
    final Map<String, String> variables = new HashMap<>();
    final List<Duration> waits = new CopyOnWriteArrayList<>();
    final List<DownloadProgress> progress = new CopyOnWriteArrayList<>();
    Duration silence = Duration.ofSeconds(20);

    @BeforeEach
    void serve() throws IOException {
        server = new HubServer();
        cache = home.resolve("hub");
        variables.put("HF_HUB_CACHE", cache.toString());
        variables.put("HF_ENDPOINT", server.endpoint());
        for (String name :
                List.of("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json")) {
            files.put(name, ("{\"of\": \"" + name + "\"}").getBytes(StandardCharsets.UTF_8));
        }
        files.put("chat_template.jinja", "{{ messages }}".getBytes(StandardCharsets.UTF_8));
        files.put("README.md", "read me".getBytes(StandardCharsets.UTF_8));
        files.put("model.safetensors", randomBytes(3_000_000));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    static byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    String put() {
        return server.put("owner/tiny", "main", files);
    }

    ModelHub hub() {
        return hub(waits::add);
    }

    ModelHub hub(Waiting.Sleeper sleeper) {
        return ModelHub.builder()
                .environment(new HubEnvironment(variables, home))
                .waiting(new Waiting(sleeper, Clock.fixed(NOW, ZoneOffset.UTC), silence, 5))
                .listener(progress::add)
                .build();
    }

    static void assertFails(Problem problem, Callable<?> call, String... message) {
        assertThatThrownBy(call::call).isInstanceOfSatisfying(ModelHubException.class, e -> {
            assertThat(e.problem()).as(e.getMessage()).isEqualTo(problem);
            for (String part : message) {
                assertThat(e).hasMessageContaining(part);
            }
        });
    }

    Path repository() {
        return cache.resolve("models--owner--tiny");
    }

    Path blob(String name) {
        byte[] bytes = files.get(name);
        return repository()
                .resolve("blobs")
                .resolve(name.endsWith("safetensors") ? HubServer.sha256(bytes) : HubServer.gitSha1(bytes));
    }

    Path incomplete(String name) {
        return blob(name).resolveSibling(blob(name).getFileName() + ".steering4j.incomplete");
    }

    void assertWhole(Path folder) {
        files.forEach((name, bytes) -> {
            if (!name.equals("README.md") && !name.endsWith(".bin")) {
                assertThat(folder.resolve(name)).as(name).hasBinaryContent(bytes);
            }
        });
    }

    List<String> names(Path folder) throws IOException {
        try (Stream<Path> listed = Files.list(folder)) {
            return listed.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
