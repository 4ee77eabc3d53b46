package org.steering4j.constraint;

/**
 * A place in UTF-8 text without quotes, backslashes and control characters: between two characters, or within one (RFC 3629, section 4).
 *
 * @param left bytes that the character still needs
 * @param lowest what the next of them must be at least
 * @param highest and at most
 * @param afterLess whether a {@code <} precedes, where that matters
 */
record Characters(int left, int lowest, int highest, boolean afterLess) {

    static final Characters START = new Characters(0, 0, 0, false);

    private static final int FIRST_CONTINUATION = 0x80;
    private static final int LAST_CONTINUATION = 0xBF;

    boolean betweenCharacters() {
        return left == 0;
    }

    /** How many tokens suffice to finish the character. */
    int needed(TextRules rules) {
        return left == 0 || rules.bytesAreTokens() ? left : Cost.IMPOSSIBLE;
    }

    /** The place after a byte, or null if it may not come here. */
    Characters next(int symbol, TextRules rules) {
        if (left > 0) {
            return symbol < lowest || symbol > highest
                    ? null
                    : new Characters(left - 1, FIRST_CONTINUATION, LAST_CONTINUATION, false).normalized();
        }
        if (symbol < 0x80) {
            boolean allowed = symbol >= ' ' && symbol != '"' && symbol != '\\' && !(afterLess && symbol == '/');
            return allowed ? new Characters(0, 0, 0, rules.insideToolCall() && symbol == '<') : null;
        }
        if (symbol >= 0xC2 && symbol <= 0xDF) {
            return new Characters(1, FIRST_CONTINUATION, LAST_CONTINUATION, false);
        }
        if (symbol >= 0xE0 && symbol <= 0xEF) { // no overlong forms, no surrogates
            return new Characters(
                    2, symbol == 0xE0 ? 0xA0 : FIRST_CONTINUATION, symbol == 0xED ? 0x9F : LAST_CONTINUATION, false);
        }
        if (symbol >= 0xF0 && symbol <= 0xF4) { // no overlong forms, nothing beyond U+10FFFF
            return new Characters(
                    3, symbol == 0xF0 ? 0x90 : FIRST_CONTINUATION, symbol == 0xF4 ? 0x8F : LAST_CONTINUATION, false);
        }
        return null;
    }

    private Characters normalized() {
        return left == 0 ? START : this;
    }
}
