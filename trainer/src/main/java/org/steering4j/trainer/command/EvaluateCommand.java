package org.steering4j.trainer.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.steering4j.SteeredModel;
import org.steering4j.engine.Precision;
import org.steering4j.trainer.AnswerEncoder;
import org.steering4j.trainer.PrintableText;
import org.steering4j.trainer.Progress;
import org.steering4j.trainer.evaluation.AnswerScores;
import org.steering4j.trainer.evaluation.Evaluation;
import org.steering4j.trainer.evaluation.EvaluationResult;
import org.steering4j.trainer.evaluation.Figure;
import org.steering4j.trainer.evaluation.JudgeEstimate;
import org.steering4j.trainer.evaluation.JudgeUsage;
import org.steering4j.trainer.evaluation.Measurement;
import org.steering4j.trainer.evaluation.ResultFiles;
import org.steering4j.trainer.evaluation.SteeredAnswers;
import org.steering4j.trainer.evaluation.SteeringGrid;
import org.steering4j.trainer.report.EvaluationReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Measures what vectors do. */
@Command(
        name = "evaluate",
        sortOptions = false,
        description = {
            "Measures what vectors do to a model over a grid of multipliers.",
            "By the probability of given answers, which is quick: propensity, steerability and preference on --data, and"
                    + " --multiple-choice and --utility. By answers that the steered model generates, with --answers: side"
                    + " effects, and what --patterns, --forbidden and --judge tell of them. Of several vectors also leakage,"
                    + " and what they do together (--compose); of a variant of the model, transfer (--other-model).",
            "Leaves results.jsonl, figures.csv, examples.jsonl, answers.jsonl, notes.txt and report.html in the run folder,"
                    + " with a 95%% bootstrap interval on every figure. Scores, answers and judgements are kept as they"
                    + " come (scores.jsonl, generated.jsonl, judgements.jsonl): --resume goes on from them. Works in float32 unless --precision"
                    + " says otherwise, so that figures repeat."
        })
final class EvaluateCommand implements Callable<Integer> {

    private static final String SYSTEM_PROMPT = "system prompt";

    @ParentCommand
    private Main main;

    @Spec
    private CommandSpec command;

    @Mixin
    private ModelOption model;

    @Mixin
    private MeasuredSteeringOptions steering;

    @Mixin
    private MeasuredDataOptions data;

    @Option(
            names = "--other-model",
            paramLabel = "DIR|" + OtherModel.EMBEDDED_VARIANT,
            description =
                    "Measure everything on this variant of the model as well, as \"NAME on VARIANT\": a model folder, a LoRA adapter"
                            + " folder (as PEFT writes it) for --model, or the variant of the embedded model.")
    private String otherModel;

    @Option(
            names = "--system-prompt",
            paramLabel = "TEXT",
            description = "Empty for none. Default: the one that the vectors were made with, if they say so.")
    private String systemPrompt;

