package org.steering4j.trainer.command;

import dev.langchain4j.data.message.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.steering4j.trainer.AnswerEncoder;
import org.steering4j.trainer.evaluation.AnswerClassifier;
import org.steering4j.trainer.evaluation.AnswerMeasurement;
import org.steering4j.trainer.evaluation.AnswerScores;
import org.steering4j.trainer.evaluation.AnswersMeasurement;
import org.steering4j.trainer.evaluation.AttackSuccess;
import org.steering4j.trainer.evaluation.BehaviorScore;
import org.steering4j.trainer.evaluation.Judge;
import org.steering4j.trainer.evaluation.JudgeEstimate;
import org.steering4j.trainer.evaluation.JudgeScore;
import org.steering4j.trainer.evaluation.Measurement;
import org.steering4j.trainer.evaluation.Rubric;
import org.steering4j.trainer.evaluation.SideEffects;
import org.steering4j.trainer.evaluation.SteeredAnswer;
import org.steering4j.trainer.evaluation.SteeredAnswers;
import org.steering4j.trainer.evaluation.SteeringGrid;
import org.steering4j.vector.LayerSteering;

/**
 * What one model answers under all steerings, and what is measured on it.
 *
 * @param scores of the model
 * @param prompts by the names of the data
 */
record GeneratedAnswers(
        AnswerScores scores,
        AnswerEncoder encoder,
        SteeredAnswers answers,
        Map<String, List<List<ChatMessage>>> prompts) {

    private static final int SHOWN = 10;

    /** How many times all prompts of a data set are answered. */
    long cells(List<SteeringGrid> grids) {
        return (long) prompts.size()
                * grids.stream().mapToInt(grid -> grid.cells().size()).sum();
    }

    /**
     * What a judge is going to be sent. Has everything answered to know it; measuring finds the answers kept.
     *
     * @param answered called after each cell
     */
    JudgeEstimate estimate(Judge judge, Function<String, Rubric> rubrics, List<SteeringGrid> grids, Runnable answered) {
        JudgeEstimate estimate = JudgeEstimate.NOTHING;
        for (Map.Entry<String, List<List<ChatMessage>>> asked : prompts.entrySet()) {
            List<SteeredAnswer> all = new ArrayList<>();
            for (SteeringGrid grid : grids) {
                for (LayerSteering steering : grid.cells().values()) {
                    all.addAll(answers.to(asked.getValue(), steering));
                    answered.run();
                }
            }
            estimate = estimate.plus(judge.estimate(rubrics.apply(asked.getKey()), all));
        }
        return estimate;
    }

    /**
     * @param where added to the names of the data
     * @param judge null for none
     */
    List<Measurement> measurements(
            String where, AnswerOptions.Read options, Judge judge, Function<String, Rubric> rubrics, long seed) {
        List<Measurement> measurements = new ArrayList<>();
        prompts.forEach((name, asked) -> {
            List<AnswerMeasurement> ofAnswers = new ArrayList<>();
            AnswerClassifier classifier = options.classifiers().get(name);
            if (classifier != null) {
                ofAnswers.add(new BehaviorScore(classifier, seed));
            }
            if (judge != null) {
                ofAnswers.add(new JudgeScore(judge, rubrics.apply(name), seed));
            }
            if (options.complied().containsKey(name)) {
                AttackSuccess attacks = new AttackSuccess(options.detector(), seed);
                ofAnswers.add(
                        classifier == null
                                ? attacks
                                : attacks.recognisedBy(
                                        classifier, options.complied().get(name)));
            }
            ofAnswers.add(
                    new SideEffects(scores, encoder, AnswersMeasurement.unsteered(answers, asked, name + where), seed));
            measurements.add(new AnswersMeasurement(name + where, answers, asked, ofAnswers, SHOWN));
        });
        return measurements;
    }
}
