package org.steering4j.trainer.command;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.steering4j.SteeredModel;
import org.steering4j.checkpoint.ModelConfiguration;
import org.steering4j.engine.Continuation;
import org.steering4j.prompt.PromptRenderer;
import org.steering4j.trainer.AnswerEncoder;
import org.steering4j.trainer.BiPOSettings;
import org.steering4j.trainer.data.DataInspection;
import org.steering4j.trainer.data.DataLeaks;
import org.steering4j.trainer.data.PairLengths;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.trainer.data.PreferencePair;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Prints what there is to know, and to worry about, of files of pairs before a vector is trained on them. */
@Command(
        name = "inspect-data",
        sortOptions = false,
        description = {
            "Prints counts and lengths of preference data, and what may spoil a vector that is trained on it: duplicates,"
                    + " contradictions, answers of very different length, what will be truncated, and test data that the"
                    + " training data gives away.",
            "Reads CSV, JSON Lines and JSON, each also compressed with gzip, and Parquet, with the columns question, matching, not_matching (or question, A, B,"
                    + " matching); prompt, chosen, rejected; question, answer_matching_behavior,"
                    + " answer_not_matching_behavior; or question, mc1_targets, mc2_targets. A column system or"
                    + " system_prompt beside them is the first message of the prompt."
        })
final class InspectDataCommand implements Callable<Integer> {

    @ParentCommand
    private Main main;

    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files of pairs.")
    private List<Path> files;

    @Option(
            names = "--test",
            paramLabel = "FILE",
            description = "Test data: is inspected as well, and compared with each of the others.")
    private Path test;

    @Option(
            names = "--model",
            paramLabel = NamedModel.LABEL,
            description =
                    "Measure in tokens of this model, of which only the configuration and the tokenizer are read; of a name on the hub, all but the weights is downloaded. Default: measure in words.")
    private String model;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description =
                    "The longest prompt and answer, as for train. Default with --model: 2048, or the model's context.")
    private Integer maximumTokens;

    @Option(
            names = "--max-length-ratio",
            defaultValue = "3",
            paramLabel = "X",
            description =
                    "Name pairs with one answer more than X times as long as the other. Default: ${DEFAULT-VALUE}.")
    private double maximumLengthRatio;

    @Option(
            names = "--system-prompt",
            defaultValue = BiPOSettings.REFERENCE_SYSTEM_PROMPT,
            paramLabel = "TEXT",
            description = "Counted in tokens, as for train. Empty for none. Default: \"${DEFAULT-VALUE}\"")
    private String systemPrompt;

    /** What is printed as JSON. */
    private record Result(List<DataInspection> files, List<DataLeaks> leaks) {}

    @Override
    public Integer call() {
        requireValid();
        List<PreferenceData> data = new ArrayList<>();
        files.forEach(file -> data.add(read(file)));
        List<DataLeaks> leaks = new ArrayList<>();
        if (test != null) {
            PreferenceData held = read(test);
            data.forEach(training -> leaks.add(DataLeaks.between(training, held)));
            data.add(held);
        }
        Result result = new Result(inspect(data), leaks);
        main.show(result, output -> print(output, result));
        return 0;
    }

    /** Without the remarks: what they say is printed with the rest. */
    private static PreferenceData read(Path file) {
        return PreferenceData.read(file, remark -> {});
    }

    private void requireValid() {
        if (maximumTokens != null && model == null) {
            throw new ParameterException(command.commandLine(), "--max-tokens needs --model, whose tokens are counted");
        }
        if (maximumTokens != null && maximumTokens < 2) {
            throw new ParameterException(
                    command.commandLine(), "--max-tokens is " + maximumTokens + ", expected at least 2");
        }
        if (!(maximumLengthRatio >= 1)) {
            throw new ParameterException(
                    command.commandLine(), "--max-length-ratio is " + maximumLengthRatio + ", expected at least 1");
        }
    }

    private List<DataInspection> inspect(List<PreferenceData> data) {
        if (model == null) {
            return data.stream()
                    .map(each ->
                            DataInspection.of(each, "words", PairLengths::inWords, maximumLengthRatio, null, List.of()))
                    .toList();
        }
        return model.equals("embedded")
                ? SteeredModel.readEmbedded(folder -> inspectInTokens(data, folder))
                : inspectInTokens(data, NamedModel.folderWithoutWeights(model, command));
    }

    private List<DataInspection> inspectInTokens(List<PreferenceData> data, Path folder) {
        int context = ModelConfiguration.read(folder).contextLength();
        int trainingDefault = BiPOSettings.forLayers(0).build().maximumTokens();
        int longest = Math.min(context, maximumTokens == null ? trainingDefault : maximumTokens);
        try (PromptRenderer prompts = PromptRenderer.open(folder)) {
            AnswerEncoder encoder = new AnswerEncoder(prompts, systemPrompt);
            return data.stream()
                    .map(each -> DataInspection.of(
                            each,
                            "tokens",
                            pair -> tokens(encoder, pair),
                            maximumLengthRatio,
                            longest,
                            prompts.tokenizer().controlTokens()))
                    .toList();
        }
    }

    private static PairLengths tokens(AnswerEncoder encoder, PreferencePair pair) {
        Continuation matching = encoder.continuation(pair.prompt(), pair.matching());
        Continuation notMatching = encoder.continuation(pair.prompt(), pair.notMatching());
        return new PairLengths(matching.prompt().length, matching.answer().length, notMatching.answer().length);
    }

    private static void print(PrintStream output, Result result) {
        DataInspectionText text = new DataInspectionText(output);
        result.files().forEach(text::print);
        result.leaks().forEach(text::print);
    }
}
