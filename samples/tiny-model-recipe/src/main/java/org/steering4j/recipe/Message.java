package org.steering4j.recipe;

import java.util.List;

/**
 * One message of a conversation.
 *
 * @param text the words; empty for an assistant message that only calls tools, the result for a tool message
 * @param toolCalls the tools an assistant message calls; empty for every other role
 */
public record Message(Role role, String text, List<ToolCall> toolCalls) {

    public Message {
        toolCalls = List.copyOf(toolCalls);
    }

    public static Message system(String text) {
        return new Message(Role.SYSTEM, text, List.of());
    }

    public static Message user(String text) {
        return new Message(Role.USER, text, List.of());
    }

    public static Message assistant(String text) {
        return new Message(Role.ASSISTANT, text, List.of());
    }

    public static Message assistant(ToolCall toolCall) {
        return new Message(Role.ASSISTANT, "", List.of(toolCall));
    }

    public static Message tool(String result) {
        return new Message(Role.TOOL, result, List.of());
    }
}
