package org.steering4j.trainer.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A table in one JSON object, in the forms of pandas' {@code DataFrame.to_json}: by columns, {@code {"prompt": {"0": "...", "1": "..."}}}
 * (orient "columns", its default) or {@code {"prompt": ["...", "..."]}}; split, {@code {"columns": [...], "data": [[...], ...]}}; or with a
 * schema, {@code {"schema": {...}, "data": [{...}, ...]}}. Rows are numbered from 1.
 */
final class ColumnTable {

    private static final String DATA = "data";
    private static final String COLUMNS = "columns";

    private ColumnTable() {}

    /** Whether an object is a table and not a row whose values are messages. */
    static boolean fits(JsonNode object) {
        if (object.path(DATA).isArray()) {
            return object.path(COLUMNS).isArray() || object.path("schema").isObject();
        }
        if (object.isEmpty()) {
            return false;
        }
        for (JsonNode column : object) {
            if (!column.isContainerNode() || column.isEmpty() || isMessage(column) || isMessage(column.path(0))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isMessage(JsonNode value) {
        return value.isObject() && value.path("role").isTextual();
    }

    /** @throws PreferenceDataException if its columns are of different length, or a row is neither a list nor an object */
    static Rows read(Path file, JsonNode table) {
        List<Row> rows = new ArrayList<>();
        RowProblems problems = new RowProblems();
        if (table.path(DATA).isArray()) {
            readData(table, rows, problems);
        } else {
            readColumns(file, table, rows);
        }
        return Rows.of(file, "row", rows, problems);
    }

    private static void readData(JsonNode table, List<Row> rows, RowProblems problems) {
        JsonNode columns = table.path(COLUMNS);
        int number = 0;
        for (JsonNode values : table.path(DATA)) {
            number++;
            if (values instanceof ObjectNode row) {
                rows.add(new Row(number, row));
            } else if (values.isArray() && values.size() == columns.size()) {
                ObjectNode row = JsonNodeFactory.instance.objectNode();
                for (int i = 0; i < columns.size(); i++) {
                    row.set(columns.path(i).asText(), values.path(i));
                }
                rows.add(new Row(number, row));
            } else {
                problems.add(
                        number,
                        "found " + (values.isArray() ? values.size() + " values" : Row.describe(values)) + ", expected "
                                + columns.size() + " values");
            }
        }
    }

    private static void readColumns(Path file, JsonNode table, List<Row> rows) {
        Map<String, ObjectNode> rowsByKey = new LinkedHashMap<>();
        int size = table.iterator().next().size();
        for (Map.Entry<String, JsonNode> column : table.properties()) {
            if (column.getValue().size() != size) {
                throw new PreferenceDataException(
                        "%s has %d values of %s, but %d of the column before: expected as many of each"
                                .formatted(file, column.getValue().size(), column.getKey(), size));
            }
            valuesByKey(column.getValue())
                    .forEach((key, value) -> rowsByKey
                            .computeIfAbsent(key, first -> JsonNodeFactory.instance.objectNode())
                            .set(column.getKey(), value));
        }
        rowsByKey.values().forEach(row -> rows.add(new Row(rows.size() + 1, row)));
    }

    private static Map<String, JsonNode> valuesByKey(JsonNode column) {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        if (column.isObject()) {
            column.properties().forEach(value -> values.put(value.getKey(), value.getValue()));
        } else {
            column.forEach(value -> values.put(String.valueOf(values.size()), value));
        }
        return values;
    }
}
