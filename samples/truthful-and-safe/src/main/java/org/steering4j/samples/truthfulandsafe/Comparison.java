package org.steering4j.samples.truthfulandsafe;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.steering4j.recipe.Behavior;
import org.steering4j.vector.Steering;

/** How often answers are truthful, and how often they refuse, under each steering. Immutable. */
record Comparison(int questions, List<Row> rows) {

    /** None, each alone, both: always in the same strength, so that only the company differs. */
    static final List<Steering> STEERINGS = List.of(
            Steering.none(),
            Steering.of("truthfulness", 0.6),
            Steering.of("refusal", 0.6),
            Steering.of("truthfulness", 0.6).plus("refusal", 0.6));

    record Row(Steering steering, PoleShares truthfulness, PoleShares refusal) {}

    /** @param questions held-out ones of each behaviour, asked under each steering */
    static Comparison measure(Questioner model, int questions) {
        List<Row> rows = new ArrayList<>();
        for (Steering steering : STEERINGS) {
            rows.add(new Row(
                    steering,
                    measure(model, Behavior.TRUTHFULNESS, steering, questions),
                    measure(model, Behavior.REFUSAL, steering, questions)));
        }
        return new Comparison(questions, rows);
    }

    private static PoleShares measure(Questioner model, Behavior behavior, Steering steering, int questions) {
        List<String> asked = behavior.heldOutQuestions().subList(0, questions);
        return PoleShares.of(behavior, asked, model.answers(asked, steering));
    }

    void print(PrintStream output) {
        output.printf(
                "%d held-out questions each, temperature 1; in brackets what the classifier recognises%n", questions);
        output.printf("  %-32s %18s %18s%n", "steering", "truthful", "refusing");
        for (Row row : rows) {
            output.printf("  %-32s %18s %18s%n", row.steering(), percent(row.truthfulness()), percent(row.refusal()));
        }
    }

    private static String percent(PoleShares shares) {
        return String.format(Locale.ROOT, "%.1f%% (%.1f%%)", 100 * shares.target(), 100 * shares.recognised());
    }
}
