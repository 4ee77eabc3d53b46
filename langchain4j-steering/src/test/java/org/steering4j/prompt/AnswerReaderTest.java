package org.steering4j.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerReaderTest {

    private PromptRenderer renderer;

    @BeforeEach
    void open(@TempDir Path folder) {
        renderer = PromptRenderer.open(SmallTokenizers.byteLevel(folder, SmallTokenizers.CHATML));
    }

    @AfterEach
    void close() {
        renderer.close();
    }

    private List<AnswerPart> read(String answer, boolean tools, String... stopSequences) {
        AnswerReader reader = renderer.answerReader(
                new int[0],
                List.of(stopSequences),
                tools ? List.of(ToolSpecification.builder().name("clock").build()) : List.of(),
                false);
        List<AnswerPart> parts = new ArrayList<>();
        for (int token : renderer.tokenizer().encodeWithControlTokens(answer)) {
            if (!reader.stopped()) {
                parts.addAll(reader.append(token));
            }
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

    private static List<ToolExecutionRequest> calls(List<AnswerPart> parts) {
        return parts.stream()
                .filter(AnswerPart.ToolCall.class::isInstance)
                .map(part -> ((AnswerPart.ToolCall) part).request())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "hello world|World|hello world",
                "Hello World, hello|World|Hello ",
                "Hello World| World|Hello",
                "Worl Worl|World|Worl Worl",
                "aaab|aab|a",
                "ababac|abac|ab",
                "World|World|",
                "hello 😀 there|😀|hello ",
                " spaces  |x| spaces  ",
            })
    void should_cut_before_a_stop_sequence(String answer, String stop, String expected) {
        assertThat(text(read(answer, false, stop))).isEqualTo(expected == null ? "" : expected);
        assertThat(text(read(answer, true, stop))).isEqualTo(expected == null ? "" : expected);
    }

    @Test
    void should_cut_before_the_first_of_several_stop_sequences() {
        assertThat(text(read("one two three", false, "three", " two", "two"))).isEqualTo("one");
    }

    @Test
    void should_give_out_text_as_soon_as_it_cannot_be_the_beginning_of_a_stop_sequence() {
        AnswerReader reader = renderer.answerReader(new int[0], List.of("lx"), List.of(), false);
        int[] ids = renderer.tokenizer().encode("a l l");
        List<String> texts = new ArrayList<>();
        for (int id : ids) {
            texts.add(text(reader.append(id)));
        }
        texts.add(text(reader.finish()));
        assertThat(texts).containsExactly("a", " ", "", "l ", "", "l");
    }

    @Test
    void should_find_a_tool_call() {
        List<AnswerPart> parts =
                read("<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Köln\"}}\n</tool_call>", true);
        assertThat(parts).last().isInstanceOf(AnswerPart.ToolCall.class);
        assertThat(text(parts)).isEmpty();
        ToolExecutionRequest call = calls(parts).get(0);
        assertThat(call.id()).isNotBlank();
        assertThat(call.name()).isEqualTo("weather");
        assertThat(call.arguments()).isEqualTo("{\"city\": \"Köln\"}");
    }

    @Test
    void should_find_several_calls_and_the_text_before_them() {
        List<AnswerPart> parts = read(
                "Let me see. \n\n<tool_call>{\"name\":\"a\",\"arguments\":{}}</tool_call>\n<tool_call>{\"name\":\"b\",\"arguments\":{\"x\":1.5}}</tool_call>\n",
                true);
        assertThat(text(parts)).isEqualTo("Let me see.");
        assertThat(calls(parts)).extracting(ToolExecutionRequest::name).containsExactly("a", "b");
        assertThat(calls(parts)).extracting(ToolExecutionRequest::arguments).containsExactly("{}", "{\"x\":1.5}");
        assertThat(calls(parts)).extracting(ToolExecutionRequest::id).doesNotHaveDuplicates();
        assertThat(parts.get(parts.size() - 1)).isInstanceOf(AnswerPart.ToolCall.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\":\"clock\"}|{}",
                "{\"name\":\"clock\",\"arguments\":null}|{}",
                "{\"name\":\"clock\",\"arguments\":\"{\\\"a\\\":1}\"}|{\"a\":1}",
                "{\"name\":\"clock\",\"parameters\":{\"a\":1}}|{\"a\":1}",
            })
    void should_read_variants_of_arguments(String json, String arguments) {
        assertThat(calls(read("<tool_call>" + json + "</tool_call>", true)))
                .extracting(ToolExecutionRequest::arguments)
                .containsExactly(arguments);
    }

    @Test
    void should_find_a_last_call_without_closing_mark() {
        List<AnswerPart> parts = read("Hm. <tool_call>{\"name\":\"clock\",\"arguments\":{}}", true);
        assertThat(text(parts)).isEqualTo("Hm.");
        assertThat(calls(parts)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<tool_call>nonsense</tool_call> more",
                "<tool_call>{\"name\":\"clock\",\"arguments\":[]}</tool_call>",
                "<tool_call>{\"arguments\":{}}</tool_call>",
                "a <tool_call>{\"name\":\"clo",
                "<tool_ca",
                "a < b \n <tool>",
                "</tool_call>",
            })
    void should_take_what_cannot_be_read_for_text(String answer) {
        List<AnswerPart> parts = read(answer, true);
        assertThat(calls(parts)).isEmpty();
        assertThat(text(parts)).isEqualTo(answer);
    }

    @Test
    void should_find_no_calls_unless_asked() {
        String answer = "<tool_call>{\"name\":\"clock\",\"arguments\":{}}</tool_call>";
        assertThat(text(read(answer, false))).isEqualTo(answer);
    }
}
