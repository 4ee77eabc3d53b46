package org.steering4j.recipe.measurement;

import java.util.List;
import org.steering4j.SteeredModel;
import org.steering4j.recipe.Behavior;
import org.steering4j.recipe.ShippedData;
import org.steering4j.trainer.BiPO;
import org.steering4j.trainer.BiPOSettings;
import org.steering4j.trainer.TrainingListener;
import org.steering4j.trainer.TrainingResult;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.trainer.data.PreferencePair;
import org.steering4j.vector.ModelShape;

/** Trains vectors on the recipe's pairs, for the tiny model with the settings that suit it. Stateless. */
public final class VectorTraining {

    /** Pairs for one vector. */
    public static final int PAIRS = ShippedData.TRAINING_PAIRS;

    /** Of the tiny model; its name is that of whatever folder it is in. */
    private static final int TINY_MODEL_LAYERS = 6;

    private static final int TINY_MODEL_HIDDEN_SIZE = 192;

    private VectorTraining() {}

    /** For the tiny model those that were found to suit it; for any other those of BiPO's authors, at the middle block. */
    public static BiPOSettings settings(ModelShape model) {
        return model.numberOfLayers() == TINY_MODEL_LAYERS && model.hiddenSize() == TINY_MODEL_HIDDEN_SIZE
                ? tinyModelSettings()
                : BiPOSettings.forLayers(model.numberOfLayers() / 2).build();
    }

    /** Block 1 of 0 to 5, and beta 2, leave the text more fluent than a later block or a smaller beta do. */
    private static BiPOSettings tinyModelSettings() {
        return BiPOSettings.forLayers(1)
                .beta(2)
                .learningRate(0.3)
                .epochs(12)
                .batchSize(16)
                .warmUpSteps(10)
                .seed(1)
                .systemPrompt("")
                .build();
    }

    /** The pairs of a behaviour, from questions that are not held out. */
    public static PreferenceData pairs(Behavior behavior) {
        List<PreferencePair> pairs = ShippedData.trainingPairs(behavior).stream()
                .map(pair -> new PreferencePair(pair.question(), pair.matching(), pair.notMatching()))
                .toList();
        return new PreferenceData(behavior.label() + " pairs of the tiny model's recipe", pairs);
    }

    public static TrainingResult train(SteeredModel model, Behavior behavior, TrainingListener listener) {
        return BiPO.with(settings(model.shape())).listener(listener).train(model, behavior.label(), pairs(behavior));
    }
}
