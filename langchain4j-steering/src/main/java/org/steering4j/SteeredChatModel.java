package org.steering4j;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.steering4j.vector.Steering;

/**
 * A LangChain4j {@link ChatModel} that runs an open-weights model in this JVM and can be steered.
 *
 * <pre>{@code
 * try (SteeredChatModel model = SteeredChatModel.builder()
 *         .modelPath(Path.of("models/Qwen2.5-0.5B-Instruct"))
 *         .vectors(SteeringVectors.fromFolder(Path.of("vectors")))
 *         .steering(Steering.of("truthfulness", 1.0))
 *         .build()) {
 *     model.chat("Who was the first person on Mars?");
 * }
 * }</pre>
 *
 * <p>Thread-safe. Responses carry {@link SteeringChatResponseMetadata}. Every parameter of a request is honoured, or refused with
 * {@link dev.langchain4j.exception.UnsupportedFeatureException}. An answer that takes too long ends with LangChain4j's
 * {@code TimeoutException}, and a request for which there is no room in the queue with its {@code RateLimitException}. Close it to close the
 * model that it opened; a model that was given to it stays open.
 */
public final class SteeredChatModel implements ChatModel, AutoCloseable {

    private final ChatSetup setup;

    private SteeredChatModel(ChatSetup setup) {
        this.setup = setup;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; for one thread. */
    public static final class Builder extends SteeredChatModelBuilder<Builder> {

        private Builder() {}

        /**
         * Opens the model, if it is not given.
         *
         * @throws IllegalArgumentException if not exactly one model is chosen, or a default is out of its range
         * @throws org.steering4j.hub.ModelHubException if the model of a name is not there and cannot be had
         * @throws org.steering4j.checkpoint.ModelFolderException if the model cannot be opened
         * @throws org.steering4j.vector.SteeringException if the default persona is unknown, or the default steering or a persona names an unknown
         *     vector or one that does not fit
         * @throws dev.langchain4j.exception.UnsupportedFeatureException if a default cannot be honoured
         */
        public SteeredChatModel build() {
            return new SteeredChatModel(setup());
        }
    }

    /**
     * The same model with another default steering, at no cost: for agents and other places that take no request parameters. Closing the
     * view does nothing.
     *
     * @throws org.steering4j.vector.SteeringException if the steering names an unknown vector or one that does not fit
     */
    public SteeredChatModel withSteering(Steering steering) {
        return new SteeredChatModel(setup.withSteering(steering));
    }

    /**
     * The same model with a default persona, one of those that it was built with, at no cost: for agents and other places that take no
     * request parameters. It replaces the default steering. Closing the view does nothing.
     *
     * @throws org.steering4j.persona.UnknownPersonaException if there is none of that name
     */
    public SteeredChatModel withPersona(String persona) {
        return new SteeredChatModel(setup.withPersona(persona));
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        return setup.prepare(request).run(AnswerSink.NONE);
    }

    /**
     * What {@code chatAsync} of LangChain4j 1.20 and later calls; 1.19 has no such method, so it cannot be marked as overriding one. The answer
     * is generated on another thread. Cancelling the future gives the answer up, also before its first token.
     *
     * @return completed with the answer, or exceptionally with what {@link #doChat} would throw while it generates; what cannot be honoured is
     *     thrown at once
     */
    public CompletableFuture<ChatResponse> doChatAsync(ChatRequest request) {
        ChatGeneration generation = setup.prepare(request);
        CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
        Future<?> generating = setup.model().execute(() -> {
            try {
                answer.complete(generation.run(AnswerSink.until(answer::isDone)));
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        });
        answer.whenComplete((response, failure) -> {
            if (answer.isCancelled()) {
                generating.cancel(true);
            }
        });
        return answer;
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
