package org.steering4j.engine;

/** Generates token ids. Knows nothing of text, templates or conversations. Safe for use by several threads. */
public interface TokenGenerator {

    /**
     * Generates until an end token, the maximum number of tokens, the end of the context or the listener's word.
     *
     * @throws PromptTooLongException if the prompt leaves no room in the context
     * @throws IllegalArgumentException if a token id or the steering does not fit the model
     * @throws ModelClosedException if the model is closed before the last token
     */
    GenerationResult generate(GenerationRequest request, TokenListener listener);

    /** Tokens of prompt and answer together. */
    int contextLength();

    /** Token ids are below this. */
    int vocabularySize();
}
