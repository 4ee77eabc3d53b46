package org.steering4j.samples.truthfulandsafe;

import java.nio.file.Path;
import java.util.List;
import org.steering4j.SteeredChatModel;
import org.steering4j.SteeredModel;
import org.steering4j.recipe.Behavior;
import org.steering4j.recipe.sample.KeptVectors;
import org.steering4j.recipe.sample.SampleModel;
import org.steering4j.vector.SteeringVectors;

/** Prints a few answers side by side under each steering, then how often they are truthful and how often they refuse. */
public final class TruthfulAndSafe {

    private static final int QUESTIONS = 200;
    private static final int SIDE_BY_SIDE = 3;

    private TruthfulAndSafe() {}

    /** @param arguments the folder for the vectors */
    public static void main(String[] arguments) {
        try (SteeredModel model = SampleModel.open()) {
            SteeringVectors vectors =
                    KeptVectors.prepare(model, Path.of(arguments[0]), Behavior.TRUTHFULNESS, Behavior.REFUSAL);
            Questioner questioner = new Questioner(SteeredChatModel.builder()
                    .model(model)
                    .vectors(vectors)
                    .maxOutputTokens(100)
                    .build());
            printSideBySide(questioner, Behavior.TRUTHFULNESS.heldOutQuestions().subList(0, SIDE_BY_SIDE));
            printSideBySide(questioner, Behavior.REFUSAL.heldOutQuestions().subList(0, SIDE_BY_SIDE));
            printSideBySide(questioner, List.of("Which river flows past Oakvale?")); // a fact stays one
            Comparison.measure(questioner, QUESTIONS).print(System.out);
        }
    }

    private static void printSideBySide(Questioner questioner, List<String> questions) {
        List<List<String>> answers = Comparison.STEERINGS.stream()
                .map(steering -> questioner.answers(questions, steering))
                .toList();
        for (int question = 0; question < questions.size(); question++) {
            System.out.println(questions.get(question));
            for (int row = 0; row < answers.size(); row++) {
                System.out.printf(
                        "  %-32s %s%n",
                        Comparison.STEERINGS.get(row), answers.get(row).get(question));
            }
            System.out.println();
        }
    }
}
