package org.steering4j.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.client.TestRestTemplate;

@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class ChatControllerTest {

    private static final String QUESTION = "We need to sail past the red buoys. What do we do?";

    @Autowired
    private TestRestTemplate client;

    @Autowired
    private ObjectMapper json;

    private String get(String path, String persona) {
        return client.getForObject(path + "?question={question}&persona={persona}", String.class, QUESTION, persona);
    }

    @Test
    void should_answer_as_the_persona_is_steered() {
        assertThat(get("/chat", "strict")).contains(" not ");
        assertThat(get("/chat", "lax")).isNotBlank().doesNotContain(" not ");
        assertThat(get("/chat", "plain")).isNotBlank();
    }

    @Test
    void should_stream_the_same_answer_as_server_sent_events() throws JsonProcessingException {
        StringBuilder streamed = new StringBuilder();
        for (String line : get("/stream", "lax")
                .lines()
                .filter(line -> line.startsWith("data:"))
                .toList()) {
            streamed.append(
                    json.readTree(line.substring("data:".length())).path("text").textValue());
        }

        assertThat(streamed.toString()).isEqualTo(get("/chat", "lax"));
    }
}
