package org.steering4j.prompt;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * Reads a call in tags, {@code <function=name><parameter=key>value</parameter></function>}. A value is what stands between its tags, but for one
 * line break after the first and before the last; what type it has, the tool's parameters tell. The arguments are given out when the call is
 * complete. Not thread-safe.
 */
final class TagsCallReader implements ToolCallReader {

    static final String FUNCTION = "<function=";
    static final String END_OF_FUNCTION = "</function>";
    static final String PARAMETER = "<parameter=";
    static final String END_OF_PARAMETER = "</parameter>";

    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private enum Place {
        OPENING,
        NAME,
        BETWEEN,
        KEY,
        VALUE
    }

    private final Map<String, JsonNode> parametersByTool;
    private final ObjectNode arguments = MAPPER.createObjectNode();
    private final StringBuilder here = new StringBuilder();
    private Place place = Place.OPENING;
    private String name = "";
    private String key = "";
    private boolean complete;
    private boolean given;

    /** @param parametersByTool the JSON schemas of the tools' parameters, by their names */
    TagsCallReader(Map<String, JsonNode> parametersByTool) {
        this.parametersByTool = parametersByTool;
    }

    @Override
    public Progress append(char c) {
        here.append(c);
        boolean readable = switch (place) {
            case OPENING -> readOpening();
            case NAME -> readName(c);
            case BETWEEN -> readBetween();
            case KEY -> readKey(c);
            case VALUE -> readValue();
        };
        return !readable ? Progress.UNREADABLE : complete ? Progress.COMPLETE : Progress.UNFINISHED;
    }

    private void go(Place next) {
        place = next;
        here.setLength(0);
    }

    private boolean readOpening() {
        if (FUNCTION.contentEquals(here)) {
            go(Place.NAME);
            return true;
        }
        return FUNCTION.startsWith(here.toString());
    }

    private boolean readName(char c) {
        if (c == '>') {
            name = here.substring(0, here.length() - 1);
            go(Place.BETWEEN);
            return !name.isEmpty();
        }
        return c != '<' && c != '\n';
    }

    private boolean readBetween() {
        String soFar = here.toString().stripLeading();
        if (soFar.equals(END_OF_FUNCTION)) {
            complete = true;
            return true;
        }
        if (soFar.equals(PARAMETER)) {
            go(Place.KEY);
            return true;
        }
        return END_OF_FUNCTION.startsWith(soFar) || PARAMETER.startsWith(soFar);
    }

    private boolean readKey(char c) {
        if (c == '>') {
            key = here.substring(0, here.length() - 1);
            go(Place.VALUE);
            return !key.isEmpty() && !arguments.has(key);
        }
        return c != '<' && c != '\n';
    }

    private boolean readValue() {
        int end = here.length() - END_OF_PARAMETER.length();
        if (end >= 0 && here.indexOf(END_OF_PARAMETER, end) == end) {
            int from = end > 0 && here.charAt(0) == '\n' ? 1 : 0;
            int to = end > from && here.charAt(end - 1) == '\n' ? end - 1 : end;
            arguments.set(key, value(here.substring(from, to)));
            go(Place.BETWEEN);
        }
        return true;
    }

    /** Text where text is allowed and nothing else that it could be; what cannot be read as what it should be is text. */
    private JsonNode value(String text) {
        JsonNode parameters = parametersByTool.getOrDefault(name, MAPPER.createObjectNode());
        ParameterTypes types = ParameterTypes.of(parameters, key);
        JsonNode parsed = types.onlyText() ? null : parsed(text);
        return parsed != null && types.allow(parsed)
                ? parsed
                : MAPPER.getNodeFactory().textNode(text);
    }

    /** As JSON, or else as Python. */
    private static JsonNode parsed(String text) {
        try {
            JsonNode json = MAPPER.readTree(text);
            return json.isMissingNode() ? null : json;
        } catch (JacksonException e) {
            String literal = PythonLiteral.toJson(text);
            try {
                return literal == null ? null : MAPPER.readTree(literal);
            } catch (JacksonException again) {
                return null;
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String arguments() {
        return arguments.toString();
    }

    @Override
    public String newArguments() {
        String piece = complete && !given ? arguments() : "";
        given |= complete;
        return piece;
    }
}
