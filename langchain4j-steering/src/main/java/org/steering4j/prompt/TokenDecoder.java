package org.steering4j.prompt;

import java.util.Arrays;
import java.util.Map;

/**
 * Decodes tokens that come one by one: what {@link #append} and at last {@link #finish} return, put together, is the text of all tokens.
 * A character whose bytes are spread over several tokens comes out whole, with the last of them.
 *
 * <p>What a token says depends on its neighbours (a first word loses its space; bytes join into characters), so each call decodes a window:
 * the tokens of the last piece given out, and those after it. Not thread-safe.
 */
public final class TokenDecoder {

    /** More tokens than any character has bytes: what is still no character then, never will be. */
    private static final int MOST_TOKENS_OF_A_CHARACTER = 8;

    private static final char REPLACEMENT_CHARACTER = '\uFFFD';

    private final TextTokenizer tokenizer;
    private final Map<Integer, String> shown;
    private int[] tokens = new int[64];
    private int size;
    /** Where the last piece given out began, and where it ended. */
    private int windowStart;

    private int given;

    /** @param shown control tokens that are to appear in the text, and as what */
    TokenDecoder(TextTokenizer tokenizer, Map<Integer, String> shown) {
        this.tokenizer = tokenizer;
        this.shown = shown;
    }

    /** The text that is certain now; often that of the token, empty while a character is incomplete. */
    public String append(int token) {
        if (tokenizer.isHidden(token, shown.keySet())) {
            return "";
        }
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * size);
        }
        tokens[size++] = token;
        String text = newText();
        boolean incomplete = !text.isEmpty() && text.charAt(text.length() - 1) == REPLACEMENT_CHARACTER;
        if (text.isEmpty() || (incomplete && size - given < MOST_TOKENS_OF_A_CHARACTER)) {
            return "";
        }
        windowStart = given;
        given = size;
        return text;
    }

    /** The rest: the remains of an incomplete character, if any, as U+FFFD. */
    public String finish() {
        String text = newText();
        windowStart = given;
        given = size;
        return text;
    }

    private String newText() {
        String before = tokenizer.decode(Arrays.copyOfRange(tokens, windowStart, given), shown);
        String now = tokenizer.decode(Arrays.copyOfRange(tokens, windowStart, size), shown);
        int from = before.length();
        // What was given out as no character may have been the beginning of one: the rest of it alone would be half a
        // surrogate pair.
        boolean withinCharacter =
                from > 0 && from < now.length() && Character.isSurrogatePair(now.charAt(from - 1), now.charAt(from));
        return now.length() > from ? now.substring(withinCharacter ? from - 1 : from) : "";
    }
}
