package org.steering4j.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.steering4j.prompt.ToolCallFormat;

class ToolCallConstraintTest {

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

    /** Does not mind what follows a value. */
    private static final ObjectMapper LENIENT = new ObjectMapper();

    private record Call(String name, JsonNode arguments) {}

    static Stream<Arguments> formatsAndVocabularies() {
        List<TestVocabularies> vocabularies =
                List.of(TestVocabularies.bytes(), TestVocabularies.merged(), TestVocabularies.mergedWithoutMarks());
        return Stream.of(ToolCallFormat.values())
                .filter(format -> !format.argumentsKey().isEmpty() || format == ToolCallFormat.MISTRAL_NAMED)
                .flatMap(format -> vocabularies.stream().map(tokens -> Arguments.of(format, tokens)));
    }

    /** Reads calls strictly; what is no call is a failure. */
    private static List<Call> calls(String answer, ToolCallFormat format) throws IOException {
        List<Call> calls = new ArrayList<>();
        String left = answer.strip();
        if (format.name().endsWith("LIST")) {
            assertThat(left).startsWith(format.opening());
            boolean closed = format == ToolCallFormat.NEMOTRON_LIST;
            assertThat(left).endsWith(closed ? format.afterList() : "]");
            JsonNode list = SchemaValidator.MAPPER.readTree(left.substring(
                    format.opening().length(),
                    left.length() - (closed ? format.afterList().length() : 0)));
            assertThat(list.isArray()).isTrue();
            list.forEach(call -> calls.add(call(call, "arguments")));
            return calls;
        }
        while (!left.isEmpty()) {
            int end = switch (format) {
                case HERMES -> readBetweenMarks(left, calls);
                case LLAMA, PLAIN_OBJECT -> readJson(left, format, calls);
                default -> readNamed(left, calls);
            };
            left = left.substring(end).strip();
        }
        return calls;
    }

    private static Call call(JsonNode json, String argumentsKey) {
        assertThat(json.size()).isEqualTo(2);
        return new Call(json.get("name").asText(), json.get(argumentsKey));
    }

    /** As a reader that looks for the first closing mark. */
    private static int readBetweenMarks(String text, List<Call> calls) throws IOException {
        assertThat(text).startsWith("<tool_call>").contains("</tool_call>");
        int closing = text.indexOf("</tool_call>");
        calls.add(call(SchemaValidator.MAPPER.readTree(text.substring("<tool_call>".length(), closing)), "arguments"));
        return closing + "</tool_call>".length();
    }

    private static int readJson(String text, ToolCallFormat format, List<Call> calls) throws IOException {
        int start = calls.isEmpty() ? 0 : 1;
        assertThat(calls.isEmpty() || text.startsWith(";")).as(text).isTrue();
        try (JsonParser parser = LENIENT.createParser(text.substring(start))) {
            calls.add(call(parser.readValueAsTree(), format.argumentsKey()));
            return start + (int) parser.currentLocation().getCharOffset();
        }
    }

    private static int readNamed(String text, List<Call> calls) throws IOException {
        assertThat(text).startsWith("[TOOL_CALLS]").contains("[ARGS]");
        int mark = text.indexOf("[ARGS]");
        int start = mark + "[ARGS]".length();
        try (JsonParser parser = LENIENT.createParser(text.substring(start))) {
            calls.add(new Call(text.substring("[TOOL_CALLS]".length(), mark), parser.readValueAsTree()));
            return start + (int) parser.currentLocation().getCharOffset();
        }
    }

