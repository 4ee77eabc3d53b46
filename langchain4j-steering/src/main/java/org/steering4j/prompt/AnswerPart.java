package org.steering4j.prompt;

import dev.langchain4j.agent.tool.ToolExecutionRequest;

/** A piece of an answer, in the order it was generated. Immutable. */
public sealed interface AnswerPart {

    /** Some of what the model thinks before it answers, never empty. */
    record Thinking(String text) implements AnswerPart {}

    /** Some of the answer's text, never empty. */
    record Text(String text) implements AnswerPart {}

    /**
     * Some of a tool call's arguments. Those of one index, put together, are the arguments of the call that follows. If no
     * {@link ToolCall} of that index follows, the rest could not be read, and what was written follows as text.
     *
     * @param index of the call, from 0
     * @param arguments a part of their JSON, never empty
     */
    record PartialToolCall(int index, String id, String name, String arguments) implements AnswerPart {}

    /** A complete tool call. Indexes rise, and skip calls of which only a part could be read. */
    record ToolCall(int index, ToolExecutionRequest request) implements AnswerPart {}
}
