package org.steering4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.engine.ModelClosedException;
import org.steering4j.engine.PromptTooLongException;
import org.steering4j.engine.StopCause;

/** What LangChain4j 1.20's {@code chatAsync} asks of a chat model. */
class SteeredChatModelAsyncTest {

    private static final ChatRequest REQUEST =
            ChatRequest.builder().messages(UserMessage.from("hello")).build();

    @TempDir
    Path folder;

    private ScriptedModel script;
    private SteeredChatModel model;

    @BeforeEach
    void open() {
        script = new ScriptedModel(folder).answering("abcdef");
        model = SteeredChatModel.builder().model(script.open()).build();
    }

    @Test
    void should_answer_on_another_thread() throws Exception {
        AtomicReference<Thread> thread = new AtomicReference<>();
        script.beforeEachToken = () -> thread.set(Thread.currentThread());

        ChatResponse response = model.doChatAsync(REQUEST).get(10, TimeUnit.SECONDS);

        assertThat(response.aiMessage().text()).isEqualTo("abcdef");
        assertThat(thread.get()).isNotNull().isNotSameAs(Thread.currentThread());
    }

    @Test
    void should_give_the_answer_up_when_the_future_is_cancelled() throws Exception {
        AtomicInteger tokens = new AtomicInteger();
        CompletableFuture<CompletableFuture<ChatResponse>> started = new CompletableFuture<>();
        script.beforeEachToken = () -> {
            if (tokens.incrementAndGet() == 3) {
                started.join().cancel(true);
            }
        };

        CompletableFuture<ChatResponse> answer = model.doChatAsync(REQUEST);
        started.complete(answer);

        assertThat(script.ends.poll(10, TimeUnit.SECONDS)).isEqualTo(StopCause.LISTENER);
        assertThat(tokens).hasValue(3);
        assertThat(answer).isCancelled();
    }

    @Test
    void should_interrupt_what_waits_for_a_token_when_the_future_is_cancelled() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        script.beforeEachToken = () -> {
            waiting.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw new IllegalStateException(e);
            }
        };

        CompletableFuture<ChatResponse> answer = model.doChatAsync(REQUEST);
        assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();
        answer.cancel(true);

        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void should_complete_exceptionally_when_the_generation_fails() {
        script.beforeEachToken = () -> {
            throw new IllegalStateException("broken");
        };
        assertThatThrownBy(() -> model.doChatAsync(REQUEST).get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("broken");
    }

    @Test
    void should_refuse_at_once_what_cannot_be_honoured() {
        script.contextLength = 3;
        assertThatThrownBy(() -> model.doChatAsync(REQUEST)).isInstanceOf(PromptTooLongException.class);

        SteeredModel opened = script.open();
        opened.close();
        assertThatThrownBy(
                        () -> SteeredChatModel.builder().model(opened).build().doChatAsync(REQUEST))
                .isInstanceOf(ModelClosedException.class);
    }
}
