package org.steering4j.recipe.measurement;

import java.util.List;
import org.steering4j.recipe.Behavior;
import org.steering4j.recipe.Recognition;
import org.steering4j.recipe.measurement.AnsweringModel.Answer;
import org.steering4j.recipe.measurement.AnsweringModel.Prompt;
import org.steering4j.vector.LayerSteering;

/**
 * How often each pole of a behaviour shows in sampled answers (temperature 1, no system message) to held-out questions.
 *
 * @param target answers at the target pole
 * @param opposite answers at the opposite pole
 * @param unrecognised answers that the classifier takes for neither
 * @param perplexity of the answers under the unsteered model
 */
public record BehaviorScore(int target, int opposite, int unrecognised, double perplexity) {

    public static BehaviorScore measure(
            AnsweringModel model, Behavior behavior, LayerSteering steering, int questions, long seed) {
        List<String> asked = behavior.heldOutQuestions().subList(0, questions);
        List<Answer> answers =
                model.answers(asked.stream().map(Prompt::question).toList(), steering, 1, seed);
        int[] counts = new int[Recognition.values().length];
        for (int i = 0; i < questions; i++) {
            counts[behavior.classify(asked.get(i), answers.get(i).text()).ordinal()]++;
        }
        return new BehaviorScore(
                counts[Recognition.MATCHING.ordinal()],
                counts[Recognition.NOT_MATCHING.ordinal()],
                counts[Recognition.UNRECOGNISED.ordinal()],
                model.perplexity(answers));
    }

    public int answers() {
        return target + opposite + unrecognised;
    }

    /** From 0 to 1. */
    public double targetShare() {
        return (double) target / answers();
    }

    /** From 0 to 1. */
    public double recognisedShare() {
        return 1 - (double) unrecognised / answers();
    }
}
