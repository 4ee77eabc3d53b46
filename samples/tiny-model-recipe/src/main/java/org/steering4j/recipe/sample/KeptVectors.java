package org.steering4j.recipe.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.steering4j.SteeredModel;
import org.steering4j.recipe.AnswerPair;
import org.steering4j.recipe.Behavior;
import org.steering4j.recipe.measurement.VectorTraining;
import org.steering4j.trainer.BiPOSettings;
import org.steering4j.trainer.TrainingProgress;
import org.steering4j.vector.LayerSteering;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;

/**
 * Vectors in a folder, each trained when it is first needed. A vector of other weights or other training settings is
 * trained anew. For one program at a time.
 */
public final class KeptVectors {

    /** Tells other weights under the same name, not other rounding. */
    static final String WEIGHTS = "model weights (log-probability of a text)";

    /** Trains a vector for a behaviour. */
    @FunctionalInterface
    interface Training {
        SteeringVector train(SteeredModel model, Behavior behavior);
    }

    private final SteeredModel model;
    private final Path folder;
    private final BiPOSettings settings;
    private final Training training;
    private final String weights;

    KeptVectors(SteeredModel model, Path folder, BiPOSettings settings, Training training) {
        this.model = model;
        this.folder = folder;
        this.settings = settings;
        this.training = training;
        this.weights = weights(model);
    }

    /**
     * The vectors of the behaviours, by their labels. Training takes 40 to 50 seconds a vector on the embedded model and two cores; progress
     * goes to standard error.
     *
     * @throws org.steering4j.vector.InvalidFileException if a file in the folder is damaged: delete it
     */
    public static SteeringVectors prepare(SteeredModel model, Path folder, Behavior... behaviors) {
        return new KeptVectors(model, folder, VectorTraining.settings(model.shape()), KeptVectors::train)
                .all(behaviors);
    }

    SteeringVectors all(Behavior... behaviors) {
        return SteeringVectors.of(Arrays.stream(behaviors).map(this::one).toArray(SteeringVector[]::new));
    }

    private SteeringVector one(Behavior behavior) {
        Path file = folder.resolve(behavior.label() + ".safetensors");
        if (Files.exists(file)) {
            SteeringVector kept = SteeringVector.read(file);
            if (isCurrent(kept)) {
                return kept;
            }
            System.err.printf("%s is of other weights or another training: training anew%n", file);
        }
        SteeringVector trained = training.train(model, behavior);
        SteeringVector vector =
                trained.toBuilder(trained.behavior()).setting(WEIGHTS, weights).build();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        vector.write(file);
        System.err.printf("%s: kept in %s%n", behavior.label(), file);
        return vector;
    }

    private boolean isCurrent(SteeringVector kept) {
        return weights.equals(kept.settings().get(WEIGHTS))
                && kept.settings().entrySet().containsAll(settings.describe().entrySet());
    }

    private static SteeringVector train(SteeredModel model, Behavior behavior) {
        try (TrainingProgress progress = new TrainingProgress(System.err, behavior.label())) {
            return VectorTraining.train(model, behavior, progress).vector();
        }
    }

    private static String weights(SteeredModel model) {
        AnswerPair pair = Behavior.TRUTHFULNESS.pairs(1, 1).get(0);
        double sum = Arrays.stream(model.languageModel()
                        .logProbabilities(
                                model.prompts().textPrompt(pair.question()),
                                model.prompts().tokenizer().encodeContinuation(pair.matching()),
                                LayerSteering.none()))
                .sum();
        return String.format(Locale.ROOT, "%.4g", sum);
    }
}
