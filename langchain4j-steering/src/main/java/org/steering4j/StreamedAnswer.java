package org.steering4j;

import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onCompleteResponse;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onCompleteToolCall;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onPartialResponse;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onPartialToolCall;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.withLoggingExceptions;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;

/**
 * Passes an answer on to LangChain4j's handler. An exception of the handler's goes to its {@code onError}, and the answer goes on, as with
 * LangChain4j's own providers. {@link #cancel} may be called from any thread.
 */
final class StreamedAnswer implements AnswerSink, StreamingHandle {

    private final StreamingChatResponseHandler handler;
    private volatile boolean cancelled;

    StreamedAnswer(StreamingChatResponseHandler handler) {
        this.handler = handler;
    }

    void stream(ChatGeneration generation) {
        if (cancelled) {
            return;
        }
        ChatResponse response;
        try {
            response = generation.run(this);
        } catch (Throwable e) {
            if (!cancelled) {
                withLoggingExceptions(() -> handler.onError(e));
            }
            return;
        }
        if (!cancelled) {
            onCompleteResponse(handler, response);
        }
    }

    @Override
    public void onText(String text) {
        onPartialResponse(handler, text, this);
    }

    @Override
    public void onToolCall(int index, ToolExecutionRequest request) {
        PartialToolCall call = PartialToolCall.builder()
                .index(index)
                .id(request.id())
                .name(request.name())
                .partialArguments(request.arguments())
                .build();
        onPartialToolCall(handler, call, this);
        if (!cancelled) {
            onCompleteToolCall(handler, new CompleteToolCall(index, request));
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }
}
