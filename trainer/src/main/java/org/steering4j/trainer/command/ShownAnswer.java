package org.steering4j.trainer.command;

import java.io.PrintStream;
import java.util.function.Consumer;
import org.steering4j.prompt.AnswerPart;

/** Shows an answer as it comes. What the model thinks first goes to the remarks, so that the output is the answer alone. */
final class ShownAnswer implements Consumer<AnswerPart> {

    private final PrintStream output;
    private final PrintStream remarks;
    private boolean thinking;

    ShownAnswer(PrintStream output, PrintStream remarks) {
        this.output = output;
        this.remarks = remarks;
    }

    @Override
    public void accept(AnswerPart part) {
        if (part instanceof AnswerPart.Thinking piece) {
            remarks.print(thinking ? piece.text() : "[thinks] " + piece.text());
            remarks.flush();
            thinking = true;
        } else if (part instanceof AnswerPart.Text piece) {
            endThinking();
            output.print(piece.text());
            output.flush();
        }
    }

    void end() {
        endThinking();
        output.println();
    }

    private void endThinking() {
        if (thinking) {
            remarks.println();
            thinking = false;
        }
    }
}
