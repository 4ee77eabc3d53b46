package org.steering4j;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.List;
import java.util.Set;
import org.steering4j.vector.Steering;

/**
 * {@link SteeredChatModel} for answers that come piece by piece. A handler is called on one thread, which is not the caller's; what cannot be
 * honoured is refused at once, on the caller's. After {@code cancel()} nothing more is called.
 *
 * <p>Thread-safe. Close it to close the model that it opened; a model that was given to it stays open.
 */
public final class SteeredStreamingChatModel implements StreamingChatModel, AutoCloseable {

    private final ChatSetup setup;

    private SteeredStreamingChatModel(ChatSetup setup) {
        this.setup = setup;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; for one thread. */
    public static final class Builder extends SteeredChatModelBuilder<Builder> {

        private Builder() {}

        /** Opens the model, if it is not given; throws as {@link SteeredChatModel.Builder#build}. */
        public SteeredStreamingChatModel build() {
            return new SteeredStreamingChatModel(setup());
        }
    }

    /** As {@link SteeredChatModel#withSteering}. */
    public SteeredStreamingChatModel withSteering(Steering steering) {
        return new SteeredStreamingChatModel(setup.withSteering(steering));
    }

    /** As {@link SteeredChatModel#withPersona}. */
    public SteeredStreamingChatModel withPersona(String persona) {
        return new SteeredStreamingChatModel(setup.withPersona(persona));
    }

    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        ChatGeneration generation = setup.prepare(request);
        StreamedAnswer answer = new StreamedAnswer(handler);
        setup.model().execute(() -> answer.stream(generation));
    }

    @Override
    public SteeringChatRequestParameters defaultRequestParameters() {
        return setup.defaults();
    }

    /** An answer to a request with a JSON schema fits the schema, whatever the steering and the temperature. */
    @Override
    public Set<Capability> supportedCapabilities() {
        return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    }

    @Override
    public List<ChatModelListener> listeners() {
        return setup.listeners();
    }

    @Override
    public void close() {
        setup.close();
    }
}
