package org.steering4j.trainer;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.engine.LanguageModel;
import org.steering4j.trainer.data.PreferencePair;
import org.steering4j.vector.SteeringVector;

/**
 * One run from its data to its outcome: encodes, starts or resumes, saves, and makes the vector. Whatever fails ends this run alone; only a
 * requested stop is thrown on. Runs on one thread, but for the end of the JVM.
 */
final class VectorTraining implements AutoCloseable {

    /** The name of the precision in a checkpoint's identity. */
    static final String PRECISION = "precision";

    private static final Logger LOGGER = LoggerFactory.getLogger(VectorTraining.class);

    private final LanguageModel model;
    private final TrainingRun run;
    private final BiPOSettings settings;
    private List<PreferenceExample> examples;
    private int firstPair;
    private PairSplit split;
    /** Null for none. */
    private Checkpoint checkpoint;

    private TrainingState state;
    private TrainingPlan plan;
    private BiPOTraining training;
    private ShutdownGuard guard;
    private TrainingOutcome outcome;

    VectorTraining(LanguageModel model, TrainingRun run) {
        this.model = model;
        this.run = run;
        this.settings = run.method().settings();
    }

    TrainingRun run() {
        return run;
    }

    TrainingOutcome outcome() {
        return outcome;
    }

    /** Ends the run by a failure that is not the training's own, such as a full disk; what was reached is saved. */
    void fail(RuntimeException failure) {
        if (guard != null) {
            keepState();
        }
        end(failure);
    }

    private void end(RuntimeException failure) {
        outcome = new TrainingOutcome(run, null, failure);
    }

    private void keepState() {
        try {
            training.freeze(() -> {
                checkpoint.write(state);
                LOGGER.warn(
                        "the training stops; its state after step {} is in the checkpoint {}",
                        state.stepsDone(),
                        run.method().checkpointFile());
            });
        } catch (RuntimeException notSaved) {
            LOGGER.warn(
                    "the training stops; its state after step {} is lost, but for what the checkpoint held before: {}",
                    state.stepsDone(),
                    notSaved.getMessage());
        }
    }

