package org.steering4j.trainer.command;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.steering4j.trainer.PrintableText;
import org.steering4j.trainer.data.DataInspection;
import org.steering4j.trainer.data.DataLeaks;
import org.steering4j.trainer.data.LengthDistribution;

/** Says to a person what an inspection of data found. */
final class DataInspectionText {

    private static final int SHOWN = 10;
    /** Beyond this share of the pairs, one side being the longer is worth a remark. */
    private static final double LOPSIDED = 0.75;

    private final PrintStream output;

    DataInspectionText(PrintStream output) {
        this.output = output;
    }

    void print(DataInspection data) {
        line("%s", data.source());
        line("  %s, %s.", count(data.pairs(), "pair"), count(data.distinctPrompts(), "distinct prompt"));
        line("");
        line("  %-20s %8s %8s %8s %8s", "length in " + data.lengthUnit(), "minimum", "median", "95%", "maximum");
        printLengths("prompt", data.prompt());
        printLengths("matching answer", data.matching());
        printLengths("not matching answer", data.notMatching());
        if (data.maximumLength() == null) {
            line("  Words are what white space parts; --model counts tokens, and says what will be truncated.");
        }
        line("");
        line(
                "  The matching answer is the longer one in %.0f%% of the pairs%s.",
                100 * data.matchingLongerShare(),
                Math.abs(data.matchingLongerShare() - 0.5) > LOPSIDED - 0.5
                        ? ": a vector may learn length instead of the behaviour"
                        : "");
        printFindings(data);
        line("");
    }

    private void printFindings(DataInspection data) {
        String unit = data.rowUnit();
        printFinding("columns that are not read", data.notRead(), column -> column);
        printFinding(
                "%s with control tokens of a chat template, which are read as plain text: remove them"
                        .formatted(count(data.controlTokens().size(), "pair")),
                data.controlTokens(),
                each -> "%s %d (%s)".formatted(unit, each.row(), String.join(", ", each.tokens())));
        boolean clean = data.duplicates().isEmpty()
                && data.nearDuplicates().isEmpty()
                && data.contradictions().isEmpty()
                && data.unbalanced().isEmpty()
                && data.truncated().isEmpty();
        if (clean) {
            line(
                    "  No duplicates, contradictions or unbalanced pairs%s.",
                    data.maximumLength() == null ? "" : ", and nothing that will be truncated");
            return;
        }
        printFinding(
                "exact duplicates, %s".formatted(count(data.duplicates().size(), "group")),
                data.duplicates(),
                group -> numbers(unit, group));
        printFinding(
                "duplicates but for case or white space, %s"
                        .formatted(count(data.nearDuplicates().size(), "group")),
                data.nearDuplicates(),
                group -> numbers(unit, group));
        printFinding(
                "contradictions, %s whose matching answer another pair with the same prompt calls not matching"
                        .formatted(count(data.contradictions().size(), "pair")),
                data.contradictions(),
                each -> "%s %d (against %d)".formatted(unit, each.row(), each.otherRow()));
        printFinding(
                "%s with one answer more than %s times as long as the other (matching / not matching)"
                        .formatted(count(data.unbalanced().size(), "pair"), plain(data.maximumLengthRatio())),
                data.unbalanced(),
                each -> "%s %d (%d / %d)".formatted(unit, each.row(), each.matchingLength(), each.notMatchingLength()));
        if (!data.truncated().isEmpty()) {
            printFinding(
                    "%s longer than %d tokens, to be truncated"
                            .formatted(count(data.truncated().size(), "pair"), data.maximumLength()),
                    data.truncated(),
                    row -> unit + " " + row);
        }
    }

    void print(DataLeaks leaks) {
        line("%s against %s", leaks.test(), leaks.training());
        if (leaks.samePrompt().isEmpty()) {
            line("  No prompt of the test data is in the training data.");
        }
        printFinding(
                "%s with a prompt that is in the training data"
                        .formatted(count(leaks.samePrompt().size(), "test pair")),
                leaks.samePrompt(),
                leak -> leak(leaks, leak));
        printFinding(
                "%s with a prompt and an answer to it that are in the training data"
                        .formatted(count(leaks.samePromptAndAnswer().size(), "test pair")),
                leaks.samePromptAndAnswer(),
                leak -> leak(leaks, leak));
        line("");
    }

    private static String leak(DataLeaks leaks, DataLeaks.Leak leak) {
        return "%s %d (%s %d there)"
                .formatted(leaks.testRowUnit(), leak.testRow(), leaks.trainingRowUnit(), leak.trainingRow());
    }

    private <T> void printFinding(String what, List<T> found, Function<T, String> text) {
        if (!found.isEmpty()) {
            int hidden = found.size() - SHOWN;
            line("  ! %s:", what);
            line(
                    "      %s%s",
                    found.stream().limit(SHOWN).map(text).collect(Collectors.joining("; ")),
                    hidden > 0 ? "; and " + hidden + " more (--json lists all)" : "");
        }
    }

    private void printLengths(String what, LengthDistribution lengths) {
        line(
                "  %-20s %8d %8d %8d %8d",
                what, lengths.minimum(), lengths.median(), lengths.percentile95(), lengths.maximum());
    }

    /** "lines 3, 7 and 9". */
    private static String numbers(String unit, List<Integer> rows) {
        int last = rows.size() - 1;
        return unit + "s "
                + rows.subList(0, last).stream().map(String::valueOf).collect(Collectors.joining(", ")) + " and "
                + rows.get(last);
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
    }

    private void line(String format, Object... values) {
        output.println(PrintableText.line(String.format(Locale.ROOT, format, values)));
    }
}
