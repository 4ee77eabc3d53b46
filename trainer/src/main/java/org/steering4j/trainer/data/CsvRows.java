package org.steering4j.trainer.data;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * CSV with a header line, as RFC 4180 has it, or parted by semicolons or tabs instead of commas, as spreadsheets write it. A row's number is
 * the line that it begins on.
 */
final class CsvRows {

    private static final List<Character> SEPARATORS = List.of(',', ';', '\t');

    private CsvRows() {}

    static Rows read(Path file, String text) {
        CSVFormat format = format(separator(text));
        try (CSVParser parser = CSVParser.parse(text, format)) {
            return read(file, parser);
        } catch (CSVException wrongQuoting) {
            throw malformed(file, wrongQuoting);
        } catch (UncheckedIOException wrongQuoting) {
            throw malformed(file, wrongQuoting.getCause());
        } catch (IOException impossible) {
            throw new PreferenceDataException(file + " cannot be read: " + impossible.getMessage(), impossible);
        }
    }

    private static CSVFormat format(char separator) {
        // Empty lines are read as records, so that line numbers can be told.
        return CSVFormat.RFC4180
                .builder()
                .setDelimiter(separator)
                .setIgnoreEmptyLines(false)
                .get();
    }

    /** The one that parts the header into most columns; of those that part it alike, the comma. */
    private static char separator(String text) {
        return SEPARATORS.stream()
                .max(Comparator.comparingInt((Character separator) -> columns(text, separator))
                        .thenComparing(separator -> separator == ','))
                .orElseThrow();
    }

    private static int columns(String text, char separator) {
        try (CSVParser parser = CSVParser.parse(text, format(separator))) {
            return header(parser.iterator()).size();
        } catch (IOException | UncheckedIOException quotedOtherwise) {
            return 0;
        }
    }

    private static CSVRecord header(Iterator<CSVRecord> records) {
        CSVRecord header = records.next();
        while (isEmptyLine(header) && records.hasNext()) {
            header = records.next();
        }
        return header;
    }

    private static Rows read(Path file, CSVParser parser) {
        Iterator<CSVRecord> records = parser.iterator();
        CSVRecord header = header(records);
        List<String> columns = header.stream().map(String::strip).toList();
        Set<String> distinct = new LinkedHashSet<>();
        for (String column : columns) {
            if (!distinct.add(column)) {
                throw new PreferenceDataException(
                        file + " names the column \"" + column + "\" twice: rename or remove one of them");
            }
        }

        List<Row> rows = new ArrayList<>();
        RowProblems problems = new RowProblems();
        int line = Math.toIntExact(parser.getCurrentLineNumber() + 1);
        while (records.hasNext()) {
            CSVRecord record = records.next();
            if (record.size() == columns.size()) {
                ObjectNode values = JsonNodeFactory.instance.objectNode();
                for (int i = 0; i < columns.size(); i++) {
                    values.put(columns.get(i), record.get(i));
                }
                rows.add(new Row(line, values));
            } else if (!isEmptyLine(record)) {
                problems.add(
                        line,
                        "found " + record.size() + " fields, expected " + columns.size()
                                + " (a field that holds the separator must be quoted)");
            }
            line = Math.toIntExact(parser.getCurrentLineNumber() + 1);
        }
        return new Rows(file, "line", distinct, rows, problems);
    }

    private static boolean isEmptyLine(CSVRecord record) {
        return record.size() == 1 && record.get(0).isBlank();
    }

    private static PreferenceDataException malformed(Path file, Exception cause) {
        return new PreferenceDataException(
                file + " is quoted wrongly: " + cause.getMessage()
                        + ". Quote a field with double quotes, and write a double quote inside it twice",
                cause);
    }
}
