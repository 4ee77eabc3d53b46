package org.steering4j.engine;

/** A prompt leaves no room in the model's context. */
public class PromptTooLongException extends EngineException {

    public PromptTooLongException(int promptTokens, int contextLength) {
        super(
                "the prompt has %d tokens, but the model's context holds %d, prompt and answer together; shorten the prompt or keep fewer messages in the chat memory"
                        .formatted(promptTokens, contextLength));
    }
}
