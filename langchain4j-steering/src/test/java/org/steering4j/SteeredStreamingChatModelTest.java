package org.steering4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.PartialToolCallContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.langchain4j.model.output.FinishReason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.steering4j.engine.EngineOverloadedException;
import org.steering4j.engine.ModelClosedException;
import org.steering4j.prompt.ToolTemplates;
import org.steering4j.vector.Steering;
import org.steering4j.vector.UnknownSteeringVectorException;

@Timeout(30)
class SteeredStreamingChatModelTest {

    private static final ToolSpecification CLOCK =
            ToolSpecification.builder().name("clock").build();

    @TempDir
    Path folder;

    private ScriptedModel script;
    private SteeredModel opened;
    private SteeredStreamingChatModel model;

    @BeforeEach
    void script() {
        script = new ScriptedModel(folder);
        opened = script.open();
        model = SteeredStreamingChatModel.builder().model(opened).build();
    }

    /** Notes what it is told. */
    private static class Recorder implements StreamingChatResponseHandler {
        final List<String> events = new ArrayList<>();
        final StringBuilder text = new StringBuilder();
        final Map<Integer, String> arguments = new HashMap<>();
        final Set<String> ids = new HashSet<>();
        final Set<Thread> threads = new HashSet<>();
        final CompletableFuture<ChatResponse> response = new CompletableFuture<>();
        final CompletableFuture<Throwable> error = new CompletableFuture<>();
        StreamingHandle handle;

        private void note(String event) {
            events.add(event);
            threads.add(Thread.currentThread());
        }

        @Override
        public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
            handle = context.streamingHandle();
            text.append(partial.text());
            note("text " + partial.text());
        }

        @Override
        public void onPartialToolCall(PartialToolCall call, PartialToolCallContext context) {
            arguments.merge(call.index(), call.partialArguments(), String::concat);
            ids.add(call.id());
            note("partial call " + call.index() + " " + call.name() + call.partialArguments());
        }

        /** Of one call, put together. */
        String arguments(int index) {
            return arguments.get(index);
        }

        @Override
        public void onCompleteToolCall(CompleteToolCall call) {
            ids.add(call.toolExecutionRequest().id());
            note("call " + call.index() + " " + call.toolExecutionRequest().name());
        }

        @Override
        public void onCompleteResponse(ChatResponse complete) {
            note("complete");
            response.complete(complete);
        }

