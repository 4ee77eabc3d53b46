package org.steering4j.conformance;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.service.common.AbstractStreamingAiServiceIT;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.steering4j.KnowingModel;
import org.steering4j.SteeredModel;
import org.steering4j.SteeredStreamingChatModel;
import org.steering4j.SteeringChatResponseMetadata;

/** LangChain4j's suite for streaming AI services. */
class StreamingAiServiceConformanceTest extends AbstractStreamingAiServiceIT {

    private final SteeredModel scripted = KnowingModel.open(Knowledge.script());

    @AfterAll
    void close() {
        scripted.close();
    }

    @Override
    protected List<StreamingChatModel> models() {
        return List.of(SteeredStreamingChatModel.builder().model(scripted).build());
    }

    @Override
    protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(StreamingChatModel model) {
        return SteeringChatResponseMetadata.class;
    }
}
