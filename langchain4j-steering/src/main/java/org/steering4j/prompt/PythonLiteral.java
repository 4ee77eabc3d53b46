package org.steering4j.prompt;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a Python literal (a string, a number, {@code True}, {@code False}, {@code None}, lists, tuples and dictionaries of these), character by
 * character, into JSON. JSON is read, too. Not thread-safe.
 */
final class PythonLiteral {

    enum Progress {
        /** More is needed. */
        UNFINISHED,
        /** It may end here, and does if what follows cannot belong to it. */
        MAY_END,
        /** It ends with this character. */
        COMPLETE,
        /** The character does not belong to it: it ended before, if it could, and else it is no literal. */
        FOREIGN
    }

    private enum Place {
        VALUE,
        WORD,
        STRING,
        AFTER_VALUE,
        COLON,
        DONE
    }

    /** As deep as JSON may be nested for most of its readers. */
    private static final int MAXIMUM_DEPTH = 100;

    private static final Pattern NUMBER =
            Pattern.compile("([+-]?)(\\d(?:_?\\d)*)?(?:\\.(\\d(?:_?\\d)*)?)?(?:[eE]([+-]?\\d+))?");
    private static final Pattern ESCAPE = Pattern.compile("x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}");

    private final StringBuilder json = new StringBuilder();
    private final Deque<Character> closings = new ArrayDeque<>();
    private final StringBuilder word = new StringBuilder();
    private Place place = Place.VALUE;
    /** Whether a bracket may close here instead of a value. */
    private boolean mayClose;

    private boolean key;
    private char quote;
    /** What stands behind a backslash so far; null outside an escape. */
    private StringBuilder escape;

    /** The JSON of what was read; only of a complete literal is it whole. */
    String json() {
        return json.toString();
    }

    /** The JSON of a whole text, or null if that is no literal. */
    static String toJson(String text) {
        PythonLiteral literal = new PythonLiteral();
        Progress progress = Progress.UNFINISHED;
        String stripped = text.strip();
        for (int i = 0; i < stripped.length(); i++) {
            progress = literal.append(stripped.charAt(i));
            boolean last = i == stripped.length() - 1;
            if (progress == Progress.FOREIGN || progress == Progress.COMPLETE && !last) {
                return null;
            }
        }
        boolean whole = progress == Progress.COMPLETE || progress == Progress.MAY_END && literal.finish();
        return whole ? literal.json() : null;
    }

    Progress append(char c) {
        return switch (place) {
            case VALUE -> begin(c);
            case WORD -> readWord(c);
            case STRING -> readString(c);
            case AFTER_VALUE -> afterValue(c);
            case COLON -> colon(c);
            case DONE -> Progress.FOREIGN;
        };
    }

    /** Ends what may end; false if it is nothing whole. */
    boolean finish() {
        if (place == Place.WORD && closings.isEmpty()) {
            return endWord();
        }
        return place == Place.DONE;
    }

    private Progress begin(char c) {
        if (Character.isWhitespace(c)) {
            return Progress.UNFINISHED;
        }
        if (c == '"' || c == '\'') {
            quote = c;
            json.append('"');
            place = Place.STRING;
            return Progress.UNFINISHED;
        }
        if (mayClose && !closings.isEmpty() && c == closings.peek()) {
            return close();
        }
        if ("[({".indexOf(c) >= 0 && !key) {
            if (closings.size() == MAXIMUM_DEPTH) {
                return Progress.FOREIGN;
            }
            closings.push("])}".charAt("[({".indexOf(c)));
            json.append(c == '{' ? '{' : '[');
            key = c == '{';
            mayClose = true;
            return Progress.UNFINISHED;
        }
        if (Character.isLetterOrDigit(c) || "+-.".indexOf(c) >= 0) {
            place = Place.WORD;
            word.setLength(0);
            word.append(c);
            return closings.isEmpty() ? Progress.MAY_END : Progress.UNFINISHED;
        }
        return Progress.FOREIGN;
    }

    private Progress readWord(char c) {
        boolean sign = (c == '+' || c == '-') && "eE".indexOf(word.charAt(word.length() - 1)) >= 0;
        if (Character.isLetterOrDigit(c) || c == '.' || c == '_' || sign) {
            word.append(c);
            return closings.isEmpty() ? Progress.MAY_END : Progress.UNFINISHED;
        }
        if (!endWord() || closings.isEmpty()) {
            return Progress.FOREIGN;
        }
        return append(c);
    }

