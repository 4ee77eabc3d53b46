package org.steering4j.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A component of a {@code tokenizer.json} while it is read: each parameter is asked for by name and checked, and in the end nothing may be left
 * over. Whatever is wrong is an {@link IllegalArgumentException} that names the component and the value. Not thread-safe.
 */
final class Component {

    private static final int MAXIMUM_SHOWN = 60;

    private final String kind;
    private final JsonNode json;
    private final Set<String> asked = new HashSet<>(Set.of("type"));

    /** @param kind what it is to the tokenizer, such as "normalizer" */
    Component(String kind, JsonNode json) {
        this.kind = kind;
        this.json = json;
        if (!json.isObject() || !json.path("type").isTextual()) {
            throw new IllegalArgumentException(
                    "a %s is %s, where an object with a \"type\" is expected".formatted(kind, shown(json)));
        }
    }

    String type() {
        return json.get("type").asText();
    }

    private JsonNode ask(String name) {
        asked.add(name);
        return json.path(name);
    }

    IllegalArgumentException wrong(String name, String expected) {
        return new IllegalArgumentException("the %s %s has \"%s\": %s, where %s is expected"
                .formatted(kind, type(), name, shown(json.path(name)), expected));
    }

    IllegalArgumentException unsupported() {
        return new IllegalArgumentException("the %s %s is not supported".formatted(kind, type()));
    }

    /** The component's name with what is wrong about it. */
    IllegalArgumentException wrong(IllegalArgumentException cause) {
        return new IllegalArgumentException(
                "the %s %s cannot be used: %s".formatted(kind, type(), cause.getMessage()), cause);
    }

    String text(String name, int least, int most) {
        JsonNode value = ask(name);
        if (value.isTextual()
                && value.asText().length() >= least
                && value.asText().length() <= most
                && isWellFormed(value.asText())) {
            return value.asText();
        }
        throw wrong(name, "a text of %d to %d characters".formatted(least, most));
    }

    static boolean isWellFormed(String text) {
        return text.codePoints().noneMatch(point -> Character.getType(point) == Character.SURROGATE);
    }

    /** A text of one code point. */
    String character(String name) {
        JsonNode value = ask(name);
        if (value.isTextual()
                && value.asText().codePointCount(0, value.asText().length()) == 1
                && isWellFormed(value.asText())) {
            return value.asText();
        }
        throw wrong(name, "a single character");
    }

    String oneOf(String name, String otherwise, List<String> allowed) {
        JsonNode value = ask(name);
        if (value.isMissingNode() && otherwise != null) {
            return otherwise;
        }
        if (value.isTextual() && allowed.contains(value.asText())) {
            return value.asText();
        }
        throw wrong(name, "one of " + String.join(", ", allowed));
    }

    boolean flag(String name) {
        if (!ask(name).isBoolean()) {
            throw wrong(name, "true or false");
        }
        return json.get(name).asBoolean();
    }

    /** Null counts as missing. */
    boolean flag(String name, boolean otherwise) {
        return ask(name).isMissingNode() || json.path(name).isNull() ? otherwise : flag(name);
    }

    int number(String name, int least, int most) {
        JsonNode value = ask(name);
        if (value.isIntegralNumber() && value.canConvertToInt() && value.asInt() >= least && value.asInt() <= most) {
            return value.asInt();
        }
        throw wrong(name, "a whole number of %d to %d".formatted(least, most));
    }

    List<JsonNode> list(String name) {
        if (!ask(name).isArray()) {
            throw wrong(name, "a list");
        }
        List<JsonNode> items = new ArrayList<>();
        json.get(name).forEach(items::add);
        return items;
    }

    /** The parameter "pattern", an object of either a String or a Regex. */
    JsonNode pattern() {
        JsonNode value = ask("pattern");
        if (value.size() == 1
                && (value.path("String").isTextual() || value.path("Regex").isTextual())) {
            return value;
        }
        throw wrong("pattern", "an object of a \"String\" or a \"Regex\"");
    }

    /** Parameters that change nothing. */
    void ignore(String... names) {
        asked.addAll(List.of(names));
    }

    /** Refuses parameters that nobody asked for. */
    void requireNoMore() {
        json.fieldNames().forEachRemaining(name -> {
            if (!asked.contains(name)) {
                throw new IllegalArgumentException(
                        "the %s %s has the parameter \"%s\", which is not supported".formatted(kind, type(), name));
            }
        });
    }

    static String shown(JsonNode value) {
        String text = value.isMissingNode() ? "nothing" : value.toString();
        return text.length() <= MAXIMUM_SHOWN ? text : text.substring(0, MAXIMUM_SHOWN) + "...";
    }
}
