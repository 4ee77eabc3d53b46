package org.steering4j.recipe;

import java.util.List;

/**
 * A question that needs a tool.
 *
 * @param result what the tool returns, as JSON or as plain words
 * @param values what an answer must repeat from the result
 */
record ToolRequest(String question, ToolCall call, String result, List<String> answers, List<String> values) {

    List<Message> exchange(Chance chance) {
        return List.of(
                Message.user(question),
                Message.assistant(call),
                Message.tool(result),
                Message.assistant(chance.pick(answers)));
    }

    boolean isAnsweredBy(String answer) {
        String words = Phrases.normalised(answer);
        return values.stream().allMatch(value -> words.contains(Phrases.normalised(value)));
    }
}
