package org.steering4j.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.steering4j.prompt.ToolCallFormat.HERMES;
import static org.steering4j.prompt.ToolCallFormat.LLAMA;
import static org.steering4j.prompt.ToolCallFormat.MISTRAL_LIST;
import static org.steering4j.prompt.ToolCallFormat.MISTRAL_NAMED;
import static org.steering4j.prompt.ToolCallFormat.PIPED_LIST;
import static org.steering4j.prompt.ToolCallFormat.TAGGED_LIST;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ToolCallScannerTest {

    private static final List<ToolSpecification> TOOLS = List.of(
            ToolSpecification.builder().name("clock").build(),
            ToolSpecification.builder()
                    .name("weather")
                    .parameters(JsonObjectSchema.builder()
                            .addStringProperty("city")
                            .addIntegerProperty("days")
                            .build())
                    .build());

    /** With all marks in letters. */
    private static ToolCallScanner scanner(ToolCallFormat format) {
        return new ToolCallScanner(new ToolCallMarks(format, Map.of()), TOOLS, false);
    }

    /** What was read, in words: texts, partial arguments and calls, neighbours of a kind put together. */
    private static List<String> read(ToolCallFormat format, List<String> pieces) {
        ToolCallScanner scanner = scanner(format);
        List<AnswerPart> parts = new ArrayList<>();
        pieces.forEach(piece -> parts.addAll(scanner.append(piece)));
        parts.addAll(scanner.finish());
        List<String> words = new ArrayList<>();
        String label = "";
        for (AnswerPart part : parts) {
            String before = label;
            String content;
            if (part instanceof AnswerPart.Text text) {
                label = "text ";
                content = text.text();
            } else if (part instanceof AnswerPart.PartialToolCall partial) {
                label = "partial " + partial.index() + " " + partial.name() + " ";
                content = partial.arguments();
            } else {
                AnswerPart.ToolCall call = (AnswerPart.ToolCall) part;
                label = "call ";
                content = call.index() + " " + call.request().name() + " "
                        + call.request().arguments();
            }
            assertThat(content).isNotEmpty();
            if (label.equals(before) && !label.equals("call ")) {
                words.set(words.size() - 1, words.get(words.size() - 1) + content);
            } else {
                words.add(label + content);
            }
        }
        return words;
    }

    private static Arguments answer(ToolCallFormat format, String answer, String... words) {
        return arguments(format, answer, List.of(words));
    }

    static Stream<Arguments> calls() {
        String weather = "{\"city\": \"Köln 😀\", \"days\": [1, {\"a\": \"}\\\"\"}]}";
        return Stream.of(
                answer(
                        HERMES,
                        "Well. \n<tool_call>\n{\"name\": \"weather\", \"arguments\": " + weather
                                + "}\n</tool_call>\n<tool_call>{\"arguments\":{},\"name\":\"x\"}</tool_call> \n",
                        "text Well.",
                        "partial 0 weather " + weather,
                        "call 0 weather " + weather,
                        "partial 1 x {}",
                        "call 1 x {}"),
                answer(
                        HERMES,
                        "<tool_call>{\"name\":\"clock\"}</tool_call> and more",
                        "partial 0 clock {}",
                        "call 0 clock {}",
                        "text  and more"),
                answer(
                        LLAMA,
                        "\n{\"name\": \"weather\", \"parameters\": " + weather
                                + "}; {\"name\": \"clock\", \"parameters\": {}}\n{\"type\": \"function\", \"name\": \"clock\", \"parameters\": null};",
                        "partial 0 weather " + weather,
                        "call 0 weather " + weather,
                        "partial 1 clock {}",
                        "call 1 clock {}",
                        "partial 2 clock {}",
                        "call 2 clock {}"),
                answer(
                        LLAMA,
                        "<|python_tag|>{\"name\": \"unknown\", \"parameters\": {\"a\": 1}}",
                        "partial 0 unknown {\"a\": 1}",
                        "call 0 unknown {\"a\": 1}"),
                answer(
                        LLAMA,
                        "Let me see. <|python_tag|>{\"name\": \"clock\", \"parameters\": {}} That is it.",
                        "text Let me see.",
                        "partial 0 clock {}",
                        "call 0 clock {}",
                        "text  That is it."),
                answer(
                        MISTRAL_LIST,
                        "Well.[TOOL_CALLS] [{\"name\": \"weather\", \"arguments\": " + weather
                                + "}, {\"name\": \"clock\", \"arguments\": \"{\\\"zone\\\": 1}\", \"id\": \"abc\"}] done",
                        "text Well.",
                        "partial 0 weather " + weather,
                        "call 0 weather " + weather,
                        "partial 1 clock {\"zone\": 1}",
                        "call 1 clock {\"zone\": 1}",
                        "text  done"),
                answer(
                        MISTRAL_LIST,
                        "[TOOL_CALLS][{\"name\":\"clock\",\"arguments\":{}}",
                        "partial 0 clock {}",
                        "call 0 clock {}"),
                answer(
                        PIPED_LIST,
                        "Well.<|tool_call|>[{\"name\": \"weather\", \"arguments\": " + weather
                                + "}, {\"name\": \"clock\"}] <|/tool_call|> done<|/tool_call|>",
                        "text Well.",
                        "partial 0 weather " + weather,
                        "call 0 weather " + weather,
                        "partial 1 clock {}",
                        "call 1 clock {}",
                        "text  done<|/tool_call|>"),
                answer(
                        PIPED_LIST,
                        "<|tool_call|>[{\"name\":\"clock\",\"arguments\":{}}]\n<|tool_call|>[{\"name\":\"clock\"}]<|/tool",
                        "partial 0 clock {}",
                        "call 0 clock {}",
                        "partial 1 clock {}",
                        "call 1 clock {}",
                        "text <|/tool"),
                answer(
                        TAGGED_LIST,
                        "Well. <tool_call>[{\"name\": \"weather\", \"arguments\": " + weather
                                + "}, {\"name\": \"clock\"}]\n</tool_call> done",
                        "text Well.",
                        "partial 0 weather " + weather,
                        "call 0 weather " + weather,
                        "partial 1 clock {}",
                        "call 1 clock {}",
                        "text  done"),
                answer(
                        TAGGED_LIST,
                        "<tool_call>\n[{\"name\":\"clock\",\"arguments\":{}}]",
                        "partial 0 clock {}",
                        "call 0 clock {}"),
                answer(
                        MISTRAL_NAMED,
                        "Well. [TOOL_CALLS]weather[ARGS]" + weather + "[TOOL_CALLS]clock[CALL_ID]abc[ARGS] {}",
                        "text Well.",
                        "partial 0 weather " + weather,
                        "call 0 weather " + weather,
                        "partial 1 clock {}",
                        "call 1 clock {}"));
    }

    /** What is no call: all of it is text. Partial arguments that were given out before that came to light stand before the label. */
    static Stream<Arguments> unreadable() {
        String quoted = "{\"x\": \"<tool_call>{\\\"name\\\":\\\"clock\\\"}</tool_call>";
        return Stream.of(
                answer(HERMES, "<tool_call>no</tool_call> more"),
                answer(HERMES, "<tool_call></tool_call>"),
                answer(HERMES, "<tool_call>[]</tool_call>"),
                answer(HERMES, "a <tool_call>{\"name\":\"clo"),
                answer(HERMES, "<tool_call>{\"name\":\"clock\",\"arguments\":[]}</tool_call>"),
                answer(HERMES, "<tool_call>{\"name\":\"a\",\"name\":\"b\"}</tool_call>"),
                answer(
                        HERMES,
                        "<tool_call>{\"name\":\"clock\",\"arguments\":\"[1]\"}</tool_call>",
                        "partial 0 clock [1]"),
                answer(HERMES, "<tool_call>{\"name\":\"clock\"} and</tool_call>", "partial 0 clock {}"),
                answer(
                        HERMES,
                        "<tool_call>{\"name\":\"clock\",\"arguments\":{\"a\":1,}}</tool_call> x",
                        "partial 0 clock {\"a\":1,}"),
                answer(
                        HERMES,
                        "<tool_call>{\"name\":\"clock\",\"arguments\":" + quoted,
                        "partial 0 clock " + quoted.substring(0, quoted.length() - 1)),
                answer(LLAMA, "Here: {\"name\": \"clock\", \"parameters\": {}}"),
                answer(LLAMA, "{\"name\": \"Bob\", \"parameters\": {}}"),
                answer(LLAMA, "{\"name\": \"clock\", \"hands\": 2}"),
                answer(LLAMA, "{\"people\": [{\"name\": \"clock\"}]}"),
                answer(LLAMA, "<|python_tag|>print(\"{}\")"),
                answer(LLAMA, "<|python_ta"),
                answer(
                        LLAMA,
                        "{\"name\": \"clock\", \"parameters\": {\"a\": 'b'}} <|python_tag|>{\"name\": \"clock\"}",
                        "partial 0 clock {\"a\": "),
                answer(PIPED_LIST, "<|tool_call|>[]"),
                answer(PIPED_LIST, "<|tool_call|> nothing<|/tool_call|>"),
                answer(TAGGED_LIST, "<tool_call>{\"name\": \"clock\"}</tool_call>"),
                answer(TAGGED_LIST, "<tool_call>[]</tool_call>"),
                answer(MISTRAL_LIST, "[TOOL_CALLS] nothing"),
                answer(MISTRAL_LIST, "[TOOL_CALLS] {\"name\": \"clock\"}"),
                answer(MISTRAL_LIST, "[TOOL_CALLS] []"),
                answer(MISTRAL_LIST, "[TOOL_CALLS] [ "),
                answer(MISTRAL_NAMED, "[TOOL_CALLS]a name[ARGS]{}"),
                answer(MISTRAL_NAMED, "[TOOL_CALLS][ARGS]{} x"),
                answer(MISTRAL_NAMED, "[TOOL_CALLS]clock[ARGS][]"),
                answer(MISTRAL_NAMED, "[TOOL_CALLS]clock[ARGS]{\"a\"", "partial 0 clock {\"a\""));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void should_find_calls(ToolCallFormat format, String answer, List<String> words) {
        assertThat(read(format, List.of(answer))).isEqualTo(words);
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void should_leave_what_cannot_be_read_text(ToolCallFormat format, String answer, List<String> partial) {
        List<String> words = read(format, List.of(answer));
        assertThat(words.stream().filter(word -> word.startsWith("partial"))).isEqualTo(partial);
        assertThat(words).noneMatch(word -> word.startsWith("call"));
        assertThat(String.join(
                        "",
                        words.stream()
                                .filter(word -> word.startsWith("text "))
                                .map(word -> word.substring("text ".length()))
                                .toList()))
                .isEqualTo(answer);
    }

    static Stream<Arguments> all() {
        return Stream.concat(calls(), unreadable());
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_give_the_same_parts_however_the_answer_is_split(
            ToolCallFormat format, String answer, List<String> ignored) {
        List<String> whole = read(format, List.of(answer));
        assertThat(read(format, List.of(answer.split("")))).isEqualTo(whole);
        for (int cut = 1; cut < answer.length(); cut++) {
            assertThat(read(format, List.of(answer.substring(0, cut), answer.substring(cut))))
                    .isEqualTo(whole);
        }
        for (int seed = 0; seed < 100; seed++) {
            List<String> pieces = split(answer, new Random(seed));
            assertThat(read(format, pieces)).as(pieces.toString()).isEqualTo(whole);
        }
    }

    private static List<String> split(String text, Random random) {
        List<String> pieces = new ArrayList<>();
        for (int from = 0; from < text.length(); ) {
            int to = Math.min(text.length(), from + 1 + random.nextInt(12));
            pieces.add(text.substring(from, to));
            from = to;
        }
        return pieces;
    }

    @Test
    void should_go_on_after_a_call_that_cannot_be_read() {
        assertThat(read(
                        HERMES,
                        List.of("<tool_call>{\"name\":\"a\",\"arguments\":{\"x\":!</tool_call> "
                                + "<tool_call>{\"name\":\"b\"}</tool_call>")))
                .containsExactly(
                        "partial 0 a {\"x\":",
                        "text <tool_call>{\"name\":\"a\",\"arguments\":{\"x\":!</tool_call>",
                        "partial 1 b {}",
                        "call 1 b {}");
        assertThat(read(MISTRAL_LIST, List.of("[TOOL_CALLS] [{\"name\": \"a\"}, {\"name\"] x")))
                .containsExactly("partial 0 a {}", "call 0 a {}", "text , {\"name\"] x");
    }

    @Test
    void should_give_out_arguments_as_they_come() {
        ToolCallScanner scanner = scanner(HERMES);
        assertThat(scanner.append("Hm. <tool_call>{\"name\": \"clo")).containsExactly(new AnswerPart.Text("Hm."));
        assertThat(scanner.append("ck\", \"arguments\": ")).isEmpty();
        assertThat(partial(scanner.append("{\"zo"))).isEqualTo("{\"zo");
        assertThat(partial(scanner.append("ne\": 1"))).isEqualTo("ne\": 1");
        assertThat(partial(scanner.append("}}\n"))).isEqualTo("}");
        assertThat(scanner.append("</tool_call>")).singleElement().isInstanceOf(AnswerPart.ToolCall.class);
        assertThat(scanner.finish()).isEmpty();
    }

    private static String partial(List<AnswerPart> parts) {
        assertThat(parts).singleElement().isInstanceOf(AnswerPart.PartialToolCall.class);
        return ((AnswerPart.PartialToolCall) parts.get(0)).arguments();
    }

    @Test
    void should_give_each_call_an_id_of_nine_letters_and_digits_that_its_parts_have() {
        ToolCallScanner scanner = scanner(LLAMA);
        List<AnswerPart> parts =
                scanner.append("{\"name\": \"clock\", \"parameters\": {}}{\"name\": \"clock\", \"parameters\": {}}");
        List<String> ids = parts.stream()
                .map(part -> part instanceof AnswerPart.PartialToolCall partial
                        ? partial.id()
                        : ((AnswerPart.ToolCall) part).request().id())
                .toList();
        assertThat(ids).hasSize(4).allMatch(id -> id.matches("[A-Za-z0-9]{9}"));
        assertThat(ids.get(0)).isEqualTo(ids.get(1)).isNotEqualTo(ids.get(2));
        assertThat(ids.get(2)).isEqualTo(ids.get(3));
    }

    @Test
    void should_not_hold_back_JSON_that_is_no_call() {
        ToolCallScanner scanner = scanner(LLAMA);
        assertThat(scanner.append("{\"town\"")).containsExactly(new AnswerPart.Text("{\"town\""));
        assertThat(scanner.append(": 1")).containsExactly(new AnswerPart.Text(": 1"));
    }
}
