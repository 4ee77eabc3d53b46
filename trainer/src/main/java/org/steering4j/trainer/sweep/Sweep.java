package org.steering4j.trainer.sweep;

import dev.langchain4j.data.message.ChatMessageSerializer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.steering4j.SteeredModel;
import org.steering4j.engine.SteeredContinuations;
import org.steering4j.trainer.AnswerEncoder;
import org.steering4j.trainer.BiPO;
import org.steering4j.trainer.BiPOSettings;
import org.steering4j.trainer.PreferenceMetrics;
import org.steering4j.trainer.TrainingEvaluation;
import org.steering4j.trainer.TrainingInterruptedException;
import org.steering4j.trainer.TrainingListener;
import org.steering4j.trainer.TrainingOutcome;
import org.steering4j.trainer.TrainingPlan;
import org.steering4j.trainer.TrainingResult;
import org.steering4j.trainer.TrainingRun;
import org.steering4j.trainer.TrainingStep;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.trainer.data.PreferencePair;
import org.steering4j.trainer.evaluation.EvaluationResult;
import org.steering4j.trainer.evaluation.Figure;
import org.steering4j.trainer.evaluation.PreferenceMeasurement;
import org.steering4j.trainer.evaluation.SteeringGrid;
import org.steering4j.vector.FileNotWrittenException;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringException;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;

/**
 * Trains a vector for each cell, measures it on pairs that it was not trained on, and ranks them all. Cells of the same layers are trained
 * together, so that they share the hidden states below their vectors; each is what {@link BiPO#train} gives, up to the rounding of sums.
 *
 * <p>Everything is kept in a folder, so that a sweep that is stopped at any moment goes on when it is run again: finished cells are not trained
 * again, and the others go on from the last epoch. A cell that fails is recorded with its reason and the others go on; running the sweep again
 * tries it again.
 */
public final class Sweep {

    /** The name of the file with the best cell's vector. */
    public static final String BEST = "best.safetensors";

    /**
     * How many cells train together. A pass has a bounded number of tokens however many they are, so memory hardly grows with them; but the pairs
     * of each are held as tokens, and a failure of the engine, such as for want of memory, ends all that train together.
     */
    private static final int CELLS_TOGETHER = 8;

    /** Those that BiPO trains at, and the middle: the fewest that give a slope. */
    private static final List<Double> MULTIPLIERS = List.of(-1.0, 0.0, 1.0);

    private final SteeredModel model;
    private final String behavior;
    private final PreferenceData data;
    private final List<SweepCell> cells;
    private final Path folder;
    private final SweepListener listener;
    private final Map<String, String> identity;
    /** By seed, which decides what is held out. */
    private final Map<Long, PreferenceMeasurement> measurements = new HashMap<>();

    private final Map<Long, Integer> trainingPairs = new HashMap<>();
    private long memoryBytes = SteeredContinuations.defaultMemoryBytes();

    /**
     * @param behavior names the vectors
     * @param test the pairs that steerability is measured on; if empty, it is those that a training holds out
     * @param cells at least one; they hold out some pairs
     * @param folder where the cells go; it exists
     * @throws IllegalArgumentException if there is a setting out of its range, or none are held out
     * @throws org.steering4j.trainer.data.PreferenceDataException if a pair to measure on is longer than the model's context, or nothing is left
     *     to train on
     */
    public Sweep(
            SteeredModel model,
            String behavior,
            PreferenceData data,
            Optional<PreferenceData> test,
            List<SweepCell> cells,
            Path folder,
            SweepListener listener) {
        this.model = model;
        this.behavior = behavior;
        this.data = data;
        this.cells = List.copyOf(cells);
        this.folder = folder;
        this.listener = listener;
        this.identity = identity(test);
        for (SweepCell cell : cells) {
            prepare(cell.settings(), test);
        }
    }

    /** As {@link BiPO#memoryBytes}, for the cells that are trained together. */
    public Sweep memoryBytes(long memoryBytes) {
        this.memoryBytes = memoryBytes;
        return this;
    }

    private void prepare(BiPOSettings settings, Optional<PreferenceData> test) {
        if (settings.validationShare() == 0) {
            throw new IllegalArgumentException(
                    "validationShare is 0: expected more than 0, for cells are ranked by their held-out pairs");
        }
        measurements.computeIfAbsent(settings.seed(), seed -> {
            PreferenceData heldOut = BiPO.with(settings).heldOut(data);
            trainingPairs.put(seed, data.pairs().size() - heldOut.pairs().size());
            AnswerEncoder encoder = new AnswerEncoder(model, settings.systemPrompt());
            return new PreferenceMeasurement(model, encoder, behavior, test.orElse(heldOut), seed);
        });
    }

