package org.steering4j.trainer.report;

import java.util.List;

/**
 * Texts or figures side by side, such as answers at several multipliers.
 *
 * @param title above the table
 * @param columns the heads
 * @param rows each with as many cells as there are columns; the first cell names the row
 */
public record Table(String title, List<String> columns, List<List<String>> rows) {

    /** @throws IllegalArgumentException if a row has another number of cells than there are columns */
    public Table {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<String> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException("table \"" + title + "\" has a row of " + row.size()
                        + " cells: expected " + columns.size() + ", one for each column");
            }
        }
    }
}
