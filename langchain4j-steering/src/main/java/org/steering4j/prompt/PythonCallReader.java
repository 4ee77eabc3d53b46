package org.steering4j.prompt;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads a call as Python writes it, {@code name(key=value, ...)}, with literals for values; what chat templates leave without quotes, a text that
 * begins with a letter or digit, is a string. The arguments are given out when the call is complete. Not thread-safe.
 */
final class PythonCallReader implements ToolCallReader {

    private enum Place {
        NAME,
        KEY,
        AFTER_KEY,
        VALUE,
        WORDS,
        AFTER_VALUE
    }

    private final Set<String> keys = new HashSet<>();
    private final StringBuilder name = new StringBuilder();
    private final StringBuilder key = new StringBuilder();
    private final StringBuilder json = new StringBuilder("{");
    private Place place = Place.NAME;
    private PythonLiteral value;
    /** The value in letters, for one without quotes. */
    private final StringBuilder written = new StringBuilder();

    private boolean complete;
    private boolean given;

    @Override
    public Progress append(char c) {
        boolean readable = switch (place) {
            case NAME -> readName(c);
            case KEY -> readKey(c);
            case AFTER_KEY -> afterKey(c);
            case VALUE -> readValue(c);
            case WORDS -> readWords(c);
            case AFTER_VALUE -> afterValue(c);
        };
        if (!readable) {
            return Progress.UNREADABLE;
        }
        return complete ? Progress.COMPLETE : Progress.UNFINISHED;
    }

    /** Names of tools may hold what identifiers do not. */
    private static boolean isOfName(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '.' || c == '-';
    }

    private boolean readName(char c) {
        if (c == '(' && !name.isEmpty()) {
            place = Place.KEY;
            return true;
        }
        name.append(c);
        return isOfName(c) && !Character.isDigit(name.charAt(0)) && name.charAt(0) != '-';
    }

    private boolean readKey(char c) {
        if (Character.isWhitespace(c)) {
            if (!key.isEmpty()) {
                place = Place.AFTER_KEY;
            }
            return true;
        }
        if (c == ')' && key.isEmpty()) {
            return complete();
        }
        if (c == '=') {
            return afterKey(c);
        }
        key.append(c);
        return isOfName(c) && !Character.isDigit(key.charAt(0));
    }

    private boolean afterKey(char c) {
        if (Character.isWhitespace(c)) {
            return true;
        }
        place = Place.VALUE;
        value = new PythonLiteral();
        written.setLength(0);
        return c == '=' && !key.isEmpty() && keys.add(key.toString());
    }

    private boolean readValue(char c) {
        PythonLiteral.Progress progress = value.append(c);
        if (progress == PythonLiteral.Progress.COMPLETE) {
            return addValue(value.json());
        }
        if (progress != PythonLiteral.Progress.FOREIGN) {
            written.append(c);
            return true;
        }
        if ((c == ',' || c == ')' || Character.isWhitespace(c)) && value.finish()) {
            return addValue(value.json()) && afterValue(c);
        }
        place = Place.WORDS;
        String start = written.toString().stripLeading();
        return !start.isEmpty() && Character.isLetterOrDigit(start.charAt(0)) && readWords(c);
    }

    private boolean readWords(char c) {
        if (c == ',' || c == ')') {
            String text = written.toString().strip();
            return addValue(quoted(text)) && afterValue(c);
        }
        written.append(c);
        return "([]{}='\"\n".indexOf(c) < 0;
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        JsonStringEncoder.getInstance().quoteAsString(text, quoted);
        return quoted.append('"').toString();
    }

    private boolean addValue(String value) {
        json.append(json.length() > 1 ? ", " : "")
                .append(quoted(key.toString()))
                .append(": ")
                .append(value);
        key.setLength(0);
        place = Place.AFTER_VALUE;
        return true;
    }

    private boolean afterValue(char c) {
        if (c == ')') {
            return complete();
        }
        if (c == ',') {
            place = Place.KEY;
            return true;
        }
        return Character.isWhitespace(c);
    }

    private boolean complete() {
        json.append('}');
        complete = true;
        return true;
    }

    @Override
    public String name() {
        return place == Place.NAME ? "" : name.toString();
    }

    @Override
    public String arguments() {
        return json.toString();
    }

    @Override
    public String newArguments() {
        String piece = complete && !given ? arguments() : "";
        given |= complete;
        return piece;
    }
}
