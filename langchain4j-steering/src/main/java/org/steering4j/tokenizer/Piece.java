package org.steering4j.tokenizer;

/**
 * A part of a text on its way to the model.
 *
 * @param text as normalized so far
 * @param beginning whether it begins where the whole text, before it was normalized, begins
 */
record Piece(String text, boolean beginning) {

    Piece with(String other) {
        return new Piece(other, beginning);
    }

    Piece part(int from, int to) {
        return from == 0 && to == text.length() ? this : new Piece(text.substring(from, to), beginning && from == 0);
    }
}