    @Option(
            names = "--seed",
            defaultValue = "11",
            paramLabel = "S",
            description = "Of the bootstrap and of sampled answers. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Mixin
    private AnswerOptions answering;

    @Mixin
    private JudgeOptions judging;

    @Mixin
    private ResumableRunFolder runFolder;

    /** All that was read, before any model is opened. */
    private record Inputs(
            MeasuredSteeringOptions.Read steering, MeasuredDataOptions.Read data, AnswerOptions.Read answering) {}

    /** What a machine gets to read. */
    private record Summary(
            Path folder, Path report, List<Figure> figures, List<String> notes, JudgeUsage judge, Double judgeCost) {}

    @Override
    public Integer call() {
        Inputs inputs = read();
        OtherModel other = otherModel == null ? null : OtherModel.of(otherModel, model);
        if (other != null) {
            // Whether all vectors fit it is to be known before hours on the first model.
            inputs.steering.grids(other.shape(), true);
        }
        evaluate(inputs, other);
        return 0;
    }

    private void evaluate(Inputs inputs, OtherModel other) {
        Run run = runFolder.startOrResume(
                main, String.join("-", inputs.steering.vectors().keySet()));
        main.errors().println("run folder: " + run.folder());
        judging.destination().ifPresent(destination -> main.errors().println("judge: " + destination));
        EvaluationResult result;
        Map<String, String> settings;
        JudgeUsage usage;
        try (JudgeOptions.OpenJudge judge = judging.isGiven() ? judging.open(run.file("judgements.jsonl")) : null) {
            try (SteeredModel opened = model.openIn(Precision.FLOAT32)) {
                settings = settings(opened);
                result = measure(opened, inputs, steering.allowOtherModel(), "", judge, run);
            }
            if (other != null) {
                try (SteeredModel opened = other.openIn(model.precisionOr(Precision.FLOAT32))) {
                    result = result.plus(measure(opened, inputs, true, " on " + other.name(), judge, run));
                }
            }
            usage = judge == null ? null : judge.judge().usage();
        }
        if (usage != null) {
            settings.put("judge", judging.describe(usage));
            main.errors().println("judge: " + judging.describe(usage));
        }
        show("Evaluation of " + inputs.steering.names(), result, settings, usage, run);
    }

    private Inputs read() {
        judging.requireValid();
        MeasuredDataOptions.Read measuredOn = data.read();
        MeasuredSteeringOptions.Read steerings = steering.read();
        systemPrompt = SystemPromptChoice.of(systemPrompt, steerings.vectors().values(), command, main.errors());
        if (judging.isGiven() && !answering.isGiven()) {
            throw new ParameterException(
                    command.commandLine(),
                    "a judge grades generated answers: say with --answers how many prompts of each --data to answer");
        }
        judging.requireRubricsAreUsed(measuredOn.pairs().keySet());
        return new Inputs(
                steerings, measuredOn, answering.read(measuredOn.pairs().keySet(), seed));
    }

    /** @param where added to the names of the data */
    private EvaluationResult measure(
            SteeredModel opened,
            Inputs inputs,
            boolean allowOtherModel,
            String where,
            JudgeOptions.OpenJudge judge,
            Run run) {
        List<SteeringGrid> grids = inputs.steering.grids(opened.shape(), allowOtherModel);
        AnswerEncoder encoder = new AnswerEncoder(opened, systemPrompt);
        AnswerScores scores = AnswerScores.keptIn(run.file("scores.jsonl"), opened);
        List<Measurement> measurements = inputs.data.measurements(scores, encoder, where, seed);
        if (answering.isGiven()) {
            GeneratedAnswers answers = new GeneratedAnswers(
                    scores,
                    encoder,
                    new SteeredAnswers(opened, encoder, inputs.answering.sampling(), run.file("generated.jsonl")),
                    inputs.answering.prompts(inputs.data.pairs()));
            if (judge != null) {
                try (Progress progress = new Progress(main.errors(), "answer", answers.cells(grids), "steerings")) {
                    JudgeEstimate estimate = answers.estimate(judge.judge(), judging::rubric, grids, progress::step);
                    main.errors().println("judge: " + judging.describe(estimate));
                }
            }
            measurements.addAll(answers.measurements(
                    where, inputs.answering, judge == null ? null : judge.judge(), judging::rubric, seed));
        }
        try (Progress progress =
                new Progress(main.errors(), "evaluate", (long) measurements.size() * grids.size(), "steerings")) {
            return Evaluation.run(measurements, grids, found -> {
                found.figures().forEach(figure -> run.metric("figure", figure));
                progress.step();
            });
        }
    }

    /** What was found out, and all that was given or is a default. */
    private Map<String, String> settings(SteeredModel opened) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("model", opened.name());
        settings.put("precision", opened.languageModel().precision().name().toLowerCase(Locale.ROOT));
        settings.put(SYSTEM_PROMPT, systemPrompt.isEmpty() ? "none" : systemPrompt);
        settings.put("again with", "steering evaluate --settings settings.yaml");
        settings.put(
                SettingsFile.NAME,
                SettingsFile.withoutFolders(command.commandLine().getParseResult()));
        return settings;
    }

    private void show(String title, EvaluationResult result, Map<String, String> settings, JudgeUsage usage, Run run) {
        ResultFiles.write(result, run.folder());
        Path report = run.file("report.html");
        EvaluationReport.of(title, result, settings).write(report);
        Double cost = usage == null ? null : judging.cost(usage);
        Summary summary = new Summary(run.folder(), report, result.figures(), result.notes(), usage, cost);
        run.writeSummary(summary);
        main.show(summary, output -> {
            FigureText.print(result.figures(), output);
            result.notes().forEach(note -> main.errors().println(PrintableText.line("Note: " + note)));
            output.println("report: " + report);
        });
    }
}
