package org.steering4j.tokenizer;

import java.util.function.IntPredicate;

/** What is looked for in a text. A match is never empty, and time is linear in the text's length. Thread-safe. */
interface TextPattern {

    /** The matches from left to right, none of which overlap. */
    Matches in(String text);

    /** A text, to the letter; it is not empty. */
    static TextPattern literal(String literal) {
        return text -> {
            Matches matches = new Matches();
            for (int at = text.indexOf(literal); at >= 0; at = text.indexOf(literal, at + literal.length())) {
                matches.add(at, at + literal.length());
            }
            return matches;
        };
    }

    /** Each character of a kind. */
    static TextPattern each(IntPredicate kind) {
        return text -> {
            Matches matches = new Matches();
            for (int at = 0, next; at < text.length(); at = next) {
                int point = text.codePointAt(at);
                next = at + Character.charCount(point);
                if (kind.test(point)) {
                    matches.add(at, next);
                }
            }
            return matches;
        };
    }
}
