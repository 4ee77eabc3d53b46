package org.steering4j.samples.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ChatResourceTest {

    private static final String QUESTION = "We need to sail past the red buoys. What do we do?";

    @TestHTTPResource
    URI server;

    @Inject
    ObjectMapper json;

    private String get(String path) throws IOException, InterruptedException {
        String query = "?question=" + URLEncoder.encode(QUESTION, StandardCharsets.UTF_8);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(server.resolve(path + query)).build(), BodyHandlers.ofString())
                .body();
    }

    @Test
    void should_answer_as_each_persona_is_steered() throws Exception {
        assertThat(get("/strict")).contains("not").isNotEqualTo(get("/lax"));
        assertThat(get("/plain")).isNotBlank();
    }

    @Test
    void should_stream_the_same_answer_as_server_sent_events() throws Exception {
        StringBuilder streamed = new StringBuilder();
        for (String line :
                get("/stream").lines().filter(line -> line.startsWith("data:")).toList()) {
            streamed.append(
                    json.readTree(line.substring("data:".length())).path("text").textValue());
        }

        assertThat(streamed.toString()).isEqualTo(get("/lax"));
    }
}
