package org.steering4j.conformance;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a model would say to each question: once, or once in each turn of its conversation with tools. Answers take the tools' results from the
 * prompt, so that one that is missing there is missing in the answer.
 */
final class Script implements Function<String, List<String>> {

    /** In an answer: the results of the tools that were called in the turn before. */
    static final String RESULT = "{result}";

    private static final String ASSISTANT = "\nassistant\n";
    private static final Pattern TOOL_RESPONSE =
            Pattern.compile("<tool_response>\n(.*?)\n</tool_response>", Pattern.DOTALL);

    private final Map<String, List<Turn>> turnsByQuestion = new HashMap<>();

    /** @param answers from the preferred one to what is left when a form is asked for */
    record Turn(List<String> answers) {}

    static Turn say(String... answers) {
        return new Turn(List.of(answers));
    }

    static Turn call(String tool, String arguments) {
        return say(callOf(tool, arguments));
    }

    static String callOf(String tool, String arguments) {
        return "<tool_call>\n{\"name\": \"" + tool + "\", \"arguments\": " + arguments + "}\n</tool_call>";
    }

    Script on(String question, Turn... turns) {
        if (turnsByQuestion.put(question, List.of(turns)) != null) {
            throw new IllegalArgumentException("asked twice: " + question);
        }
        return this;
    }

    /** @param prompt the text of a conversation, as the embedded model's chat template writes it, without special tokens */
    @Override
    public List<String> apply(String prompt) {
        String question = lastQuestion(prompt);
        String[] since = prompt.substring(prompt.lastIndexOf(question) + question.length())
                .split(ASSISTANT, -1);
        int turn = since.length - 2;
        List<Turn> turns = turnsByQuestion.get(question);
        if (turn < 0 || turn >= turns.size()) {
            throw new IllegalStateException("no answer for turn " + turn + " of: " + prompt);
        }
        String results = TOOL_RESPONSE
                .matcher(since[turn])
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.joining(" and "));
        return turns.get(turn).answers().stream()
                .map(answer -> answer.replace(RESULT, results))
                .toList();
    }

    /** The one that ends last; of several that end there, the longest. */
    private String lastQuestion(String prompt) {
        return turnsByQuestion.keySet().stream()
                .filter(prompt::contains)
                .max(Comparator.<String>comparingInt(question -> prompt.lastIndexOf(question) + question.length())
                        .thenComparingInt(String::length))
                .orElseThrow(() -> new IllegalStateException("no answer to: " + prompt));
    }
}
