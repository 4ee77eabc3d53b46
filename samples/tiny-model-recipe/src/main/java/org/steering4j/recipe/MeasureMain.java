package org.steering4j.recipe;

import java.nio.file.Path;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Precision;
import org.steering4j.recipe.measurement.AnsweringModel;
import org.steering4j.recipe.measurement.BehaviorScore;
import org.steering4j.recipe.measurement.UtilityScore;
import org.steering4j.vector.LayerSteering;

/** Prints what the tiny model does unsteered. */
public final class MeasureMain {
    private MeasureMain() {}

    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        try (LanguageModel model = LanguageModel.builder()
                        .folder(folder)
                        .precision(Precision.FLOAT32)
                        .build();
                ConversationEncoder encoder = new ConversationEncoder(folder)) {
            AnsweringModel answering = new AnsweringModel(model, encoder);
            for (Behavior behavior : Behavior.values()) {
                System.out.println(behavior.label() + " "
                        + BehaviorScore.measure(answering, behavior, LayerSteering.none(), 200, 1));
            }
            System.out.println(UtilityScore.measure(answering, LayerSteering.none()));
        }
    }
}
