package org.steering4j.trainer.data;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What the columns of a row mean. A file's columns tell its format: it is the first one all of whose columns the file has. */
enum PairFormat {
    /** The training and test files of the BiPO authors. */
    BIPO("question", "matching", "not_matching") {
        @Override
        PreferencePair readPair(Row row) {
            return new PreferencePair(row.text("question"), row.answer("matching"), row.answer("not_matching"));
        }
    },
    /** The BiPO authors' test_infer.csv: two answers, and the letter of the one that shows the behaviour. */
    BIPO_LETTERS("question", "A", "B", "matching") {
        @Override
        PreferencePair readPair(Row row) {
            String letter = row.text("matching").strip();
            String other = switch (letter) {
                case "A" -> "B";
                case "B" -> "A";
                default -> throw new IllegalArgumentException("matching is \"" + letter + "\", expected A or B");
            };
            return new PreferencePair(row.text("question"), row.answer(letter), row.answer(other));
        }
    },
    /**
     * CAA and Anthropic's model-written evals. Their questions carry the choices; the space before answers such as " (A)" belongs to plain
     * prompts without a chat template, and goes.
     */
    CONTRASTIVE("question", "answer_matching_behavior", "answer_not_matching_behavior") {
        @Override
        PreferencePair readPair(Row row) {
            return new PreferencePair(
                    row.text("question"),
                    row.answer("answer_matching_behavior").strip(),
                    row.answer("answer_not_matching_behavior").strip());
        }
    },
    /** Hugging Face's preference data; the column prompt may be missing where chosen and rejected are lists of messages. */
    PREFERENCE("chosen", "rejected") {
        @Override
        PreferencePair readPair(Row row) {
            return PreferenceRow.read(row);
        }

        @Override
        Set<String> keysNotRead(Row row) {
            return PreferenceRow.keysNotRead(row);
        }
    };

    /** For messages about files that have none of them. */
    static final String KNOWN = "Expected a file with the columns "
            + Arrays.stream(values())
                    .map(format -> String.join(", ", format.columns))
                    .collect(Collectors.joining("; or "))
                    .replace("chosen, rejected", "prompt, chosen, rejected")
            + "; or question, mc1_targets, mc2_targets";

    private final List<String> columns;

    PairFormat(String... columns) {
        this.columns = List.of(columns);
    }

    static Optional<PairFormat> of(Collection<String> columns) {
        return Arrays.stream(values())
                .filter(format -> columns.containsAll(format.columns))
                .findFirst();
    }

    /** The columns of a file that this format does not read. */
    List<String> columnsNotRead(Collection<String> all) {
        return all.stream()
                .filter(column -> !columns.contains(column) && !SystemColumn.NAMES.contains(column))
                .filter(column -> this != PREFERENCE || !column.equals("prompt"))
                .toList();
    }

    /** Of the messages of a row, the keys that this format does not read. */
    Set<String> keysNotRead(Row row) {
        return Set.of();
    }

    /** @throws IllegalArgumentException if the row cannot be used */
    PreferencePair read(Row row) {
        PreferencePair pair = readPair(row);
        return new PreferencePair(SystemColumn.above(row, pair.prompt()), pair.matching(), pair.notMatching());
    }

    /** The pair without what the column of the system message adds. */
    abstract PreferencePair readPair(Row row);
}
