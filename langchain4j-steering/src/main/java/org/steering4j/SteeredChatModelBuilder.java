package org.steering4j;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Precision;
import org.steering4j.hub.ModelHub;
import org.steering4j.persona.Persona;
import org.steering4j.persona.Personas;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVectors;

/**
 * The settings of a steered chat model, the same for {@link SteeredChatModel} and {@link SteeredStreamingChatModel}. Exactly one of
 * {@link #modelPath}, {@link #modelName}, {@link #embeddedModel} and {@link #model} is required; what else is not set is the model's own, by its
 * {@code generation_config.json}, or its {@code config.json} where it lacks that. For one thread.
 *
 * <p>Each setting has a field of its name and type, and a setter of that name and type, because langchain4j-cdi configures builders that way
 * (its {@code CommonLLMPluginCreator}); so paths are kept as texts.
 *
 * @param <B> the builder's own type
 */
public abstract class SteeredChatModelBuilder<B extends SteeredChatModelBuilder<B>> {

    private String modelPath;
    private String modelName;
    private ModelHub modelHub;
    private Boolean embeddedModel;
    private SteeredModel model;
    private String adapter;
    private Precision precision;
    private Integer contextLength;
    private Integer maximumRows;
    private Integer maximumWaiting;
    private Long cacheBytes;
    private Boolean speculation;
    private SteeringVectors vectors = SteeringVectors.empty();
    private Personas personas = Personas.empty();
    private Steering steering;
    private String persona;
    private Double temperature;
    private Double topP;
    private Integer topK;
    private Double minP;
    private Double frequencyPenalty;
    private Double presencePenalty;
    private Double repetitionPenalty;
    private Long seed;
    private Integer maxOutputTokens;
    private List<String> stopSequences;
    private ResponseFormat responseFormat;
    private Duration timeout;
    private Boolean think;
    private Boolean returnThinking;
    private Boolean sendThinking;
    private String cachePartition;
    private Boolean shareSystemMessage;
    private ChatRequestParameters defaultRequestParameters;
    private List<ChatModelListener> listeners = List.of();

    SteeredChatModelBuilder() {}

    @SuppressWarnings("unchecked")
    private B self() {
        return (B) this;
    }

    /** Opens a model folder, which the chat model then owns: closing the one closes the other. */
    public B modelPath(Path modelPath) {
        return modelPath(modelPath == null ? null : modelPath.toString());
    }

    /** As {@link #modelPath(Path)}. */
    public B modelPath(String modelPath) {
        this.modelPath = modelPath;
        return self();
    }

    /**
     * Opens a model by its name on the Hugging Face hub, such as {@code Qwen/Qwen2.5-0.5B-Instruct}, or {@code owner/name@revision} with a branch, a
     * tag or a commit: from the Hugging Face cache folder if it is there, else it is downloaded into that first. The chat model then owns the
     * open model. See {@link ModelHub}.
     */
    public B modelName(String modelName) {
        this.modelName = modelName;
        return self();
    }

    /** Where the model of {@link #modelName} comes from; unless set, {@link ModelHub#ofEnvironment()}. */
    public B modelHub(ModelHub modelHub) {
        this.modelHub = modelHub;
        return self();
    }

    /** Opens the model of the artifact {@code org.steering4j:langchain4j-steering-tiny-model}, which the chat model then owns. */
    public B embeddedModel() {
        return embeddedModel(true);
    }

    /** As {@link #embeddedModel()}, if true. */
    public B embeddedModel(Boolean embeddedModel) {
        this.embeddedModel = embeddedModel;
        return self();
    }

    /** Shares an open model, which stays open when the chat model is closed. */
    public B model(SteeredModel model) {
        this.model = model;
        return self();
    }

    /** A folder with a LoRA adapter for the model that this opens; see {@link LanguageModel.Builder#adapter}. */
    public B adapter(Path adapter) {
        return adapter(adapter == null ? null : adapter.toString());
    }

    /** As {@link #adapter(Path)}. */
    public B adapter(String adapter) {
        this.adapter = adapter;
        return self();
    }

    /** Of the model that this opens; see {@link LanguageModel.Builder#precision}. */
    public B precision(Precision precision) {
        this.precision = precision;
        return self();
    }

    /** Of the model that this opens; see {@link LanguageModel.Builder#contextLength}. */
    public B contextLength(Integer contextLength) {
        this.contextLength = contextLength;
        return self();
    }

