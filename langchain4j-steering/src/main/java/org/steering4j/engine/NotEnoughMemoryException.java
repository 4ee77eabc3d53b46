package org.steering4j.engine;

/**
 * A model's weights, what a training unpacks of them, or keys and values of what is generated would not fit into the memory that is free;
 * nothing was allocated, and what is open goes on. The message says how much is needed, how much there is, and the way out.
 */
public class NotEnoughMemoryException extends EngineException {

    public NotEnoughMemoryException(String message) {
        super(message);
    }

    NotEnoughMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
