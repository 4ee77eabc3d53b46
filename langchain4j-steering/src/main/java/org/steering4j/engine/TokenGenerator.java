package org.steering4j.engine;

/** Generates token ids. Knows nothing of text, templates or conversations. Safe for use by several threads. */
public interface TokenGenerator {

    /**
     * Generates until an end token, the maximum number of tokens, the end of the context or the listener's word.
     *
     * @throws PromptTooLongException if the prompt leaves no room in the context
     * @throws IllegalArgumentException if a token id or the steering does not fit the model
     * @throws EngineOverloadedException if too many requests wait already
     * @throws GenerationTimeoutException if the request's timeout is over before the last token
     * @throws ModelClosedException if the model is closed before the last token
     * @throws NotEnoughMemoryException if keys and values of what runs would not fit into the memory that is free
     * @throws EngineException if the engine fails, or the calling thread is interrupted while it waits
     */
    GenerationResult generate(GenerationRequest request, TokenListener listener);

    /**
     * Says before the first request which is the lowest block that any request will steer, so that what is kept of one request serves the next
     * under another steering. A hint: if it is missing or too high, some is run anew. Of several, the lowest counts.
     *
     * @throws IllegalArgumentException if the model has no such block
     */
    default void expectSteeringFrom(int block) {}

    /** Tokens of prompt and answer together. */
    int contextLength();

    /** The most that {@link #contextLength} could have been, had the model been opened for more. */
    default int longestContext() {
        return contextLength();
    }

    /** Token ids are below this. */
    int vocabularySize();
}
