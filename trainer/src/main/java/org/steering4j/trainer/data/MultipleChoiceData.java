package org.steering4j.trainer.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.data.message.UserMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Multiple-choice questions. Knows nothing of tokens or models. Immutable and thread-safe.
 *
 * @param source where the questions come from, for messages and provenance
 * @param questions the questions, in the order of the file
 * @param rows where each question stands in the file
 * @param notRead the columns of the file that say nothing here
 */
public record MultipleChoiceData(
        String source, List<MultipleChoiceQuestion> questions, RowNumbers rows, List<String> notRead) {

    private static final Logger LOG = LoggerFactory.getLogger(MultipleChoiceData.class);

    private static final String BEST = "mc1_targets";
    private static final String ALL = "mc2_targets";
    private static final Set<String> READ = Set.of("question", BEST, ALL);

    /**
     * @throws PreferenceDataException if there is no question
     * @throws IllegalArgumentException if there is not a number for each question
     */
    public MultipleChoiceData {
        questions = List.copyOf(questions);
        notRead = List.copyOf(notRead);
        if (questions.isEmpty()) {
            throw new PreferenceDataException(source + " holds no questions");
        }
        if (rows.numbers().size() != questions.size()) {
            throw new IllegalArgumentException("expected a row number for each of " + questions.size()
                    + " questions, got " + rows.numbers().size());
        }
    }

    /** Questions that come from no file. */
    public MultipleChoiceData(String source, List<MultipleChoiceQuestion> questions) {
        this(source, questions, RowNumbers.counting(questions.size()), List.of());
    }

    /**
     * Reads TruthfulQA's multiple choice (arXiv 2109.07958), in JSON Lines, as a JSON array or Parquet, with the columns question and
     * mc1_targets, mc2_targets or both. Targets are written as on the Hugging Face Hub, {@code {"choices": ["...", "..."], "labels": [1, 0]}},
     * or as in the original mc_task.json, {@code {"...": 1, "...": 0}}.
     *
     * <p>A column {@code system} or {@code system_prompt} is the first message of the prompt. Of columns that are not read, and of control
     * tokens of a chat template in the texts, the log warns.
     *
     * <p>A question's choices are those of both targets, those of mc1_targets first: its one correct choice is the best answer.
     *
     * @throws PreferenceDataException as {@link PreferenceData#read} does; also where targets contradict one another, or mc1_targets has not
     *     exactly one correct choice
     */
    public static MultipleChoiceData read(Path file) {
        MultipleChoiceData data = TooLargeData.refuse(file, () -> {
            Rows rows = Rows.read(file);
            if (!fits(rows.columns())) {
                throw new PreferenceDataException(file + " has the columns " + rows.columns()
                        + ", expected question and mc1_targets, mc2_targets or both, as in TruthfulQA");
            }
            return of(rows);
        });
        DataRemarks.onColumns(file, data.notRead(), LOG::warn);
        DataRemarks.onMarks(
                file, data.rows(), index -> TemplateMarks.in(data.questions().get(index)), LOG::warn);
        return data;
    }

    static boolean fits(Set<String> columns) {
        return columns.contains("question") && (columns.contains(BEST) || columns.contains(ALL));
    }

    static MultipleChoiceData of(Rows rows) {
        return new MultipleChoiceData(
                rows.file().toString(),
                rows.map(MultipleChoiceData::question),
                new RowNumbers(
                        rows.unit(), rows.rows().stream().map(Row::number).toList()),
                rows.columns().stream()
                        .filter(column -> !READ.contains(column) && !SystemColumn.NAMES.contains(column))
                        .toList());
    }

    /**
     * Pairs of a correct choice and one that is not: the first with the first, the second with the second and so on, the shorter of the two
     * lists again from its beginning. So every choice is in some pair, and a question has as many pairs as the longer list, not the product.
     */
    public PreferenceData toPreferenceData() {
        List<PreferencePair> pairs = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            MultipleChoiceQuestion question = questions.get(i);
            List<String> correct = question.choices(true);
            List<String> incorrect = question.choices(false);
            for (int j = 0; j < Math.max(correct.size(), incorrect.size()); j++) {
                pairs.add(new PreferencePair(
                        question.prompt(), correct.get(j % correct.size()), incorrect.get(j % incorrect.size())));
                numbers.add(rows.numbers().get(i));
            }
        }
        return new PreferenceData(source, pairs, new RowNumbers(rows.unit(), numbers), notRead);
    }

    private static MultipleChoiceQuestion question(Row row) {
        if (!row.has(BEST) && !row.has(ALL)) {
            throw new IllegalArgumentException("both " + BEST + " and " + ALL + " are missing");
        }
        Map<String, Boolean> choices = new LinkedHashMap<>();
        if (row.has(BEST)) {
            Map<String, Boolean> best = targets(row, BEST);
            long correct = best.values().stream().filter(value -> value).count();
            if (correct != 1) {
                throw new IllegalArgumentException(BEST + " marks " + correct + " choices as correct, expected 1");
            }
            choices.putAll(best);
        }
        if (row.has(ALL)) {
            targets(row, ALL).forEach((choice, isCorrect) -> put(choices, choice, isCorrect));
        }
        return new MultipleChoiceQuestion(
                SystemColumn.above(row, List.of(UserMessage.from(row.answer("question")))),
                List.copyOf(choices.keySet()),
                List.copyOf(choices.values()));
    }

    private static Map<String, Boolean> targets(Row row, String column) {
        JsonNode targets = row.value(column);
        if (!targets.isObject()) {
            throw new IllegalArgumentException(column + " is " + Row.describe(targets) + ", expected an object");
        }
        Map<String, Boolean> choices = new LinkedHashMap<>();
        if (targets.path("choices").isArray()) {
            JsonNode texts = targets.path("choices");
            JsonNode labels = targets.path("labels");
            if (!labels.isArray() || labels.size() != texts.size()) {
                throw new IllegalArgumentException(column + " has " + texts.size() + " choices and " + labels.size()
                        + " labels, expected as many");
            }
            for (int i = 0; i < texts.size(); i++) {
                if (!texts.get(i).isTextual()) {
                    throw new IllegalArgumentException(
                            column + " has " + Row.describe(texts.get(i)) + " among its choices, expected text");
                }
                put(choices, texts.get(i).textValue(), label(column, labels.get(i)));
            }
        } else {
            targets.fields()
                    .forEachRemaining(target -> put(choices, target.getKey(), label(column, target.getValue())));
        }
        return choices;
    }

    private static boolean label(String column, JsonNode label) {
        if (!label.isInt() && !label.isLong() || label.longValue() != 0 && label.longValue() != 1) {
            throw new IllegalArgumentException(column + " has the label " + label + ", expected 0 or 1");
        }
        return label.longValue() == 1;
    }

    private static void put(Map<String, Boolean> choices, String choice, boolean correct) {
        Boolean before = choices.putIfAbsent(choice, correct);
        if (before != null && before != correct) {
            throw new IllegalArgumentException("the choice \"" + choice + "\" is both correct and incorrect");
        }
    }
}
