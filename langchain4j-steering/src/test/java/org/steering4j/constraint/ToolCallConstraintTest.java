package org.steering4j.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ToolCallConstraintTest {

    private static final String OPENING = "<tool_call>";
    private static final String CLOSING = "</tool_call>";
    private static final List<ToolSpecification> TOOLS = List.of(
            ToolSpecification.builder().name("clock").build(),
            ToolSpecification.builder()
                    .name("write")
                    .parameters(JsonObjectSchema.builder()
                            .addStringProperty("text")
                            .addEnumProperty("mark", List.of("</tool_call>", "<"))
                            .required("text", "mark")
                            .additionalProperties(true)
                            .build())
                    .build());

    static Stream<TestVocabularies> vocabularies() {
        return Stream.of(TestVocabularies.bytes(), TestVocabularies.merged(), TestVocabularies.mergedWithoutMarks());
    }

    /** As a reader that looks for the first closing mark; what is no call is a failure. */
    private static List<JsonNode> calls(String answer) throws Exception {
        List<JsonNode> calls = new ArrayList<>();
        String left = answer.strip();
        while (!left.isEmpty()) {
            assertThat(left).startsWith(OPENING).contains(CLOSING);
            int closing = left.indexOf(CLOSING);
            calls.add(SchemaValidator.MAPPER.readTree(left.substring(OPENING.length(), closing)));
            left = left.substring(closing + CLOSING.length()).strip();
        }
        return calls;
    }

    @ParameterizedTest
    @MethodSource("vocabularies")
    void should_give_calls_of_the_tools_and_nothing_else(TestVocabularies tokens) throws Exception {
        AnswerConstraint constraint = AnswerConstraint.toolCalls(tokens.vocabulary(), TOOLS, OPENING, CLOSING);
        SchemaValidator write =
                new SchemaValidator(SchemaDocument.of(TOOLS.get(1).parameters(), "test"));
        Set<String> names = new HashSet<>();
        int least = constraint.shortestAnswerTokens();
        for (int seed = 0; seed < 80; seed++) {
            String answer = new Walk(tokens, seed).go(constraint, least + 5 * seed, seed % 4 / 4.0);
            List<JsonNode> calls = calls(answer);
            assertThat(calls).as(answer).isNotEmpty();
            for (JsonNode call : calls) {
                names.add(call.get("name").asText());
                assertThat(call.size()).isEqualTo(2);
                if (call.get("name").asText().equals("write")) {
                    assertThat(write.problem(call.get("arguments").toString())).isNull();
                } else {
                    assertThat(call.get("arguments")).isEmpty();
                }
            }
        }
        assertThat(names).containsExactlyInAnyOrder("clock", "write");
    }

    @ParameterizedTest
    @MethodSource("vocabularies")
    void should_give_either_calls_or_the_JSON_asked_for(TestVocabularies tokens) throws Exception {
        AnswerConstraint constraint =
                AnswerConstraint.jsonOrToolCalls(tokens.vocabulary(), null, TOOLS, OPENING, CLOSING);
        Set<Boolean> kinds = new HashSet<>();
        for (int seed = 0; seed < 60; seed++) {
            String answer = new Walk(tokens, seed).go(constraint, 250, seed % 4 / 4.0);
            boolean call = answer.strip().startsWith("<");
            kinds.add(call);
            if (call) {
                assertThat(calls(answer)).isNotEmpty();
            } else {
                assertThat(SchemaValidator.MAPPER.readTree(answer).isObject()).isTrue();
            }
        }
        assertThat(kinds).containsExactlyInAnyOrder(true, false);
    }

    @Test
    void should_allow_what_models_write() {
        TestVocabularies tokens = TestVocabularies.bytes();
        for (String answer : List.of(
                "<tool_call>\n{\"name\": \"clock\", \"arguments\": {}}\n</tool_call>",
                "<tool_call>{\"name\":\"clock\",\"arguments\":{}}</tool_call><tool_call>{\"name\":\"clock\",\"arguments\":{}}</tool_call>",
                "<tool_call>\n{\"name\": \"write\", \"arguments\": {\"text\": \"a < b <\\/i>\", \"mark\": \"<\\/tool_call>\"}}\n</tool_call>\n<tool_call>\n{\"name\": \"clock\", \"arguments\": {}}\n</tool_call>")) {
            RunningConstraint running = AnswerConstraint.toolCalls(tokens.vocabulary(), TOOLS, OPENING, CLOSING)
                    .running(10_000);
            for (char c : answer.toCharArray()) {
                assertThat(Walk.allowed(running)).as(answer).contains((int) c);
                running.advance(c);
            }
            assertThat(running.isComplete()).isTrue();
        }
    }

    @Test
    void should_name_the_tool_whose_parameters_it_refuses() {
        ToolSpecification tool = ToolSpecification.builder()
                .name("search")
                .parameters(JsonObjectSchema.builder()
                        .addProperty("date", JsonRawSchema.from("{\"type\":\"string\",\"format\":\"date\"}"))
                        .build())
                .build();
        assertThatThrownBy(() -> AnswerConstraint.toolCalls(
                        TestVocabularies.bytes().vocabulary(), List.of(tool), OPENING, CLOSING))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll("search", "format", "not supported");
    }
}
