package org.steering4j.engine;

/** A prompt leaves no room in the model's context. */
public class PromptTooLongException extends EngineException {

    public PromptTooLongException(int promptTokens, int contextLength) {
        this(promptTokens, contextLength, contextLength);
    }

    /** @param longestContext for how many tokens the model could have been opened */
    public PromptTooLongException(int promptTokens, int contextLength, int longestContext) {
        this(Integer.toString(promptTokens), contextLength, longestContext);
    }

    /** Of a prompt whose length in characters says enough. */
    public static PromptTooLongException ofAtLeast(long promptTokens, int contextLength, int longestContext) {
        return new PromptTooLongException("at least " + promptTokens, contextLength, longestContext);
    }

    private PromptTooLongException(String promptTokens, int contextLength, int longestContext) {
        super(
                "the prompt has %s tokens, but the model's context holds %d, prompt and answer together; shorten the prompt or keep fewer messages in the chat memory%s"
                        .formatted(
                                promptTokens,
                                contextLength,
                                longestContext == contextLength
                                        ? ""
                                        : ", or open the model with a contextLength of up to " + longestContext));
    }
}
