package org.steering4j.prompt.jinja;

/** A template cannot be read or rendered; the message names the line, from 1, and the construct. */
public class JinjaException extends RuntimeException {

    private final int line;

    JinjaException(int line, String message) {
        super("line " + line + ": " + message);
        this.line = line;
    }

    /** From 1. */
    public int line() {
        return line;
    }

    /** The template has called {@code raise_exception}: it refuses its variables. */
    public static final class Refusal extends JinjaException {

        private final String reason;

        Refusal(int line, String reason) {
            super(line, reason);
            this.reason = reason;
        }

        /** In the template's own words. */
        public String reason() {
            return reason;
        }
    }
}
