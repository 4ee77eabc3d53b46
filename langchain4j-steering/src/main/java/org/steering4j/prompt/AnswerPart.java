package org.steering4j.prompt;

import dev.langchain4j.agent.tool.ToolExecutionRequest;

/** A piece of an answer, in the order it was generated. Immutable. */
public sealed interface AnswerPart {

    /** Some of the answer's text, never empty. */
    record Text(String text) implements AnswerPart {}

    /** A complete tool call. */
    record ToolCall(ToolExecutionRequest request) implements AnswerPart {}
}
