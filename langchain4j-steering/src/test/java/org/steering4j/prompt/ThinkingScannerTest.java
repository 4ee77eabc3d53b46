package org.steering4j.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ThinkingScannerTest {

    /** Whatever the pieces are that it comes in. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "<think>~a b~</think>~~c d;a b;c d",
                "~<think>a</think>b;a;b",
                "<think>~~</think>~b;;b",
                "<think></think>b;;b",
                "b <think>a</think>;;b <think>a</think>",
                "~ b;;~ b",
                "<thin b;;<thin b",
                "<think>a</thin> </think>~b</think>;a</thin>;b</think>",
                "<think>a <think> b</think>c;a <think> b;c",
                "<think>a~~b;a~~b;",
                "<think>a</thi;a</thi;",
                "<think>~;;",
                "<think>a</think>~;a;",
                "<thi;;<thi"
            })
    void should_set_thinking_apart(String answer, String thinking, String text) {
        String whole = lines(answer);
        for (int size = 1; size <= whole.length(); size++) {
            assertThat(read(false, whole, size))
                    .as("in pieces of " + size)
                    .containsExactly(lines(thinking), lines(text));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"~a~</think>~~b;a;b", "</think>b;'';b", "a;a;''"})
    void should_go_on_with_thinking_that_the_prompt_has_opened(String answer, String thinking, String text) {
        assertThat(read(true, lines(answer), 2)).containsExactly(thinking, text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "<think>a</think>~<response>b</response>~;a;b~",
                "<think>a</think><response> b</resp </response> c;a; b</resp  c",
                "<think>a</think><response>b;a;b",
                "<think>a</think><response>b</resp;a;b</resp",
                "<think>a</think>~<resp;a;<resp",
                "<think>a</think>b <response>c</response>;a;b <response>c</response>",
                "<response>b</response>;;<response>b</response>"
            })
    void should_take_the_marks_of_an_answer_to_thinking_away(String answer, String thinking, String text) {
        String whole = lines(answer);
        for (int size = 1; size <= whole.length(); size++) {
            assertThat(read(ThinkingFormat.THINK_AND_RESPONSE, false, whole, size))
                    .as("in pieces of " + size)
                    .containsExactly(lines(thinking), lines(text));
        }
    }

    @ParameterizedTest
    @EnumSource(ThinkingFormat.class)
    void should_know_the_marks_of_each_format(ThinkingFormat format) {
        String answer = format.opening() + " a " + format.closing() + "\n" + format.answerOpening() + "b"
                + format.answerClosing();
        assertThat(read(format, false, answer, 3)).containsExactly("a", "b");
    }

    private static String lines(String column) {
        return column == null ? "" : column.replace('~', '\n');
    }

    private static List<String> read(boolean open, String answer, int size) {
        return read(ThinkingFormat.THINK, open, answer, size);
    }

    /** The thinking, then the text. */
    private static List<String> read(ThinkingFormat format, boolean open, String answer, int size) {
        ThinkingScanner scanner =
                new ThinkingScanner(format, UnaryOperator.identity(), open, false, UnaryOperator.identity());
        List<AnswerPart> parts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int from = 0; from < answer.length(); from += size) {
            text.append(scanner.append(answer.substring(from, Math.min(answer.length(), from + size)), parts));
        }
        text.append(scanner.finish(parts));
        String thinking =
                parts.stream().map(part -> ((AnswerPart.Thinking) part).text()).collect(Collectors.joining());
        return List.of(thinking, text.toString());
    }
}
