package org.steering4j.tokenizer;

/** A regular expression that we do not run; the message says which part of it. Callers name the file and the component. */
final class UnsupportedPatternException extends IllegalArgumentException {

    UnsupportedPatternException(String message) {
        super(message);
    }
}
