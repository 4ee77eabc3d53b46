package org.steering4j.trainer.command;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.steering4j.SteeredModel;
import org.steering4j.engine.Precision;
import org.steering4j.trainer.BiPO;
import org.steering4j.trainer.BiPOSettings;
import org.steering4j.trainer.DirectionMetrics;
import org.steering4j.trainer.PreferenceMetrics;
import org.steering4j.trainer.TrainingDivergedException;
import org.steering4j.trainer.TrainingEvaluation;
import org.steering4j.trainer.TrainingListener;
import org.steering4j.trainer.TrainingPlan;
import org.steering4j.trainer.TrainingProgress;
import org.steering4j.trainer.TrainingResult;
import org.steering4j.trainer.TrainingStep;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.trainer.report.Report;
import org.steering4j.trainer.report.TrainingSection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Trains a steering vector. */
@Command(
        name = "train",
        sortOptions = false,
        description = {
            "Trains a steering vector with BiPO (arXiv 2406.00045), from pairs of opposite answers.",
            "Trains in float32 unless --precision says otherwise, or --resume goes on from a checkpoint, so that the same"
                    + " seed gives the same vector, bit for bit on the same processor with as many threads."
        })
final class TrainCommand implements Callable<Integer> {

    /** Measuring which precision is faster would make the same seed give another vector on another day. */
    private static final Precision REPRODUCIBLE_PRECISION = Precision.FLOAT32;

    @ParentCommand
    private Main main;

    @Spec
    private CommandSpec command;

    @Mixin
    private ModelOption model;

    @Mixin
    private TrainedOnOptions trainedOn;

