package org.steering4j.recipe.measurement;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.steering4j.SteeredModel;
import org.steering4j.engine.Precision;
import org.steering4j.recipe.ConversationEncoder;

/** Holds the embedded model, as it is committed, to what its card promises without steering. */
class EmbeddedModelTest {

    private static final int QUESTIONS = 200;
    private static final long SEED = 1;

    @Test
    void should_show_both_poles_and_be_useful_without_steering() {
        UnsteeredFigures figures;
        try (SteeredModel model = SteeredModel.embedded(Precision.FLOAT32);
                ConversationEncoder encoder = ConversationEncoder.embedded()) {
            figures = UnsteeredFigures.measure(new AnsweringModel(model.languageModel(), encoder), QUESTIONS, SEED);
        }
        assertThat(figures.promises()).allMatch(Promise::holds);
    }
}
