package org.steering4j.trainer.command;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.steering4j.SteeredModel;
import org.steering4j.engine.Precision;
import org.steering4j.internal.TemporaryFolder;
import org.steering4j.trainer.benchmark.Benchmark;
import org.steering4j.trainer.benchmark.BenchmarkResult;
import org.steering4j.trainer.benchmark.BenchmarkSettings;
import org.steering4j.trainer.benchmark.MachineLimits;
import org.steering4j.trainer.benchmark.ModelSizes;
import org.steering4j.trainer.benchmark.NamedShape;
import org.steering4j.trainer.benchmark.RandomWeights;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Measures how fast a model runs here. */
@Command(
        name = "benchmark",
        sortOptions = false,
        description = {
            "Measures how fast a model runs on this machine, beside what the machine does at most: loading, prompts, answers"
                    + " side by side, composed steering vectors, and speculation.",
            "Everything takes turns for some rounds; of each figure the best counts. Other work on the machine spoils it."
        })
final class BenchmarkCommand implements Callable<Integer> {

    /** DJL hands it to libtorch when that is loaded, which is at the first use. */
    private static final String THREADS_PROPERTY = "ai.djl.pytorch.num_threads";

    @ParentCommand
    private Main main;

    @Spec
    private CommandSpec command;

    @Option(
            names = "--model",
            paramLabel = NamedModel.LABEL,
            description =
                    "A Hugging Face model folder, the name of a model on the hub, or the word embedded. This or --shape is required.")
    private String model;

    @Option(
            names = "--shape",
            paramLabel = "NAME",
            description =
                    "Random weights in the shape of a model: qwen2.5-0.5b, qwen2.5-1.5b, llama-3.2-1b or llama-2-7b.")
    private String shape;

