package org.steering4j.conformance;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.atLeast;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mockito.InOrder;
import org.steering4j.KnowingModel;
import org.steering4j.SteeredModel;
import org.steering4j.SteeredStreamingChatModel;
import org.steering4j.SteeringChatRequestParameters;
import org.steering4j.SteeringChatResponseMetadata;

/**
 * LangChain4j's suite for streaming chat models. Its questions are answered by a script behind the embedded model's tokenizer and chat template; what needs
 * no knowledge of the world runs on the embedded model as well. All of it is supported but images, and other models by name.
 */
class StreamingChatModelConformanceTest extends AbstractStreamingChatModelIT {

    private final SteeredModel scripted = KnowingModel.open(Knowledge.script());
    private final SteeredModel embedded = SteeredModel.embedded();

    @AfterAll
    void close() {
        scripted.close();
        embedded.close();
    }

    @Override
    protected List<StreamingChatModel> models() {
        return List.of(SteeredStreamingChatModel.builder().model(scripted).build());
    }

    List<StreamingChatModel> scriptedAndEmbedded() {
        return List.of(
                models().get(0),
                SteeredStreamingChatModel.builder()
                        .model(embedded)
                        .temperature(0.0)
                        .build());
    }

    @Override
    protected StreamingChatModel createModelWith(ChatRequestParameters parameters) {
        return SteeredStreamingChatModel.builder()
                .model(scripted)
                .defaultRequestParameters(parameters)
                .build();
    }

    @Override
    public StreamingChatModel createModelWith(ChatModelListener listener) {
        return SteeredStreamingChatModel.builder()
                .model(scripted)
                .listeners(List.of(listener))
                .build();
    }

    @Override
    protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
        return SteeringChatRequestParameters.builder()
                .maxOutputTokens(maxOutputTokens)
                .build();
    }

    @Override
    protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(StreamingChatModel model) {
        return SteeringChatResponseMetadata.class;
    }

    @Override
    protected void verifyToolCallbacks(StreamingChatResponseHandler handler, InOrder io, String id) {
        verifyToolCall(handler, io, 0, id, "getWeather", "{\"city\": \"Munich\"}");
    }

    @Override
    protected void verifyToolCallbacks(StreamingChatResponseHandler handler, InOrder io, String id1, String id2) {
        verifyToolCall(handler, io, 0, id1, "getWeather", "{\"city\": \"Munich\"}");
        verifyToolCall(handler, io, 1, id2, "getTime", "{\"country\": \"France\"}");
    }

    /** A call comes in several pieces; the suite itself puts them together. */
    private static void verifyToolCall(
            StreamingChatResponseHandler handler, InOrder io, int index, String id, String name, String arguments) {
        io.verify(handler, atLeast(2))
                .onPartialToolCall(
                        argThat(call -> call.index() == index
                                && call.id().equals(id)
                                && call.name().equals(name)
                                && arguments.contains(call.partialArguments())),
                        any());
        io.verify(handler).onCompleteToolCall(complete(index, id, name, arguments));
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
    protected void should_fail_if_modelName_is_not_supported(StreamingChatModel model) {
        super.should_fail_if_modelName_is_not_supported(model);
    }

    @Override
    @ParameterizedTest
    @MethodSource("scriptedAndEmbedded")
    protected void should_respect_maxOutputTokens_in_chat_request(StreamingChatModel model) {
        super.should_respect_maxOutputTokens_in_chat_request(model);
    }

    @Override
    @ParameterizedTest
    @MethodSource("scriptedAndEmbedded")
    protected void should_respect_common_parameters_wrapped_in_integration_specific_class_in_chat_request(
            StreamingChatModel model) {
        super.should_respect_common_parameters_wrapped_in_integration_specific_class_in_chat_request(model);
    }

    @Override
    @ParameterizedTest
    @MethodSource("scriptedAndEmbedded")
    protected void should_fail_if_images_as_base64_encoded_strings_are_not_supported(StreamingChatModel model) {
        super.should_fail_if_images_as_base64_encoded_strings_are_not_supported(model);
    }

    @Override
    @ParameterizedTest
    @MethodSource("scriptedAndEmbedded")
    protected void should_fail_if_images_as_public_URLs_are_not_supported(StreamingChatModel model) {
        super.should_fail_if_images_as_public_URLs_are_not_supported(model);
    }
}
