package org.steering4j.engine;

/** Why a generation ended. */
public enum StopCause {
    /** The model gave an end token. */
    END_TOKEN,
    /** The request's constraint allows nothing more. */
    CONSTRAINT_MET,
    /** The request's maximum number of tokens is reached, or made the request's constraint end the answer early. */
    MAXIMUM_TOKENS,
    /** Prompt and answer fill the model's context. */
    CONTEXT_FULL,
    /** The listener asked to stop. */
    LISTENER
}
