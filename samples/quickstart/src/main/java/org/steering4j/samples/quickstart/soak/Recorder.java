package org.steering4j.samples.quickstart.soak;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A streaming handler that behaves in some manner and complains where it is not called as it should be. For one answer. */
final class Recorder implements StreamingChatResponseHandler {

    private static final long DAWDLING_MILLISECONDS = 5;

    private static final class HandlerException extends RuntimeException {
        private HandlerException() {
            super("thrown by the handler", null, false, false);
        }
    }

    private final Way way;
    private final int partsBeforeCancel;
    private final Consumer<String> complaints;
    private final CompletableFuture<Outcome> end = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private final List<Answer.ToolCall> toolCalls = new ArrayList<>();
    private int parts;
    private int thrown;
    private int toldOfThrown;
    private boolean ended;

    /**
     * @param way one of those that stream
     * @param partsBeforeCancel how many parts to hear before it cancels, if it does
     */
    Recorder(Way way, int partsBeforeCancel, Consumer<String> complaints) {
        this.way = way;
        this.partsBeforeCancel = partsBeforeCancel;
        this.complaints = complaints;
    }

    Outcome await() throws InterruptedException {
        return Outcome.await(end);
    }

    @Override
    public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
        requireNotEnded("a part");
        text.append(partial.text());
        parts++;
        behave(context.streamingHandle());
    }

    private void behave(StreamingHandle handle) {
        if (way == Way.SLOW_HANDLER) {
            dawdle();
        } else if (way == Way.THROWING_HANDLER) {
            throwOne();
        } else if (way == Way.CANCELLED && parts >= partsBeforeCancel) {
            handle.cancel();
            end(Outcome.cancelled(text.toString()));
        }
    }

    private static void dawdle() {
        try {
            Thread.sleep(DAWDLING_MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody has a reason to interrupt a handler", e);
        }
    }

    private void throwOne() {
        thrown++;
        throw new HandlerException();
    }

    @Override
    public void onCompleteToolCall(CompleteToolCall call) {
        requireNotEnded("a tool call");
        toolCalls.add(Answer.ToolCall.of(call.toolExecutionRequest()));
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
        requireNotEnded("the end");
        Answer answer = Answer.of(response);
        if (!text.toString().equals(answer.text())) {
            complaints.accept("the parts make \"%s\", the answer is \"%s\"".formatted(text, answer.text()));
        }
        if (!toolCalls.equals(answer.toolCalls())) {
            complaints.accept("told of the calls %s, the answer has %s".formatted(toolCalls, answer.toolCalls()));
        }
        if (toldOfThrown != thrown) {
            complaints.accept("told of %d of the %d exceptions of the handler".formatted(toldOfThrown, thrown));
        }
        end(Outcome.answered(answer));
        if (way == Way.THROWING_HANDLER) {
            throwOne();
        }
    }

    @Override
    public void onError(Throwable error) {
        if (error instanceof HandlerException) {
            toldOfThrown++;
            return;
        }
        requireNotEnded(error.toString());
        end(Outcome.failed(error));
    }

    private void end(Outcome outcome) {
        ended = true;
        end.complete(outcome);
    }

    private void requireNotEnded(String event) {
        if (ended) {
            complaints.accept("told of " + event + " after the end");
        }
    }
}