    /** Of the model that this opens; see {@link LanguageModel.Builder#maximumRows}. */
    public B maximumRows(Integer maximumRows) {
        this.maximumRows = maximumRows;
        return self();
    }

    /** Of the model that this opens; see {@link LanguageModel.Builder#maximumWaiting}. */
    public B maximumWaiting(Integer maximumWaiting) {
        this.maximumWaiting = maximumWaiting;
        return self();
    }

    /** Of the model that this opens; see {@link LanguageModel.Builder#cacheBytes}. */
    public B cacheBytes(Long cacheBytes) {
        this.cacheBytes = cacheBytes;
        return self();
    }

    /** Of the model that this opens; see {@link LanguageModel.Builder#speculation}. */
    public B speculation(Boolean speculation) {
        this.speculation = speculation;
        return self();
    }

    /** The vectors that a steering may name; none unless set. */
    public B vectors(SteeringVectors vectors) {
        this.vectors = vectors == null ? SteeringVectors.empty() : vectors;
        return self();
    }

    /**
     * The personas that a request may name, all of which must fit the model; none unless set. Their default persona is that of this model,
     * unless it gets another, or a steering.
     */
    public B personas(Personas personas) {
        this.personas = personas == null ? Personas.empty() : personas;
        return self();
    }

    /** The persona of requests that name neither persona nor steering; not together with {@link #steering}. */
    public B persona(String persona) {
        this.persona = persona;
        return self();
    }

    /** The steering of requests that name neither persona nor steering; none unless set. */
    public B steering(Steering steering) {
        this.steering = steering;
        return self();
    }

    /** 0 always takes the likeliest token. */
    public B temperature(Double temperature) {
        this.temperature = temperature;
        return self();
    }

    /** 0 always takes the likeliest token. */
    public B topP(Double topP) {
        this.topP = topP;
        return self();
    }

    public B topK(Integer topK) {
        this.topK = topK;
        return self();
    }

    /** See {@link SteeringChatRequestParameters#minP()}. */
    public B minP(Double minP) {
        this.minP = minP;
        return self();
    }

    public B frequencyPenalty(Double frequencyPenalty) {
        this.frequencyPenalty = frequencyPenalty;
        return self();
    }

    public B presencePenalty(Double presencePenalty) {
        this.presencePenalty = presencePenalty;
        return self();
    }

    /** See {@link SteeringChatRequestParameters#repetitionPenalty()}. */
    public B repetitionPenalty(Double repetitionPenalty) {
        this.repetitionPenalty = repetitionPenalty;
        return self();
    }

    /** See {@link SteeringChatRequestParameters#seed()}. */
    public B seed(Long seed) {
        this.seed = seed;
        return self();
    }

    public B maxOutputTokens(Integer maxOutputTokens) {
        this.maxOutputTokens = maxOutputTokens;
        return self();
    }

    /**
     * Texts before which an answer is cut. They do not apply to an answer that is to be JSON or a required tool call, for its form ends it; a
     * request that names such texts of its own beside such a form is refused.
     */
    public B stopSequences(List<String> stopSequences) {
        this.stopSequences = stopSequences;
        return self();
    }

    /** As {@link #stopSequences(List)}. */
    public B stopSequences(String... stopSequences) {
        return stopSequences(List.of(stopSequences));
    }

    /** JSON, with or without a schema: answers then have that form, whatever the steering and the temperature. */
    public B responseFormat(ResponseFormat responseFormat) {
        this.responseFormat = responseFormat;
        return self();
    }

    /** See {@link SteeringChatRequestParameters#timeout()}; none unless set. */
    public B timeout(Duration timeout) {
        this.timeout = timeout;
        return self();
    }

    /** See {@link SteeringChatRequestParameters#think()}. */
    public B think(Boolean think) {
        this.think = think;
        return self();
    }

    /** See {@link SteeringChatRequestParameters#returnThinking()}. */
    public B returnThinking(Boolean returnThinking) {
        this.returnThinking = returnThinking;
        return self();
    }

    /** See {@link SteeringChatRequestParameters#sendThinking()}. */
    public B sendThinking(Boolean sendThinking) {
        this.sendThinking = sendThinking;
        return self();
    }

