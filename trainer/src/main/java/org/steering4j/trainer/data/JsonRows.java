package org.steering4j.trainer.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * JSON Lines, JSON arrays of objects, and tables by columns as pandas' DataFrame.to_json writes them. A key that stands twice in an object is
 * an error.
 */
final class JsonRows {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final ObjectReader WHOLE_LINE = MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonRows() {}

    /** An element of an array, and the line that it begins on. */
    private record Item(int line, JsonNode value) {}

    /** A file that begins with an object: a table that is all of the file, one object on each line, or objects that span several lines. */
    static Rows readObjects(Path file, String text) {
        try (JsonParser parser = MAPPER.createParser(text)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                int line = parser.currentTokenLocation().getLineNr();
                JsonNode first = parser.readValueAsTree();
                int end = parser.currentTokenLocation().getLineNr();
                if (ColumnTable.fits(first) && parser.nextToken() == null) {
                    return ColumnTable.read(file, first);
                } else if (line < end) {
                    return rows(file, readItems(file, text, false));
                }
            }
        } catch (IOException notJson) {
            // Reading it line by line says what is wrong, and where.
        }
        return readLines(file, text);
    }

    /** An object on each line; empty lines are left out. */
    private static Rows readLines(Path file, String text) {
        List<Row> rows = new ArrayList<>();
        RowProblems problems = new RowProblems();
        int number = 0;
        for (Iterator<String> lines = text.lines().iterator(); lines.hasNext(); ) {
            String line = lines.next();
            number++;
            if (!line.isBlank()) {
                try {
                    addRow(number, WHOLE_LINE.readTree(line), rows, problems);
                } catch (JsonProcessingException e) {
                    problems.add(number, "not an object in JSON (" + reason(e) + ")");
                }
            }
        }
        return Rows.of(file, "line", rows, problems);
    }

    /** An array of objects: rows are numbered by line, or by position where several begin on one line. */
    static Rows readArray(Path file, String text) {
        return rows(file, readItems(file, text, true));
    }

    private static Rows rows(Path file, List<Item> items) {
        boolean byLine = items.stream().map(Item::line).distinct().count() == items.size();
        List<Row> rows = new ArrayList<>();
        RowProblems problems = new RowProblems();
        for (int i = 0; i < items.size(); i++) {
            addRow(byLine ? items.get(i).line() : i + 1, items.get(i).value(), rows, problems);
        }
        return Rows.of(file, byLine ? "line" : "item", rows, problems);
    }

    /** @param array whether the items stand in an array, and not one after the other */
    private static List<Item> readItems(Path file, String text, boolean array) {
        List<Item> items = new ArrayList<>();
        try (JsonParser parser = MAPPER.createParser(text)) {
            if (array) {
                parser.nextToken();
            }
            JsonToken end = array ? JsonToken.END_ARRAY : null;
            while (parser.nextToken() != end) {
                int line = parser.currentTokenLocation().getLineNr();
                items.add(new Item(line, parser.readValueAsTree()));
            }
            if (array && parser.nextToken() != null) {
                throw new PreferenceDataException("%s line %d: something follows the end of the array; remove it"
                        .formatted(file, parser.currentTokenLocation().getLineNr()));
            }
            return items;
        } catch (JsonProcessingException e) {
            throw new PreferenceDataException(
                    "%s%s is not valid JSON, after %d complete items: %s"
                            .formatted(
                                    file,
                                    e.getLocation() == null
                                            ? ""
                                            : " line " + e.getLocation().getLineNr(),
                                    items.size(),
                                    reason(e)),
                    e);
        } catch (IOException impossible) {
            throw new UncheckedIOException("a text in memory cannot be read", impossible);
        }
    }

    private static void addRow(int number, JsonNode value, List<Row> rows, RowProblems problems) {
        if (value instanceof ObjectNode columns) {
            rows.add(new Row(number, columns));
        } else {
            problems.add(number, "found " + Row.describe(value) + ", expected an object with the columns by name");
        }
    }

    private static String reason(JsonProcessingException e) {
        return e.getOriginalMessage()
                + (e.getLocation() == null
                        ? ""
                        : ", at column " + e.getLocation().getColumnNr());
    }
}
