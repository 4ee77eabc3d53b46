package org.steering4j.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExecutableJarIT {

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

    private final List<String> log = new ArrayList<>();
    private Process application;
    private BufferedReader output;
    private URI server;

    @BeforeEach
    void start() throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        application = new ProcessBuilder(java.toString(), "-jar", jar().toString(), "--server.port=0")
                .redirectErrorStream(true)
                .start();
        output = application.inputReader(StandardCharsets.UTF_8);
        Matcher port = null;
        while (port == null || !port.find()) {
            String line = output.readLine();
            assertThat(line).as("the application ended: %s", log).isNotNull();
            log.add(line);
            port = PORT.matcher(line);
        }
        server = URI.create("http://localhost:" + port.group(1));
    }

    private static Path jar() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.getFileName().toString().endsWith("SNAPSHOT.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @AfterEach
    void stop() {
        application.destroyForcibly();
    }

    @Test
    void should_answer_and_end_quietly_while_an_answer_is_streamed() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest chat = request("/chat?question=Hello&persona=strict");
        assertThat(client.send(chat, BodyHandlers.ofString()).body()).isNotBlank();

        InputStream stream = client.send(request("/stream?question=Hello"), BodyHandlers.ofInputStream())
                .body();
        assertThat(stream.read()).isEqualTo('d');
        application.toHandle().destroy(); // unlike destroy() of the process, leaves its output open
        output.lines().forEach(log::add);

        assertThat(application.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(log).noneMatch(line -> line.contains("Exception") || line.contains("ERROR"));
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(server.resolve(path)).build();
    }
}
