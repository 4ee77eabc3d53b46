package org.steering4j.constraint.regular;

/** A language that we build no automaton for. The message says what it is about it, as a part of a sentence. */
public final class NotRegularException extends RuntimeException {

    public NotRegularException(String message) {
        super(message);
    }
}
