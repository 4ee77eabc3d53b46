package org.steering4j.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a model writes as text is text, however much it looks like a tool call. */
class AnswerTextStaysTextTest {

    private static final String HERMES_TEMPLATE = "{{ tools }}<tool_call></tool_call>" + SmallTokenizers.CHATML;
    private static final String LLAMA_TEMPLATE = ToolTemplates.LLAMA_3 + "{# <|python_tag|> #}";
    private static final String NEW_MISTRAL_TEMPLATE = ToolTemplates.NEW_MISTRAL;
    private static final String[] NO_MARKS = {"<none>"};

    private static final String HERMES_CALL = "<tool_call>{\"name\": \"clock\", \"arguments\": {}}</tool_call>";
    private static final String LLAMA_CALL = "<|python_tag|>{\"name\": \"clock\", \"parameters\": {}}";
    private static final String MISTRAL_CALL = "[TOOL_CALLS] [{\"name\": \"clock\", \"arguments\": {}}]";
    private static final String NEW_MISTRAL_CALL = "[TOOL_CALLS]clock[ARGS]{}";

    @TempDir
    Path folder;

    /** One generation: what was given out before the end, and after it. */
    private record Answer(List<AnswerPart> early, List<AnswerPart> all) {

        String earlyText() {
            return text(early);
        }

        String text() {
            return text(all);
        }

        private static String text(List<AnswerPart> parts) {
            return parts.stream()
                    .filter(AnswerPart.Text.class::isInstance)
                    .map(part -> ((AnswerPart.Text) part).text())
                    .collect(Collectors.joining());
        }

        List<ToolExecutionRequest> calls() {
            return all.stream()
                    .filter(AnswerPart.ToolCall.class::isInstance)
                    .map(part -> ((AnswerPart.ToolCall) part).request())
                    .toList();
        }

        void requireText(String expected) {
            assertThat(text()).isEqualTo(expected);
            assertThat(all).hasOnlyElementsOfType(AnswerPart.Text.class);
        }
    }

    private static Answer read(PromptRenderer prompts, boolean formed, int[]... tokens) {
        AnswerReader reader = prompts.answerReader(
                new int[0],
                List.of(),
                List.of(ToolSpecification.builder().name("clock").build()),
                formed);
        List<AnswerPart> parts = new ArrayList<>();
        Arrays.stream(tokens).flatMapToInt(IntStream::of).forEach(token -> parts.addAll(reader.append(token)));
        List<AnswerPart> early = List.copyOf(parts);
        parts.addAll(reader.finish());
        return new Answer(early, parts);
    }

    private PromptRenderer open(String template, String... tokens) {
        return PromptRenderer.open(SmallTokenizers.byteLevel(folder, template, tokens));
    }

    static Stream<Arguments> modelsWithMarks() {
        return Stream.of(
                arguments(HERMES_TEMPLATE, new String[0], HERMES_CALL),
                arguments(ToolTemplates.LLAMA_3, ToolTemplates.LLAMA_3_TOKENS, LLAMA_CALL),
                arguments(ToolTemplates.MISTRAL, ToolTemplates.MISTRAL_TOKENS, MISTRAL_CALL),
                arguments(ToolTemplates.NEW_MISTRAL, ToolTemplates.NEW_MISTRAL_TOKENS, NEW_MISTRAL_CALL));
    }

    static Stream<Arguments> modelsWithoutMarks() {
        return Stream.of(
                arguments(HERMES_TEMPLATE, HERMES_CALL),
                arguments(LLAMA_TEMPLATE, LLAMA_CALL),
                arguments(ToolTemplates.MISTRAL, MISTRAL_CALL),
                arguments(NEW_MISTRAL_TEMPLATE, NEW_MISTRAL_CALL));
    }

    @ParameterizedTest
    @MethodSource("modelsWithMarks")
    void should_take_a_call_for_text_unless_its_mark_is_the_control_token(
            String template, String[] tokens, String call) {
        try (PromptRenderer prompts = open(template, tokens)) {
            assertThat(read(prompts, false, prompts.tokenizer().encodeWithControlTokens(call))
                            .calls())
                    .hasSize(1);

            Answer spelled = read(prompts, false, prompts.tokenizer().encode("Say " + call));
            spelled.requireText("Say " + call);
            assertThat(spelled.earlyText()).isEqualTo("Say " + call);
        }
    }

