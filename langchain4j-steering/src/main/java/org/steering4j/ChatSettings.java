package org.steering4j;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import java.time.Duration;
import java.util.List;
import org.steering4j.constraint.AnswerConstraint;
import org.steering4j.engine.Sampling;
import org.steering4j.persona.Persona;
import org.steering4j.vector.LayerSteering;
import org.steering4j.vector.Steering;

/**
 * Request parameters, checked against the model that is to honour them. Immutable.
 *
 * @param tools what the model may call
 * @param stopSequences none where there is a constraint, which ends the answer itself
 * @param maximumTokens null for as many as the context holds
 * @param persona who is to answer; null for none
 * @param layers the steering, worked out for the model
 * @param constraint what the answer is held to, or null
 * @param returnThinking whether what the model thinks is part of the response
 * @param sendThinking whether what it thought in earlier turns is part of the prompt
 * @param timeout of the whole answer; null for none
 * @param cachePartition whose requests may find what is kept of this one; null for those that name none
 * @param shareSystemMessage whether requests of other partitions may find what is kept of its system message
 */
record ChatSettings(
        List<ToolSpecification> tools,
        List<String> stopSequences,
        Sampling sampling,
        Integer maximumTokens,
        Persona persona,
        Steering steering,
        LayerSteering layers,
        AnswerConstraint constraint,
        boolean returnThinking,
        boolean sendThinking,
        Duration timeout,
        String cachePartition,
        boolean shareSystemMessage) {

    /**
     * Refuses what cannot be honoured, before anything is generated.
     *
     * @throws UnsupportedFeatureException for what this model cannot do
     * @throws IllegalArgumentException for a value out of its range
     * @throws org.steering4j.vector.SteeringException for an unknown persona, or an unknown or unfitting vector
     */
    static ChatSettings of(ChatSetup setup, SteeringChatRequestParameters parameters) {
        return of(setup, parameters, parameters.timeout());
    }

    /**
     * {@link #of(ChatSetup, SteeringChatRequestParameters)}.
     *
     * @param formTimeout how long to wait at most until it is known what the answer is held to; null for as long as it takes
     */
    static ChatSettings of(ChatSetup setup, SteeringChatRequestParameters parameters, Duration formTimeout) {
        SteeredModel model = setup.model();
        requireSupported(model, parameters);
        List<ToolSpecification> tools =
                parameters.toolChoice() == ToolChoice.NONE ? List.of() : parameters.toolSpecifications();
        List<String> stopSequences = stopSequences(parameters);
        Persona persona = setup.persona(parameters);
        Steering steering = steering(persona, parameters);
        Sampling sampling = model.generationDefaults().sampling(parameters);
        Integer maximumTokens = maximumTokens(model, parameters);
        LayerSteering layers = setup.vectors().resolve(steering, model.shape());
        // Last, for it may take a second.
        AnswerConstraint constraint = constraint(setup, parameters, tools, formTimeout);
        return new ChatSettings(
                tools,
                constraint == null ? stopSequences : List.of(),
                sampling,
                maximumTokens,
                persona,
                steering,
                layers,
                constraint,
                Boolean.TRUE.equals(parameters.returnThinking()),
                !Boolean.FALSE.equals(parameters.sendThinking()),
                parameters.timeout(),
                parameters.cachePartition(),
                Boolean.TRUE.equals(parameters.shareSystemMessage()));
    }

    private static AnswerConstraint constraint(
            ChatSetup setup,
            SteeringChatRequestParameters parameters,
            List<ToolSpecification> tools,
            Duration timeout) {
        SteeredModel model = setup.model();
        ResponseFormat format = parameters.responseFormat();
        boolean json = format != null && format.type() == ResponseFormatType.JSON;
        boolean callRequired = parameters.toolChoice() == ToolChoice.REQUIRED && !tools.isEmpty();
        if (!json && !callRequired) {
            return null;
        }
        // LangChain4j has merged the defaults into the request: what equals them was not asked for by it.
        boolean stopsAskedFor =
                !parameters.stopSequences().equals(setup.defaults().stopSequences());
        if (stopsAskedFor && !parameters.stopSequences().isEmpty()) {
            throw new UnsupportedFeatureException(
                    "stopSequences beside %s are not supported: they would cut the answer before it is complete; leave one of them out"
                            .formatted(callRequired ? "toolChoice REQUIRED" : "responseFormat JSON"));
        }
        return model.constraint(
                new AnswerForm(callRequired, tools, callRequired ? null : format.jsonSchema()), timeout);
    }

    /** The messages of a request, with the persona's system message if it has one. */
    List<ChatMessage> messages(ChatRequest request) {
        List<ChatMessage> messages =
                persona == null ? request.messages() : persona.addSystemMessageTo(request.messages());
        return sendThinking
                ? messages
                : messages.stream().map(ChatSettings::withoutThinking).toList();
    }

    private static ChatMessage withoutThinking(ChatMessage message) {
        return message instanceof AiMessage assistant
                ? assistant.toBuilder().thinking(null).build()
                : message;
    }

    private static Steering steering(Persona persona, SteeringChatRequestParameters parameters) {
        if (persona != null) {
            return persona.steering();
        }
        return parameters.steering() == null ? Steering.none() : parameters.steering();
    }

    private static void requireSupported(SteeredModel model, SteeringChatRequestParameters parameters) {
        if (parameters.modelName() != null && !parameters.modelName().equals(model.name())) {
            throw new UnsupportedFeatureException(
                    ("modelName \"%s\" is not supported: this chat model runs %s only; leave modelName out,"
                                    + " or build another chat model on that model's folder")
                            .formatted(parameters.modelName(), model.name()));
        }
        if (!parameters.toolSpecifications().isEmpty()) {
            requireToolSupport(model);
        }
        model.prompts().thinking().requireSupported(parameters.think(), model.name());
    }

    private static void requireToolSupport(SteeredModel model) {
        boolean written = model.prompts().writesTools();
        if (!written || model.prompts().toolCallFormat().isEmpty()) {
            throw new UnsupportedFeatureException(
                    "toolSpecifications are not supported by %s: %s; leave them out, or use a model that was trained to call tools"
                            .formatted(
                                    model.name(),
                                    written
                                            ? "the calls that its chat template writes or asks for are in no form that is known, so that"
                                                    + " those of the model could not be read (known are JSON in <tool_call>, <|tool_call|>,"
                                                    + " [TOOL_CALLS] or <TOOLCALL>, after <|python_tag|> or bare, Python's calls in a list,"
                                                    + " and <function=...> in <tool_call>)"
                                            : "its chat template does not write tools"));
        }
    }

    private static List<String> stopSequences(SteeringChatRequestParameters parameters) {
        if (parameters.stopSequences().contains("")) {
            throw new IllegalArgumentException("stopSequences holds an empty text, which would stop every answer before"
                    + " it begins: leave it out");
        }
        return parameters.stopSequences();
    }

    private static Integer maximumTokens(SteeredModel model, SteeringChatRequestParameters parameters) {
        Integer asked = parameters.maxOutputTokens();
        if (asked != null && asked < 1) {
            throw new IllegalArgumentException("maxOutputTokens is %d but must be at least 1".formatted(asked));
        }
        return asked != null ? asked : model.generationDefaults().maximumTokens();
    }
}
