package org.steering4j.engine;

/** Why a generation ended. */
public enum StopCause {
    /** The model gave an end token. */
    END_TOKEN,
    /** The request's maximum number of tokens is reached. */
    MAXIMUM_TOKENS,
    /** Prompt and answer fill the model's context. */
    CONTEXT_FULL,
    /** The listener asked to stop. */
    LISTENER
}