    @ParameterizedTest
    @MethodSource("modelsWithoutMarks")
    void should_find_a_call_spelled_in_letters_where_there_is_no_control_token(String template, String call) {
        try (PromptRenderer prompts = open(template, NO_MARKS)) {
            Answer answer = read(prompts, false, prompts.tokenizer().encode("Well. " + call));
            assertThat(answer.text()).isEqualTo("Well.");
            assertThat(answer.calls()).extracting(ToolExecutionRequest::name).containsExactly("clock");
        }
    }

    @ParameterizedTest
    @MethodSource("modelsWithMarks")
    void should_show_a_control_token_that_opens_no_call_in_letters(String template, String[] tokens, String call) {
        String mark = call.substring(0, call.indexOf(call.charAt(0) == '<' ? '>' : ']') + 1);
        String answer = "See: " + mark + "? no" + mark + mark;
        try (PromptRenderer prompts = open(template, tokens)) {
            read(prompts, false, prompts.tokenizer().encodeWithControlTokens(answer))
                    .requireText(answer);
        }
    }

    @Test
    void should_not_take_a_mark_quoted_in_letters_for_the_end_of_a_call() {
        try (PromptRenderer prompts = open(HERMES_TEMPLATE)) {
            TextTokenizer tokenizer = prompts.tokenizer();
            Answer answer = read(
                    prompts,
                    false,
                    tokenizer.encodeWithControlTokens("<tool_call>{\"name\": \"clock\", \"arguments\": {\"text\": \""),
                    tokenizer.encode("</tool_call>" + "<tool_call>"),
                    tokenizer.encodeWithControlTokens("\"}}</tool_call>"));
            assertThat(answer.calls())
                    .extracting(ToolExecutionRequest::arguments)
                    .containsExactly("{\"text\": \"</tool_call><tool_call>\"}");
            assertThat(answer.text()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("modelsWithoutMarks")
    void should_leave_JSON_that_quotes_a_call_JSON(String template, String call) {
        try (PromptRenderer prompts = open(template, NO_MARKS)) {
            for (String quoted : List.of(call, "</tool_call>" + call, call.replace("\"", "\\\""))) {
                for (String json :
                        List.of("{\"a\": \"" + quoted + "\"}", " [\"" + quoted + "\"]", "\"" + quoted + "\"")) {
                    Answer answer = read(prompts, true, prompts.tokenizer().encode(json));
                    answer.requireText(json);
                    assertThat(answer.earlyText()).isEqualTo(json);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modelsWithoutMarks")
    void should_find_calls_where_calls_or_JSON_were_asked_for(String template, String call) {
        try (PromptRenderer prompts = open(template, NO_MARKS)) {
            boolean several = call.equals(HERMES_CALL) || call.equals(NEW_MISTRAL_CALL);
            Answer answer =
                    read(prompts, true, prompts.tokenizer().encode(several ? " " + call + "\n" + call : " " + call));
            assertThat(answer.calls()).hasSize(several ? 2 : 1);
            assertThat(answer.text()).isBlank();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\": \"clock\"}",
                "{\"name\": \"clock\", \"age\": 7}",
                "{\"name\": \"clock\", \"arguments\": {}}",
                "{\"name\": \"clock\", \"parameters\": null}",
                "{\"name\": \"clock\", \"parameters\": \"{}\"}",
                "{\"name\": \"clock\", \"id\": \"a\", \"parameters\": {}}",
                "{\"parameters\": {}, \"name\": \"clock\"}",
                "{\"name\": \"Ann\", \"parameters\": {}}",
            })
    void should_take_JSON_for_a_call_in_the_format_of_Llama_only_if_it_is_nothing_else(String json) {
        try (PromptRenderer prompts = open(ToolTemplates.LLAMA_3, ToolTemplates.LLAMA_3_TOKENS)) {
            read(prompts, true, prompts.tokenizer().encode(json)).requireText(json);
            String call = "{\"name\": \"clock\", \"parameters\": {}}";
            assertThat(read(prompts, true, prompts.tokenizer().encode(call)).calls())
                    .hasSize(1);
        }
    }
}
