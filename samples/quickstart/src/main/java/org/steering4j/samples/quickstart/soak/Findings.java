package org.steering4j.samples.quickstart.soak;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.steering4j.recipe.measurement.Promise;

/** Counts what was tried and collects what was wrong. Thread-safe. */
final class Findings {

    /** What is asked of every request that it concerns. */
    enum Check {
        ANSWER("answers are what the same request was answered alone"),
        FORM("constrained answers parse and fit"),
        REFUSAL("bad requests get exactly their exception"),
        BREAK("requests that are broken off end as they should"),
        HANDLER("handlers are told everything once and in order"),
        END("requests end within " + Outcome.MOST_SECONDS + " s");

        private final String text;

        Check(String text) {
            this.text = text;
        }
    }

    /** The others are only counted. */
    private static final int MOST_PROBLEMS_TOLD = 20;

    private static final class Count {
        private long tried;
        private long wrong;
    }

    private final Map<Check, Count> checks = new EnumMap<>(Check.class);
    private final SortedMap<String, Integer> kinds = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    Findings() {
        for (Check check : Check.values()) {
            checks.put(check, new Count());
        }
    }

    /** Counts one request of a kind. */
    synchronized void count(String kind) {
        kinds.merge(kind, 1, Integer::sum);
    }

    /** @param holds whether all is well */
    synchronized void check(Check check, boolean holds, String problem, Object... values) {
        Count count = checks.get(check);
        count.tried++;
        if (!holds) {
            count.wrong++;
            if (problems.size() < MOST_PROBLEMS_TOLD) {
                problems.add(check + ": " + problem.formatted(values));
            }
        }
    }

    synchronized long tried() {
        return checks.get(Check.END).tried;
    }

    synchronized long wrong() {
        return checks.values().stream().mapToLong(count -> count.wrong).sum();
    }

    /** The first of them, each in a sentence. */
    synchronized List<String> problems() {
        return List.copyOf(problems);
    }

    /** How many requests there were of each kind, by its name. */
    synchronized SortedMap<String, Integer> kinds() {
        return Collections.unmodifiableSortedMap(new TreeMap<>(kinds));
    }

    /** One for each check; a check that was never made does not hold. */
    synchronized List<Promise> promises() {
        List<Promise> promises = new ArrayList<>();
        checks.forEach((check, count) -> promises.add(new Promise(
                String.format(Locale.ROOT, "%s: %,d of %,d", check.text, count.tried - count.wrong, count.tried),
                count.tried > 0 && count.wrong == 0)));
        return promises;
    }
}
