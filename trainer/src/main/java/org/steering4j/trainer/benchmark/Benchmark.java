package org.steering4j.trainer.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.steering4j.checkpoint.ModelConfiguration;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.engine.GenerationRequest;
import org.steering4j.engine.GenerationResult;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Precision;
import org.steering4j.engine.Sampling;
import org.steering4j.engine.TokenListener;
import org.steering4j.trainer.benchmark.BenchmarkResult.Composition;
import org.steering4j.trainer.benchmark.BenchmarkResult.Decode;
import org.steering4j.trainer.benchmark.BenchmarkResult.Loading;
import org.steering4j.trainer.benchmark.BenchmarkResult.Prefill;
import org.steering4j.vector.LayerSteering;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;

/**
 * Measures how fast a model folder runs on this machine: loading, prompts, answers side by side, composed steering vectors, and speculation.
 * Everything takes turns for some rounds, and of each figure the best counts: what disturbs a measurement only ever prolongs it. For one thread.
 */
public final class Benchmark {

    /** Before the answers whose tokens are timed. */
    private static final int SHORT_PROMPT_TOKENS = 32;

    private final BenchmarkSettings settings;
    private final Consumer<String> progress;
    private final LanguageModel model;
    private final ModelConfiguration configuration;
    private final WeightCount weights;
    private final MachineLimits machine;
    /** The shortest time of each figure, by its name. */
    private final Map<String, Double> seconds = new HashMap<>();

    private Benchmark(
            BenchmarkSettings settings,
            Consumer<String> progress,
            LanguageModel model,
            ModelFolder folder,
            MachineLimits machine) {
        this.settings = settings;
        this.progress = progress;
        this.model = model;
        this.configuration = folder.configuration();
        this.weights = WeightCount.of(folder);
        this.machine = machine;
    }

    /**
     * Measures.
     *
     * @param precision null: the one that the engine chooses
     * @param threads that libtorch was told to take, for the record; null: its own choice
     * @param progress is told what is measured next
     * @throws org.steering4j.checkpoint.ModelFolderException if the folder is incomplete, broken or not supported
     */
    public static BenchmarkResult run(
            Path folder, Precision precision, Integer threads, BenchmarkSettings settings, Consumer<String> progress)
            throws IOException {
        ModelFolder modelFolder = ModelFolder.open(folder);
        progress.accept("the machine");
        MachineLimits machine = MachineLimits.measure(settings.rounds());
        BenchmarkResult result;
        progress.accept("loading");
        boolean peakIsKnown = ProcessMemory.forgetPeak();
        OptionalLong before = ProcessMemory.resident();
        long start = System.nanoTime();
        try (LanguageModel model = open(folder, precision, settings, false)) {
            double loadSeconds = secondsSince(start);
            Benchmark benchmark = new Benchmark(settings, progress, model, modelFolder, machine);
            benchmark.prompt(SHORT_PROMPT_TOKENS);
            double firstTokenSeconds = secondsSince(start);
            benchmark.answer(1, LayerSteering.none()); // has every weight in memory
            Loading loading = new Loading(
                    loadSeconds,
                    firstTokenSeconds,
                    benchmark.weights.bytes(model.precision()),
                    before.isPresent() ? ProcessMemory.resident().orElseThrow() - before.getAsLong() : null);
            benchmark.measureRounds();
            result = new BenchmarkResult(
                    modelFolder.configuration().name(),
                    model.precision().toString(),
                    threads,
                    machine,
                    loading,
                    benchmark.prefill(),
                    benchmark.decode(),
                    benchmark.composition(),
                    List.of(),
                    peakIsKnown ? ProcessMemory.peak().orElseThrow() : null);
        }
        if (!settings.speculation()) {
            return result;
        }
        // Only now, for there may be no memory for two.
        try (LanguageModel model = open(folder, Precision.named(result.precision()), settings, true)) {
            return result.with(new SpeculationBenchmark(settings, progress, model).run());
        }
    }

    private static LanguageModel open(
            Path folder, Precision precision, BenchmarkSettings settings, boolean speculation) {
        return LanguageModel.builder()
                .folder(folder)
                .precision(precision)
                .maximumRows(
                        settings.rows().stream().mapToInt(rows -> rows).max().orElse(1))
                .cacheBytes(0) // every prompt is run
                .speculation(speculation)
                .build();
    }

