package org.steering4j.trainer.command;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.steering4j.trainer.PrintableText;
import org.steering4j.trainer.evaluation.Figure;

/** Prints figures for a person: a block for each data set and steering, a line for each metric, a column for each multiplier. */
final class FigureText {

    private static final int COLUMN = 9;

    private FigureText() {}

    static void print(List<Figure> figures, PrintStream output) {
        for (String data : figures.stream().map(Figure::data).distinct().toList()) {
            List<Figure> onData = figures.stream()
                    .filter(figure -> figure.data().equals(data))
                    .toList();
            for (String steering :
                    onData.stream().map(Figure::steering).distinct().toList()) {
                printBlock(
                        PrintableText.line("On " + data + ", under " + steering),
                        onData.stream()
                                .filter(figure -> figure.steering().equals(steering))
                                .toList(),
                        output);
            }
        }
    }

    private static void printBlock(String title, List<Figure> figures, PrintStream output) {
        List<Double> multipliers =
                figures.stream().map(Figure::multiplier).distinct().sorted().toList();
        List<String> metrics = figures.stream().map(Figure::metric).distinct().toList();
        int width = Stream.concat(Stream.of(title), metrics.stream().map(metric -> "  " + metric))
                .mapToInt(String::length)
                .max()
                .orElseThrow();
        output.println(padded(title, width)
                + multipliers.stream().map(FigureText::multiplier).collect(Collectors.joining()));
        for (String metric : metrics) {
            output.println((padded("  " + metric, width)
                            + multipliers.stream()
                                    .map(multiplier -> value(figures, metric, multiplier))
                                    .collect(Collectors.joining()))
                    .stripTrailing());
        }
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(width - text.length());
    }

    private static String multiplier(double multiplier) {
        return right(Objects.toString(multiplier).replaceFirst("\\.0$", ""));
    }

    private static String value(List<Figure> figures, String metric, double multiplier) {
        return figures.stream()
                .filter(figure -> figure.metric().equals(metric) && figure.multiplier() == multiplier)
                .findFirst()
                .map(figure -> right(
                        String.format(Locale.ROOT, "%.3f", figure.estimate().value())))
                .orElse(" ".repeat(COLUMN));
    }

    private static String right(String text) {
        return " ".repeat(Math.max(1, COLUMN - text.length())) + text;
    }
}
