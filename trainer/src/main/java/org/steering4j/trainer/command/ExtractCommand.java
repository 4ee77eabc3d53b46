package org.steering4j.trainer.command;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.steering4j.SteeredModel;
import org.steering4j.engine.Precision;
import org.steering4j.trainer.AnswerPosition;
import org.steering4j.trainer.BiPO;
import org.steering4j.trainer.BiPOSettings;
import org.steering4j.trainer.Ensemble;
import org.steering4j.trainer.MeanCentring;
import org.steering4j.trainer.MeanDifference;
import org.steering4j.trainer.MethodSettings;
import org.steering4j.trainer.OneShot;
import org.steering4j.trainer.OptimizerSettings;
import org.steering4j.trainer.PrincipalComponent;
import org.steering4j.trainer.ReferenceFree;
import org.steering4j.trainer.SteeringMethod;
import org.steering4j.trainer.TrainingDivergedException;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.vector.FileNotWrittenException;
import org.steering4j.vector.SteeringException;
import org.steering4j.vector.SteeringVector;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Makes a vector by any method. */
@Command(
        name = "extract",
        sortOptions = false,
        description = {
            "Makes a steering vector from pairs of opposite answers, by one of several methods or the mean of several:",
            "  mean-difference      mean of the differences of hidden states (CAA, arXiv 2312.06681)",
            "  mean-centring        mean of the matching answers less a neutral mean (arXiv 2312.03813)",
            "  principal-component  first principal component of the differences (RepE, arXiv 2310.01405)",
            "  one-shot             gradient descent on one pair or a few (arXiv 2502.18862)",
            "  reference-free       reference-free preference steering (RePS, arXiv 2505.20809)",
            "  bipo                 as train does it, which has more options (arXiv 2406.00045)",
            "Runs in float32 unless --precision says otherwise, so that the same seed gives the same vector."
        })
final class ExtractCommand implements Callable<Integer> {

    /** The names are the command line's. */
    enum Method {
        MEAN_DIFFERENCE,
        MEAN_CENTRING,
        PRINCIPAL_COMPONENT,
        ONE_SHOT,
        REFERENCE_FREE,
        BIPO;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private static final Set<Method> READING =
            EnumSet.of(Method.MEAN_DIFFERENCE, Method.MEAN_CENTRING, Method.PRINCIPAL_COMPONENT);
    private static final Set<Method> DESCENDING = EnumSet.of(Method.ONE_SHOT, Method.REFERENCE_FREE, Method.BIPO);

    /** Options that only some methods look at. */
    private static final Map<String, Set<Method>> USED_BY = Map.ofEntries(
            Map.entry("--position", READING),
            Map.entry("--neutral", EnumSet.of(Method.MEAN_CENTRING)),
            Map.entry("--objective", EnumSet.of(Method.ONE_SHOT)),
            Map.entry("--pairs", EnumSet.of(Method.ONE_SHOT)),
            Map.entry("--factors", EnumSet.of(Method.REFERENCE_FREE)),
            Map.entry("--learning-rate", DESCENDING),
            Map.entry("--epochs", DESCENDING),
            Map.entry("--batch-size", DESCENDING),
            Map.entry("--start-norm", EnumSet.of(Method.ONE_SHOT, Method.REFERENCE_FREE)),
            Map.entry("--max-norm", EnumSet.of(Method.ONE_SHOT, Method.REFERENCE_FREE)),
            Map.entry("--beta", EnumSet.of(Method.BIPO)));

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
            description = "The block after which the vector is added, from 0; repeat it for several.")
    private List<Integer> layers;

