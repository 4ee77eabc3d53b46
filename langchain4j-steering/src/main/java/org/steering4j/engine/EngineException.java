package org.steering4j.engine;

/** The engine cannot do what it was asked; the message names the value, the limit and the way out. */
public class EngineException extends RuntimeException {

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
