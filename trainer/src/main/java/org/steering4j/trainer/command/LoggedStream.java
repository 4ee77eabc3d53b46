package org.steering4j.trainer.command;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Writes to a screen and to a log, of which the log gets whole lines as they were left on the screen: of a progress bar that draws over
 * itself, the last state. A log that fails is given up, for what it tells of matters more. Safe to use from several threads, as every
 * {@link PrintStream} is.
 */
final class LoggedStream extends OutputStream {

    /** Of standard error; a {@link PrintStream} does not tell its own before Java 18. */
    private static final Charset SCREEN_CHARSET = Charset.forName(
            System.getProperty("stderr.encoding", Charset.defaultCharset().name()));

    private final PrintStream screen;
    private final OutputStream log;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    /** Whether the line is a bar, as it was drawn at once. */
    private boolean drawn;

    private boolean returned;
    private boolean failed;

    private LoggedStream(PrintStream screen, OutputStream log) {
        this.screen = screen;
        this.log = log;
    }

    /** @param log gets UTF-8 */
    static PrintStream of(PrintStream screen, OutputStream log) {
        return PrintableStream.on(new PrintStream(new LoggedStream(screen, log), true, SCREEN_CHARSET));
    }

    @Override
    public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        if (drawn && length > 0 && bytes[offset] != '\r' && bytes[offset] != '\n') {
            // What others write, such as a warning, goes in place of the bar, which draws itself anew below.
            byte[] blanks = ("\r" + " ".repeat(line.size()) + "\r").getBytes(StandardCharsets.US_ASCII);
            screen.write(blanks, 0, blanks.length);
            line.reset();
        }
        drawn = length > 1 && bytes[offset] == '\r' && bytes[offset + 1] != '\n';
        screen.write(bytes, offset, length);
        for (int i = offset; i < offset + length; i++) {
            switch (bytes[i]) {
                case '\r' -> returned = true;
                case '\n' -> endLine();
                default -> {
                    if (returned) {
                        line.reset();
                        returned = false;
                    }
                    line.write(bytes[i]);
                }
            }
        }
    }

    private void endLine() {
        returned = false;
        String text = line.toString(SCREEN_CHARSET) + "\n";
        line.reset();
        try {
            if (!failed) {
                log.write(text.getBytes(StandardCharsets.UTF_8));
                log.flush();
            }
        } catch (IOException e) {
            failed = true;
            screen.println("steering: the log is given up, it cannot be written: " + e.getMessage());
        }
    }

    @Override
    public void flush() {
        screen.flush();
    }
}
