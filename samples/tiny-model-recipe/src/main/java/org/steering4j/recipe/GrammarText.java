package org.steering4j.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A grammar resource file: sections of lines.
 *
 * <p>A line {@code = name} opens a section; {@code = name: first | second} opens one whose lines have those columns. Blank
 * lines are skipped. Trailing spaces count, because an opening such as "Yes, " ends with one.
 */
final class GrammarText {

    private final String resource;
    private final Map<String, List<String>> sections = new LinkedHashMap<>();
    private final Map<String, List<String>> columns = new LinkedHashMap<>();

    private GrammarText(String resource) {
        this.resource = resource;
    }

    static GrammarText read(String resource) {
        GrammarText grammar = new GrammarText(resource);
        List<String> current = new ArrayList<>();
        for (String line : Resources.text(resource).lines().toList()) {
            if (line.startsWith("= ")) {
                current = grammar.open(line.substring(2));
            } else if (!line.isBlank()) {
                current.add(line);
            }
        }
        return grammar;
    }

    boolean has(String section) {
        return sections.containsKey(section);
    }

    Iterable<String> sectionNames() {
        return sections.keySet();
    }

    List<String> lines(String section) {
        List<String> lines = sections.get(section);
        if (lines == null) {
            throw new IllegalArgumentException("No section \"" + section + "\" in " + resource);
        }
        return lines;
    }

    /** The lines of a section as rows of named columns; a section without columns has one, named {@code topic}. */
    List<Map<String, String>> rows(String section) {
        List<String> names = columns.getOrDefault(section, List.of("topic"));
        List<Map<String, String>> rows = new ArrayList<>();
        for (String line : lines(section)) {
            String[] cells = line.split(" \\| ", -1);
            if (cells.length != names.size()) {
                throw new IllegalArgumentException(
                        resource + ", section " + section + ": expected " + names + " but found \"" + line + "\"");
            }
            Map<String, String> row = new LinkedHashMap<>();
            for (int column = 0; column < cells.length; column++) {
                row.put(names.get(column), cells[column]);
            }
            rows.add(row);
        }
        return rows;
    }

    private List<String> open(String heading) {
        String[] parts = heading.split(": ", 2);
        if (parts.length == 2) {
            columns.put(parts[0], List.of(parts[1].split(" \\| ")));
        }
        return sections.computeIfAbsent(parts[0], name -> new ArrayList<>());
    }
}
