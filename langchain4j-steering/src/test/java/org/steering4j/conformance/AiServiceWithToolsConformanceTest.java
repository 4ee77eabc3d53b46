package org.steering4j.conformance;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.service.common.AbstractAiServiceWithToolsIT;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.steering4j.KnowingModel;
import org.steering4j.SteeredChatModel;
import org.steering4j.SteeredModel;

/** LangChain4j's suite for AI services with tools. Tools that return images are not supported. */
class AiServiceWithToolsConformanceTest extends AbstractAiServiceWithToolsIT {

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

    @Override
    protected boolean verifyModelInteractions() {
        return true;
    }

    /** For a tool to return, and the model to refuse. The suite's own comes from the network. */
    @Override
    protected Image catImage() {
        return Image.builder().base64Data("iVBORw0KGgo=").mimeType("image/png").build();
    }
}
