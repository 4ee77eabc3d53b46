package org.steering4j.constraint.regular;

/** A language that we build no automaton for. The message says why, in words that can follow its name and a comma. */
public final class NotRegularException extends RuntimeException {

    public NotRegularException(String message) {
        super(message);
    }
}
