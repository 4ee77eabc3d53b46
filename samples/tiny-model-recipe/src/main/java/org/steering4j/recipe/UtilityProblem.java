package org.steering4j.recipe;

import java.util.List;
import java.util.function.Predicate;

/**
 * A task with a checkable answer that steering must not harm.
 *
 * @param messages what to send; the answer checked is the assistant's next message
 * @param checker accepts a right answer's text; for {@link Kind#TOOL_CALL} the text between the tool call tags, with or
 *     without the tags
 */
public record UtilityProblem(
        Kind kind, List<ToolDescription> tools, List<Message> messages, Predicate<String> checker) {

    /** What a problem asks for. */
    public enum Kind {
        /** A fixed fact of the small world. */
        FACT,
        /** A sum up to twenty. */
        SUM,
        /** Something the user said earlier in the conversation. */
        RECALL,
        /** The right call of a tool, as JSON. */
        TOOL_CALL,
        /** An answer that repeats a tool's result. */
        TOOL_ANSWER
    }

    public UtilityProblem {
        tools = List.copyOf(tools);
        messages = List.copyOf(messages);
    }

    public boolean isSolvedBy(String answer) {
        return checker.test(answer);
    }
}
