package org.steering4j.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Models that call tools in a form of their own, on tokenizers that hold the marks of other forms. */
class OwnCallFormsTest {

    /** Left over from the models that others were made of. */
    private static final String[] LEFT_OVER = {
        "<tool_call>", "</tool_call>", "<|python_tag|>", "[TOOL_CALLS]", "[ARGS]", "<|tool_call|>"
    };

    private static final List<ToolSpecification> TOOLS = List.of(
            ToolSpecification.builder().name("clock").build(),
            ToolSpecification.builder()
                    .name("weather")
                    .parameters(JsonObjectSchema.builder()
                            .addStringProperty("city")
                            .addIntegerProperty("days")
                            .addBooleanProperty("exact")
                            .addNumberProperty("limit")
                            .addProperty(
                                    "tags",
                                    JsonArraySchema.builder()
                                            .items(new JsonStringSchema())
                                            .build())
                            .build())
                    .build());

    @TempDir
    Path folder;

    private PromptRenderer open(String template, String... tokens) {
        return PromptRenderer.open(SmallTokenizers.byteLevel(folder, template, tokens));
    }

    private static Arguments model(ToolCallFormat format, String template, String calls) {
        return Arguments.of(format, template, calls);
    }

    static Stream<Arguments> models() {
        String list =
                "[{\"name\": \"weather\", \"arguments\": {\"city\": \"Köln\", \"days\": 2}}, {\"name\": \"clock\", \"arguments\": {}}]";
        String python = "[weather(city=\"Köln\", days=2), clock()]";
        return Stream.of(
                model(ToolCallFormat.PLAIN_LIST, ToolTemplates.PLAIN_LIST, list),
                model(ToolCallFormat.PLAIN_LIST, ToolTemplates.FENCED_LIST, "```json\n" + list + "\n```"),
                model(ToolCallFormat.PLAIN_LIST, ToolTemplates.PLAIN_LIST, "\n```\n" + list + "\n```\n"),
                model(ToolCallFormat.NEMOTRON_LIST, ToolTemplates.NEMOTRON, "<TOOLCALL>" + list + "</TOOLCALL>"),
                model(
                        ToolCallFormat.PLAIN_OBJECT,
                        ToolTemplates.PLAIN_OBJECT,
                        "{\"name\": \"weather\", \"arguments\": {\"city\": \"Köln\", \"days\": 2}}; {\"name\": \"clock\", \"arguments\": {}}"),
                model(ToolCallFormat.PYTHON_LIST, ToolTemplates.PYTHON, python),
                model(ToolCallFormat.PYTHON_LIST, ToolTemplates.PYTHON, "[weather(city='Köln', days = 2,), clock( )]"),
                model(
                        ToolCallFormat.PYTHON_LIST,
                        ToolTemplates.PYTHON_WITHOUT_QUOTES,
                        "[weather(city=Köln, days=2), clock()]"),
                model(
                        ToolCallFormat.PYTHON_LIST,
                        ToolTemplates.PYTHON_IN_MARKS,
                        "<|python_start|>" + python + "<|python_end|>"),
                model(
                        ToolCallFormat.MARKED_PYTHON_LIST,
                        ToolTemplates.MARKED_PYTHON,
                        "<|tool_call_start|>" + python + "<|tool_call_end|>"),
                model(
                        ToolCallFormat.FUNCTION_TAGS,
                        ToolTemplates.FUNCTION_TAGS,
                        "<tool_call>\n<function=weather>\n<parameter=city>\nKöln\n</parameter>\n<parameter=days>\n2\n</parameter>\n</function>\n</tool_call>\n"
                                + "<tool_call>\n<function=clock>\n</function>\n</tool_call>"),
                model(
                        ToolCallFormat.HERMES,
                        ToolTemplates.HERMES_WITH_TEXT,
                        "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Köln\", \"days\": 2}}\n</tool_call>"
                                + "<tool_call>{\"name\": \"clock\"}</tool_call>"));
    }

    private static List<AnswerPart> read(PromptRenderer renderer, String answer) {
        AnswerReader reader = renderer.answerReader(new int[0], List.of(), TOOLS, false);
        List<AnswerPart> parts = new ArrayList<>();
        for (int token : renderer.tokenizer().encodeWithControlTokens(answer)) {
            parts.addAll(reader.append(token));
        }
        parts.addAll(reader.finish());
        return parts;
    }

    private static String text(List<AnswerPart> parts) {
        return parts.stream()
                .filter(AnswerPart.Text.class::isInstance)
                .map(part -> ((AnswerPart.Text) part).text())
                .collect(Collectors.joining());
    }

