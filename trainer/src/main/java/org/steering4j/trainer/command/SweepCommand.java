package org.steering4j.trainer.command;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.steering4j.SteeredModel;
import org.steering4j.engine.Precision;
import org.steering4j.trainer.PrintableText;
import org.steering4j.trainer.Progress;
import org.steering4j.trainer.SourceName;
import org.steering4j.trainer.TrainingEvaluation;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.trainer.report.Table;
import org.steering4j.trainer.sweep.CellResult;
import org.steering4j.trainer.sweep.RankedCell;
import org.steering4j.trainer.sweep.Sweep;
import org.steering4j.trainer.sweep.SweepCell;
import org.steering4j.trainer.sweep.SweepGrid;
import org.steering4j.trainer.sweep.SweepListener;
import org.steering4j.trainer.sweep.SweepReport;
import org.steering4j.trainer.sweep.SweepResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Tries layers and settings. */
@Command(
        name = "sweep",
        sortOptions = false,
        description = {
            "Trains a vector with BiPO at each of several layers with each of several settings, and ranks them: by the mean of the"
                    + " ranks by held-out margin and by steerability, of equals the one with the smaller norm first.",
            "Every option that takes several values takes them separated by commas; every combination is tried. Those that fail"
                    + " are told and the others go on; exits with 1 if all fail.",
            "Leaves the vectors, the result of each, report.html and the best vector as best.safetensors in the run folder."
        })
final class SweepCommand implements Callable<Integer> {

    private static final int ALL_FAILED = 1;

    @ParentCommand
    private Main main;

    @Spec
    private CommandSpec command;

    @Mixin
    private ModelOption model;

    @Mixin
    private TrainedOnOptions trainedOn;

    @Option(
            names = "--test",
            paramLabel = "FILE",
            description = "Pairs to measure the steerability on. Default: those of --data that a training holds out.")
    private Path test;

    @Option(
            names = "--layers",
            required = true,
            split = ",",
            converter = LayerChoice.Converter.class,
            paramLabel = "L",
            description = "The blocks to try, from 0: 1,2,3 or 0-5 or all; 1+2 for one vector at both.")
    private List<LayerChoice> layers;

    @Option(
            names = "--beta",
            split = ",",
            defaultValue = "0.1",
            paramLabel = "X",
            description = "Greater stops pushing sooner; try 1 for small models. Default: ${DEFAULT-VALUE}.")
    private List<Double> betas;

    @Option(
            names = "--learning-rate",
            split = ",",
            defaultValue = "5e-4",
            paramLabel = "X",
            description = "The highest learning rate. Default: ${DEFAULT-VALUE}.")
    private List<Double> learningRates;

    @Option(
            names = "--epochs",
            split = ",",
            defaultValue = "20",
            paramLabel = "N",
            description = "Default: ${DEFAULT-VALUE}.")
    private List<Integer> epochs;

    @Option(
            names = "--batch-size",
            split = ",",
            defaultValue = "4",
            paramLabel = "N",
            description = "Default: ${DEFAULT-VALUE}.")
    private List<Integer> batchSizes;

    @Option(
            names = "--seeds",
            split = ",",
            defaultValue = "11",
            paramLabel = "S",
            description = "A seed also decides which pairs are held out. Default: ${DEFAULT-VALUE}.")
    private List<Long> seeds;

    @Option(
            names = "--validation-share",
            defaultValue = "0.1",
            paramLabel = "X",
            description = "The share of the questions held out; above 0. Default: ${DEFAULT-VALUE}.")
    private double validationShare;

    @Mixin
    private BiPOOptions training;

    @Mixin
    private ResumableRunFolder runFolder;

    /** What a machine gets to read; no best if all failed. */
    private record Summary(
            Path runFolder, Path report, Path best, String rule, List<RankedCell> ranking, List<CellResult> failures) {}

