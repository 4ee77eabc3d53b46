package org.steering4j.constraint;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/** Says what is wrong with a document, by the parts of JSON Schema that we know; written apart from the code under test. */
final class SchemaValidator {

    static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private final JsonNode root;
    /** References that are being followed, and for which part of the document. */
    private final Set<String> following = new HashSet<>();

    private SchemaValidator(JsonNode root) {
        this.root = root;
    }

    /** @param schema JSON Schema */
    static SchemaValidator of(String schema) {
        try {
            return new SchemaValidator(MAPPER.readTree(schema));
        } catch (JacksonException e) {
            throw new AssertionError(schema, e);
        }
    }

    /** Null if the text is a valid document. */
    String problem(String json) {
        try {
            return problem(MAPPER.readTree(json), root, "$");
        } catch (JacksonException e) {
            return e.getMessage();
        }
    }

    private String problem(JsonNode value, JsonNode schema, String path) {
        if (schema.isBoolean()) {
            return schema.asBoolean() ? null : path + " is not allowed";
        }
        if (schema.has("$ref")) {
            String reference = schema.get("$ref").asText();
            String place = reference + " " + path;
            if (!following.add(place)) {
                return path + " leads in a circle";
            }
            String problem = problem(value, reference.equals("#") ? root : root.at(reference.substring(1)), path);
            following.remove(place);
            return problem;
        }
        if (schema.has("anyOf")) {
            for (JsonNode alternative : schema.get("anyOf")) {
                if (problem(value, alternative, path) == null) {
                    return null;
                }
            }
            return path + " fits no alternative: " + value;
        }
        if (schema.has("enum") && !contains(schema.get("enum"), value)) {
            return path + " is none of the values: " + value;
        }
        if (schema.has("const") && !schema.get("const").equals(value)) {
            return path + " is not the constant: " + value;
        }
        if (schema.has("type") && !hasType(value, schema.get("type"))) {
            return path + " is no " + schema.get("type") + ": " + value;
        }
        if (value.isArray()) {
            for (int i = 0; schema.has("items") && i < value.size(); i++) {
                String problem = problem(value.get(i), schema.get("items"), path + "[" + i + "]");
                if (problem != null) {
                    return problem;
                }
            }
        }
        return value.isObject() ? objectProblem(value, schema, path) : null;
    }

    private String objectProblem(JsonNode value, JsonNode schema, String path) {
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.asText())) {
                return path + " lacks " + name;
            }
        }
        for (Iterator<Map.Entry<String, JsonNode>> members = value.fields(); members.hasNext(); ) {
            Map.Entry<String, JsonNode> member = members.next();
            JsonNode property = schema.path("properties").get(member.getKey());
            JsonNode expected = property != null ? property : schema.get("additionalProperties");
            String problem =
                    expected == null ? null : problem(member.getValue(), expected, path + "." + member.getKey());
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private static boolean contains(JsonNode values, JsonNode value) {
        for (JsonNode other : values) {
            if (other.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasType(JsonNode value, JsonNode type) {
        if (type.isArray()) {
            for (JsonNode one : type) {
                if (hasType(value, one)) {
                    return true;
                }
            }
            return false;
        }
        return switch (type.asText()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "number" -> value.isNumber();
            case "integer" -> value.isIntegralNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> throw new AssertionError(type);
        };
    }
}
