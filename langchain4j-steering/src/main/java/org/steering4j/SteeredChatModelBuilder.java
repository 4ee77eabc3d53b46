package org.steering4j;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVectors;

/**
 * The settings of a steered chat model, the same for {@link SteeredChatModel} and {@link SteeredStreamingChatModel}. Exactly one of
 * {@link #modelPath}, {@link #embeddedModel} and {@link #model} is required; what else is not set is the model's own, by its
 * {@code generation_config.json}. For one thread.
 *
 * @param <B> the builder's own type
 */
public abstract class SteeredChatModelBuilder<B extends SteeredChatModelBuilder<B>> {

    private Path modelPath;
    private boolean embeddedModel;
    private SteeredModel model;
    private SteeringVectors vectors = SteeringVectors.empty();
    private Duration timeout;
    private ChatRequestParameters defaultRequestParameters;
    private final SteeringChatRequestParameters.Builder parameters = SteeringChatRequestParameters.builder();
    private List<ChatModelListener> listeners = List.of();

    SteeredChatModelBuilder() {}

    @SuppressWarnings("unchecked")
    private B self() {
        return (B) this;
    }

    /** Opens a model folder, which the chat model then owns: closing the one closes the other. */
    public B modelPath(Path modelPath) {
        this.modelPath = modelPath;
        return self();
    }

    /** Opens the model of the artifact {@code org.steering4j:langchain4j-steering-tiny-model}, which the chat model then owns. */
    public B embeddedModel() {
        this.embeddedModel = true;
        return self();
    }

    /** Shares an open model, which stays open when the chat model is closed. */
    public B model(SteeredModel model) {
        this.model = model;
        return self();
    }

    /** The vectors that a steering may name; none unless set. */
    public B vectors(SteeringVectors vectors) {
        this.vectors = vectors == null ? SteeringVectors.empty() : vectors;
        return self();
    }

    /** The steering of requests that do not name one; none unless set. */
    public B steering(Steering steering) {
        parameters.steering(steering);
        return self();
    }

    /** 0 always takes the likeliest token. */
    public B temperature(Double temperature) {
        parameters.temperature(temperature);
        return self();
    }

    public B topP(Double topP) {
        parameters.topP(topP);
        return self();
    }

    public B topK(Integer topK) {
        parameters.topK(topK);
        return self();
    }

    /** See {@link SteeringChatRequestParameters#minP()}. */
    public B minP(Double minP) {
        parameters.minP(minP);
        return self();
    }

    public B frequencyPenalty(Double frequencyPenalty) {
        parameters.frequencyPenalty(frequencyPenalty);
        return self();
    }

    public B presencePenalty(Double presencePenalty) {
        parameters.presencePenalty(presencePenalty);
        return self();
    }

    /** See {@link SteeringChatRequestParameters#repetitionPenalty()}. */
    public B repetitionPenalty(Double repetitionPenalty) {
        parameters.repetitionPenalty(repetitionPenalty);
        return self();
    }

    /** See {@link SteeringChatRequestParameters#seed()}. */
    public B seed(Long seed) {
        parameters.seed(seed);
        return self();
    }

    public B maxOutputTokens(Integer maxOutputTokens) {
        parameters.maxOutputTokens(maxOutputTokens);
        return self();
    }

    public B stopSequences(List<String> stopSequences) {
        parameters.stopSequences(stopSequences);
        return self();
    }

    public B stopSequences(String... stopSequences) {
        return stopSequences(List.of(stopSequences));
    }

    /**
     * How long an answer may take, waiting for its turn included; what takes longer ends with LangChain4j's {@code TimeoutException}. None
     * unless set.
     */
    public B timeout(Duration timeout) {
        if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
            throw new IllegalArgumentException("timeout is %s but must be above zero".formatted(timeout));
        }
        this.timeout = timeout;
        return self();
    }

    /** Defaults of any kind; what is set by a setter of this builder wins. */
    public B defaultRequestParameters(ChatRequestParameters defaultRequestParameters) {
        this.defaultRequestParameters = defaultRequestParameters;
        return self();
    }

    public B listeners(List<ChatModelListener> listeners) {
        this.listeners = listeners == null ? List.of() : new ArrayList<>(listeners);
        return self();
    }

    /** Opens the model if need be; nothing stays open if that or a default is refused. */
    ChatSetup setup() {
        SteeredModel opened = opener().get();
        try {
            SteeringChatRequestParameters defaults = SteeringChatRequestParameters.builder()
                    .modelName(opened.name())
                    .overrideWith(defaultRequestParameters)
                    .overrideWith(parameters.build())
                    .build();
            ChatSetup setup = new ChatSetup(opened, model == null, vectors, timeout, defaults, List.copyOf(listeners));
            setup.requireGoodDefaults();
            return setup;
        } catch (RuntimeException e) {
            if (model == null) {
                opened.close();
            }
            throw e;
        }
    }

    private Supplier<SteeredModel> opener() {
        List<Supplier<SteeredModel>> openers = Stream.<Supplier<SteeredModel>>of(
                        modelPath == null ? null : () -> SteeredModel.open(modelPath),
                        embeddedModel ? SteeredModel::embedded : null,
                        model == null ? null : () -> model)
                .filter(Objects::nonNull)
                .toList();
        if (openers.size() != 1) {
            throw new IllegalArgumentException(
                    (openers.isEmpty() ? "no model is chosen" : openers.size() + " models are chosen")
                            + ": call exactly one of modelPath(...), embeddedModel() and model(...)");
        }
        return openers.get(0);
    }
}