    @Option(
            names = "--method",
            required = true,
            split = ",",
            converter = MethodConverter.class,
            paramLabel = "NAME",
            description =
                    "mean-difference, mean-centring, principal-component, one-shot, reference-free or bipo; several, separated"
                            + " by commas, make an ensemble: the mean of their vectors.")
    private List<Method> methods;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description =
                    "Where the vector goes: .safetensors, .gguf or .pt. Default: vector.safetensors in the run folder.")
    private Path output;

    @Option(
            names = "--compare",
            paramLabel = "FILE",
            arity = "1..*",
            description = "Other vectors, to print the cosine of the angle to each.")
    private List<Path> others = List.of();

    @Option(
            names = "--position",
            defaultValue = "answer-mean",
            converter = PositionConverter.class,
            paramLabel = "NAME",
            description = "Where the first three methods read an answer: last-token or answer-mean."
                    + " Default: ${DEFAULT-VALUE}.")
    private AnswerPosition position;

    @Option(
            names = "--neutral",
            paramLabel = "FILE",
            description = "mean-centring: pairs whose answers are the neutral ones. Default: those of --data.")
    private Path neutral;

    @Option(
            names = "--objective",
            defaultValue = "mixed",
            paramLabel = "NAME",
            description = "one-shot: promotion, suppression or mixed. Default: ${DEFAULT-VALUE}.")
    private OneShot.Objective objective;

    @Option(
            names = "--pairs",
            defaultValue = "1",
            paramLabel = "N",
            description = "one-shot: how many pairs to learn from. Default: ${DEFAULT-VALUE}.")
    private int pairs;

    @Option(
            names = "--factors",
            split = ",",
            paramLabel = "X",
            description = "reference-free: the multipliers to train at. Default: 0.5,1,1.5,2.")
    private List<Double> factors;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description = "Default: 0.1 for one-shot, 0.08 for reference-free, 5e-4 for bipo.")
    private Double learningRate;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Default: 50 for one-shot, 18 for reference-free, 20 for bipo.")
    private Integer epochs;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Default: 8 for one-shot, 6 for reference-free, 4 for bipo.")
    private Integer batchSize;

    @Option(
            names = "--start-norm",
            defaultValue = "1",
            paramLabel = "X",
            description =
                    "one-shot, reference-free: the norm of the random vector at the start. Default: ${DEFAULT-VALUE}.")
    private double startNorm;

    @Option(
            names = "--max-norm",
            defaultValue = "0",
            paramLabel = "X",
            description = "one-shot, reference-free: the greatest norm; 0 for any. Default: ${DEFAULT-VALUE}.")
    private double maximumNorm;

    @Option(names = "--beta", paramLabel = "X", description = "bipo: greater stops pushing sooner. Default: 0.1.")
    private Double beta;

    @Option(names = "--seed", defaultValue = "11", paramLabel = "S", description = "Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Mixin
    private RunFolder runFolder;

    /** @param cosines to each of the vectors compared with, by layer; of the layers that both have */
    private record Summary(
            Path vector, Path runFolder, String method, Map<Integer, Double> norms, List<Comparison> cosines) {}

    private record Comparison(Path vector, Map<Integer, Double> cosines) {}

    @Override
    public Integer call() throws IOException {
        requireOptionsAreUsed();
        SteeringMethod method = method();
        if (output != null) {
            OutputFile.requireWritable(output, layers);
        }
        List<SteeringVector> compared =
                others.stream().map(SteeringVector::read).toList();
        PreferenceData preferences = trainedOn.read();
        Run run = runFolder.start(main, trainedOn.behavior());
        main.errors().println("run folder: " + run.folder());
        output = output == null ? run.file("vector.safetensors") : output;
        SteeringVector vector;
        try (SteeredModel opened = model.openIn(Precision.FLOAT32);
                RecordedSteps steps = new RecordedSteps(main.errors(), run)) {
            vector = method.makeVector(opened, trainedOn.behavior(), preferences, steps);
        } catch (TrainingDivergedException diverged) {
            throw OutputFile.keepLastGoodVector(diverged, output);
        }
        write(vector);
        Summary summary = summary(vector, compared, run);
        run.writeSummary(summary);
        main.show(summary, out -> print(out, summary));
        return 0;
    }

    /** To another disk if need be, for a vector may have taken long. */
    private void write(SteeringVector vector) throws IOException {
        try {
            vector.write(output);
        } catch (FileNotWrittenException e) {
            Path kept = Files.createTempDirectory("steering-").resolve(output.getFileName());
            try {
                vector.write(kept);
            } catch (FileNotWrittenException nowhere) {
                Files.delete(kept.getParent());
                e.addSuppressed(nowhere);
                throw e;
            }
            throw new SteeringException(e.getMessage() + ". The vector is in " + kept, e);
        }
    }

    private void requireOptionsAreUsed() {
        USED_BY.forEach((option, users) -> {
            if (GivenOptions.has(command, option) && methods.stream().noneMatch(users::contains)) {
                throw new ParameterException(
                        command.commandLine(),
                        option + " says nothing to " + methods.get(0) + ": it is for "
                                + users.stream().map(Method::toString).collect(Collectors.joining(", ")));
            }
        });
    }

    private SteeringMethod method() {
        try {
            MethodSettings settings = trainedOn.applyTo(
                    MethodSettings.forLayers(layers.toArray(Integer[]::new)).withSeed(seed));
            List<SteeringMethod> made =
                    methods.stream().map(name -> method(name, settings)).toList();
            return made.size() == 1 ? made.get(0) : new Ensemble(made);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private SteeringMethod method(Method name, MethodSettings settings) {
        return switch (name) {
            case MEAN_DIFFERENCE -> new MeanDifference(settings, position);
            case MEAN_CENTRING ->
                new MeanCentring(
                        settings, position, Optional.ofNullable(neutral).map(PreferenceData::read));
            case PRINCIPAL_COMPONENT -> new PrincipalComponent(settings, position);
            case ONE_SHOT -> new OneShot(settings, optimizer(OneShot.DEFAULT_OPTIMIZER), objective, pairs);
            case REFERENCE_FREE ->
                new ReferenceFree(
                        settings,
                        optimizer(ReferenceFree.DEFAULT_OPTIMIZER),
                        factors == null ? ReferenceFree.DEFAULT_FACTORS : factors);
            case BIPO -> BiPO.with(bipoSettings());
        };
    }

    private OptimizerSettings optimizer(OptimizerSettings defaults) {
        return new OptimizerSettings(
                learningRate == null ? defaults.learningRate() : learningRate,
                defaults.schedule(),
                epochs == null ? defaults.epochs() : epochs,
                batchSize == null ? defaults.batchSize() : batchSize,
                startNorm,
                maximumNorm);
    }

    private BiPOSettings bipoSettings() {
        BiPOSettings.Builder builder = trainedOn.applyTo(
                BiPOSettings.forLayers(layers.toArray(Integer[]::new)).seed(seed));
        if (learningRate != null) {
            builder.learningRate(learningRate);
        }
        if (epochs != null) {
            builder.epochs(epochs);
        }
        if (batchSize != null) {
            builder.batchSize(batchSize);
        }
        if (beta != null) {
            builder.beta(beta);
        }
        return builder.build();
    }

    private Summary summary(SteeringVector vector, List<SteeringVector> compared, Run run) {
        Map<Integer, Double> norms = new TreeMap<>();
        vector.layers().forEach(layer -> norms.put(layer, vector.norm(layer)));
        List<Comparison> cosines = new ArrayList<>();
        for (int i = 0; i < compared.size(); i++) {
            cosines.add(new Comparison(others.get(i), cosines(vector, compared.get(i))));
        }
        return new Summary(output, run.folder(), vector.method().orElseThrow(), norms, cosines);
    }

    private static Map<Integer, Double> cosines(SteeringVector vector, SteeringVector other) {
        Map<Integer, Double> cosines = new TreeMap<>();
        for (int layer : vector.layers()) {
            if (other.layers().contains(layer) && other.hiddenSize() == vector.hiddenSize()) {
                cosines.put(layer, cosine(vector.layer(layer), other.layer(layer)));
            }
        }
        return cosines;
    }

    private static void print(PrintStream out, Summary summary) {
        out.println("vector: " + summary.vector());
        out.println("method: " + summary.method());
        summary.norms().forEach((layer, norm) -> {
            out.println(String.format(Locale.ROOT, "layer %d: norm %.3f", layer, norm));
            for (Comparison comparison : summary.cosines()) {
                Double cosine = comparison.cosines().get(layer);
                out.println(
                        cosine == null
                                ? "layer " + layer + ": nothing to compare in " + comparison.vector()
                                : String.format(
                                        Locale.ROOT,
                                        "layer %d: cosine %.3f to %s",
                                        layer,
                                        cosine,
                                        comparison.vector()));
            }
        });
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double squaresOfA = 0;
        double squaresOfB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squaresOfA += (double) a[i] * a[i];
            squaresOfB += (double) b[i] * b[i];
        }
        return product / Math.sqrt(squaresOfA * squaresOfB);
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String value, String expected) {
        try {
            return Enum.valueOf(type, value.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new picocli.CommandLine.TypeConversionException("expected " + expected + " but was '" + value + "'");
        }
    }

    static final class MethodConverter implements picocli.CommandLine.ITypeConverter<Method> {
        @Override
        public Method convert(String value) {
            return constant(
                    Method.class,
                    value,
                    "mean-difference, mean-centring, principal-component, one-shot, reference-free or bipo");
        }
    }

    static final class PositionConverter implements picocli.CommandLine.ITypeConverter<AnswerPosition> {
        @Override
        public AnswerPosition convert(String value) {
            return constant(AnswerPosition.class, value, "last-token or answer-mean");
        }
    }
}
