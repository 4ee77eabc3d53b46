package org.steering4j.trainer.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** Says of a file that can be used what a reader of it should know all the same: what is not read, and what is read as it should not be. */
final class DataRemarks {

    private static final int SHOWN = 5;

    private DataRemarks() {}

    static void onColumns(Path file, Collection<String> notRead, Consumer<String> remark) {
        if (!notRead.isEmpty()) {
            remark.accept(file + " has columns that are not read: " + String.join(", ", notRead));
        }
    }

    /** @param marks those of the pair or question at an index */
    static void onMarks(Path file, RowNumbers rows, IntFunction<Set<String>> marks, Consumer<String> remark) {
        Map<String, List<Integer>> rowsByMark = new LinkedHashMap<>();
        int count = 0;
        for (int i = 0; i < rows.numbers().size(); i++) {
            Set<String> found = marks.apply(i);
            count += found.isEmpty() ? 0 : 1;
            for (String mark : found) {
                rowsByMark
                        .computeIfAbsent(mark, first -> new ArrayList<>())
                        .add(rows.numbers().get(i));
            }
        }
        if (count > 0) {
            remark.accept(
                    "%s has %d of %d %ss with control tokens of a chat template, which are read as plain text: %s."
                                    .formatted(
                                            file,
                                            count,
                                            rows.numbers().size(),
                                            rows.unit(),
                                            describe(rowsByMark, rows.unit()))
                            + " Remove them: the model's own chat template writes them around each message");
        }
    }

    private static String describe(Map<String, List<Integer>> rowsByMark, String unit) {
        int hidden = rowsByMark.size() - SHOWN;
        return rowsByMark.entrySet().stream()
                        .limit(SHOWN)
                        .map(mark -> mark.getKey() + " (the first in " + unit + " "
                                + mark.getValue().get(0) + ")")
                        .collect(Collectors.joining(", "))
                + (hidden > 0 ? " and " + hidden + " more" : "");
    }
}
