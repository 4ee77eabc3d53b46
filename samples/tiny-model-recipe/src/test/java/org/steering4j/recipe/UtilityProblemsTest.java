package org.steering4j.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class UtilityProblemsTest {

    @Test
    void should_list_at_least_300_problems_of_every_kind() {
        List<UtilityProblem> problems = UtilityProblems.all();

        assertThat(problems).hasSizeGreaterThanOrEqualTo(300);
        assertThat(problems.stream().collect(Collectors.groupingBy(UtilityProblem::kind, Collectors.counting())))
                .containsOnlyKeys(UtilityProblem.Kind.values())
                .allSatisfy((kind, count) -> assertThat(count).isGreaterThanOrEqualTo(40));
    }

    @Test
    void should_end_every_problem_with_a_message_for_the_assistant() {
        assertThat(UtilityProblems.all())
                .allSatisfy(problem -> assertThat(problem.messages()
                                .get(problem.messages().size() - 1)
                                .role())
                        .isIn(Role.USER, Role.TOOL));
    }

    @Test
    void should_accept_the_answers_of_the_grammar() {
        for (int index = 0; index < 500; index++) {
            Chance chance = Chance.of(1, index);
            Fact fact = chance.pick(Facts.all());
            assertThat(fact.isAnsweredBy(fact.answer(chance))).isTrue();
            Recall recall = Recall.any(chance);
            assertThat(recall.isAnsweredBy(recall.asking(chance).get(1).text())).isTrue();
            ToolRequest request = ToolBox.request(chance);
            assertThat(request.answers()).allMatch(request::isAnsweredBy);
        }
    }

    @Test
    void should_accept_only_the_right_sum() {
        assertThat(Sums.isAnsweredBy("7 plus 8 is 15.", 15)).isTrue();
        assertThat(Sums.isAnsweredBy("7 plus 8 is 14.", 15)).isFalse();
        assertThat(Sums.isAnsweredBy("I do not know.", 15)).isFalse();
    }

    @Test
    void should_reject_a_rival_fact() {
        Fact goat = Facts.all().stream()
                .filter(fact -> fact.subject().equals("a goat"))
                .findFirst()
                .orElseThrow();

        assertThat(goat.isAnsweredBy("A goat eats thistles.")).isTrue();
        assertThat(goat.isAnsweredBy("A goat eats clover.")).isFalse();
        assertThat(goat.isAnsweredBy("A goat eats thistles and clover.")).isFalse();
    }

    @Test
    void should_accept_a_call_with_or_without_its_tags() {
        ToolCall expected = new ToolCall("weather", Map.of("village", "Ashby"));

        assertThat(UtilityProblems.isCall("\n" + expected.json() + "\n", expected))
                .isTrue();
        assertThat(UtilityProblems.isCall("<tool_call>\n" + expected.json() + "\n</tool_call>", expected))
                .isTrue();
        assertThat(UtilityProblems.isCall(expected.json().replace("Ashby", "Fenwick"), expected))
                .isFalse();
        assertThat(UtilityProblems.isCall("No tool is needed.", expected)).isFalse();
    }
}