    private void measureRounds() {
        // The first pass of a length sets things up.
        promptTokens().forEach(this::prompt);
        for (int round = 1; round <= settings.rounds(); round++) {
            String of = " (round " + round + " of " + settings.rounds() + ")";
            progress.accept("prompts" + of);
            for (int tokens : promptTokens()) {
                take("prefill " + tokens, prompt(tokens));
            }
            progress.accept("answers" + of);
            for (int rows : settings.rows()) {
                take("decode " + rows, answer(rows, LayerSteering.none()));
            }
            progress.accept("steering" + of);
            for (int vectors : settings.vectors()) {
                take("vectors " + vectors, answer(1, composed(vectors)));
            }
        }
    }

    private void take(String name, double measured) {
        seconds.merge(name, measured, Math::min);
    }

    /** Lengths that fit the context. */
    private List<Integer> promptTokens() {
        return settings.promptTokens().stream()
                .filter(tokens -> tokens < configuration.contextLength())
                .toList();
    }

    /** From the call to the first token. */
    private double prompt(int tokens) {
        return inSeconds(model.generate(request(tokens(tokens, 0), LayerSteering.none(), 1), TokenListener.NONE)
                .timeToFirstToken());
    }

    /** Of one token of each row, once all prompts have been run. */
    private double answer(int rows, LayerSteering steering) {
        List<GenerationResult> results = model.generate(IntStream.range(0, rows)
                .mapToObj(row -> request(tokens(SHORT_PROMPT_TOKENS, row), steering, settings.answerTokens()))
                .toList());
        double first = results.stream()
                .mapToDouble(result -> inSeconds(result.timeToFirstToken()))
                .max()
                .orElseThrow();
        double last = results.stream()
                .mapToDouble(result -> inSeconds(result.total()))
                .max()
                .orElseThrow();
        return (last - first) / (settings.answerTokens() - 1);
    }

    private List<Prefill> prefill() {
        return promptTokens().stream()
                .map(tokens -> {
                    double took = seconds.get("prefill " + tokens);
                    return new Prefill(
                            tokens,
                            tokens / took,
                            weights.prefillOperations(tokens, configuration)
                                    / took
                                    / machine.operationsPerSecond(model.precision()));
                })
                .toList();
    }

    private List<Decode> decode() {
        Double one = seconds.get("decode 1");
        return settings.rows().stream()
                .map(rows -> {
                    double took = seconds.get("decode " + rows);
                    return new Decode(
                            rows,
                            rows / took,
                            weights.bytesPerPass(model.precision()) / took / machine.readBytesPerSecond(),
                            one == null ? null : rows * one / took);
                })
                .toList();
    }

    private List<Composition> composition() {
        Double none = seconds.get("vectors 0");
        return settings.vectors().stream()
                .map(vectors -> {
                    double took = seconds.get("vectors " + vectors);
                    return new Composition(vectors, 1 / took, none == null ? null : took / none - 1);
                })
                .toList();
    }

    /** Each vector at a block of its own, as far as there are blocks, so that none is summed with another beforehand. */
    private LayerSteering composed(int count) {
        SteeringVectors vectors = SteeringVectors.empty();
        Steering steering = Steering.none();
        Random random = new Random(settings.seed());
        for (int i = 0; i < count; i++) {
            float[] values = new float[configuration.hiddenSize()];
            for (int j = 0; j < values.length; j++) {
                values[j] = 0.01f * (float) random.nextGaussian();
            }
            int layer = (configuration.numberOfLayers() / 2 + i) % configuration.numberOfLayers();
            vectors = vectors.with(SteeringVector.builder("vector" + i)
                    .model(model.shape())
                    .layer(layer, values)
                    .build());
            steering = steering.plus("vector" + i, 1);
        }
        return vectors.resolve(steering, model.shape());
    }

    private static GenerationRequest request(int[] prompt, LayerSteering steering, int answerTokens) {
        return new GenerationRequest(prompt, steering, Sampling.greedy(), answerTokens, Set.of());
    }

    private int[] tokens(int count, int row) {
        return new Random(settings.seed() + row)
                .ints(count, 0, configuration.vocabularySize())
                .toArray();
    }

    static double inSeconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