    @Option(
            names = "--weights",
            paramLabel = "DIR",
            description =
                    "A folder of its own where --shape writes its weights, and finds them the next time. Default: a temporary one.")
    private Path weights;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            description =
                    "float32, bfloat16, float16, int8 or int4. Default: float32 or bfloat16, whichever a short measurement finds faster here.")
    private Precision precision;

    @Option(names = "--threads", paramLabel = "N", description = "Of libtorch. Default: its own choice.")
    private Integer threads;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            paramLabel = "N",
            description = "How often everything is measured. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--prompt-tokens",
            split = ",",
            defaultValue = "32,128,512,2048",
            paramLabel = "N",
            description =
                    "Lengths of prompts; those beyond the model's context are left out. Default: ${DEFAULT-VALUE}.")
    private List<Integer> promptTokens;

    @Option(
            names = "--rows",
            split = ",",
            defaultValue = "1,2,4,8,16",
            paramLabel = "N",
            description = "Numbers of answers at once. Default: ${DEFAULT-VALUE}.")
    private List<Integer> rows;

    @Option(
            names = "--vectors",
            split = ",",
            defaultValue = "0,1,10",
            paramLabel = "N",
            description = "Numbers of composed steering vectors. Default: ${DEFAULT-VALUE}.")
    private List<Integer> vectors;

    @Option(
            names = "--without-speculation",
            description = "Leave out speculation, for which the model is opened once more.")
    private boolean withoutSpeculation;

    @Option(
            names = "--answer-tokens",
            defaultValue = "32",
            paramLabel = "N",
            description =
                    "Of each answer; those that speculation guesses are four times as long. Default: ${DEFAULT-VALUE}.")
    private int answerTokens;

    @Option(
            names = "--seed",
            defaultValue = "1",
            paramLabel = "S",
            description = "Of tokens and vectors. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Override
    public Integer call() throws IOException {
        BenchmarkSettings settings = settings();
        if (threads != null) {
            System.setProperty(THREADS_PROPERTY, threads.toString());
        }
        BenchmarkResult result = shape == null
                ? measureModel(settings)
                : measureShape(settings).named("random " + NamedShape.of(shape).label());
        main.show(result, output -> print(result, output));
        return 0;
    }

    private BenchmarkSettings settings() {
        if ((model == null) == (shape == null)) {
            throw refused("expected either --model or --shape");
        }
        if (weights != null && shape == null) {
            throw refused("--weights is " + weights + ": it says where --shape writes its weights");
        }
        if (threads != null && threads < 1) {
            throw refused("--threads is " + threads + ": expected at least 1");
        }
        try {
            if (shape != null) {
                NamedShape.of(shape);
            }
            return new BenchmarkSettings(rounds, promptTokens, rows, vectors, answerTokens, !withoutSpeculation, seed);
        } catch (IllegalArgumentException e) {
            throw refused(e.getMessage());
        }
    }

    private ParameterException refused(String reason) {
        return new ParameterException(command.commandLine(), reason);
    }

    private BenchmarkResult measureModel(BenchmarkSettings settings) throws IOException {
        if (model.equals("embedded")) {
            return SteeredModel.readEmbedded(folder -> {
                try {
                    return measure(folder, settings);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return measure(NamedModel.folder(model, command), settings);
    }

    private BenchmarkResult measureShape(BenchmarkSettings settings) throws IOException {
        if (weights != null) {
            return measureShape(settings, weights);
        }
        try (TemporaryFolder temporary = TemporaryFolder.create("steering-benchmark")) {
            // Also when the program is interrupted: the weights take gigabytes, often of memory.
            Runtime.getRuntime().addShutdownHook(new Thread(temporary::close));
            return measureShape(settings, temporary.path().resolve("weights"));
        }
    }

    private BenchmarkResult measureShape(BenchmarkSettings settings, Path folder) throws IOException {
        NamedShape named = NamedShape.of(shape);
        String name = "random " + named.label();
        if (!areIn(folder, name, named.sizes())) {
            say("writing random weights");
            RandomWeights.write(folder, name, named.sizes());
        }
        return measure(folder, settings);
    }

    private boolean areIn(Path folder, String name, ModelSizes sizes) throws IOException {
        try {
            return RandomWeights.areIn(folder, name, sizes);
        } catch (IllegalArgumentException e) {
            throw refused("--weights: " + e.getMessage());
        }
    }

    private BenchmarkResult measure(Path folder, BenchmarkSettings settings) throws IOException {
        return Benchmark.run(folder, precision, threads, settings, this::say);
    }

    private void say(String doing) {
        main.errors().println(doing);
    }

    private static void print(BenchmarkResult result, PrintStream output) {
        Lines lines = new Lines(output);
        MachineLimits machine = result.machine();
        lines.print(
                "%s, %s, %s threads",
                result.model(), result.precision(), result.threads() == null ? "libtorch's" : result.threads());
        lines.print(
                "the machine: reads %.1f GB/s; multiplies, in operations per second, float32 %.2f T, bfloat16 %.2f T, int8 %s",
                machine.readBytesPerSecond() / 1e9,
                machine.float32OperationsPerSecond() / 1e12,
                machine.bfloat16OperationsPerSecond() / 1e12,
                machine.int8OperationsPerSecond() == null
                        ? "not at all"
                        : format("%.2f T", machine.int8OperationsPerSecond() / 1e12));
        lines.print(
                "loading: %.2f s, %.2f s to the first token; weights %s, memory grew by %s; peak of the process %s",
                result.loading().seconds(),
                result.loading().firstTokenSeconds(),
                gibibytes(result.loading().weightBytes()),
                gibibytes(result.loading().residentBytes()),
                gibibytes(result.peakResidentBytes()));
        result.prefill()
                .forEach(prefill -> lines.print(
                        "prompt of %4d tokens: %8.1f tokens/s, %3.0f%% of the machine's multiplication",
                        prefill.tokens(), prefill.tokensPerSecond(), 100 * prefill.shareOfMultiplication()));
        result.decode()
                .forEach(decode -> lines.print(
                        "%2d answers at once: %8.2f tokens/s, %3.0f%% of the machine's read bandwidth%s",
                        decode.rows(),
                        decode.tokensPerSecond(),
                        100 * decode.shareOfBandwidth(),
                        decode.timesOneRow() == null ? "" : format(", %.2f times one", decode.timesOneRow())));
        result.composition()
                .forEach(composition -> lines.print(
                        "%2d steering vectors: %8.2f tokens/s%s",
                        composition.vectors(),
                        composition.tokensPerSecond(),
                        composition.cost() == null ? "" : format(", a token takes %+.1f%%", 100 * composition.cost())));
        result.speculation()
                .forEach(speculation -> lines.print(
                        "an answer that %s: %.2f tokens/s without speculation, %.2f with, %.2f times; %d tokens in %d passes",
                        speculation.task(),
                        speculation.tokensPerSecondWithout(),
                        speculation.tokensPerSecond(),
                        speculation.times(),
                        speculation.tokens(),
                        speculation.passes()));
    }

    private record Lines(PrintStream output) {

        void print(String pattern, Object... values) {
            output.println(format(pattern, values));
        }
    }

    private static String gibibytes(Long bytes) {
        return bytes == null ? "unknown" : format("%.2f GiB", bytes / (double) (1 << 30));
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
