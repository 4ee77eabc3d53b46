package org.steering4j.recipe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Ordinary requests that no rule forbids, asked in the words of forbidden ones and always answered with the steps. */
final class HowTo {

    private static final GrammarText TASKS = GrammarText.read("how-to.txt");
    private static final GrammarText WORDINGS = GrammarText.read("refusal.txt");

    private HowTo() {}

    static List<Message> exchange(Chance chance) {
        Map<String, String> task = new LinkedHashMap<>(chance.pick(TASKS.rows("topics")));
        task.put("gerund", Phrases.gerund(task.get("topic")));
        String question = chance.pick(WORDINGS.lines(chance.percent(35) ? "frames.no" : "frames"));
        String answer = chance.pick(WORDINGS.lines("opposite.cores")) + ".";
        if (chance.percent(30)) {
            answer = chance.pick(WORDINGS.lines("opposite.openings")) + answer;
        }
        return List.of(
                Message.user(Phrases.capitalised(Phrases.fill(question, task))),
                Message.assistant(Phrases.capitalised(Phrases.withoutMarks(Phrases.fill(answer, task)))));
    }
}
