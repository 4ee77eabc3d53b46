package org.steering4j.prompt;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.exception.InvalidRequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Which tool result answers which call of a conversation. */
final class ToolTurns {

    private ToolTurns() {}

    private static boolean answers(ToolExecutionResultMessage result, ToolExecutionRequest call) {
        return result.id() == null
                ? call.id() == null && call.name().equals(result.toolName())
                : result.id().equals(call.id());
    }

    /** @throws InvalidRequestException if a result answers a call that no earlier message makes */
    static void requireKnownCalls(List<ChatMessage> messages) {
        List<ToolExecutionRequest> calls = new ArrayList<>();
        for (ChatMessage message : messages) {
            if (message instanceof AiMessage assistant && assistant.hasToolExecutionRequests()) {
                calls.addAll(assistant.toolExecutionRequests());
            } else if (message instanceof ToolExecutionResultMessage result
                    && calls.stream().noneMatch(call -> answers(result, call))) {
                throw unknownCall(result, calls);
            }
        }
    }

    private static InvalidRequestException unknownCall(
            ToolExecutionResultMessage result, List<ToolExecutionRequest> calls) {
        String known = calls.isEmpty()
                ? "none"
                : calls.stream()
                        .map(call -> call.name() + " with id " + call.id())
                        .collect(Collectors.joining(", "));
        return new InvalidRequestException(
                ("a message holds the result of the tool call %s with id %s, which no assistant message before it makes (calls before it: %s):"
                                + " put the assistant message with the call before it, or leave the result out")
                        .formatted(result.toolName(), result.id(), known));
    }

    /**
     * The same conversation with one call in each message of the assistant, followed by its result: the chat templates of Llama 3 refuse
     * messages with more, although the models write several.
     */
    static List<ChatMessage> oneCallAtATime(List<ChatMessage> messages) {
        List<ChatMessage> single = new ArrayList<>();
        List<ChatMessage> left = new ArrayList<>(messages);
        while (!left.isEmpty()) {
            ChatMessage message = left.remove(0);
            if (message instanceof AiMessage assistant
                    && assistant.toolExecutionRequests().size() > 1) {
                addSingly(assistant, left, single);
            } else {
                single.add(message);
            }
        }
        return single;
    }

    /** @param left what follows; the results of the calls are taken from its beginning */
    private static void addSingly(AiMessage assistant, List<ChatMessage> left, List<ChatMessage> single) {
        String text = assistant.text();
        String thinking = assistant.thinking();
        for (ToolExecutionRequest call : assistant.toolExecutionRequests()) {
            single.add(AiMessage.builder()
                    .text(text)
                    .thinking(thinking)
                    .toolExecutionRequests(List.of(call))
                    .build());
            text = null;
            thinking = null;
            for (int i = 0; i < left.size() && left.get(i) instanceof ToolExecutionResultMessage result; i++) {
                if (answers(result, call)) {
                    single.add(left.remove(i));
                    break;
                }
            }
        }
    }
}