    @Option(
            names = "--layer",
            required = true,
            split = ",",
            paramLabel = "L",
            description =
                    "The block after which the vector is added, from 0; repeat it for a vector with several layers.")
    private List<Integer> layers;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description =
                    "Where the vector goes: .safetensors, .gguf or .pt. Default: vector.safetensors in the run folder.")
    private Path output;

    @Option(names = "--epochs", defaultValue = "20", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
    private int epochs;

    @Option(
            names = "--learning-rate",
            defaultValue = "5e-4",
            paramLabel = "X",
            description = "The highest learning rate. Default: ${DEFAULT-VALUE}.")
    private double learningRate;

    @Option(
            names = "--beta",
            defaultValue = "0.1",
            paramLabel = "X",
            description = "Greater stops pushing sooner; try 1 for small models. Default: ${DEFAULT-VALUE}.")
    private double beta;

    @Option(names = "--batch-size", defaultValue = "4", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
    private int batchSize;

    @Option(
            names = "--accumulation",
            defaultValue = "1",
            paramLabel = "N",
            description = "Batches in one step. Default: ${DEFAULT-VALUE}.")
    private int accumulation;

    @Option(names = "--weight-decay", defaultValue = "0", paramLabel = "X", description = "Default: ${DEFAULT-VALUE}.")
    private double weightDecay;

    @Option(
            names = "--clip",
            defaultValue = "1",
            paramLabel = "X",
            description = "The greatest norm of a gradient; 0 for none. Default: ${DEFAULT-VALUE}.")
    private double clip;

    @Option(
            names = "--seed",
            defaultValue = "11",
            paramLabel = "S",
            description =
                    "The same seed and precision give the same vector on the same machine. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--validation-share",
            defaultValue = "0.1",
            paramLabel = "X",
            description =
                    "The share of the questions held out; they decide which vector is kept. Default: ${DEFAULT-VALUE}.")
    private double validationShare;

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "Save the state here every epoch and on Ctrl-C; removed when the vector is written. Default:"
                    + " checkpoint in the run folder.")
    private Path checkpoint;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Write the training curves as an HTML page. Default: report.html in the run folder.")
    private Path report;

    @Mixin
    private BiPOOptions training;

    @Mixin
    private ResumableRunFolder runFolder;

    @Option(
            names = "--resume-on-any-machine",
            description =
                    "With --resume: go on although the processor, the number of threads or the version of libtorch is"
                            + " another than before the interruption; the vector may then differ in its last digits from that of a"
                            + " run that was never interrupted.")
    private boolean onAnyMachine;

    /** @param pairs which ones the figures are of: "validation" pairs, held out, or "training" pairs */
    private record Summary(
            Path vector,
            Path report,
            Path runFolder,
            int bestEpoch,
            String pairs,
            DirectionMetrics both,
            DirectionMetrics added,
            DirectionMetrics subtracted,
            Map<Integer, Double> norms) {}

    @Override
    public Integer call() throws Exception {
        BiPOSettings settings = settings();
        boolean resumedFromCheckpointAlone = runFolder.isResumed() && !runFolder.isNamed();
        if (onAnyMachine && !runFolder.isResumed()) {
            throw new ParameterException(
                    command.commandLine(),
                    "--resume-on-any-machine says how to resume: give --resume, too, or leave it out");
        }
        if (resumedFromCheckpointAlone && checkpoint == null) {
            throw new ParameterException(
                    command.commandLine(), "--resume needs the folder of the run to go on with, or --checkpoint FILE");
        }
        if (report != null) {
            OutputFile.requireWritable(report);
            if (!report.toString().matches("(?i).*\\.html?")) {
                throw new ParameterException(
                        command.commandLine(), "--report is " + report + ": expected a name that ends in .html");
            }
        }
        if (output != null) {
            OutputFile.requireWritable(output, layers);
        }
        Run run = resumedFromCheckpointAlone
                ? runFolder.start(main, trainedOn.behavior())
                : runFolder.startOrResume(main, trainedOn.behavior());
        main.errors().println("run folder: " + run.folder());
        output = output == null ? run.file("vector.safetensors") : output;
        report = report == null ? run.file("report.html") : report;
        checkpoint = checkpoint == null ? run.file("checkpoint") : checkpoint;
        TrainingResult result;
        try (RunLock lock = lockOfCheckpoint(run)) {
            result = train(settings, run);
        }
        result.vector().write(output);
        report(result).write(report);
        Summary summary = summary(result, run);
        run.writeSummary(summary);
        Files.deleteIfExists(checkpoint);
        main.show(summary, out -> print(out, summary));
        return 0;
    }

    /** Null where that of the run folder does. */
    private RunLock lockOfCheckpoint(Run run) throws IOException {
        Path parent = checkpoint.toAbsolutePath().getParent();
        return !Files.isDirectory(parent) || Files.isSameFile(parent, run.folder())
                ? null
                : RunLock.takeCheckpoint(checkpoint, main.errors());
    }

    private TrainingResult train(BiPOSettings settings, Run run) {
        PreferenceData pairs = trainedOn.read();
        // A run that was stopped before its first checkpoint begins anew.
        boolean resume = runFolder.isResumed() && (Files.exists(checkpoint) || !runFolder.isNamed());
        try (SteeredModel opened =
                        model.openIn(resume ? BiPO.checkpointPrecision(checkpoint) : REPRODUCIBLE_PRECISION);
                TrainingProgress progress = new TrainingProgress(main.errors(), trainedOn.behavior())) {
            BiPO bipo = BiPO.with(settings)
                    .listener(new RecordedTraining(progress, run))
                    .memoryBytes(training.statesMemoryBytes());
            return checkpointed(bipo, resume).train(opened, trainedOn.behavior(), pairs);
        } catch (TrainingDivergedException diverged) {
            throw OutputFile.keepLastGoodVector(diverged, output);
        }
    }

    private BiPO checkpointed(BiPO bipo, boolean resume) {
        if (!resume) {
            return bipo.checkpoint(checkpoint);
        }
        return onAnyMachine ? bipo.resumeOnAnyMachine(checkpoint) : bipo.resume(checkpoint);
    }

    /** Shows a training and writes down what it hears. */
    private record RecordedTraining(TrainingProgress progress, Run run) implements TrainingListener {

        @Override
        public void onPreparation(int pairs) {
            progress.onPreparation(pairs);
        }

        @Override
        public void onStart(TrainingPlan plan) {
            progress.onStart(plan);
            run.metric("start", plan);
        }

        @Override
        public void onStep(TrainingStep step) {
            progress.onStep(step);
            run.metric("step", step);
        }

        @Override
        public void onEvaluation(TrainingEvaluation evaluation) {
            progress.onEvaluation(evaluation);
            run.metric("evaluation", evaluation);
        }
    }

    private BiPOSettings settings() {
        try {
            return training.applyTo(trainedOn.applyTo(BiPOSettings.forLayers(layers.toArray(Integer[]::new))))
                    .epochs(epochs)
                    .learningRate(learningRate)
                    .beta(beta)
                    .batchSize(batchSize)
                    .accumulationSteps(accumulation)
                    .weightDecay(weightDecay)
                    .gradientClipping(clip)
                    .seed(seed)
                    .validationShare(validationShare)
                    .build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private Report report(TrainingResult result) {
        Map<String, String> facts = new LinkedHashMap<>(result.settings().describe());
        result.vector().settings().forEach(facts::putIfAbsent);
        return new Report(
                "Training of " + trainedOn.behavior(),
                "A BiPO vector for " + result.vector().modelName().orElse("a model") + ".",
                List.of(TrainingSection.of("Training curves", result.curve(), facts)));
    }

    private Summary summary(TrainingResult result, Run run) {
        boolean validated = result.plan().validationPairs() > 0;
        PreferenceMetrics metrics =
                validated ? result.best().validation() : result.best().training();
        Map<Integer, Double> norms = new TreeMap<>();
        result.vector()
                .layers()
                .forEach(layer -> norms.put(layer, result.vector().norm(layer)));
        return new Summary(
                output,
                report,
                run.folder(),
                result.best().epoch(),
                validated ? "validation" : "training",
                metrics.both(),
                metrics.positive(),
                metrics.negative(),
                norms);
    }

    private static void print(PrintStream out, Summary summary) {
        out.println("vector: " + summary.vector());
        out.println("report: " + summary.report());
        out.println("best epoch: " + summary.bestEpoch());
        out.println(format("%s loss: %.4f", summary.pairs(), summary.both().loss()));
        out.println(format(
                "%s accuracy at +1: %.3f", summary.pairs(), summary.added().accuracy()));
        out.println(format(
                "%s accuracy at -1: %.3f", summary.pairs(), summary.subtracted().accuracy()));
        out.println(format(
                "%s margin at +1: %.2f nats", summary.pairs(), summary.added().margin()));
        out.println(format(
                "%s margin at -1: %.2f nats",
                summary.pairs(), summary.subtracted().margin()));
        out.println("norm: "
                + summary.norms().entrySet().stream()
                        .map(norm -> format("%.3f (layer %d)", norm.getValue(), norm.getKey()))
                        .collect(Collectors.joining(", ")));
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
