package org.steering4j.prompt;

/**
 * What stands around a tool call in an answer. Immutable.
 *
 * @param opening before {@code {"name": ..., "arguments": {...}}}
 * @param closing after it
 */
public record ToolCallMarks(String opening, String closing) {}