    /**
     * Trains what is not finished yet.
     *
     * @throws SweepException if the folder holds a sweep of something else, or the thread was interrupted; its interrupt flag stays set
     * @throws FileNotWrittenException if a result cannot be written; the results before it are kept
     */
    public SweepResult run() {
        SweepFolder files = SweepFolder.open(folder, identity);
        Map<String, CellResult> results = new HashMap<>();
        for (SweepCell cell : cells) {
            files.finished(cell).ifPresent(result -> results.put(cell.name(), result));
        }
        listener.onStart(
                cells.size(),
                results.size(),
                cells.stream()
                        .filter(cell -> !results.containsKey(cell.name()))
                        .mapToLong(this::steps)
                        .sum());
        for (List<SweepCell> group : groups()) {
            List<SweepCell> unfinished = group.stream()
                    .filter(cell -> !results.containsKey(cell.name()))
                    .toList();
            if (!unfinished.isEmpty()) {
                train(unfinished, files).forEach(result -> results.put(result.name(), result));
            }
        }
        SweepResult result = SweepResult.of(
                cells.stream().map(cell -> results.get(cell.name())).toList());
        if (!result.ranking().isEmpty()) {
            files.copyBest(result.ranking().get(0).cell().name());
        }
        return result;
    }

    /** The same whatever is finished: a group that was not begun is trained as in a sweep that was never stopped. */
    private List<List<SweepCell>> groups() {
        Map<SortedSet<Integer>, List<SweepCell>> byLayers = cells.stream()
                .collect(Collectors.groupingBy(
                        cell -> cell.settings().layers(), LinkedHashMap::new, Collectors.toList()));
        List<List<SweepCell>> groups = new ArrayList<>();
        for (List<SweepCell> sameLayers : byLayers.values()) {
            for (int first = 0; first < sameLayers.size(); first += CELLS_TOGETHER) {
                groups.add(sameLayers.subList(first, Math.min(first + CELLS_TOGETHER, sameLayers.size())));
            }
        }
        return groups;
    }

    private List<CellResult> train(List<SweepCell> group, SweepFolder files) {
        List<CellListener> listeners =
                group.stream().map(cell -> new CellListener(cell, listener)).toList();
        List<CellResult> results = new ArrayList<>();
        List<TrainingOutcome> outcomes = null;
        String failure = null;
        try {
            outcomes = BiPO.trainAll(
                    model, listeners.stream().map(heard -> run(heard, files)).toList());
            requireNoInterruption(outcomes);
        } catch (RuntimeException | OutOfMemoryError e) {
            failure = reason(e);
        }
        for (int i = 0; i < group.size(); i++) {
            SweepCell cell = group.get(i);
            CellResult result =
                    outcomes == null ? CellResult.failed(cell, failure) : result(cell, outcomes.get(i), files);
            files.write(result);
            listener.onSteps(steps(cell) - listeners.get(i).stepsDone);
            listener.onResult(result);
            results.add(result);
        }
        return results;
    }

    /**
     * Before anything is written, for what was trained so far is in the checkpoints; by an interrupt of the thread, which cannot write files
     * then, or by the end of the JVM.
     */
    private void requireNoInterruption(List<TrainingOutcome> outcomes) {
        if (Thread.currentThread().isInterrupted()
                || outcomes.stream().anyMatch(outcome -> outcome.failure() instanceof TrainingInterruptedException)) {
            throw new SweepException("the sweep was interrupted. Run it again in " + folder + " to go on");
        }
    }

    private TrainingRun run(CellListener heard, SweepFolder files) {
        Path checkpoint = files.checkpoint(heard.cell.name());
        BiPO method = BiPO.with(heard.cell.settings()).listener(heard).memoryBytes(memoryBytes);
        // Trainings side by side are the same up to the rounding of sums anyhow.
        return new TrainingRun(
                behavior,
                data,
                Files.exists(checkpoint) ? method.resumeOnAnyMachine(checkpoint) : method.checkpoint(checkpoint));
    }

