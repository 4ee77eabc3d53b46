package org.steering4j.tokenizer;

import java.util.function.UnaryOperator;

/**
 * A part of a text on its way to the model.
 *
 * @param text as normalized so far
 * @param initial how many of its first chars have come of the first character of the whole text: where there are any, the piece begins where that text
 *     does
 */
record Piece(String text, int initial) {

    static Piece whole(String text) {
        return new Piece(text, text.isEmpty() ? 0 : Character.charCount(text.codePointAt(0)));
    }

    /** @param change of each character by itself */
    Piece changed(UnaryOperator<String> change) {
        return new Piece(
                change.apply(text),
                initial == 0 ? 0 : change.apply(text.substring(0, initial)).length());
    }

    Piece after(String prefix) {
        return new Piece(prefix + text, initial == 0 ? 0 : prefix.length() + initial);
    }

    Piece part(int from, int to) {
        return from == 0 && to == text.length()
                ? this
                : new Piece(text.substring(from, to), Math.max(0, Math.min(to, initial) - from));
    }
}
