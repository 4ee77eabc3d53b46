package org.steering4j.trainer;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jline.terminal.spi.SystemStream;
import org.jline.terminal.spi.TerminalProvider;

/**
 * Shows how far counted work has come, with its rate and the time that remains: a bar when standard error is a terminal, otherwise a line
 * for every tenth of the work. A terminal shows further lines above the bar. Close it when the work is over, however it ended, so that the bar ends its line. Safe to use from several
 * threads.
 */
public final class Progress implements AutoCloseable {

    /** Of standard error; a {@link PrintStream} does not tell its own before Java 18. */
    private static final Charset SCREEN_CHARSET = Charset.forName(
            System.getProperty("stderr.encoding", Charset.defaultCharset().name()));

    private static final int COLUMNS = 110;
    private static final int REDRAW_MILLISECONDS = 250;
    private static final int LINES = 10;

    private final PrintStream output;
    private final String label;
    private final String unit;
    private final long total;
    private final long doneBefore;
    private final long startNanos = System.nanoTime();
    private final boolean lines;
    private final ProgressBar bar;
    private long done;

    /**
     * @param output where to show it; a bar is drawn only if this is {@code System.err}
     * @param label what is done, such as {@code "truthfulness"}
     * @param total how many units there are to do, at least 0
     * @param unit what is counted, in the plural, such as {@code "answers"}
     */
    public Progress(PrintStream output, String label, long total, String unit) {
        this(output, label, total, unit, 0);
    }

    /** @param doneBefore units that were done in an earlier run; they do not count for the rate */
    public Progress(PrintStream output, String label, long total, String unit, long doneBefore) {
        this(output, label, total, unit, doneBefore, true);
    }

    /**
     * @param doneBefore units that were done in an earlier run; they do not count for the rate
     * @param lines whether to print a line for every tenth of the work when there is no terminal
     */
    Progress(PrintStream output, String label, long total, String unit, long doneBefore, boolean lines) {
        this(output, label, total, unit, doneBefore, lines, output == System.err && isTerminal(SystemStream.Error));
    }

    /** @param drawn whether to draw a bar */
    Progress(PrintStream output, String label, long total, String unit, long doneBefore, boolean lines, boolean drawn) {
        this.output = output;
        this.label = PrintableText.line(label);
        this.unit = unit;
        this.total = total;
        this.doneBefore = doneBefore;
        this.done = doneBefore;
        this.lines = lines;
        this.bar = drawn ? bar() : null;
    }

    private ProgressBar bar() {
        return new ProgressBarBuilder()
                .setTaskName(label)
                .setInitialMax(total)
                .startsFrom(doneBefore, Duration.ZERO)
                .setStyle(ProgressBarStyle.ASCII)
                .setUnit(" " + unit, 1)
                .showSpeed()
                .setUpdateIntervalMillis(REDRAW_MILLISECONDS)
                .setConsumer(new DelegatingProgressBarConsumer(this::draw, COLUMNS))
                .build();
    }

    /** Over what was drawn before. As bytes, for in a text the return to the beginning of the line is no harmless character. */
    private void draw(String text) {
        byte[] line = ("\r" + text).getBytes(SCREEN_CHARSET);
        output.write(line, 0, line.length);
        output.flush();
    }

    /** Whether a person is looking at the stream. */
    public static boolean isTerminal(SystemStream stream) {
        try {
            return TerminalProvider.load("jni").isSystemStream(stream);
        } catch (Exception | LinkageError noNativeLibrary) {
            return System.console() != null;
        }
    }

    /** One more unit is done. */
    public synchronized void step() {
        stepTo(done + 1);
    }

    /** So many units are done. */
    public synchronized void stepTo(long units) {
        long doneUntilNow = done;
        // A download of files whose lengths nobody knows counts nothing.
        long whole = Math.max(1, total);
        done = units;
        if (bar != null) {
            bar.stepTo(units);
        } else if (lines && units * LINES / whole > doneUntilNow * LINES / whole) {
            output.println(String.format(
                    Locale.ROOT, "%s: %d/%d %s (%d%%), %s", label, done, total, unit, 100 * done / whole, pace()));
        }
    }

    /** What is known so far: shown behind the bar, and nowhere without one. */
    synchronized void note(String text) {
        if (bar != null) {
            bar.setExtraMessage(" " + text);
        }
    }

    /** A line of its own; the bar, if there is one, goes on below it. */
    synchronized void line(String text) {
        if (bar != null) {
            // Over the bar, of which nothing must stay behind a shorter line.
            draw(" ".repeat(COLUMNS));
            draw("");
        }
        output.println(text);
        if (bar != null) {
            bar.refresh();
        }
    }

    /** The rate so far and the time that the rest takes at this rate. */
    synchronized String pace() {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        double rate = (done - doneBefore) / Math.max(seconds, 1e-9);
        long left = rate == 0 ? 0 : Math.round((total - done) / rate);
        return String.format(
                Locale.ROOT,
                "%s %s/s, %d:%02d:%02d left",
                rate < 10 ? String.format(Locale.ROOT, "%.2f", rate) : String.valueOf(Math.round(rate)),
                unit,
                left / 3600,
                left / 60 % 60,
                left % 60);
    }

    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
            output.println();
        }
    }
}
