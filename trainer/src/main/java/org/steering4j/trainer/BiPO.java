package org.steering4j.trainer;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.steering4j.SteeredModel;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Precision;
import org.steering4j.engine.SteeredContinuations;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.trainer.data.PreferenceDataException;
import org.steering4j.trainer.data.PreferencePair;
import org.steering4j.trainer.data.RowNumbers;
import org.steering4j.vector.SteeringVector;

/**
 * Trains a steering vector by bi-directional preference optimisation (Cao et al. 2024, arXiv 2406.00045): a vector that, added to the
 * residual stream, makes answers that show a behaviour likelier than their opposites, and, subtracted, the reverse.
 *
 * <pre>{@code
 * TrainingResult result = BiPO.with(BiPOSettings.forLayers(15).build())
 *         .listener(new TrainingProgress(System.err, "truthfulness"))
 *         .train(model, "truthfulness", PreferenceData.read(Path.of("train.csv")));
 * result.vector().write(Path.of("truthfulness.safetensors"));
 * }</pre>
 *
 * <p>The loss of a pair (question q, matching answer r+, other answer r-) is
 *
 * <pre>
 *   -log sigmoid( d beta [ (log p(r+ | q; d v) - log p(r+ | q)) - (log p(r- | q; d v) - log p(r- | q)) ] )
 * </pre>
 *
 * with d drawn from -1 and +1 once per batch, log p summed over the answer's tokens with its end-of-turn token, and v zero at first, so
 * that the first loss is ln 2. Only v changes, in float32. The same seed gives the same vector bit for bit, if the model is opened in the same
 * precision, on the same processor with as many threads and the same version of libtorch: where {@link LanguageModel#computeEnvironment} is
 * the same. Elsewhere sums are rounded otherwise, by which vectors come to differ from the sixth or seventh digit on.
 *
 * <p>Immutable and thread-safe; the listener hears the thread that trains.
 */
public final class BiPO implements SteeringMethod {

    /** The method's name in a vector's provenance. */
    public static final String METHOD = "BiPO";

    private final BiPOSettings settings;
    private final TrainingListener listener;
    private final Path checkpointFile;
    private final boolean resume;
    private final boolean anyMachine;
    private final long memoryBytes;

    private BiPO(
            BiPOSettings settings,
            TrainingListener listener,
            Path checkpointFile,
            boolean resume,
            boolean anyMachine,
            long memoryBytes) {
        this.settings = Objects.requireNonNull(settings, "settings");
        this.listener = Objects.requireNonNull(listener, "listener");
        this.checkpointFile = checkpointFile;
        this.resume = resume;
        this.anyMachine = anyMachine;
        this.memoryBytes = memoryBytes;
    }

    public static BiPO with(BiPOSettings settings) {
        return new BiPO(
                settings, new TrainingListener() {}, null, false, false, SteeredContinuations.defaultMemoryBytes());
    }

    /** Reports every step and evaluation to the listener, in place of the one before. */
    public BiPO listener(TrainingListener listener) {
        return new BiPO(settings, listener, checkpointFile, resume, anyMachine, memoryBytes);
    }

    /**
     * Saves the state to a file at the start, at the end of every epoch, and when the training is interrupted: by
     * {@link Thread#interrupt()} or by the end of the JVM, as on Ctrl-C. The file stays when the training is over. It must not exist yet.
     */
    public BiPO checkpoint(Path file) {
        return new BiPO(settings, listener, Objects.requireNonNull(file, "file"), false, false, memoryBytes);
    }

    /**
     * Goes on from the checkpoint in a file, and saves to it as {@link #checkpoint} does. The result is that of a training that was never
     * interrupted: bit for bit if it trains alone, up to the rounding of sums beside others ({@link #trainAll}), for which of them share a
     * pass may differ. So a checkpoint that was made with another number of threads, on another processor or with another version of libtorch
     * ({@link LanguageModel#computeEnvironment}) is refused: see {@link #resumeOnAnyMachine}.
     */
    public BiPO resume(Path file) {
        return new BiPO(settings, listener, Objects.requireNonNull(file, "file"), true, false, memoryBytes);
    }

    /**
     * As {@link #resume}, but also where sums are rounded otherwise than where the checkpoint was made, which is warned of: the result is then
     * that of a training that was never interrupted up to that rounding.
     */
    public BiPO resumeOnAnyMachine(Path file) {
        return new BiPO(settings, listener, Objects.requireNonNull(file, "file"), true, true, memoryBytes);
    }

    /**
     * How much of the heap the cached hidden states may take; default a gibibyte, or a quarter of the heap if that is less. If they take more,
     * they go to a temporary file (in {@code java.io.tmpdir}). Trainings that run together share the largest.
     */
    public BiPO memoryBytes(long memoryBytes) {
        return new BiPO(settings, listener, checkpointFile, resume, anyMachine, memoryBytes);
    }

    /**
     * The precision that the training in a checkpoint runs in: open the model in it to resume, for the precision that a model is opened in
     * otherwise is measured, and may come out differently.
     *
     * @throws CheckpointException if the file is missing or damaged
     */
    public static Precision checkpointPrecision(Path checkpoint) {
        String name = Checkpoint.readIdentity(checkpoint).get(VectorTraining.PRECISION);
        try {
            return Precision.valueOf(String.valueOf(name));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(checkpoint + " names no known precision: " + name, e);
        }
    }

