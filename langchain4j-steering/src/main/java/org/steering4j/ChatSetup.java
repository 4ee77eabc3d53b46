package org.steering4j;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.persona.Persona;
import org.steering4j.persona.Personas;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringException;
import org.steering4j.vector.SteeringVectors;

/**
 * What a chat model consists of, streaming or not. Immutable; may be shared between threads.
 *
 * @param ownsModel whether closing the chat model closes the model
 * @param defaults complete: the model's name is among them
 */
record ChatSetup(
        SteeredModel model,
        boolean ownsModel,
        SteeringVectors vectors,
        Personas personas,
        SteeringChatRequestParameters defaults,
        List<ChatModelListener> listeners,
        SystemPromptCheck systemPrompts) {

    private static final Logger LOGGER = LoggerFactory.getLogger(SteeredChatModel.class);

    /** Checks the request and makes it ready to run. */
    ChatGeneration prepare(ChatRequest request) {
        return ChatGeneration.prepare(this, request);
    }

    /** The same but for the default steering, sharing the model. */
    ChatSetup withSteering(Steering steering) {
        if (steering == null) {
            throw new IllegalArgumentException("steering is null: say Steering.none() to switch it off");
        }
        return withDefaults(
                SteeringChatRequestParameters.builder().steering(steering).build());
    }

    /** The same but for the default persona, sharing the model. */
    ChatSetup withPersona(String persona) {
        if (persona == null) {
            throw new IllegalArgumentException("persona is null: say withSteering(Steering.none()) to have none");
        }
        return withDefaults(
                SteeringChatRequestParameters.builder().persona(persona).build());
    }

    private ChatSetup withDefaults(SteeringChatRequestParameters changes) {
        ChatSetup view = new ChatSetup(
                model, false, vectors, personas, defaults.overrideWith(changes), listeners, systemPrompts);
        view.requireGoodDefaults();
        return view;
    }

    /**
     * The persona that is to answer, or null for none. One that comes with its steering was looked up by the {@link Personas} that put it
     * into the request, its system message too, and may be unknown here.
     */
    Persona persona(SteeringChatRequestParameters parameters) {
        if (parameters.persona() == null) {
            return null;
        }
        return parameters.steering() == null
                ? personas.get(parameters.persona())
                : Persona.of(parameters.persona(), parameters.steering());
    }

    /** So that a persona does not fail only when the first conversation selects it. */
    void requireGoodPersonas() {
        for (Persona persona : personas.all()) {
            try {
                vectors.resolve(persona.steering(), model.shape());
            } catch (SteeringException | IllegalArgumentException e) {
                throw new SteeringException(
                        "the persona \"" + persona.name() + "\" cannot be applied: " + e.getMessage(), e);
            }
        }
    }

    /**
     * Tells the engine which layers may be steered, so that what it keeps of one request serves the next under another steering, whichever comes
     * first; and the log, which vectors there are.
     */
    void announce() {
        vectors.names().stream()
                .map(name -> vectors.get(name).layers().first())
                .filter(layer -> layer < model.shape().numberOfLayers())
                .min(Integer::compare)
                .ifPresent(model.generator()::expectSteeringFrom);
        LOGGER.info("chat model on {}, vectors {}, by default {}", model.name(), vectors.names(), byDefault());
    }

    private String byDefault() {
        return defaults.persona() != null
                ? "persona " + defaults.persona()
                : defaults.steering() == null ? "none" : defaults.steering().toString();
    }

    void requireGoodDefaults() {
        model.whileOpen(() -> ChatSettings.of(this, defaults, null));
    }

    void close() {
        if (ownsModel) {
            model.close();
        }
    }
}
