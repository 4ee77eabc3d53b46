package org.steering4j;

import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onCompleteResponse;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onCompleteToolCall;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onPartialResponse;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onPartialThinking;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.withLoggingExceptions;

import dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import org.steering4j.prompt.AnswerPart;

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
    public void onThinking(String thinking) {
        onPartialThinking(handler, thinking, this);
    }

    @Override
    public void onPartialToolCall(AnswerPart.PartialToolCall call) {
        PartialToolCall partial = PartialToolCall.builder()
                .index(call.index())
                .id(call.id())
                .name(call.name())
                .partialArguments(call.arguments())
                .build();
        InternalStreamingChatResponseHandlerUtils.onPartialToolCall(handler, partial, this);
    }

    @Override
    public void onToolCall(AnswerPart.ToolCall call) {
        onCompleteToolCall(handler, new CompleteToolCall(call.index(), call.request()));
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
