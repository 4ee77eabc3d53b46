package org.steering4j.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import org.steering4j.prompt.AnswerPart;

class ShownAnswerTest {

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream remarks = new ByteArrayOutputStream();
    private final ShownAnswer shown = new ShownAnswer(new PrintStream(output, true), new PrintStream(remarks, true));

    private static String lines(ByteArrayOutputStream stream) {
        return stream.toString().replace(System.lineSeparator(), "\n");
    }

    @Test
    void should_show_thinking_among_the_remarks_and_the_answer_alone_on_the_output() {
        shown.accept(new AnswerPart.Thinking("Two, "));
        shown.accept(new AnswerPart.Thinking("and two."));
        shown.accept(new AnswerPart.Text("Fo"));
        shown.accept(new AnswerPart.Text("ur"));
        shown.end();
        assertThat(lines(output)).isEqualTo("Four\n");
        assertThat(lines(remarks)).isEqualTo("[thinks] Two, and two.\n");
    }

    @Test
    void should_end_the_line_of_thinking_that_is_cut_off() {
        shown.accept(new AnswerPart.Thinking("Two"));
        shown.end();
        assertThat(lines(output)).isEqualTo("\n");
        assertThat(lines(remarks)).isEqualTo("[thinks] Two\n");
    }
}
