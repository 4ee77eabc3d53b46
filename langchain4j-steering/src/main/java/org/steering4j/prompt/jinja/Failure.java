package org.steering4j.prompt.jinja;

/** What goes wrong with a value, before it is known in which line. */
final class Failure extends RuntimeException {

    Failure(String message) {
        super(message, null, false, false);
    }

    static Failure unsupported(String what) {
        return new Failure(what + " is not supported in chat templates");
    }
}