    private void attempt(Runnable action) {
        if (outcome != null) {
            return;
        }
        try {
            action.run();
        } catch (BiPOTraining.StopRequested stop) {
            throw stop;
        } catch (TrainingDivergedException diverged) {
            end(new TrainingDivergedException(diverged, lastGoodVector()));
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private SteeringVector lastGoodVector() {
        if (state.stepsDone() == 0) {
            return null;
        }
        return vector(state.bestEvaluation() == null ? state.vector : state.best);
    }

    /** Gives its examples, which get the numbers from {@code firstPair} on; none if it failed. */
    List<PreferenceExample> prepare(int firstPair, Function<PreferencePair, PreferenceExample> encoder) {
        attempt(() -> {
            requireNewCheckpoint();
            if (run.method().resumes()) {
                Checkpoint.requireSameEnvironment(
                        run.method().checkpointFile(),
                        model.computeEnvironment(),
                        run.method().resumesOnAnyMachine());
            }
            List<PreferencePair> pairs = run.data().pairs();
            this.firstPair = firstPair;
            split = PairSplit.of(pairs, settings.validationShare(), settings.seed())
                    .shifted(firstPair);
            run.method().listener().onPreparation(pairs.size());
            int maximumTokens = Math.min(settings.maximumTokens(), model.contextLength());
            examples = pairs.stream()
                    .map(pair -> encoder.apply(pair).truncate(maximumTokens, settings.truncation()))
                    .toList();
        });
        return outcome == null ? examples : List.of();
    }

    void start(EngineAnswers answers) {
        attempt(() -> {
            if (run.method().checkpointFile() == null) {
                state = TrainingState.start(
                        settings.layers().size(), model.shape().hiddenSize());
            } else {
                checkpoint =
                        new Checkpoint(run.method().checkpointFile(), identity(answers), model.computeEnvironment());
                state = startingState();
            }
            training = new BiPOTraining(split, settings, run.method().listener(), state);
            if (checkpoint != null) {
                checkpoint.write(state, training.stepsPerEpoch());
                guard = new ShutdownGuard(() -> {
                    training.freeze(() -> checkpoint.write(state));
                    checkpoint.releaseReserve();
                    LOGGER.warn(interruption().getMessage());
                });
            }
            plan = plan();
            run.method().listener().onStart(plan);
        });
    }

    private TrainingState startingState() {
        requireNewCheckpoint();
        int layers = settings.layers().size();
        int hiddenSize = model.shape().hiddenSize();
        TrainingState start = TrainingState.start(layers, hiddenSize);
        if (!run.method().resumes()) {
            return start;
        }
        BiPOTraining fromStart = new BiPOTraining(split, settings, run.method().listener(), start);
        return checkpoint.read(
                new Checkpoint.Expected(layers, hiddenSize, fromStart.stepsPerEpoch(), fromStart.totalSteps()));
    }

    private void requireNewCheckpoint() {
        Path file = run.method().checkpointFile();
        if (file != null && !run.method().resumes() && Files.exists(file)) {
            throw new CheckpointException(
                    "the checkpoint " + file + " exists already: resume it, delete it, or name another file");
        }
    }

    private TrainingPlan plan() {
        int truncated =
                (int) examples.stream().filter(PreferenceExample::truncated).count();
        if (truncated > 0) {
            LOGGER.warn(
                    "{} of {} pairs are longer than the maximum of tokens and were cut", truncated, examples.size());
        }
        if (settings.warmUpSteps() >= training.totalSteps()) {
            LOGGER.warn(
                    "the warm-up of {} steps is not over when the training ends after {}: the full learning rate is never used",
                    settings.warmUpSteps(),
                    training.totalSteps());
        }
        return new TrainingPlan(
                split.training().length,
                split.validation().length,
                truncated,
                settings.epochs(),
                training.totalSteps(),
                state.stepsDone());
    }

    /** What it needs next; null if it is over. */
    Demand next() {
        Demand[] demand = new Demand[1];
        attempt(() -> {
            demand[0] = training.next(this::save);
            if (demand[0] == null) {
                TrainingResult result = new TrainingResult(
                        vector(state.best),
                        settings,
                        plan,
                        new TrainingCurve(state.steps, state.evaluations),
                        state.bestEvaluation());
                outcome = new TrainingOutcome(run, result, null);
            }
        });
        return demand[0];
    }

    private void save() {
        if (checkpoint != null) {
            checkpoint.write(state, training.stepsPerEpoch());
        }
    }

    void requireNoStop() {
        training.requireNoStop();
    }

    void take(Demand demand, Demand.Answer answer) {
        attempt(() -> training.take(demand, answer));
    }

    /** Saves what there is, unless it is over. */
    void interrupt() {
        attempt(() -> {
            if (checkpoint != null) {
                training.freeze(() -> checkpoint.write(state));
            }
            end(interruption());
        });
    }

    private TrainingInterruptedException interruption() {
        Path file = run.method().checkpointFile();
        return state == null
                ? new TrainingInterruptedException(run.method().resumes() ? file : null)
                : new TrainingInterruptedException(state.stepsDone(), file);
    }

    @Override
    public void close() {
        if (guard != null) {
            guard.close();
            checkpoint.releaseReserve();
        }
    }

    private SteeringVector vector(float[][] values) {
        SteeringVector.Builder builder =
                SteeringVector.builder(run.behavior()).method(BiPO.METHOD).model(model.shape());
        Iterator<Integer> layers = settings.layers().iterator();
        for (float[] layer : values) {
            builder.layer(layers.next(), layer);
        }
        UsedSystemPrompt.addTo(builder, settings.describe(), run.data());
        builder.setting("data", SourceName.of(run.data().source()))
                .setting("training pairs", String.valueOf(plan.trainingPairs()))
                .setting("validation pairs", String.valueOf(plan.validationPairs()))
                .setting(PRECISION, model.precision().name().toLowerCase(Locale.ROOT));
        TrainingEvaluation best = state.bestEvaluation();
        if (best != null) {
            builder.setting("step", String.valueOf(best.step())).setting("epoch", String.valueOf(best.epoch()));
            if (plan.validationPairs() > 0) {
                builder.setting(
                        "validation loss",
                        String.valueOf(best.validation().both().loss()));
            }
        }
        return builder.build();
    }

    /** What must be the same for a resumed training to give the same vector. */
    private Map<String, String> identity(EngineAnswers answers) {
        Map<String, String> identity = new LinkedHashMap<>(settings.describe());
        identity.put("behavior", run.behavior());
        identity.put("model fingerprint", model.shape().fingerprint());
        identity.put("model architecture", model.shape().architecture());
        identity.put("model layers", String.valueOf(model.shape().numberOfLayers()));
        identity.put("model hidden size", String.valueOf(model.shape().hiddenSize()));
        identity.put(PRECISION, model.precision().name());
        identity.put("data (hash of its tokens)", hash(examples));
        // Tells other weights, not other rounding.
        identity.put(
                "model weights (mean unsteered log-probability)",
                String.format(
                        Locale.ROOT,
                        "%.4g",
                        answers.meanUnsteeredLogProbability(IntStream.range(firstPair, firstPair + examples.size()))));
        return identity;
    }

    private static String hash(List<PreferenceExample> examples) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (PreferenceExample example : examples) {
                for (int[] tokens : List.of(example.prompt(), example.matching(), example.notMatching())) {
                    ByteBuffer bytes = ByteBuffer.allocate((tokens.length + 1) * Integer.BYTES);
                    bytes.putInt(tokens.length).asIntBuffer().put(tokens);
                    digest.update(bytes.array());
                }
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
