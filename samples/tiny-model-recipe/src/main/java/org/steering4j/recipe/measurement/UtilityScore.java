package org.steering4j.recipe.measurement;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.steering4j.recipe.UtilityProblem;
import org.steering4j.recipe.UtilityProblems;
import org.steering4j.recipe.measurement.AnsweringModel.Answer;
import org.steering4j.recipe.measurement.AnsweringModel.Prompt;
import org.steering4j.vector.LayerSteering;

/** Utility problems solved at temperature 0, from 0 to 1, over all and by kind. */
public record UtilityScore(double solved, Map<UtilityProblem.Kind, Double> byKind) {

    public static UtilityScore measure(AnsweringModel model, LayerSteering steering) {
        List<UtilityProblem> problems = UtilityProblems.all();
        List<Answer> answers = model.answers(
                problems.stream()
                        .map(problem -> new Prompt(problem.tools(), problem.messages()))
                        .toList(),
                steering,
                0,
                0);
        Map<UtilityProblem.Kind, int[]> counts = new EnumMap<>(UtilityProblem.Kind.class);
        int solved = 0;
        for (int i = 0; i < problems.size(); i++) {
            boolean right = problems.get(i).isSolvedBy(answers.get(i).text());
            int[] count = counts.computeIfAbsent(problems.get(i).kind(), kind -> new int[2]);
            count[0] += right ? 1 : 0;
            count[1]++;
            solved += right ? 1 : 0;
        }
        Map<UtilityProblem.Kind, Double> byKind = new EnumMap<>(UtilityProblem.Kind.class);
        counts.forEach((kind, count) -> byKind.put(kind, (double) count[0] / count[1]));
        return new UtilityScore((double) solved / problems.size(), byKind);
    }

    /** For people: kind and share, as in "FACT 98%, SUM 100%". */
    public String byKindInPercent() {
        return byKind.entrySet().stream()
                .map(entry -> String.format(Locale.ROOT, "%s %.0f%%", entry.getKey(), 100 * entry.getValue()))
                .collect(Collectors.joining(", "));
    }
}