        @Override
        public void onError(Throwable thrown) {
            note("error " + thrown.getMessage());
            error.complete(thrown);
        }
    }

    private void chat(Recorder recorder, ChatRequestParameters parameters) {
        model.chat(
                ChatRequest.builder()
                        .messages(UserMessage.from("hello"))
                        .parameters(parameters)
                        .build(),
                recorder);
    }

    @Test
    void should_stream_the_answer_on_one_other_thread() throws Exception {
        script.answering("hello world, 你好 😀!");
        Recorder recorder = new Recorder();
        model.chat("hello", recorder);

        ChatResponse response = recorder.response.get(10, TimeUnit.SECONDS);
        assertThat(response.aiMessage().text()).isEqualTo("hello world, 你好 😀!");
        assertThat(recorder.text).hasToString("hello world, 你好 😀!").doesNotContain("\uFFFD");
        assertThat(recorder.events).hasSizeGreaterThan(5).endsWith("complete").containsOnlyOnce("complete");
        assertThat(recorder.threads).hasSize(1).doesNotContain(Thread.currentThread());
        assertThat(recorder.threads).allMatch(Thread::isDaemon);
        assertThat(response.metadata()).isInstanceOf(SteeringChatResponseMetadata.class);
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void should_never_show_a_part_of_a_stop_sequence() throws Exception {
        script.answering("one STO two STOP three");
        Recorder recorder = new Recorder();
        chat(recorder, ChatRequestParameters.builder().stopSequences("STOP").build());
        assertThat(recorder.response.get(10, TimeUnit.SECONDS).aiMessage().text())
                .isEqualTo("one STO two ");
        assertThat(recorder.text).hasToString("one STO two ");
    }

    @Test
    void should_stream_tool_calls() throws Exception {
        script.answering(
                "Well. <tool_call>{\"name\": \"clock\", \"arguments\": {\"zone\": 1}}</tool_call>\n<tool_call>{\"name\": \"clock\"}</tool_call>");
        Recorder recorder = new Recorder();
        chat(recorder, ChatRequestParameters.builder().toolSpecifications(CLOCK).build());

        ChatResponse response = recorder.response.get(10, TimeUnit.SECONDS);
        assertThat(recorder.text)
                .hasToString("Well.")
                .hasToString(response.aiMessage().text());
        assertThat(recorder.arguments(0)).isEqualTo("{\"zone\": 1}");
        assertThat(recorder.events.indexOf("call 0 clock"))
                .isLessThan(recorder.events.indexOf("partial call 1 clock{}"));
        assertThat(recorder.events).endsWith("partial call 1 clock{}", "call 1 clock", "complete");
        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
    }

    static Stream<Arguments> callsOfEachFormat() {
        return Stream.of(
                Arguments.of(
                        ScriptedModel.TEMPLATE,
                        new String[0],
                        "<tool_call>{\"name\": \"clock\", \"arguments\": {\"zone\": \"a b\"}}</tool_call>"),
                Arguments.of(
                        ToolTemplates.LLAMA_3,
                        ToolTemplates.LLAMA_3_TOKENS,
                        "{\"name\": \"clock\", \"parameters\": {\"zone\": \"a b\"}}"),
                Arguments.of(
                        ToolTemplates.LLAMA_3,
                        ToolTemplates.LLAMA_3_TOKENS,
                        "<|python_tag|>{\"name\": \"clock\", \"parameters\": {\"zone\": \"a b\"}}"),
                Arguments.of(
                        ToolTemplates.MISTRAL,
                        ToolTemplates.MISTRAL_TOKENS,
                        "[TOOL_CALLS] [{\"name\": \"clock\", \"arguments\": {\"zone\": \"a b\"}}]"),
                Arguments.of(
                        ToolTemplates.NEW_MISTRAL,
                        ToolTemplates.NEW_MISTRAL_TOKENS,
                        "[TOOL_CALLS]clock[ARGS]{\"zone\": \"a b\"}"));
    }

    @ParameterizedTest
    @MethodSource("callsOfEachFormat")
    void should_stream_arguments_piece_by_piece_and_no_text(
            String template, String[] tokens, String answer, @TempDir Path other) throws Exception {
        ScriptedModel scripted = new ScriptedModel(other, template, tokens).answering(answer);
        try (SteeredModel shared = scripted.open()) {
            model = SteeredStreamingChatModel.builder().model(shared).build();
            Recorder recorder = new Recorder();
            chat(
                    recorder,
                    ChatRequestParameters.builder().toolSpecifications(CLOCK).build());

            ChatResponse response = recorder.response.get(10, TimeUnit.SECONDS);
            assertThat(recorder.arguments(0))
                    .isEqualTo("{\"zone\": \"a b\"}")
                    .isEqualTo(
                            response.aiMessage().toolExecutionRequests().get(0).arguments());
            assertThat(recorder.events.stream().filter(event -> event.startsWith("partial call 0 clock")))
                    .hasSizeGreaterThan(5);
            assertThat(recorder.ids)
                    .containsOnly(
                            response.aiMessage().toolExecutionRequests().get(0).id());
            assertThat(recorder.text).isEmpty();
            assertThat(recorder.events).endsWith("call 0 clock", "complete");
        }
    }

    @Test
    void should_stream_a_call_that_breaks_off_as_text_and_not_complete_it() throws Exception {
        String call = "<tool_call>{\"name\": \"clock\", \"arguments\": {\"zone\": ";
        script.answering(call);
        Recorder recorder = new Recorder();
        chat(recorder, ChatRequestParameters.builder().toolSpecifications(CLOCK).build());

        ChatResponse response = recorder.response.get(10, TimeUnit.SECONDS);
        assertThat(recorder.arguments(0)).isEqualTo("{\"zone\": ");
        assertThat(recorder.text).hasToString(call);
        assertThat(response.aiMessage().text()).isEqualTo(call);
        assertThat(response.aiMessage().toolExecutionRequests()).isEmpty();
        assertThat(recorder.events).noneMatch(event -> event.startsWith("call"));
    }

    @Test
    void should_call_nothing_more_once_cancelled_within_a_tool_call() throws Exception {
        script.answering("<tool_call>{\"name\": \"clock\", \"arguments\": {\"zone\": 1}}</tool_call>");
        CountDownLatch ended = new CountDownLatch(1);
        Recorder recorder = new Recorder() {
            @Override
            public void onPartialToolCall(PartialToolCall call, PartialToolCallContext context) {
                super.onPartialToolCall(call, context);
                context.streamingHandle().cancel();
                opened.execute(ended::countDown);
            }
        };
        chat(recorder, ChatRequestParameters.builder().toolSpecifications(CLOCK).build());
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        Thread.sleep(100);
        assertThat(recorder.events).containsExactly("partial call 0 clock{\"");
    }

    @Test
    void should_call_nothing_more_once_cancelled() throws Exception {
        script.answering("abcdefghijkl");
        CountDownLatch ended = new CountDownLatch(1);
        Recorder recorder = new Recorder() {
            @Override
            public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                super.onPartialResponse(partial, context);
                assertThat(context.streamingHandle().isCancelled()).isFalse();
                if (events.size() == 5) {
                    context.streamingHandle().cancel();
                    opened.execute(ended::countDown);
                }
            }
        };
        model.chat("hello", recorder);
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        Thread.sleep(100);
        assertThat(recorder.events).containsExactly("text a", "text b", "text c", "text d", "text e");
        assertThat(recorder.handle.isCancelled()).isTrue();
        recorder.handle.cancel();
    }

    @Test
    void should_hand_a_handlers_exceptions_to_its_onError_and_go_on() throws Exception {
        script.answering("abc");
        Recorder recorder = new Recorder() {
            @Override
            public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                super.onPartialResponse(partial, context);
                throw new IllegalStateException("handler");
            }

            @Override
            public void onError(Throwable thrown) {
                super.onError(thrown);
                if (events.size() == 2) {
                    throw new IllegalStateException("handler again");
                }
            }
        };
        model.chat("hello", recorder);
        assertThat(recorder.response.get(10, TimeUnit.SECONDS).aiMessage().text())
                .isEqualTo("abc");
        assertThat(recorder.events)
                .containsExactly(
                        "text a", "error handler", "text b", "error handler", "text c", "error handler", "complete");
    }

    @Test
    void should_end_with_onError_when_generation_fails() throws Exception {
        RuntimeException failure = new RuntimeException("out of order");
        script.beforeEachToken = () -> {
            throw failure;
        };
        Recorder recorder = new Recorder();
        model.chat("hello", recorder);
        assertThat(recorder.error.get(10, TimeUnit.SECONDS)).isSameAs(failure);
        assertThat(recorder.events).containsExactly("error out of order");
    }

    @Test
    void should_end_with_onError_when_too_many_requests_wait() throws Exception {
        EngineOverloadedException overloaded = new EngineOverloadedException("scripted", 256, 256);
        script.beforeEachToken = () -> {
            throw overloaded;
        };
        Recorder recorder = new Recorder();
        model.chat("hello", recorder);
        assertThat(recorder.error.get(10, TimeUnit.SECONDS))
                .isExactlyInstanceOf(RateLimitException.class)
                .hasCause(overloaded);
        assertThat(recorder.events).containsExactly("error " + overloaded.getMessage());
    }

    @Test
    void should_refuse_at_once_what_it_cannot_honour() {
        Recorder recorder = new Recorder();
        assertThatThrownBy(() -> chat(
                        recorder,
                        ChatRequestParameters.builder().modelName("gpt-4").build()))
                .isExactlyInstanceOf(UnsupportedFeatureException.class);
        assertThatThrownBy(() -> chat(
                        recorder,
                        ChatRequestParameters.builder()
                                .responseFormat(ResponseFormat.JSON)
                                .stopSequences("}")
                                .build()))
                .isExactlyInstanceOf(UnsupportedFeatureException.class);
        assertThatThrownBy(() -> model.chat(
                        List.of(UserMessage.from(ImageContent.from("https://example.org/cat.png"))), recorder))
                .isExactlyInstanceOf(UnsupportedFeatureException.class);
        assertThatThrownBy(() -> chat(
                        recorder,
                        SteeringChatRequestParameters.builder()
                                .steering(Steering.of("boldness", 1))
                                .build()))
                .isInstanceOf(UnknownSteeringVectorException.class);
        assertThat(recorder.events).isEmpty();
    }

    @Test
    void should_stream_JSON() throws Exception {
        script.answering("{\"a\": 1}");
        Recorder recorder = new Recorder();
        chat(
                recorder,
                ChatRequestParameters.builder()
                        .responseFormat(ResponseFormat.JSON)
                        .build());
        assertThat(recorder.response.get(10, TimeUnit.SECONDS).aiMessage().text())
                .isEqualTo("{\"a\": 1}");
        assertThat(recorder.text).hasToString("{\"a\": 1}");
        assertThat(model.supportedCapabilities()).containsExactly(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    }

    @Test
    void should_say_that_the_model_is_closed_or_closed_meanwhile() throws Exception {
        Recorder recorder = new Recorder() {
            @Override
            public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                super.onPartialResponse(partial, context);
                opened.close();
            }
        };
        model.chat("hello", recorder);
        assertThat(recorder.error.get(10, TimeUnit.SECONDS)).isInstanceOf(ModelClosedException.class);
        assertThat(recorder.response).isNotDone();
        assertThatThrownBy(() -> model.chat("hello", new Recorder())).isInstanceOf(ModelClosedException.class);
    }

    @Test
    void should_stream_many_answers_at_once() throws Exception {
        script.answering(prompt -> prompt.replaceAll("(?s).*n(\\d+).*", "answer $1"));
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Recorder recorder = new Recorder();
            recorders.add(recorder);
            model.chat("n" + i, recorder);
        }
        for (int i = 0; i < 30; i++) {
            recorders.get(i).response.get(10, TimeUnit.SECONDS);
            assertThat(recorders.get(i).text).hasToString("answer " + i);
        }
    }
}