    /** See {@link SteeringChatRequestParameters#cachePartition()}. */
    public B cachePartition(String cachePartition) {
        this.cachePartition = cachePartition;
        return self();
    }

    /** See {@link SteeringChatRequestParameters#shareSystemMessage()}. */
    public B shareSystemMessage(Boolean shareSystemMessage) {
        this.shareSystemMessage = shareSystemMessage;
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
        SteeringChatRequestParameters parameters = parameters();
        SteeredModel opened = opener().get();
        try {
            SteeringChatRequestParameters defaults = SteeringChatRequestParameters.builder()
                    .modelName(opened.name())
                    .persona(personas.defaultPersona().map(Persona::name).orElse(null))
                    .overrideWith(defaultRequestParameters)
                    .overrideWith(parameters)
                    .build();
            ChatSetup setup = new ChatSetup(
                    opened,
                    model == null,
                    vectors,
                    personas,
                    defaults,
                    List.copyOf(listeners),
                    new SystemPromptCheck());
            setup.requireGoodDefaults();
            setup.requireGoodPersonas();
            setup.announce();
            return setup;
        } catch (RuntimeException e) {
            if (model == null) {
                opened.close();
            }
            throw e;
        }
    }

    private SteeringChatRequestParameters parameters() {
        return SteeringChatRequestParameters.builder()
                .steering(steering)
                .persona(persona)
                .temperature(temperature)
                .topP(topP)
                .topK(topK)
                .minP(minP)
                .frequencyPenalty(frequencyPenalty)
                .presencePenalty(presencePenalty)
                .repetitionPenalty(repetitionPenalty)
                .seed(seed)
                .maxOutputTokens(maxOutputTokens)
                .stopSequences(stopSequences)
                .responseFormat(responseFormat)
                .timeout(timeout)
                .think(think)
                .returnThinking(returnThinking)
                .sendThinking(sendThinking)
                .cachePartition(cachePartition)
                .shareSystemMessage(shareSystemMessage)
                .build();
    }

    private Supplier<SteeredModel> opener() {
        List<Supplier<SteeredModel>> openers = Stream.<Supplier<SteeredModel>>of(
                        modelPath == null ? null : () -> SteeredModel.open(Path.of(modelPath), this::configure),
                        modelName == null ? null : () -> SteeredModel.named(modelName, this::configure, modelHub),
                        Boolean.TRUE.equals(embeddedModel) ? () -> SteeredModel.embedded(this::configure) : null,
                        model == null ? null : this::givenModel)
                .filter(Objects::nonNull)
                .toList();
        if (openers.size() != 1) {
            throw new IllegalArgumentException(
                    (openers.isEmpty() ? "no model is chosen" : openers.size() + " models are chosen")
                            + ": call exactly one of modelPath(...), modelName(...), embeddedModel() and model(...)");
        }
        if (modelHub != null && modelName == null) {
            throw new IllegalArgumentException(
                    "modelHub is set, but no modelName, which alone comes from there: leave it out, or call modelName(...)");
        }
        return openers.get(0);
    }

    void configure(LanguageModel.Builder engine) {
        Optional.ofNullable(adapter).map(Path::of).ifPresent(engine::adapter);
        engine.precision(precision);
        Optional.ofNullable(contextLength).ifPresent(engine::contextLength);
        Optional.ofNullable(maximumRows).ifPresent(engine::maximumRows);
        Optional.ofNullable(maximumWaiting).ifPresent(engine::maximumWaiting);
        Optional.ofNullable(cacheBytes).ifPresent(engine::cacheBytes);
        Optional.ofNullable(speculation).ifPresent(engine::speculation);
    }

    private SteeredModel givenModel() {
        refuseBesideModel("adapter", adapter);
        refuseBesideModel("precision", precision);
        refuseBesideModel("contextLength", contextLength);
        refuseBesideModel("maximumRows", maximumRows);
        refuseBesideModel("maximumWaiting", maximumWaiting);
        refuseBesideModel("cacheBytes", cacheBytes);
        refuseBesideModel("speculation", speculation);
        return model;
    }

    private static void refuseBesideModel(String name, Object value) {
        if (value != null) {
            throw new IllegalArgumentException(
                    "%s is %s, but the model of model(...) is open already: say so to SteeredModel.open(folder, engine -> ...), or leave it out"
                            .formatted(name, value));
        }
    }
}
