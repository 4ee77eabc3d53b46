package org.steering4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTextTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain",
                "a line\nanother\tand a tab",
                "windows\r\n",
                "na\u00efve \u20ac \u4f60\u597d \ud83d\ude00",
                "\u05e9\u05dc\u05d5\u05dd"
            })
    void should_leave_what_no_terminal_obeys(String text) {
        assertThat(PrintableText.of(text)).isSameAs(text);
    }

    @ParameterizedTest
    @CsvSource({
        "27, \\u001b",
        "0, \\u0000",
        "7, \\u0007",
        "8, \\u0008",
        "13, \\u000d",
        "127, \\u007f",
        "133, \\u0085",
        "144, \\u0090",
        "155, \\u009b",
        "157, \\u009d",
        "8232, \\u2028",
        "8238, \\u202e",
        "8237, \\u202d",
        "8294, \\u2066",
        "8297, \\u2069",
        "8207, \\u200f",
        "1564, \\u061c"
    })
    void should_show_what_a_terminal_obeys(int character, String shown) {
        assertThat(PrintableText.of("a" + (char) character + "b")).isEqualTo("a" + shown + "b");
        assertThat(PrintableText.line("a" + (char) character + "b")).isEqualTo("a" + shown + "b");
    }

    @Test
    void should_keep_one_line_one() {
        assertThat(PrintableText.line("name\nsteering: all is well\r\n\tx"))
                .isEqualTo("name\\u000asteering: all is well\\u000d\\u000a\tx");
    }

    @Test
    void should_leave_nothing_to_obey_whatever_comes() {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < Character.MAX_VALUE; c++) {
            all.append(c);
        }
        assertThat(PrintableText.line(all.toString()).chars())
                .noneMatch(c -> (Character.isISOControl(c) && c != '\t')
                        || Character.getDirectionality(c) == Character.DIRECTIONALITY_RIGHT_TO_LEFT_OVERRIDE
                        || Character.getDirectionality(c) == Character.DIRECTIONALITY_LEFT_TO_RIGHT_OVERRIDE
                        || Character.getDirectionality(c) == Character.DIRECTIONALITY_POP_DIRECTIONAL_ISOLATE);
    }
}
