package org.steering4j.conformance;

import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelListenerIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.steering4j.SteeredModel;
import org.steering4j.SteeredStreamingChatModel;

/** LangChain4j's suite for listeners of streaming chat models, on the embedded model. */
class StreamingChatModelListenerConformanceTest extends AbstractStreamingChatModelListenerIT {

    private static SteeredModel embedded;

    @BeforeAll
    static void open() {
        embedded = SteeredModel.embedded();
    }

    @AfterAll
    static void close() {
        embedded.close();
    }

    private SteeredStreamingChatModel.Builder builder(ChatModelListener listener) {
        return SteeredStreamingChatModel.builder()
                .model(embedded)
                .temperature(temperature())
                .topP(topP())
                .maxOutputTokens(maxTokens())
                .seed(1L)
                .listeners(List.of(listener));
    }

    @Override
    protected StreamingChatModel createModel(ChatModelListener listener) {
        return builder(listener).build();
    }

    @Override
    protected String modelName() {
        return embedded.name();
    }

    @Override
    protected StreamingChatModel createFailingModel(ChatModelListener listener) {
        return builder(listener).timeout(Duration.ofNanos(1)).build();
    }

    @Override
    protected Class<? extends Exception> expectedExceptionClass() {
        return TimeoutException.class;
    }
}
