package org.steering4j.prompt;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads an answer from the tokens of one generation, as they come: decodes them, cuts at the first stop sequence, and finds tool calls.
 * Not thread-safe.
 */
public final class AnswerReader {

    private final TokenDecoder decoder;
    private final StopSequences stopSequences;
    private final ToolCallScanner toolCalls;

    /** @param toolCalls null takes tool calls for text */
    AnswerReader(TokenDecoder decoder, StopSequences stopSequences, ToolCallScanner toolCalls) {
        this.decoder = decoder;
        this.stopSequences = stopSequences;
        this.toolCalls = toolCalls;
    }

    /** The parts that are certain now. */
    public List<AnswerPart> append(int token) {
        return parts(stopSequences.append(decoder.append(token)));
    }

    /** Whether a stop sequence has come: nothing follows but {@link #finish}. */
    public boolean stopped() {
        return stopSequences.stopped();
    }

    /** The parts held back until the end. */
    public List<AnswerPart> finish() {
        String rest = stopSequences.append(decoder.finish()) + stopSequences.finish();
        if (toolCalls == null) {
            return parts(rest);
        }
        List<AnswerPart> parts = new ArrayList<>(toolCalls.append(rest));
        parts.addAll(toolCalls.finish());
        return List.copyOf(parts);
    }

    private List<AnswerPart> parts(String text) {
        if (toolCalls != null) {
            return toolCalls.append(text);
        }
        return text.isEmpty() ? List.of() : List.of(new AnswerPart.Text(text));
    }
}
