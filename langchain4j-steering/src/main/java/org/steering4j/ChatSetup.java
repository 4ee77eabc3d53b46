package org.steering4j;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import java.time.Duration;
import java.util.List;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVectors;

/**
 * What a chat model consists of, streaming or not. Immutable; may be shared between threads.
 *
 * @param ownsModel whether closing the chat model closes the model
 * @param timeout of a whole answer; null for none
 * @param defaults complete: the model's name is among them
 */
record ChatSetup(
        SteeredModel model,
        boolean ownsModel,
        SteeringVectors vectors,
        Duration timeout,
        SteeringChatRequestParameters defaults,
        List<ChatModelListener> listeners) {

    /** Checks the request and makes it ready to run. */
    ChatGeneration prepare(ChatRequest request) {
        return ChatGeneration.prepare(this, request);
    }

    /** The same but for the default steering, sharing the model. */
    ChatSetup withSteering(Steering steering) {
        if (steering == null) {
            throw new IllegalArgumentException("steering is null: say Steering.none() to switch it off");
        }
        SteeringChatRequestParameters changed = defaults.overrideWith(
                SteeringChatRequestParameters.builder().steering(steering).build());
        ChatSetup view = new ChatSetup(model, false, vectors, timeout, changed, listeners);
        view.requireGoodDefaults();
        return view;
    }

    void requireGoodDefaults() {
        model.whileOpen(() -> ChatSettings.of(this, defaults));
    }

    void close() {
        if (ownsModel) {
            model.close();
        }
    }
}
