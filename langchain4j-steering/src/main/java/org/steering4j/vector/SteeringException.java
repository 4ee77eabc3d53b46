package org.steering4j.vector;

/** The base of everything this project refuses or fails at: its message names the file or value, what was expected and the way out. */
public class SteeringException extends RuntimeException {

    public SteeringException(String message) {
        super(message);
    }

    public SteeringException(String message, Throwable cause) {
        super(message, cause);
    }
}
