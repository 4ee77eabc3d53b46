package org.steering4j.prompt;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads an answer from the tokens of one generation, as they come: decodes them, sets apart what the model
 * thinks first, cuts the rest at the first stop sequence, and finds tool calls.
 * Not thread-safe.
 */
public final class AnswerReader {

    private final TokenDecoder decoder;
    private final ThinkingScanner thinking;
    private final StopSequences stopSequences;
    private final ToolCallScanner toolCalls;

    /** @param toolCalls null takes tool calls for text */
    AnswerReader(
            TokenDecoder decoder, ThinkingScanner thinking, StopSequences stopSequences, ToolCallScanner toolCalls) {
        this.decoder = decoder;
        this.thinking = thinking;
        this.stopSequences = stopSequences;
        this.toolCalls = toolCalls;
    }

    /** The parts that are certain now. */
    public List<AnswerPart> append(int token) {
        List<AnswerPart> parts = new ArrayList<>();
        parts.addAll(parts(stopSequences.append(thinking.append(decoder.append(token), parts))));
        return parts;
    }

    /** Whether a stop sequence has come: nothing follows but {@link #finish}. */
    public boolean stopped() {
        return stopSequences.stopped();
    }

    /** The parts held back until the end. */
    public List<AnswerPart> finish() {
        List<AnswerPart> parts = new ArrayList<>();
        String answer = thinking.append(decoder.finish(), parts) + thinking.finish(parts);
        parts.addAll(parts(stopSequences.append(answer) + stopSequences.finish()));
        if (toolCalls != null) {
            parts.addAll(toolCalls.finish());
        }
        return List.copyOf(parts);
    }

    private List<AnswerPart> parts(String text) {
        if (toolCalls != null) {
            return toolCalls.append(text);
        }
        return text.isEmpty() ? List.of() : List.of(new AnswerPart.Text(text));
    }
}
