package org.steering4j.samples.quickstart.soak;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.steering4j.recipe.measurement.Promise;

/**
 * What a soak has shown.
 *
 * @param before the footprint after the warm-up
 * @param after at the end; both with the model open and idle
 * @param threadsBefore threads before the model was opened
 */
record SoakResult(Findings findings, Footprint before, Footprint after, int threadsBefore) {

    private static final double LARGEST_GROWTH = 0.05;

    List<Promise> promises() {
        List<Promise> promises = new ArrayList<>(findings.promises());
        Set<String> missing = new TreeSet<>(Load.kinds());
        missing.removeAll(findings.kinds().keySet());
        promises.add(new Promise("kinds of requests that were never made: " + missing, missing.isEmpty()));
        if (before.residentBytes().isPresent() && after.residentBytes().isPresent()) {
            promises.add(growth(
                    "resident memory, trimmed",
                    before.residentBytes().getAsLong(),
                    after.residentBytes().getAsLong()));
        }
        promises.add(growth("heap after collection", before.heapBytes(), after.heapBytes()));
        promises.add(new Promise(
                "threads: %d before, %d after".formatted(threadsBefore, after.threads()),
                after.threads() <= threadsBefore));
        return promises;
    }

    private static Promise growth(String what, long before, long after) {
        double growth = (double) after / before - 1;
        return new Promise(
                String.format(
                        Locale.ROOT,
                        "%s: %.1f MiB after the warm-up, %.1f MiB at the end, %+.1f%% (at most +5%%)",
                        what,
                        before / (double) (1 << 20),
                        after / (double) (1 << 20),
                        100 * growth),
                after <= before * (1 + LARGEST_GROWTH));
    }

    void print(PrintStream output) {
        output.println();
        findings.kinds().forEach((kind, count) -> output.printf(Locale.ROOT, "%,9d  %s%n", count, kind));
        output.println();
        findings.problems().forEach(problem -> output.println("  " + problem));
        if (before.residentBytes().isEmpty()) {
            output.println("resident memory is measured on Linux only");
        }
        promises().forEach(output::println);
    }
}
