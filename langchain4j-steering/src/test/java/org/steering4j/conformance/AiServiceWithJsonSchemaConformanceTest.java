package org.steering4j.conformance;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.service.common.AbstractAiServiceWithJsonSchemaIT;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.steering4j.KnowingModel;
import org.steering4j.SteeredChatModel;
import org.steering4j.SteeredModel;

/** LangChain4j's suite for AI services that return structured output. */
class AiServiceWithJsonSchemaConformanceTest extends AbstractAiServiceWithJsonSchemaIT {

    private final SteeredModel scripted = KnowingModel.open(Knowledge.script());

    @AfterAll
    void close() {
        scripted.close();
    }

    @Override
    protected List<ChatModel> models() {
        return List.of(SteeredChatModel.builder().model(scripted).build());
    }

    @Override
    protected boolean supportsRecursion() {
        return true;
    }
}
