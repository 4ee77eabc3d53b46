package org.steering4j.engine;

/**
 * A model's weights, or what a training unpacks of them, would not fit into the memory that is free; nothing was loaded. The message says how
 * much they need, how much there is, and what would fit.
 */
public class NotEnoughMemoryException extends EngineException {

    public NotEnoughMemoryException(String message) {
        super(message);
    }
}
