package org.steering4j.prompt;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads the JSON of one tool call, {@code {"name": ..., "arguments": {...}}}, as it comes. It knows nothing of what stands around it. Not
 * thread-safe.
 *
 * <p>Arguments may be called parameters, may be missing, null, or their JSON in a string. Other members are skipped.
 */
final class JsonCallReader implements ToolCallReader {

    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final Set<String> MEMBERS = Set.of("type", "id", "name", "arguments", "parameters");
    private static final String NAME = "name";
    private static final String ARGUMENTS = "arguments";
    private static final String PARAMETERS = "parameters";

    private final JsonParser parser;
    private final StringBuilder arguments = new StringBuilder();
    /** Objects and arrays that are open. */
    private int depth;
    /** When it is reached again, the call is complete. */
    private final int outside;

    /** Null if a call may be written in other ways as well. */
    private final String onlyArgumentsKey;

    private final Set<String> keys = new HashSet<>();
    private String key = "";
    private String name = "";
    private boolean insideArguments;
    /** How many characters of the arguments were given out. */
    private int given;

    private String highSurrogate = "";

    private JsonCallReader(int outside, String onlyArgumentsKey) {
        try {
            this.parser = MAPPER.getFactory().createNonBlockingByteArrayParser();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // reads from memory
        }
        this.outside = outside;
        this.onlyArgumentsKey = onlyArgumentsKey;
        this.depth = outside;
    }

    /** Reads name and arguments. */
    static JsonCallReader ofCall() {
        return new JsonCallReader(0, null);
    }

    /** Reads a call that holds its name, then its arguments, which are an object, and nothing else. */
    static JsonCallReader ofPlainCall(String argumentsKey) {
        return new JsonCallReader(0, argumentsKey);
    }

    /** Reads the arguments alone: as if they came within a call whose name is known. */
    static JsonCallReader ofArguments(String name) {
        JsonCallReader reader = new JsonCallReader(1, null);
        reader.name = name;
        reader.key = ARGUMENTS;
        return reader;
    }

    @Override
    public Progress append(char c) {
        if (Character.isHighSurrogate(c)) {
            highSurrogate = String.valueOf(c);
            return Progress.UNFINISHED;
        }
        String character = highSurrogate + c;
        highSurrogate = "";
        boolean insideBefore = insideArguments;
        try {
            byte[] bytes = character.getBytes(StandardCharsets.UTF_8);
            ((ByteArrayFeeder) parser.getNonBlockingInputFeeder()).feedInput(bytes, 0, bytes.length);
            for (JsonToken token = parser.nextToken(); token != JsonToken.NOT_AVAILABLE; token = parser.nextToken()) {
                if (!read(token)) {
                    return Progress.UNREADABLE;
                }
                if (depth == outside) {
                    return complete(character);
                }
            }
        } catch (JacksonException e) {
            return Progress.UNREADABLE;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // reads from memory
        }
        if (insideBefore || insideArguments) {
            arguments.append(character);
        }
        return Progress.UNFINISHED;
    }

    private Progress complete(String last) throws IOException {
        if (outside == 1) {
            arguments.append(last);
        }
        if (arguments.isEmpty()) {
            arguments.append("{}");
        }
        // Jackson's parser for single bytes (2.20) lets commas before closing brackets pass: this one does not.
        boolean readable = !name.isEmpty()
                && (onlyArgumentsKey == null || keys.contains(onlyArgumentsKey))
                && MAPPER.readTree(arguments.toString()).isObject();
        return readable ? Progress.COMPLETE : Progress.UNREADABLE;
    }

    /** Whether it can still become a call. */
    private boolean read(JsonToken token) throws IOException {
        boolean member = depth == 1 && token != JsonToken.END_OBJECT;
        boolean argument = member && (key.equals(ARGUMENTS) || key.equals(PARAMETERS));
        if (token.isStructStart()) {
            depth++;
        } else if (token.isStructEnd()) {
            depth--;
            insideArguments &= depth > 1;
        }
        if (member && token == JsonToken.FIELD_NAME) {
            return readKey(parser.currentName());
        }
        if (argument) {
            return readArguments(token);
        }
        if (member && key.equals(NAME)) {
            name = token == JsonToken.VALUE_STRING ? parser.getText() : "";
            return !name.isEmpty();
        }
        return true;
    }

    private boolean readKey(String next) {
        key = next;
        if (onlyArgumentsKey != null) {
            return next.equals(keys.isEmpty() ? NAME : onlyArgumentsKey) && keys.add(next);
        }
        boolean meansArguments = next.equals(ARGUMENTS) || next.equals(PARAMETERS);
        return keys.add(meansArguments ? ARGUMENTS : next) || !(meansArguments || next.equals(NAME));
    }

    private boolean readArguments(JsonToken token) throws IOException {
        insideArguments = token == JsonToken.START_OBJECT;
        if (insideArguments || onlyArgumentsKey != null) {
            return insideArguments;
        }
        if (token == JsonToken.VALUE_STRING) {
            arguments.append(parser.getText());
            return true;
        }
        return token == JsonToken.VALUE_NULL;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean mayBeWithoutMark() {
        return key.isEmpty() || MEMBERS.contains(key);
    }

    @Override
    public String arguments() {
        return arguments.toString();
    }

    @Override
    public String newArguments() {
        boolean none = name.isEmpty() || arguments.toString().strip().length() < 2;
        String piece = none ? "" : arguments.substring(given);
        given += piece.length();
        return piece;
    }
}