    private boolean endWord() {
        String value = switch (word.toString()) {
            case "True", "true" -> "true";
            case "False", "false" -> "false";
            case "None", "null" -> "null";
            default -> number(word.toString());
        };
        if (value == null) {
            return false;
        }
        json.append(key ? "\"" + value + "\"" : value);
        return ended();
    }

    /** As JSON writes it, or null if it is none. */
    private static String number(String text) {
        Matcher number = NUMBER.matcher(text);
        if (!number.matches() || number.group(2) == null && number.group(3) == null) {
            return null;
        }
        String whole =
                number.group(2) == null ? "0" : number.group(2).replace("_", "").replaceFirst("^0+(?=\\d)", "");
        String fraction = number.group(3) == null ? "" : "." + number.group(3).replace("_", "");
        boolean decimal = text.indexOf('.') >= 0 && fraction.isEmpty();
        return (number.group(1).equals("-") ? "-" : "")
                + whole
                + (decimal ? ".0" : fraction)
                + (number.group(4) == null ? "" : "e" + number.group(4));
    }

    private Progress readString(char c) {
        if (escape != null) {
            return readEscape(c);
        }
        if (c == quote) {
            json.append('"');
            ended();
            return place == Place.DONE ? Progress.COMPLETE : Progress.UNFINISHED;
        }
        if (c == '\\') {
            escape = new StringBuilder();
        } else {
            write(c);
        }
        return Progress.UNFINISHED;
    }

    private Progress readEscape(char c) {
        boolean numeric = !escape.isEmpty() || "xuU01234567".indexOf(c) >= 0;
        if (!numeric) {
            int plain = "\\'\"/\nabfnrtv".indexOf(c);
            if (plain < 0) {
                write('\\');
            }
            if (plain < 0 || plain < 4) {
                write(c);
            } else if (c != '\n') {
                write("\u0007\b\f\n\r\t\u000B".charAt(plain - 5));
            }
            escape = null;
            return Progress.UNFINISHED;
        }
        boolean octal = !escape.isEmpty() && "01234567".indexOf(escape.charAt(0)) >= 0;
        boolean ends = octal && ("01234567".indexOf(c) < 0 || escape.length() == 3);
        if (ends) {
            write((char) Integer.parseInt(escape.toString(), 8));
            escape = null;
            return readString(c);
        }
        escape.append(c);
        int length = switch (escape.charAt(0)) {
            case 'x' -> 3;
            case 'u' -> 5;
            case 'U' -> 9;
            default -> 4;
        };
        if (escape.length() < length) {
            return Progress.UNFINISHED;
        }
        if (!ESCAPE.matcher(escape).matches()) {
            return Progress.FOREIGN;
        }
        int point = Integer.parseUnsignedInt(escape.substring(1), 16);
        if (!Character.isValidCodePoint(point)) {
            return Progress.FOREIGN;
        }
        for (char part : Character.toChars(point)) {
            write(part);
        }
        escape = null;
        return Progress.UNFINISHED;
    }

    private void write(char c) {
        if (c < ' ' || c == '"' || c == '\\') {
            json.append(JsonStringEncoder.getInstance().quoteAsString(String.valueOf(c)));
        } else {
            json.append(c);
        }
    }

    /** A value, or a key, is whole. */
    private boolean ended() {
        if (closings.isEmpty()) {
            place = Place.DONE;
        } else {
            place = key ? Place.COLON : Place.AFTER_VALUE;
        }
        return true;
    }

    private Progress colon(char c) {
        if (c == ':') {
            json.append(": ");
            key = false;
            mayClose = false;
            place = Place.VALUE;
            return Progress.UNFINISHED;
        }
        return Character.isWhitespace(c) ? Progress.UNFINISHED : Progress.FOREIGN;
    }

    private Progress afterValue(char c) {
        if (Character.isWhitespace(c)) {
            return Progress.UNFINISHED;
        }
        if (c == closings.peek()) {
            return close();
        }
        if (c != ',') {
            return Progress.FOREIGN;
        }
        json.append(", ");
        key = closings.peek() == '}';
        mayClose = true;
        place = Place.VALUE;
        return Progress.UNFINISHED;
    }

    private Progress close() {
        boolean trailingComma = json.length() >= 2 && json.charAt(json.length() - 2) == ',' && place == Place.VALUE;
        if (trailingComma) {
            json.setLength(json.length() - 2);
        }
        json.append(closings.pop() == '}' ? '}' : ']');
        key = false;
        ended();
        return place == Place.DONE ? Progress.COMPLETE : Progress.UNFINISHED;
    }
}