    private CellResult result(SweepCell cell, TrainingOutcome outcome, SweepFolder files) {
        try {
            TrainingResult trained = outcome.orThrow();
            EvaluationResult measured = measure(cell, trained.vector());
            Optional<Figure> steerability = figure(measured, PreferenceMeasurement.STEERABILITY);
            if (steerability.isEmpty()) {
                return CellResult.failed(cell, String.join("; ", measured.notes()));
            }
            PreferenceMetrics heldOut = trained.best().validation();
            trained.vector().write(files.vector(cell.name()));
            return CellResult.of(
                    cell,
                    new CellScore(
                            trained.best().epoch(),
                            heldOut.both().margin(),
                            heldOut.positive().margin(),
                            heldOut.negative().margin(),
                            heldOut.positive().accuracy(),
                            heldOut.negative().accuracy(),
                            steerability.get().estimate(),
                            figure(measured, PreferenceMeasurement.ANTI_STEERABLE)
                                    .orElseThrow()
                                    .estimate()
                                    .value(),
                            trained.best().vectorNorm()));
        } catch (RuntimeException | OutOfMemoryError e) {
            return CellResult.failed(cell, reason(e));
        }
    }

    private EvaluationResult measure(SweepCell cell, SteeringVector vector) {
        SteeringVectors library = SteeringVectors.empty().with(behavior, vector);
        return measurements
                .get(cell.settings().seed())
                .measure(SteeringGrid.of(behavior, Steering.of(behavior, 1), MULTIPLIERS, library, model.shape()));
    }

    private static Optional<Figure> figure(EvaluationResult result, String metric) {
        return result.figures().stream()
                .filter(figure -> figure.metric().equals(metric))
                .findFirst();
    }

    /** Why a cell failed; what ends the whole sweep is thrown. */
    private String reason(Throwable failure) {
        if (failure instanceof FileNotWrittenException || failure instanceof SweepException) {
            throw (SteeringException) failure;
        }
        return failure.getMessage() == null || failure instanceof OutOfMemoryError
                ? failure.toString()
                // For the report, which may be read elsewhere.
                : failure.getMessage().replace(folder + folder.getFileSystem().getSeparator(), "");
    }

    private int steps(SweepCell cell) {
        BiPOSettings settings = cell.settings();
        int batches = divideUp(trainingPairs.get(settings.seed()), settings.batchSize());
        return divideUp(batches, settings.accumulationSteps()) * settings.epochs();
    }

    private static int divideUp(int dividend, int divisor) {
        return (dividend + divisor - 1) / divisor;
    }

    private Map<String, String> identity(Optional<PreferenceData> test) {
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("model", model.name());
        identity.put("model shape", model.shape().toString());
        identity.put("precision", model.languageModel().precision().name());
        identity.put("behavior", behavior);
        identity.put("data", describe(data));
        test.ifPresent(pairs -> identity.put("test data", describe(pairs)));
        identity.put("the cells", cells.stream().map(SweepCell::name).collect(Collectors.joining(", ")));
        // What differs between cells is in their names.
        cells.get(0).settings().describe().forEach((setting, value) -> {
            if (cells.stream()
                    .allMatch(cell -> cell.settings().describe().get(setting).equals(value))) {
                identity.put(setting, value);
            }
        });
        return identity;
    }

    private static String describe(PreferenceData data) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (PreferencePair pair : data.pairs()) {
                for (String text : List.of(
                        ChatMessageSerializer.messagesToJson(pair.prompt()), pair.matching(), pair.notMatching())) {
                    digest.update(text.getBytes(StandardCharsets.UTF_8));
                    digest.update((byte) 0);
                }
            }
            String hash = HexFormat.of().formatHex(digest.digest()).substring(0, 16);
            return "of " + data.pairs().size() + " pairs with SHA-256 " + hash;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static final class CellListener implements TrainingListener {

        private final SweepCell cell;
        private final SweepListener listener;
        private int stepsDone;

        CellListener(SweepCell cell, SweepListener listener) {
            this.cell = cell;
            this.listener = listener;
        }

        @Override
        public void onStart(TrainingPlan plan) {
            stepsDone = plan.stepsDone();
            listener.onSteps(stepsDone);
        }

        @Override
        public void onStep(TrainingStep step) {
            stepsDone++;
            listener.onSteps(1);
        }

        @Override
        public void onEvaluation(TrainingEvaluation evaluation) {
            listener.onEvaluation(cell, evaluation);
        }
    }
}
