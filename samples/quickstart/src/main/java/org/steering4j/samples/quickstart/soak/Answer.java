package org.steering4j.samples.quickstart.soak;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import java.util.List;

/** What is the same in all answers to the same request. Immutable. */
record Answer(String text, List<ToolCall> toolCalls, FinishReason finishReason, int tokens) {

    record ToolCall(String name, String arguments) {

        static ToolCall of(ToolExecutionRequest request) {
            return new ToolCall(request.name(), request.arguments());
        }
    }

    static Answer of(ChatResponse response) {
        String text = response.aiMessage().text();
        return new Answer(
                text == null ? "" : text,
                response.aiMessage().toolExecutionRequests().stream()
                        .map(ToolCall::of)
                        .toList(),
                response.finishReason(),
                response.tokenUsage().outputTokenCount());
    }
}
