package org.steering4j.recipe.measurement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.steering4j.SteeredModel;
import org.steering4j.engine.Precision;
import org.steering4j.recipe.Behavior;
import org.steering4j.recipe.ConversationEncoder;
import org.steering4j.trainer.TrainingListener;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;

/** Holds the embedded model, as it is committed, and vectors trained on it here to what its card promises. */
class EmbeddedModelTest {

    private static final int QUESTIONS = 200;
    private static final long SEED = 1;

    private static SteeredModel model;
    private static ConversationEncoder encoder;

    @BeforeAll
    static void open() {
        model = SteeredModel.embedded(Precision.FLOAT32);
        encoder = ConversationEncoder.embedded();
    }

    @AfterAll
    static void close() {
        encoder.close();
        model.close();
    }

    @Test
    void should_show_both_poles_and_be_useful_without_steering() {
        UnsteeredFigures figures =
                UnsteeredFigures.measure(new AnsweringModel(model.languageModel(), encoder), QUESTIONS, SEED);
        assertThat(figures.promises())
                .allSatisfy(promise ->
                        assertThat(promise.holds()).as(promise.text()).isTrue());
    }

    @Test
    void should_be_steered_both_ways_by_vectors_of_every_behaviour() {
        SteeringVectors vectors = SteeringVectors.of(Arrays.stream(Behavior.values())
                .map(behavior -> VectorTraining.train(model, behavior, new TrainingListener() {})
                        .vector())
                .toArray(SteeringVector[]::new));
        SteeredFigures figures = SteeredFigures.measure(
                new AnsweringModel(model.languageModel(), encoder),
                model.shape(),
                vectors,
                List.of(Behavior.values()),
                QUESTIONS,
                SEED);
        assertThat(figures.promises())
                .allSatisfy(promise ->
                        assertThat(promise.holds()).as(promise.text()).isTrue());
    }
}
