package org.steering4j.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which of JSON's types a parameter of a tool may have, as far as its schema tells. Immutable.
 *
 * @param names {@code string}, {@code integer}, {@code number}, {@code boolean}, {@code null}, {@code object}, {@code array}; empty if nothing
 *     tells
 */
record ParameterTypes(Set<String> names) {

    /** More than anybody nests references to references. */
    private static final int MAXIMUM_DEPTH = 20;

    /** @param parameters the schema of all parameters */
    static ParameterTypes of(JsonNode parameters, String name) {
        Set<String> names = new HashSet<>();
        collect(parameters, parameters.path("properties").path(name), names, MAXIMUM_DEPTH);
        return new ParameterTypes(Set.copyOf(names));
    }

    private static void collect(JsonNode document, JsonNode schema, Set<String> names, int depth) {
        if (depth == 0) {
            return;
        }
        JsonNode type = schema.path("type");
        if (type.isTextual()) {
            names.add(type.asText());
        }
        type.forEach(each -> names.add(each.asText()));
        if (type.isMissingNode()) {
            schema.path("enum").forEach(value -> names.add(typeOf(value)));
            if (schema.has("const")) {
                names.add(typeOf(schema.get("const")));
            }
            if (schema.has("properties")) {
                names.add("object");
            }
            if (schema.has("items")) {
                names.add("array");
            }
        }
        for (String alternatives : List.of("anyOf", "oneOf", "allOf")) {
            schema.path(alternatives).forEach(each -> collect(document, each, names, depth - 1));
        }
        String reference = schema.path("$ref").asText();
        if (reference.startsWith("#/")) {
            collect(document, document.at(reference.substring(1)), names, depth - 1);
        }
    }

    private static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case NUMBER -> "number";
            case BOOLEAN -> "boolean";
            case NULL -> "null";
            case OBJECT -> "object";
            case ARRAY -> "array";
            default -> "string";
        };
    }

    /** Whether a value is text, whatever it looks like. */
    boolean onlyText() {
        return names.isEmpty() || names.equals(Set.of("string"));
    }

    boolean allow(JsonNode value) {
        String type = typeOf(value);
        return names.contains(type) || type.equals("number") && names.contains("integer");
    }
}