    private static List<String> calls(List<AnswerPart> parts) {
        return parts.stream()
                .filter(AnswerPart.ToolCall.class::isInstance)
                .map(part -> ((AnswerPart.ToolCall) part).request())
                .map(call -> call.name() + call.arguments().replace(" ", ""))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("models")
    void should_be_known_by_how_the_template_writes_calls_whatever_tokens_are_left_over(
            ToolCallFormat format, String template, String answer) {
        for (String[] tokens : List.of(LEFT_OVER, new String[] {"<none>"})) {
            try (PromptRenderer renderer = open(template, tokens)) {
                assertThat(renderer.toolCallFormat()).contains(format);
                List<AnswerPart> parts = read(renderer, answer);
                assertThat(calls(parts)).containsExactly("weather{\"city\":\"Köln\",\"days\":2}", "clock{}");
                assertThat(text(parts)).isBlank();
            }
        }
    }

    /** As with other formats: parts of the arguments, put together, are those of the call that follows. */
    @ParameterizedTest
    @MethodSource("models")
    void should_give_the_arguments_in_parts_before_each_call(ToolCallFormat format, String template, String answer) {
        try (PromptRenderer renderer = open(template, LEFT_OVER)) {
            StringBuilder arguments = new StringBuilder();
            int index = 0;
            for (AnswerPart part : read(renderer, answer)) {
                if (part instanceof AnswerPart.PartialToolCall partial) {
                    assertThat(partial.index()).isEqualTo(index);
                    arguments.append(partial.arguments());
                } else if (part instanceof AnswerPart.ToolCall call) {
                    assertThat(call.index()).isEqualTo(index++);
                    assertThat(arguments).hasToString(call.request().arguments());
                    arguments.setLength(0);
                }
            }
            assertThat(index).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void should_write_earlier_calls_and_their_results_with_the_template(
            ToolCallFormat format, String template, String answer) {
        try (PromptRenderer renderer = open(template, LEFT_OVER)) {
            ToolExecutionRequest call = ToolExecutionRequest.builder()
                    .id("1")
                    .name("weather")
                    .arguments("{\"city\": \"Köln\"}")
                    .build();
            String prompt = renderer.render(
                            List.of(
                                    UserMessage.from("Rain?"),
                                    AiMessage.from(call),
                                    ToolExecutionResultMessage.from(call, "no")),
                            TOOLS,
                            null)
                    .toString();
            String marked = prompt.substring(prompt.indexOf("assistant"), prompt.indexOf("<|im_start|>tool"));
            assertThat(calls(read(renderer, marked.substring("assistant\n".length()))))
                    .containsExactly("weather{\"city\":\"Köln\"}");
            assertThat(prompt).endsWith("tool\nno<|im_end|>\n<|im_start|>assistant\n");
        }
    }

    @Test
    void should_be_unknown_where_the_template_writes_calls_as_nobody_else() {
        try (PromptRenderer renderer = open(ToolTemplates.UNKNOWN, LEFT_OVER)) {
            assertThat(renderer.toolCallFormat()).isEmpty();
        }
    }

    /** Of templates that leave out the calls of earlier turns. */
    @Test
    void should_follow_from_what_the_template_asks_for_where_it_writes_no_calls() {
        String silent = "{%- if tools %}{{- 'ASKED' + (tools | tojson) }}{%- endif %}" + SmallTokenizers.CHATML;
        for (String[] asked : new String[][] {
            {"Answer with [name(key=value)].", "PYTHON_LIST"},
            {"Answer with\\n```\\n[\\n{\"name\": \"a\", \"arguments\": {}}\\n]\\n```", "PLAIN_LIST"},
            {"Answer with {\"name\": the name, \"parameters\": {}}", "LLAMA"},
            {"Answer with <TOOLCALL>[]</TOOLCALL>", "NEMOTRON_LIST"},
            {"Answer with <tool_call><function=f></function></tool_call>", "FUNCTION_TAGS"},
            {"Answer with <tool_call>{}</tool_call>", "HERMES"},
        }) {
            try (PromptRenderer renderer = open(silent.replace("ASKED", asked[0]), "[TOOL_CALLS]")) {
                assertThat(renderer.toolCallFormat()).as(asked[0]).contains(ToolCallFormat.valueOf(asked[1]));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[weather] is what I look at",
                "[weather(city=\"Köln\")",
                "[weather(city=\"Köln\"), and more",
                "[weather(city=\"Köln\"), clock(]",
                "[weather(\"Köln\")]",
                "[weather(city=)]",
                "[weather(city=1, city=2)]",
                "[weather(city=f\"x\")]",
                "[weather(city=[1, 2)]",
                "[unknown(city=\"Köln\")]",
                "[1, 2]",
                "[]",
                "[[1](https://example.org)]",
                "``` \ncode\n```",
                "```python\nprint(1)\n```",
                "So: [weather(city=\"Köln\")]",
            })
    void should_leave_text_that_begins_like_a_call_in_Python_text(String answer) {
        String unescaped = answer.replace("\\n", "\n");
        try (PromptRenderer renderer = open(ToolTemplates.PYTHON, LEFT_OVER)) {
            List<AnswerPart> parts = read(renderer, unescaped);
            assertThat(calls(parts)).isEmpty();
            assertThat(parts).allMatch(AnswerPart.Text.class::isInstance);
            assertThat(text(parts)).isEqualTo(unescaped);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{\"name\": \"weather\", \"arguments\": {}}",
                "[{\"name\": \"weather\", \"arguments\": {}}, {\"name\": \"unknown\", \"arguments\": {}}]",
                "[{\"title\": \"x\"}]",
                "[1]",
                "[]",
                "```json\n{\"a\": 1}\n```",
            })
    void should_leave_a_list_that_is_not_all_calls_text(String answer) {
        String unescaped = answer.replace("\\n", "\n");
        try (PromptRenderer renderer = open(ToolTemplates.PLAIN_LIST, LEFT_OVER)) {
            List<AnswerPart> parts = read(renderer, unescaped);
            assertThat(parts).allMatch(AnswerPart.Text.class::isInstance);
            assertThat(text(parts)).isEqualTo(unescaped);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "city|007|\"007\"",
                "city|true|\"true\"",
                "city|{\"a\": 1}|\"{\\\"a\\\": 1}\"",
                "city|a \"b\" <c> \\d|\"a \\\"b\\\" <c> \\\\d\"",
                "days|12345678901234567890|12345678901234567890",
                "days|many|\"many\"",
                "exact|true|true",
                "exact|False|false",
                "limit|1.25|1.25",
                "tags|[\"a\", \"b\"]|[\"a\",\"b\"]",
                "tags|['a', 'b']|[\"a\",\"b\"]",
                "unknown|1|\"1\"",
            })
    void should_type_what_stands_in_tags_by_the_parameters_of_the_tool(String key, String written, String json) {
        try (PromptRenderer renderer = open(ToolTemplates.FUNCTION_TAGS, LEFT_OVER)) {
            String call = "<tool_call><function=weather><parameter=%s>\n%s\n</parameter></function></tool_call>"
                    .formatted(key, written);
            assertThat(renderer.toolCallFormat()).contains(ToolCallFormat.FUNCTION_TAGS);
            assertThat(read(renderer, call).stream()
                            .filter(AnswerPart.ToolCall.class::isInstance)
                            .map(part -> ((AnswerPart.ToolCall) part).request().arguments()))
                    .containsExactly("{\"" + key + "\":" + json + "}");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "'a'|\"a\"",
                "\"it's\\n\\t\\\"x\\\" \\x41\\u00e9\\U0001F600 \\d\"|\"it's\\n\\t\\\"x\\\" Aé😀 \\\\d\"",
                "1_000|1000",
                "-007|-7",
                "-0|-0",
                "0|0",
                "0_0.0e0|0.0e0",
                "+.5|0.5",
                "1.|1.0",
                "-2.5e-3|-2.5e-3",
                "True|true",
                "None|null",
                "(1, 'a', [])|[1, \"a\", []]",
                "{'a': {1: True,},}|{\"a\": {\"1\": true}}",
                "[ 1 , 2 ]|[1, 2]",
            })
    void should_read_the_literals_of_Python(String literal, String json) {
        assertThat(PythonLiteral.toJson(literal)).isEqualTo(json);
        try (PromptRenderer renderer = open(ToolTemplates.PYTHON, LEFT_OVER)) {
            assertThat(calls(read(renderer, "[weather(city=" + literal + ")]")))
                    .containsExactly("weather{\"city\":" + json.replace(" ", "") + "}");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "''x",
                "[1",
                "[1,,2]",
                "{1}",
                "{'a'}",
                "1.2.3",
                "--1",
                "x",
                "'a",
                "[1)",
                "{[1]: 2}",
                "'\\x4'",
                "[,]"
            })
    void should_take_nothing_else_for_a_literal(String literal) {
        assertThat(PythonLiteral.toJson(literal)).isNull();
    }
}
