package org.steering4j.samples.quickstart.soak;

import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** A blocking chat on a thread of its own, which may be interrupted. Thread-safe. */
final class Call {

    private final CompletableFuture<Outcome> end = new CompletableFuture<>();
    /** Null before and after the chat, so that no interrupt reaches what the thread does next. */
    private Thread thread;

    private boolean leftInterrupted;

    static Call start(Executor executor, Supplier<ChatResponse> chat) {
        Call call = new Call();
        executor.execute(() -> call.run(chat));
        return call;
    }

    private void run(Supplier<ChatResponse> chat) {
        setThread(Thread.currentThread());
        Outcome outcome;
        try {
            outcome = Outcome.answered(Answer.of(chat.get()));
        } catch (Throwable e) {
            outcome = Outcome.failed(e);
        }
        setThread(null);
        leftInterrupted = Thread.interrupted();
        end.complete(outcome);
    }

    private synchronized void setThread(Thread thread) {
        this.thread = thread;
    }

    /** Does nothing if the chat has not begun or is over. */
    synchronized void interrupt() {
        if (thread != null) {
            thread.interrupt();
        }
    }

    Outcome await() throws InterruptedException {
        return Outcome.await(end);
    }

    /** Whether the chat left its thread interrupted; to be asked after {@link #await} has seen it end. */
    boolean leftInterrupted() {
        return leftInterrupted;
    }
}
