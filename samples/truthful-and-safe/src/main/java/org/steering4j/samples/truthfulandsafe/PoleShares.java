package org.steering4j.samples.truthfulandsafe;

import java.util.List;
import org.steering4j.recipe.Behavior;
import org.steering4j.recipe.Recognition;

/**
 * What the recipe's classifier finds in answers.
 *
 * @param target share of answers at the behaviour's target pole, from 0 to 1
 * @param recognised share of answers at either pole, from 0 to 1
 */
record PoleShares(double target, double recognised) {

    static PoleShares of(Behavior behavior, List<String> questions, List<String> answers) {
        int target = 0;
        int recognised = 0;
        for (int i = 0; i < questions.size(); i++) {
            Recognition recognition = behavior.classify(questions.get(i), answers.get(i));
            target += recognition == Recognition.MATCHING ? 1 : 0;
            recognised += recognition == Recognition.UNRECOGNISED ? 0 : 1;
        }
        return new PoleShares((double) target / questions.size(), (double) recognised / questions.size());
    }
}