    @ParameterizedTest
    @MethodSource("formatsAndVocabularies")
    void should_give_calls_of_the_tools_and_nothing_else(ToolCallFormat format, TestVocabularies tokens)
            throws Exception {
        AnswerConstraint constraint = AnswerConstraint.toolCalls(tokens.vocabulary(), TOOLS, format);
        SchemaValidator write = SchemaValidator.of("""
                {"type": "object", "properties": {"text": {"type": "string"}, "mark": {"enum": ["</tool_call>", "<"]}},
                 "required": ["text", "mark"], "additionalProperties": true}
                """);
        Set<String> names = new HashSet<>();
        Set<Boolean> several = new HashSet<>();
        int least = constraint.shortestAnswerTokens();
        for (int seed = 0; seed < 40; seed++) {
            String answer = new Walk(tokens, seed).go(constraint, least + 10 * seed, seed % 4 / 4.0);
            List<Call> calls = calls(answer, format);
            assertThat(calls).as(answer).isNotEmpty();
            several.add(calls.size() > 1);
            for (Call call : calls) {
                names.add(call.name());
                if (call.name().equals("write")) {
                    assertThat(write.problem(call.arguments().toString())).isNull();
                } else {
                    assertThat(call.arguments()).isEmpty();
                }
            }
        }
        assertThat(names).containsExactlyInAnyOrder("clock", "write");
        assertThat(several).contains(true);
    }

