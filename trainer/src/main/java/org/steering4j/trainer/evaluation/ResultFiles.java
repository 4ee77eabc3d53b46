package org.steering4j.trainer.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.steering4j.internal.AtomicFiles;
import org.steering4j.trainer.PrintableText;

/**
 * An evaluation's results as files in a folder, for other tools and to be read back: {@code results.jsonl} has the figures as JSON Lines (metric,
 * data, steering, multiplier, value, low, high, samples), {@code figures.csv} the same as CSV with a header, {@code examples.jsonl} the single
 * examples, {@code answers.jsonl} the generated answers, {@code notes.txt} a line for each thing that was left out. All are UTF-8.
 */
public final class ResultFiles {

    private static final String FIGURES = "results.jsonl";
    private static final String FIGURES_TABLE = "figures.csv";
    private static final String EXAMPLES = "examples.jsonl";
    private static final String ANSWERS = "answers.jsonl";
    private static final String NOTES = "notes.txt";
    private static final ObjectMapper JSON = JsonMapper.builder()
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .build();

    private ResultFiles() {}

    /**
     * Writes all files, each in place of what may be there, atomically.
     *
     * @throws org.steering4j.vector.FileNotWrittenException if one cannot be written
     */
    public static void write(EvaluationResult result, Path folder) {
        writeLines(folder.resolve(FIGURES), result.figures());
        writeTable(result.figures(), folder.resolve(FIGURES_TABLE));
        writeLines(folder.resolve(EXAMPLES), result.examples());
        writeLines(folder.resolve(ANSWERS), result.answers());
        AtomicFiles.write(
                folder.resolve(NOTES),
                output -> output.write(result.notes().stream()
                        .map(note -> PrintableText.line(note) + "\n")
                        .reduce("", String::concat)
                        .getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Reads back what {@link #write} wrote.
     *
     * @throws EvaluationException if a file is missing or damaged
     */
    public static EvaluationResult read(Path folder) {
        try {
            return new EvaluationResult(
                    readLines(folder.resolve(FIGURES), Figure.class),
                    readLines(folder.resolve(EXAMPLES), ExampleResult.class),
                    readLines(folder.resolve(ANSWERS), SideBySideAnswer.class),
                    Files.readAllLines(folder.resolve(NOTES)));
        } catch (IOException | IllegalArgumentException e) {
            throw new EvaluationException(
                    "the results in " + folder + " cannot be read: " + e.getMessage() + ". Evaluate anew", e);
        }
    }

    private static void writeLines(Path file, List<?> values) {
        AtomicFiles.write(file, output -> {
            for (Object value : values) {
                output.write(JSON.writeValueAsBytes(value));
                output.write('\n');
            }
        });
    }

    private static <T> List<T> readLines(Path file, Class<T> type) throws IOException {
        List<T> values = new ArrayList<>();
        try (MappingIterator<T> lines = JSON.readerFor(type).readValues(file.toFile())) {
            while (lines.hasNextValue()) {
                values.add(lines.nextValue());
            }
        }
        return values;
    }

    private static void writeTable(List<Figure> figures, Path file) {
        AtomicFiles.write(file, output -> {
            Writer writer = new OutputStreamWriter(output, StandardCharsets.UTF_8);
            CSVPrinter printer = CSVFormat.RFC4180
                    .builder()
                    .setHeader("metric", "data", "steering", "multiplier", "value", "low", "high", "samples")
                    .get()
                    .print(writer);
            for (Figure figure : figures) {
                Estimate estimate = figure.estimate();
                printer.printRecord(
                        figure.metric(),
                        figure.data(),
                        figure.steering(),
                        figure.multiplier(),
                        estimate.value(),
                        estimate.low(),
                        estimate.high(),
                        estimate.samples());
            }
            printer.flush();
        });
    }
}
