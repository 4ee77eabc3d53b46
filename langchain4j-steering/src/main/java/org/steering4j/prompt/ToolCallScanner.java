package org.steering4j.prompt;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Finds tool calls of the form {@code <tool_call>{"name": ..., "arguments": {...}}</tool_call>} (Hermes, Qwen) in an answer as it comes.
 * White space around calls belongs to no one. What looks like a call but cannot be read is text. Not thread-safe.
 */
final class ToolCallScanner {

    private static final String OPENING = "<tool_call>";
    private static final String CLOSING = "</tool_call>";
    static final Set<String> MARKERS = Set.of(OPENING, CLOSING);
    static final ToolCallMarks MARKS = new ToolCallMarks(OPENING, CLOSING);

    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final StringBuilder held = new StringBuilder();
    private boolean anyCall;

    List<AnswerPart> append(String text) {
        held.append(text);
        List<AnswerPart> parts = new ArrayList<>();
        while (true) {
            int opening = held.indexOf(OPENING);
            int closing = opening < 0 ? -1 : held.indexOf(CLOSING, opening);
            if (closing < 0) {
                addText(parts, opening < 0 ? held.length() - possibleOpening() : opening, false);
                return parts;
            }
            Optional<ToolExecutionRequest> call = parse(held.substring(opening + OPENING.length(), closing));
            int end = closing + CLOSING.length();
            if (call.isPresent()) {
                addText(parts, opening, true);
                addCall(parts, call.get(), end - opening);
            } else {
                addText(parts, end, false);
            }
        }
    }

    /** The rest; a last call whose closing mark is missing counts if it is complete otherwise. */
    List<AnswerPart> finish() {
        List<AnswerPart> parts = new ArrayList<>();
        int opening = held.indexOf(OPENING);
        if (opening >= 0) {
            parse(held.substring(opening + OPENING.length())).ifPresent(call -> {
                addText(parts, opening, true);
                addCall(parts, call, held.length());
            });
        }
        if (anyCall && held.toString().isBlank()) {
            held.setLength(0);
        }
        if (!held.isEmpty()) {
            parts.add(new AnswerPart.Text(held.toString()));
            held.setLength(0);
        }
        return parts;
    }

    private void addCall(List<AnswerPart> parts, ToolExecutionRequest call, int length) {
        held.delete(0, length);
        parts.add(new AnswerPart.ToolCall(call));
        anyCall = true;
    }

    /** Takes text off the front; white space at its end is dropped before a call and otherwise kept until it is known what follows. */
    private void addText(List<AnswerPart> parts, int length, boolean beforeCall) {
        String text = held.substring(0, length);
        String shown = text.stripTrailing();
        held.delete(0, beforeCall ? length : shown.length());
        if (!shown.isEmpty()) {
            parts.add(new AnswerPart.Text(shown));
        }
    }

    /** How much of the end of what is held might be the beginning of an opening mark. */
    private int possibleOpening() {
        for (int length = Math.min(OPENING.length() - 1, held.length()); length > 0; length--) {
            if (held.indexOf(OPENING.substring(0, length), held.length() - length) >= 0) {
                return length;
            }
        }
        return 0;
    }

    private static Optional<ToolExecutionRequest> parse(String json) {
        try {
            JsonNode call = MAPPER.readTree(json);
            String name = call.path("name").asText();
            JsonNode arguments = call.has("arguments") ? call.get("arguments") : call.path("parameters");
            if (arguments.isTextual()) {
                arguments = MAPPER.readTree(arguments.asText());
            }
            boolean none = arguments.isMissingNode() || arguments.isNull();
            if (name.isEmpty() || !(none || arguments.isObject())) {
                return Optional.empty();
            }
            return Optional.of(ToolExecutionRequest.builder()
                    .id("call_" + UUID.randomUUID().toString().replace("-", ""))
                    .name(name)
                    .arguments(none ? "{}" : arguments.toString())
                    .build());
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
