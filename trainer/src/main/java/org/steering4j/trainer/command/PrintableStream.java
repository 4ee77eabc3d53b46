package org.steering4j.trainer.command;

import java.io.PrintStream;
import org.steering4j.trainer.PrintableText;

/**
 * Where everything goes that this program prints: texts as {@link PrintableText}, so that nothing of what others have written reaches a terminal
 * as a command to it. Bytes pass as they are; only a progress bar and picocli's help are written as such.
 */
final class PrintableStream extends PrintStream {

    private final PrintStream screen;

    private PrintableStream(PrintStream screen) {
        super(screen, true);
        this.screen = screen;
    }

    static PrintableStream on(PrintStream screen) {
        return screen instanceof PrintableStream printable ? printable : new PrintableStream(screen);
    }

    /** Every other text comes here, but for these below. */
    @Override
    public void print(String text) {
        screen.print(PrintableText.of(String.valueOf(text)));
    }

    @Override
    public void print(Object value) {
        print(String.valueOf(value));
    }

    @Override
    public void print(char[] text) {
        print(String.valueOf(text));
    }

    @Override
    public void print(char character) {
        print(String.valueOf(character));
    }
}
