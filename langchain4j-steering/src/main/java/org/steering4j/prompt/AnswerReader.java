package org.steering4j.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Reads an answer from the tokens of one generation, as they come: decodes them, sets apart what the model
 * thinks first, cuts the rest at the first stop sequence, and finds tool calls.
 * Not thread-safe.
 */
public final class AnswerReader {

    private final TokenDecoder decoder;
    private final ThinkingScanner thinking;
    private final Supplier<StopSequences> newStopSequences;
    private final Supplier<ToolCallScanner> newToolCalls;
    /** Parts of the answer that may turn out to be thinking. */
    private final List<AnswerPart> undecided = new ArrayList<>();

    private StopSequences stopSequences;
    private ToolCallScanner toolCalls;

    /** @param newToolCalls of null takes tool calls for text */
    AnswerReader(
            TokenDecoder decoder,
            ThinkingScanner thinking,
            Supplier<StopSequences> newStopSequences,
            Supplier<ToolCallScanner> newToolCalls) {
        this.decoder = decoder;
        this.thinking = thinking;
        this.newStopSequences = newStopSequences;
        this.newToolCalls = newToolCalls;
        begin();
    }

    /** Whatever was read so far was no answer. */
    private void begin() {
        undecided.clear();
        stopSequences = newStopSequences.get();
        toolCalls = newToolCalls.get();
    }

    /** The parts that are certain now. */
    public List<AnswerPart> append(int token) {
        List<AnswerPart> parts = new ArrayList<>();
        read(decoder.append(token), parts);
        return parts;
    }

    private void read(String text, List<AnswerPart> parts) {
        String answer = thinking.append(text, parts);
        if (thinking.tookBack()) {
            begin();
        }
        undecided.addAll(parts(stopSequences.append(answer)));
        if (!thinking.isUndecided()) {
            parts.addAll(undecided);
            undecided.clear();
        }
    }

    /** Whether a stop sequence has come: nothing follows but {@link #finish}. */
    public boolean stopped() {
        return stopSequences.stopped();
    }

    /** The parts held back until the end. */
    public List<AnswerPart> finish() {
        List<AnswerPart> parts = new ArrayList<>();
        read(decoder.finish(), parts);
        String answer = thinking.finish(parts);
        parts.addAll(undecided);
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
