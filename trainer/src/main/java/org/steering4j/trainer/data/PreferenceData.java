package org.steering4j.trainer.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pairs of answers that a vector is trained on. Knows nothing of tokens or models. Immutable and thread-safe.
 *
 * @param source where the pairs come from, for messages and provenance
 * @param pairs the pairs, in the order of the file
 * @param rows where each pair stands in the file
 * @param notRead the columns of the file that say nothing here, and keys of its messages, such as "chosen.reasoning_content"
 */
public record PreferenceData(String source, List<PreferencePair> pairs, RowNumbers rows, List<String> notRead) {

    private static final Logger LOG = LoggerFactory.getLogger(PreferenceData.class);
    private static final int ROWS_SHOWN = 5;

    /**
     * @throws PreferenceDataException if there is no pair
     * @throws IllegalArgumentException if there is not a number for each pair
     */
    public PreferenceData {
        pairs = List.copyOf(pairs);
        notRead = List.copyOf(notRead);
        if (pairs.isEmpty()) {
            throw new PreferenceDataException(source + " holds no pairs: expected at least one row below its columns");
        }
        if (rows.numbers().size() != pairs.size()) {
            throw new IllegalArgumentException("expected a row number for each of " + pairs.size() + " pairs, got "
                    + rows.numbers().size());
        }
    }

    /** Pairs of a file that holds nothing else. */
    public PreferenceData(String source, List<PreferencePair> pairs, RowNumbers rows) {
        this(source, pairs, rows, List.of());
    }

    /** Pairs that come from no file. */
    public PreferenceData(String source, List<PreferencePair> pairs) {
        this(source, pairs, RowNumbers.counting(pairs.size()));
    }

    /**
     * Reads a file in UTF-8, which may be compressed with gzip: CSV with a header line (RFC 4180, parted by commas, semicolons or tabs), JSON
     * Lines, a JSON array of objects, a JSON object that holds a list or an object for each column (as pandas writes it), or Parquet (snappy,
     * zstd, lz4 or uncompressed). Its columns, in any order and among any others, tell what it holds; where they fit several, the first of
     * these:
     *
     * <ul>
     *   <li>{@code question, matching, not_matching}: the files of the BiPO authors (arXiv 2406.00045)
     *   <li>{@code question, A, B, matching}: their test_infer.csv; matching is the letter of the answer that shows the behaviour
     *   <li>{@code question, answer_matching_behavior, answer_not_matching_behavior}: CAA (arXiv 2312.06681) and Anthropic's model-written
     *       evals (arXiv 2212.09251); white space around the answers goes
     *   <li>{@code prompt, chosen, rejected}: preference data as on the Hugging Face Hub, each a text, a message or a list of messages with
     *       role (system, user or assistant) and content. The prompt may be missing where chosen and rejected are whole conversations: then it
     *       is what they have in common at their beginning
     *   <li>{@code question, mc1_targets, mc2_targets}: multiple choice as in TruthfulQA, by {@link MultipleChoiceData#toPreferenceData}
     * </ul>
     *
     * <p>A column {@code system} or {@code system_prompt} beside them is the first message of the prompt. Of columns that are not read, and of
     * control tokens of a chat template in the texts, the log warns.
     *
     * @throws PreferenceDataException if the file is missing, empty, damaged, not UTF-8 or too large for Java's memory, or its columns fit
     *     nothing above; if rows cannot be used because something is missing, blank or not text, or both answers are the same (the first five
     *     are named, with their lines); or if both answers are the same in more than half of the rows
     */
    public static PreferenceData read(Path file) {
        return read(file, LOG::warn);
    }

    /**
     * {@link #read(Path)} for a caller who passes on what there is to remark.
     *
     * @param remark is told of each kind of remark once, in a sentence that names the file
     */
    public static PreferenceData read(Path file, Consumer<String> remark) {
        PreferenceData data = TooLargeData.refuse(file, () -> of(file, Rows.read(file)));
        DataRemarks.onColumns(file, data.notRead(), remark);
        DataRemarks.onMarks(
                file, data.rows(), index -> TemplateMarks.in(data.pairs().get(index), List.of()), remark);
        return data;
    }

    private static PreferenceData of(Path file, Rows rows) {
        if (MultipleChoiceData.fits(rows.columns())) {
            return MultipleChoiceData.of(rows).toPreferenceData();
        }
        PairFormat format = PairFormat.of(rows.columns())
                .orElseThrow(() -> new PreferenceDataException(file + " has the columns " + rows.columns()
                        + ", which are of no known format. " + PairFormat.KNOWN));
        List<Integer> numbers = new ArrayList<>();
        List<Integer> same = new ArrayList<>();
        Set<String> keysNotRead = new TreeSet<>();
        for (Row row : rows.rows()) {
            numbers.add(row.number());
        }
        List<PreferencePair> pairs;
        try {
            pairs = rows.map(row -> {
                try {
                    keysNotRead.addAll(format.keysNotRead(row));
                    return format.read(row);
                } catch (SameAnswersException e) {
                    same.add(row.number());
                    throw e;
                }
            });
        } catch (PreferenceDataException unusable) {
            requireDifferentAnswers(rows, same);
            throw unusable;
        }
        List<String> notRead = new ArrayList<>(format.columnsNotRead(rows.columns()));
        notRead.addAll(keysNotRead);
        return new PreferenceData(file.toString(), pairs, new RowNumbers(rows.unit(), numbers), notRead);
    }

    private static void requireDifferentAnswers(Rows rows, List<Integer> same) {
        if (same.size() * 2 > rows.rows().size()) {
            throw new PreferenceDataException(
                    "%s: in %d of %d rows both answers are the same (%s %s%s). Columns may be mixed up,"
                                    .formatted(
                                            rows.file(),
                                            same.size(),
                                            rows.rows().size(),
                                            same.size() == 1 ? rows.unit() : rows.unit() + "s",
                                            String.join(
                                                    ", ",
                                                    same.stream()
                                                            .limit(ROWS_SHOWN)
                                                            .map(String::valueOf)
                                                            .toList()),
                                            same.size() > ROWS_SHOWN ? ", ..." : "")
                            + " or one answer copied over the other: see to how the file was made");
        }
    }
}