    @ParameterizedTest
    @MethodSource("formatsAndVocabularies")
    void should_give_either_calls_or_the_JSON_asked_for(ToolCallFormat format, TestVocabularies tokens)
            throws Exception {
        AnswerConstraint constraint = AnswerConstraint.jsonOrToolCalls(tokens.vocabulary(), null, TOOLS, format);
        boolean plain = format == ToolCallFormat.LLAMA || format == ToolCallFormat.PLAIN_OBJECT;
        Set<Boolean> kinds = new HashSet<>();
        for (int seed = 0; seed < 40; seed++) {
            String answer = new Walk(tokens, seed).go(constraint, 250, seed % 4 / 4.0);
            boolean marked = !answer.strip().startsWith("{");
            kinds.add(marked);
            if (marked) {
                assertThat(calls(answer, format)).isNotEmpty();
            } else {
                try (JsonParser parser = LENIENT.createParser(answer)) {
                    assertThat(parser.<JsonNode>readValueAsTree().isObject()).isTrue();
                    int end = (int) parser.currentLocation().getCharOffset();
                    assertThat(answer.substring(end).strip()).matches(plain ? "(?s)(;.*)?" : "");
                }
            }
        }
        assertThat(kinds).contains(false).hasSize(plain ? 1 : 2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HERMES|<tool_call>\\n{\"name\": \"clock\", \"arguments\": {}}\\n</tool_call>",
                "HERMES|<tool_call>{\"name\":\"clock\",\"arguments\":{}}</tool_call><tool_call>{\"name\":\"clock\",\"arguments\":{}}</tool_call>",
                "HERMES|<tool_call>\\n{\"name\": \"write\", \"arguments\": {\"text\": \"a < b <\\/i>\", \"mark\": \"<\\/tool_call>\"}}\\n</tool_call>\\n<tool_call>\\n{\"name\": \"clock\", \"arguments\": {}}\\n</tool_call>",
                "LLAMA|{\"name\": \"clock\", \"parameters\": {}}",
                "LLAMA|{\"name\": \"write\", \"parameters\": {\"text\": \"a < b </i>\", \"mark\": \"</tool_call>\"}}; {\"name\": \"clock\", \"parameters\": {}}",
                "MISTRAL_LIST|[TOOL_CALLS] [{\"name\": \"clock\", \"arguments\": {}}, {\"name\": \"clock\", \"arguments\": {}}]",
                "PIPED_LIST|'<|tool_call|>[{\"name\": \"clock\", \"arguments\": {}}]'",
                "TAGGED_LIST|<tool_call>[{\"name\": \"clock\", \"arguments\": {}}]",
                "MISTRAL_LIST|[TOOL_CALLS][{\"name\":\"clock\",\"arguments\":{}}]",
                "NEMOTRON_LIST|<TOOLCALL>[{\"name\": \"clock\", \"arguments\": {}}]</TOOLCALL>",
                "PLAIN_LIST|[{\"name\": \"clock\", \"arguments\": {}}, {\"name\": \"clock\", \"arguments\": {}}]",
                "PLAIN_OBJECT|{\"name\": \"clock\", \"arguments\": {}}; {\"name\": \"clock\", \"arguments\": {}}",
                "PYTHON_LIST|[write(text=\"a </i>\", mark=\"<\"), clock()]",
                "PYTHON_LIST|[write(mark=\"</tool_call>\",text=\"\")]",
                "MARKED_PYTHON_LIST|'<|tool_call_start|>[clock()]<|tool_call_end|>'",
                "MISTRAL_NAMED|[TOOL_CALLS]clock[ARGS]{}[TOOL_CALLS]write[ARGS]{\"text\": \"\", \"mark\": \"<\"}",
            })
    void should_allow_what_models_write(ToolCallFormat format, String written) {
        TestVocabularies tokens = TestVocabularies.bytes();
        String answer = written.replace("\\n", "\n");
        RunningConstraint running =
                AnswerConstraint.toolCalls(tokens.vocabulary(), TOOLS, format).running(10_000);
        for (char c : answer.toCharArray()) {
            assertThat(Walk.allowed(running)).as(answer).contains((int) c);
            running.advance(c);
        }
        assertThat(running.isComplete()).isTrue();
    }

    /** Values of text stand there without quotes, others as JSON. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<function=clock>\\n</function>",
                "<function=note>\\n<parameter=text>\\na \"b\"\\n <c>\\n</parameter>\\n</function>",
                "<function=note>\\n<parameter=kind>\\nthe one\\n</parameter>\\n<parameter=text>\\n\\n</parameter>\\n<parameter=places>\\n[{\"x\": 1}]\\n</parameter>\\n</function>",
            })
    void should_allow_calls_in_tags(String function) {
        List<ToolSpecification> tools = List.of(
                TOOLS.get(0),
                ToolSpecification.builder()
                        .name("note")
                        .parameters(JsonObjectSchema.builder()
                                .addStringProperty("text")
                                .addEnumProperty("kind", List.of("the one", "the other"))
                                .addProperty(
                                        "places",
                                        JsonArraySchema.builder()
                                                .items(JsonObjectSchema.builder()
                                                        .addIntegerProperty("x")
                                                        .build())
                                                .build())
                                .required("text")
                                .build())
                        .build());
        TestVocabularies tokens = TestVocabularies.bytes();
        RunningConstraint running = AnswerConstraint.toolCalls(tokens.vocabulary(), tools, ToolCallFormat.FUNCTION_TAGS)
                .running(10_000);
        String call = "<tool_call>\n" + function.replace("\\n", "\n") + "\n</tool_call>";
        for (char c : (call + "\n" + call).toCharArray()) {
            assertThat(Walk.allowed(running)).as(call + " before " + c).contains((int) c);
            running.advance(c);
        }
        assertThat(running.isComplete()).isTrue();
    }

    @Test
    void should_refuse_by_name_what_calls_that_are_no_JSON_cannot_be_held_to() {
        TestVocabularies tokens = TestVocabularies.bytes();
        ToolSpecification nullable = ToolSpecification.builder()
                .name("search")
                .parameters(JsonObjectSchema.builder()
                        .addProperty("when", JsonRawSchema.from("{\"type\":[\"string\",\"null\"]}"))
                        .build())
                .build();
        assertThatThrownBy(() -> AnswerConstraint.toolCalls(
                        tokens.vocabulary(), List.of(nullable), ToolCallFormat.FUNCTION_TAGS))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll("search", "\"when\"");
        ToolSpecification spaced = ToolSpecification.builder()
                .name("search")
                .parameters(
                        JsonObjectSchema.builder().addStringProperty("the day").build())
                .build();
        assertThatThrownBy(() ->
                        AnswerConstraint.toolCalls(tokens.vocabulary(), List.of(spaced), ToolCallFormat.PYTHON_LIST))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll("search", "\"the day\"");
    }

    @Test
    void should_name_the_tool_whose_parameters_it_refuses() {
        ToolSpecification tool = ToolSpecification.builder()
                .name("search")
                .parameters(JsonObjectSchema.builder()
                        .addProperty("date", JsonRawSchema.from("{\"type\":\"string\",\"format\":\"regex\"}"))
                        .build())
                .build();
        for (ToolCallFormat format : ToolCallFormat.values()) {
            assertThatThrownBy(() ->
                            AnswerConstraint.toolCalls(TestVocabularies.bytes().vocabulary(), List.of(tool), format))
                    .isExactlyInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContainingAll("search", "format", "not supported");
        }
    }
}
