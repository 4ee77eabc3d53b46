package org.steering4j.conformance;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.steering4j.KnowingModel;
import org.steering4j.SteeredChatModel;
import org.steering4j.SteeredModel;
import org.steering4j.SteeringChatRequestParameters;
import org.steering4j.SteeringChatResponseMetadata;

/**
 * LangChain4j's suite for chat models. Its questions are answered by a script behind the embedded model's tokenizer and chat template; what needs
 * no knowledge of the world runs on the embedded model as well. All of it is supported but images, and other models by name.
 */
class ChatModelConformanceTest extends AbstractChatModelIT {

    private final SteeredModel scripted = KnowingModel.open(Knowledge.script());
    private final SteeredModel embedded = SteeredModel.embedded();

    @AfterAll
    void close() {
        scripted.close();
        embedded.close();
    }

    @Override
    protected List<ChatModel> models() {
        return List.of(SteeredChatModel.builder().model(scripted).build());
    }

    /** The suite asks for it from 1.20 on. */
    protected boolean supportsChatAsync() {
        return true;
    }

    List<ChatModel> scriptedAndEmbedded() {
        return List.of(
                models().get(0),
                SteeredChatModel.builder().model(embedded).temperature(0.0).build());
    }

    @Override
    protected ChatModel createModelWith(ChatRequestParameters parameters) {
        return SteeredChatModel.builder()
                .model(scripted)
                .defaultRequestParameters(parameters)
                .build();
    }

    @Override
    protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
        return SteeringChatRequestParameters.builder()
                .maxOutputTokens(maxOutputTokens)
                .build();
    }

    @Override
    protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(ChatModel model) {
        return SteeringChatResponseMetadata.class;
    }

    // Not supported.

    @Override
    protected boolean supportsModelNameParameter() {
        return false;
    }

    @Override
    protected boolean supportsSingleImageInputAsBase64EncodedString() {
        return false;
    }

    @Override
    protected boolean supportsSingleImageInputAsPublicURL() {
        return false;
    }

    // On the embedded model as well.

    @Override
    @ParameterizedTest
    @MethodSource("scriptedAndEmbedded")
    protected void should_fail_if_modelName_is_not_supported(ChatModel model) {
        super.should_fail_if_modelName_is_not_supported(model);
    }

    @Override
    @ParameterizedTest
    @MethodSource("scriptedAndEmbedded")
    protected void should_respect_maxOutputTokens_in_chat_request(ChatModel model) {
        super.should_respect_maxOutputTokens_in_chat_request(model);
    }

    @Override
    @ParameterizedTest
    @MethodSource("scriptedAndEmbedded")
    protected void should_respect_common_parameters_wrapped_in_integration_specific_class_in_chat_request(
            ChatModel model) {
        super.should_respect_common_parameters_wrapped_in_integration_specific_class_in_chat_request(model);
    }

    @Override
    @ParameterizedTest
    @MethodSource("scriptedAndEmbedded")
    protected void should_fail_if_images_as_base64_encoded_strings_are_not_supported(ChatModel model) {
        super.should_fail_if_images_as_base64_encoded_strings_are_not_supported(model);
    }

    @Override
    @ParameterizedTest
    @MethodSource("scriptedAndEmbedded")
    protected void should_fail_if_images_as_public_URLs_are_not_supported(ChatModel model) {
        super.should_fail_if_images_as_public_URLs_are_not_supported(model);
    }
}
