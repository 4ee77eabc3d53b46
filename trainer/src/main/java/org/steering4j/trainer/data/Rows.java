package org.steering4j.trainer.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The rows of a data file. Knows how files are written (CSV, JSON Lines, JSON, Parquet), and nothing of what the columns mean.
 *
 * @param unit what the rows' numbers count: "line", or where lines do not tell them apart, "item" or "row"
 * @param columns all that occur, in the order of the file
 * @param problems of rows that could not be read; they are not among the rows
 */
record Rows(Path file, String unit, Set<String> columns, List<Row> rows, RowProblems problems) {

    private static final byte[] PARQUET_MAGIC = {'P', 'A', 'R', '1'};
    private static final Pattern JSON_ENDING = Pattern.compile("\\.(json|jsonl|ndjson)(\\.gz)?$");

    /**
     * Reads a file. Parquet is told by its first bytes, JSON by its ending or its first character; all else is CSV.
     *
     * @throws PreferenceDataException if the file is missing, empty, not UTF-8, damaged as a whole, or holds too much
     */
    static Rows read(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (Arrays.equals(TextFile.readBytes(file, PARQUET_MAGIC.length), PARQUET_MAGIC)) {
            return ParquetRows.read(file);
        }
        if (name.endsWith(".parquet")) {
            throw new PreferenceDataException(
                    file + " is not Parquet: it does not begin with PAR1. If it is a pointer of Git LFS,"
                            + " fetch the file itself with: git lfs pull");
        }
        String text = TextFile.read(file);
        if (text.isBlank()) {
            throw new PreferenceDataException(file + " is empty. " + PairFormat.KNOWN);
        }
        char first = text.stripLeading().charAt(0);
        boolean json = JSON_ENDING.matcher(name).find();
        if (first == '[') {
            return JsonRows.readArray(file, text);
        }
        return json || first == '{' ? JsonRows.readObjects(file, text) : CsvRows.read(file, text);
    }

    /**
     * Rows that name their own columns.
     *
     * @throws PreferenceDataException if there are problems and no rows: nothing would be known of the columns
     */
    static Rows of(Path file, String unit, List<Row> rows, RowProblems problems) {
        if (rows.isEmpty()) {
            problems.throwIfAny(file, unit);
        }
        Set<String> columns = new LinkedHashSet<>();
        rows.forEach(row -> row.columns().fieldNames().forEachRemaining(columns::add));
        return new Rows(file, unit, columns, rows, problems);
    }

    /**
     * Makes something of every row.
     *
     * @throws PreferenceDataException if that, or reading a row before, failed with an {@link IllegalArgumentException}: with the first five
     *     and how many more
     */
    <T> List<T> map(Function<Row, T> function) {
        List<T> results = new ArrayList<>();
        for (Row row : rows) {
            try {
                results.add(function.apply(row));
            } catch (IllegalArgumentException problem) {
                problems.add(row.number(), problem.getMessage());
            }
        }
        problems.throwIfAny(file, unit);
        return results;
    }
}