    @Override
    public Integer call() {
        // With one layer, for how many there are is not known before the model is open, and what is wrong need not wait
        // for it.
        cells(grid(1));
        Run run = runFolder.startOrResume(main, trainedOn.behavior());
        main.errors().println("run folder: " + run.folder());
        PreferenceData pairs = trainedOn.read();
        Optional<PreferenceData> testPairs = Optional.ofNullable(test).map(PreferenceData::read);
        SweepGrid grid;
        SweepResult result;
        String modelName;
        try (SteeredModel opened = model.openIn(Precision.FLOAT32);
                Listener listener = new Listener(main.errors(), run)) {
            modelName = opened.name();
            grid = grid(opened.shape().numberOfLayers());
            result = new Sweep(opened, trainedOn.behavior(), pairs, testPairs, cells(grid), run.folder(), listener)
                    .memoryBytes(training.statesMemoryBytes())
                    .run();
        }
        SweepReport report = new SweepReport(result, grid.columns());
        Path reportFile = run.file("report.html");
        report.report("Sweep of " + trainedOn.behavior(), facts(modelName, grid))
                .write(reportFile);
        Summary summary = new Summary(
                run.folder(),
                reportFile,
                result.ranking().isEmpty() ? null : run.file(Sweep.BEST),
                SweepReport.RULE,
                result.ranking(),
                result.failures());
        run.writeSummary(summary);
        main.show(summary, output -> print(report, summary, output));
        return result.ranking().isEmpty() ? ALL_FAILED : 0;
    }

    private SweepGrid grid(int numberOfLayers) {
        try {
            return new SweepGrid(
                    layers.stream()
                            .flatMap(choice -> choice.of(numberOfLayers).stream())
                            .toList(),
                    betas,
                    learningRates,
                    epochs,
                    batchSizes,
                    seeds);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private List<SweepCell> cells(SweepGrid grid) {
        if (validationShare == 0) {
            throw new ParameterException(
                    command.commandLine(),
                    "--validation-share is 0: expected more than 0, to 0.9, for vectors are ranked by held-out pairs");
        }
        try {
            return grid.cells(
                    builder -> training.applyTo(trainedOn.applyTo(builder)).validationShare(validationShare));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private Map<String, String> facts(String modelName, SweepGrid grid) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("model", modelName);
        facts.put("data", SourceName.of(trainedOn.data()));
        facts.put("test data", test == null ? "the pairs of the data that are held out" : SourceName.of(test));
        facts.putAll(cells(grid).get(0).settings().describe());
        facts.keySet().removeAll(grid.columns());
        facts.put("again with", "steering sweep --settings settings.yaml");
        return facts;
    }

    private static void print(SweepReport report, Summary summary, PrintStream output) {
        if (!summary.ranking().isEmpty()) {
            output.println(summary.rule());
            print(report.ranking(), output);
        }
        if (!summary.failures().isEmpty()) {
            output.println("failed:");
            print(report.failures(), output);
        }
        if (summary.best() != null) {
            output.println("best: " + summary.best() + " ("
                    + summary.ranking().get(0).cell().name() + ")");
        }
        output.println("report: " + summary.report());
    }

    private static void print(Table table, PrintStream output) {
        printRow(table.columns(), table, output);
        table.rows().forEach(row -> printRow(row, table, output));
    }

    private static void printRow(List<String> cells, Table table, PrintStream output) {
        output.println(("  "
                        + IntStream.range(0, cells.size())
                                .mapToObj(column -> String.format(
                                        Locale.ROOT,
                                        "%" + (table.numeric().get(column) ? "" : "-") + width(table, column) + "s",
                                        PrintableText.line(cells.get(column))))
                                .collect(Collectors.joining("  ")))
                .stripTrailing());
    }

    private static int width(Table table, int column) {
        return Math.max(
                table.columns().get(column).length(),
                table.rows().stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(1));
    }

    /** Shows a sweep and writes down what it hears. */
    private static final class Listener implements SweepListener, AutoCloseable {

        private final PrintStream errors;
        private final Run run;
        private Progress progress;

        Listener(PrintStream errors, Run run) {
            this.errors = errors;
            this.run = run;
        }

        @Override
        public void onStart(int cells, int finished, long steps) {
            errors.println("%d %s to train%s"
                    .formatted(
                            cells - finished,
                            cells - finished == 1 ? "vector" : "vectors",
                            finished == 0 ? "" : ", " + finished + " are there already"));
            progress = new Progress(errors, "sweep", steps, "steps");
        }

        @Override
        public void onSteps(int steps) {
            for (int i = 0; i < steps; i++) {
                progress.step();
            }
        }

        @Override
        public void onEvaluation(SweepCell cell, TrainingEvaluation evaluation) {
            Map<String, Object> measured = new LinkedHashMap<>();
            measured.put("cell", cell.name());
            measured.putAll(Json.map(evaluation));
            run.metric("evaluation", measured);
        }

        @Override
        public void onResult(CellResult result) {
            run.metric("cell", result);
        }

        @Override
        public void close() {
            if (progress != null) {
                progress.close();
            }
        }
    }
}
