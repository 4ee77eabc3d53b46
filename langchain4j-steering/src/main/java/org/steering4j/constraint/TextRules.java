package org.steering4j.constraint;

/**
 * What free text, within quotes, is held to beyond JSON's rules.
 *
 * @param bytesAreTokens whether a character may be left unfinished by a token, because there are tokens for each of its bytes
 * @param insideToolCall then {@code </} is not allowed, lest the text be taken for the mark that closes the call; {@code <\/} says the same
 */
record TextRules(boolean bytesAreTokens, boolean insideToolCall) {

    static final TextRules PLAIN = new TextRules(true, false);
}