    /**
     * Trains to the end.
     *
     * @param behavior names the vector
     * @throws IllegalArgumentException if the model lacks a layer of the settings
     * @throws PreferenceDataException if nothing is left to train on beside the held-out pairs
     * @throws CheckpointException if the checkpoint exists and shall not be resumed, or cannot be resumed
     * @throws org.steering4j.vector.FileNotWrittenException if the checkpoint cannot be written
     * @throws TrainingInterruptedException if the training was interrupted; the thread's interrupt flag stays set
     * @throws TrainingDivergedException if a number became NaN or infinite; it holds the last good vector
     * @throws org.steering4j.engine.EngineException if memory or disk have too little room for the hidden states
     */
    public TrainingResult train(SteeredModel model, String behavior, PreferenceData data) {
        AnswerEncoder encoder = new AnswerEncoder(model, settings.systemPrompt());
        return train(model.languageModel(), behavior, data, encoder::encode);
    }

    /**
     * The pairs that a training on these data never trains on; they decide which vector is kept.
     *
     * @throws PreferenceDataException if nothing is held out, or nothing is left to train on
     */
    public PreferenceData heldOut(PreferenceData data) {
        int[] indices = PairSplit.of(data.pairs(), settings.validationShare(), settings.seed())
                .validation();
        return new PreferenceData(
                data.source() + " (held out)",
                Arrays.stream(indices).mapToObj(data.pairs()::get).toList(),
                new RowNumbers(
                        data.rows().unit(),
                        Arrays.stream(indices)
                                .mapToObj(data.rows().numbers()::get)
                                .toList()));
    }

    @Override
    public String name() {
        return METHOD;
    }

    @Override
    public SteeringVector makeVector(SteeredModel model, String behavior, PreferenceData data) {
        return train(model, behavior, data).vector();
    }

    /** Tells the listener in place of the {@link #listener} that was set. */
    @Override
    public SteeringVector makeVector(
            SteeredModel model, String behavior, PreferenceData data, OptimizationListener steps) {
        TrainingListener adapter = new TrainingListener() {
            @Override
            public void onStart(TrainingPlan plan) {
                steps.onStart(BiPO.this, plan.steps());
            }

            @Override
            public void onStep(TrainingStep step) {
                steps.onStep(step.step(), step.metrics().both().loss(), step.vectorNorm());
            }
        };
        return listener(adapter).makeVector(model, behavior, data);
    }

    /**
     * Trains several vectors in one pass: of other behaviours, seeds or learning rates, at the same layers. The hidden states of examples that
     * runs share are computed and kept once, and their steps run side by side. Each result is that of the run alone up to the rounding of sums,
     * and the same every time for the same runs. A run that fails, such as by divergence, does so alone; an interruption ends all of them.
     *
     * @return an outcome for each run, in order
     * @throws IllegalArgumentException if the runs have not all the same layers, or the model lacks one
     */
    public static List<TrainingOutcome> trainAll(SteeredModel model, List<TrainingRun> runs) {
        Map<String, AnswerEncoder> encoders = new HashMap<>();
        return trainAll(
                model.languageModel(),
                runs,
                (run, pair) -> encoders.computeIfAbsent(
                                run.method().settings.systemPrompt(),
                                systemPrompt -> new AnswerEncoder(model, systemPrompt))
                        .encode(pair));
    }

    static List<TrainingOutcome> trainAll(
            LanguageModel model,
            List<TrainingRun> runs,
            BiFunction<TrainingRun, PreferencePair, PreferenceExample> encoder) {
        for (TrainingRun run : runs) {
            SortedSet<Integer> layers = run.method().settings.layers();
            if (!layers.equals(runs.get(0).method().settings.layers())) {
                throw new IllegalArgumentException("the runs have the layers "
                        + runs.get(0).method().settings.layers() + " and " + layers
                        + "; only runs with the same layers can be trained together");
            }
            if (layers.last() >= model.shape().numberOfLayers()) {
                throw new IllegalArgumentException("layer " + layers.last() + " is out of range: "
                        + model.shape().name() + " has layers 0 to "
                        + (model.shape().numberOfLayers() - 1));
            }
        }
        return JointTraining.train(model, runs, encoder);
    }

    TrainingResult train(
            LanguageModel model,
            String behavior,
            PreferenceData data,
            Function<PreferencePair, PreferenceExample> encoder) {
        List<TrainingRun> runs = List.of(new TrainingRun(behavior, data, this));
        return trainAll(model, runs, (run, pair) -> encoder.apply(pair)).get(0).orThrow();
    }

    BiPOSettings settings() {
        return settings;
    }

    TrainingListener listener() {
        return listener;
    }

    /** Null for none. */
    Path checkpointFile() {
        return checkpointFile;
    }

    boolean resumes() {
        return resume;
    }

    boolean resumesOnAnyMachine() {
        return anyMachine;
    }

    long memoryBytes() {
        return memoryBytes;
    }
}
