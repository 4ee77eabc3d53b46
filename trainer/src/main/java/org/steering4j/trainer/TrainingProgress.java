package org.steering4j.trainer;

import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jline.terminal.spi.SystemStream;
import org.jline.terminal.spi.TerminalProvider;

/**
 * Shows a training as it goes: a bar when standard error is a terminal, otherwise a line for each evaluation. Close it when the training
 * is over, however it ended, so that the bar ends its line.
 */
public final class TrainingProgress implements TrainingListener, AutoCloseable {

    private static final int COLUMNS = 110;
    private static final int REDRAW_MILLISECONDS = 250;

    private final PrintStream output;
    private final String label;
    private final boolean terminal;
    private TrainingPlan plan;
    private ProgressBar bar;

    /**
     * @param output where to show it; a bar is drawn only if this is {@code System.err}
     * @param label what is trained
     */
    public TrainingProgress(PrintStream output, String label) {
        this.output = output;
        this.label = label;
        this.terminal = output == System.err && isTerminal(SystemStream.Error);
    }

    /** Whether a person is looking at the stream. */
    public static boolean isTerminal(SystemStream stream) {
        try {
            return TerminalProvider.load("jni").isSystemStream(stream);
        } catch (Exception | LinkageError noNativeLibrary) {
            return System.console() != null;
        }
    }

    @Override
    public void onPreparation(int pairs) {
        line("%s: running %d pairs without a vector", label, pairs);
    }

    @Override
    public void onStart(TrainingPlan plan) {
        this.plan = plan;
        line(
                "%s: %d pairs to train on, %d held out, %d epochs of %d steps%s",
                label,
                plan.trainingPairs(),
                plan.validationPairs(),
                plan.epochs(),
                plan.steps() / plan.epochs(),
                plan.stepsDone() > 0 ? ", resumed after step " + plan.stepsDone() : "");
        if (terminal) {
            bar = new ProgressBarBuilder()
                    .setTaskName(label)
                    .setInitialMax(plan.steps())
                    .startsFrom(plan.stepsDone(), java.time.Duration.ZERO)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(REDRAW_MILLISECONDS)
                    .setConsumer(new ConsoleProgressBarConsumer(output, COLUMNS))
                    .build();
        }
    }

    @Override
    public void onStep(TrainingStep step) {
        if (bar != null) {
            bar.step();
        }
    }

    @Override
    public void onEvaluation(TrainingEvaluation evaluation) {
        boolean validated = evaluation.validation().both().pairs() > 0;
        PreferenceMetrics metrics = validated ? evaluation.validation() : evaluation.training();
        if (bar != null) {
            bar.setExtraMessage(format(
                    " %s loss %.3f norm %.1f",
                    validated ? "held-out" : "training", metrics.both().loss(), evaluation.vectorNorm()));
            return;
        }
        line(
                "%s: epoch %d/%d step %d/%d  training loss %.4f%s  right +1 %.0f%% -1 %.0f%%  norm %.2f%s",
                label,
                evaluation.epoch(),
                plan.epochs(),
                evaluation.step(),
                plan.steps(),
                evaluation.training().both().loss(),
                validated ? format("  held-out loss %.4f", metrics.both().loss()) : "",
                100 * metrics.positive().accuracy(),
                100 * metrics.negative().accuracy(),
                evaluation.vectorNorm(),
                validated && evaluation.best() ? "  best so far" : "");
    }

    private void line(String format, Object... values) {
        output.println(format(format, values));
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
