package org.steering4j.trainer;

/**
 * Makes a text harmless to a terminal. Names, settings, answers, data and replies of servers come from elsewhere: what a terminal would obey in
 * them (control characters, which begin escape sequences, and those that change the direction of writing) is written as {@code \\u001b}, so that
 * whoever reads sees what is there. Line feeds and tabs stay, so that answers stay readable.
 */
public final class PrintableText {

    private PrintableText() {}

    /** The text without what a terminal would obey; the same text if there is nothing of the kind. */
    public static String of(String text) {
        return clean(text, true);
    }

    /** The same on one line: line ends are escaped as well, so that no name can look like several lines. */
    public static String line(String text) {
        return clean(text, false);
    }

    private static String clean(String text, boolean lines) {
        StringBuilder clean = null;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            boolean kept = isHarmless(character) || character == '\t' || (lines && isLineEnd(text, i));
            if (!kept && clean == null) {
                clean = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (clean != null) {
                clean.append(kept ? String.valueOf(character) : String.format("\\u%04x", (int) character));
            }
        }
        return clean == null ? text : clean.toString();
    }

    /** A carriage return alone would let the next words replace those before it. */
    private static boolean isLineEnd(String text, int i) {
        return text.charAt(i) == '\n'
                || (text.charAt(i) == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n');
    }

    private static boolean isHarmless(char character) {
        return !Character.isISOControl(character) && !isLineSeparator(character) && !changesDirection(character);
    }

    private static boolean isLineSeparator(char character) {
        return character == '\u2028' || character == '\u2029';
    }

    /** Unicode's property Bidi_Control (Unicode Standard Annex 9). */
    private static boolean changesDirection(char character) {
        return character == '\u061c'
                || character == '\u200e'
                || character == '\u200f'
                || (character >= '\u202a' && character <= '\u202e')
                || (character >= '\u2066' && character <= '\u2069');
    }
}
