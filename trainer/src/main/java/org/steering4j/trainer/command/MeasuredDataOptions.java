package org.steering4j.trainer.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.steering4j.trainer.AnswerEncoder;
import org.steering4j.trainer.data.MultipleChoiceData;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.trainer.evaluation.AnswerScores;
import org.steering4j.trainer.evaluation.ChoiceScore;
import org.steering4j.trainer.evaluation.Measurement;
import org.steering4j.trainer.evaluation.MultipleChoiceMeasurement;
import org.steering4j.trainer.evaluation.PreferenceMeasurement;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of what steerings are measured on by log-probabilities. */
final class MeasuredDataOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--data",
            converter = NamedFile.Converter.class,
            paramLabel = "[NAME=]FILE",
            description =
                    "Held-out pairs of a behaviour, of any form that inspect-data reads; as often as wanted. Measures"
                            + " how likely the model finds their answers: propensity, steerability, preference. Every"
                            + " vector is measured on every file, which shows leakage: name them like the vectors."
                            + " Generates nothing without --answers. Default NAME: the file's, without its ending.")
    private List<NamedFile> data = new ArrayList<>();

    @Option(
            names = "--multiple-choice",
            converter = NamedFile.Converter.class,
            paramLabel = "[NAME=]FILE",
            description = "Multiple-choice questions on a behaviour, as TruthfulQA has them: MC1 and MC2.")
    private List<NamedFile> multipleChoice = new ArrayList<>();

    @Option(
            names = "--utility",
            converter = NamedFile.Converter.class,
            paramLabel = "[NAME=]FILE",
            description = "Multiple-choice questions that have nothing to do with the vectors: what a steering costs.")
    private List<NamedFile> utility = new ArrayList<>();

    @Option(
            names = "--choice-score",
            defaultValue = "per_token",
            paramLabel = "NAME",
            description =
                    "Compare choices by their log-probability per_token or by its sum, as TruthfulQA's own figures do,"
                            + " which favours short choices. Default: ${DEFAULT-VALUE}.")
    private ChoiceScore choiceScore;

    /** By the names of their figures. */
    record Read(
            Map<String, PreferenceData> pairs,
            Map<String, MultipleChoiceData> multipleChoice,
            Map<String, MultipleChoiceData> utility,
            ChoiceScore choiceScore) {

        /** @param where added to the names of the data */
        List<Measurement> measurements(AnswerScores model, AnswerEncoder encoder, String where, long seed) {
            List<Measurement> measurements = new ArrayList<>();
            pairs.forEach((name, data) ->
                    measurements.add(new PreferenceMeasurement(model, encoder, name + where, data, seed)));
            multipleChoice.forEach((name, data) -> measurements.add(
                    MultipleChoiceMeasurement.of(model, encoder, name + where, data, choiceScore, seed)));
            utility.forEach((name, data) -> measurements.add(
                    MultipleChoiceMeasurement.utility(model, encoder, name + where, data, choiceScore, seed)));
            return measurements;
        }
    }

    Read read() {
        if (data.isEmpty() && multipleChoice.isEmpty() && utility.isEmpty()) {
            throw new ParameterException(
                    command.commandLine(),
                    "there is nothing to measure on: give --data, --multiple-choice or --utility with a file");
        }
        if (multipleChoice.isEmpty() && utility.isEmpty()) {
            GivenOptions.refuse(
                    command,
                    "--choice-score",
                    "it compares the choices of --multiple-choice or --utility; give one of them");
        }
        return new Read(
                read(data, PreferenceData::read),
                read(multipleChoice, MultipleChoiceData::read),
                read(utility, MultipleChoiceData::read),
                choiceScore);
    }

    private static <T> Map<String, T> read(List<NamedFile> files, Function<Path, T> reader) {
        Map<String, T> read = new LinkedHashMap<>();
        NamedFile.byName(files).forEach((name, file) -> read.put(name, reader.apply(file)));
        return read;
    }
}
