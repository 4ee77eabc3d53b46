package org.steering4j.trainer.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A part of a report under one heading, shown in the order text, facts, plots, tables. Immutable.
 *
 * @param facts values by name, in the order given
 */
public record Section(String title, String text, Map<String, String> facts, List<Plot> plots, List<Table> tables) {

    public Section {
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        plots = List.copyOf(plots);
        tables = List.copyOf(tables);
    }

    /** A section with a heading and nothing else. */
    public static Section titled(String title) {
        return new Section(title, "", Map.of(), List.of(), List.of());
    }

    public Section withText(String text) {
        return new Section(title, text, facts, plots, tables);
    }

    public Section withFacts(Map<String, String> facts) {
        return new Section(title, text, facts, plots, tables);
    }

    /** Adds a plot after those there are. */
    public Section plus(Plot plot) {
        List<Plot> longer = new ArrayList<>(plots);
        longer.add(plot);
        return new Section(title, text, facts, longer, tables);
    }

    /** Adds a table after those there are. */
    public Section plus(Table table) {
        List<Table> longer = new ArrayList<>(tables);
        longer.add(table);
        return new Section(title, text, facts, plots, longer);
    }
}
