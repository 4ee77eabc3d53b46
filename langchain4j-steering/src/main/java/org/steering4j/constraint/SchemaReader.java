package org.steering4j.constraint;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.json.JsonAnyOfSchema;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonBooleanSchema;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonNullSchema;
import dev.langchain4j.model.chat.request.json.JsonNumberSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonReferenceSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * LangChain4j's schemas as JSON Schema, so that they and raw ones are read the same way. LangChain4j's own writer leaves
 * {@code additionalProperties} out.
 */
final class SchemaReader {

    /** Of LangChain4j's schemas within one another. Jackson has a limit of its own for the text of raw ones. */
    private static final int MOST_DEPTH = 200;

    private static final int MOST_SCHEMAS = 1_000_000;

    private static final int SHOWN_CHARACTERS = 200;

    /** Numbers are kept as they are written: a {@code double} would make 0 of 1e-400. */
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .setNodeFactory(JsonNodeFactory.withExactBigDecimals(true))
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private SchemaReader() {}

    /** @throws UnsupportedFeatureException for a kind of schema that we do not know, a raw one that is no JSON, or one that is too deep */
    static JsonNode read(JsonSchemaElement element, String subject) {
        requireDepth(element, subject);
        return of(element, subject);
    }

    /** Also refuses schemas that are small only as long as nobody writes them out, for parts of them occur in many places. */
    static void requireDepth(JsonSchemaElement root, String subject) {
        if (root != null) {
            extent(root, 1, new IdentityHashMap<>(), subject);
        }
    }

    /**
     * @param depth how many schemas lie one in another
     * @param count of all that lie in it, itself included
     */
    private record Extent(int depth, int count) {}

    private static Extent extent(
            JsonSchemaElement element, int outerDepth, Map<JsonSchemaElement, Extent> known, String subject) {
        int below = 0;
        int count = 1;
        for (JsonSchemaElement part : outerDepth > MOST_DEPTH ? List.<JsonSchemaElement>of() : parts(element)) {
            if (part != null) {
                Extent extent =
                        known.containsKey(part) ? known.get(part) : extent(part, outerDepth + 1, known, subject);
                below = Math.max(below, extent.depth);
                count = Math.min(MOST_SCHEMAS, count + extent.count);
            }
        }
        if (outerDepth + below > MOST_DEPTH || count == MOST_SCHEMAS) {
            throw new UnsupportedFeatureException(
                    ("%s: a JSON schema is not supported that nests more than %d schemas within one another, or consists of %,d;"
                                    + " make it smaller, or refer to definitions")
                            .formatted(subject, MOST_DEPTH, MOST_SCHEMAS));
        }
        Extent extent = new Extent(below + 1, count);
        known.put(element, extent);
        return extent;
    }

    private static Collection<JsonSchemaElement> parts(JsonSchemaElement element) {
        if (element instanceof JsonObjectSchema object) {
            List<JsonSchemaElement> parts = new ArrayList<>(object.properties().values());
            if (object.definitions() != null) {
                parts.addAll(object.definitions().values());
            }
            return parts;
        }
        if (element instanceof JsonArraySchema array) {
            return Collections.singletonList(array.items());
        }
        return element instanceof JsonAnyOfSchema anyOf ? anyOf.anyOf() : List.of();
    }

    private static JsonNode of(JsonSchemaElement element, String subject) {
        if (element instanceof JsonObjectSchema object) {
            return object(object, subject);
        }
        if (element instanceof JsonArraySchema array) {
            ObjectNode schema = ofType("array");
            if (array.items() != null) {
                schema.set("items", of(array.items(), subject));
            }
            return schema;
        }
        if (element instanceof JsonEnumSchema oneOf) {
            ArrayNode values = NODES.arrayNode();
            oneOf.enumValues().forEach(values::add);
            return NODES.objectNode().set("enum", values);
        }
        if (element instanceof JsonAnyOfSchema anyOf) {
            ArrayNode alternatives = NODES.arrayNode();
            anyOf.anyOf().forEach(alternative -> alternatives.add(of(alternative, subject)));
            return NODES.objectNode().set("anyOf", alternatives);
        }
        if (element instanceof JsonReferenceSchema reference) {
            return NODES.objectNode().put("$ref", "#/$defs/" + pointerStep(reference.reference()));
        }
        if (element instanceof JsonRawSchema raw) {
            return parse(raw.schema(), subject);
        }
        return simple(element, subject);
    }

    private static JsonNode simple(JsonSchemaElement element, String subject) {
        if (element instanceof JsonStringSchema) {
            return ofType("string");
        }
        if (element instanceof JsonIntegerSchema) {
            return ofType("integer");
        }
        if (element instanceof JsonNumberSchema) {
            return ofType("number");
        }
        if (element instanceof JsonBooleanSchema) {
            return ofType("boolean");
        }
        if (element instanceof JsonNullSchema) {
            return ofType("null");
        }
        throw new UnsupportedFeatureException(
                "%s: the schema element %s is not supported; write it as a JsonRawSchema, or leave it out"
                        .formatted(
                                subject,
                                element == null ? "null" : element.getClass().getName()));
    }

    private static JsonNode object(JsonObjectSchema object, String subject) {
        ObjectNode schema = ofType("object");
        schema.set("properties", all(object.properties(), subject));
        ArrayNode required = schema.putArray("required");
        if (object.required() != null) {
            object.required().forEach(required::add);
        }
        if (object.additionalProperties() != null) {
            schema.put("additionalProperties", object.additionalProperties());
        }
        if (object.definitions() != null && !object.definitions().isEmpty()) {
            schema.set("$defs", all(object.definitions(), subject));
        }
        return schema;
    }

    private static ObjectNode all(Map<String, JsonSchemaElement> elements, String subject) {
        ObjectNode schemas = NODES.objectNode();
        elements.forEach((name, element) -> schemas.set(name, of(element, subject)));
        return schemas;
    }

    private static ObjectNode ofType(String type) {
        return NODES.objectNode().put("type", type);
    }

    /** A name as a part of a JSON pointer in a URI (RFC 6901, section 6). */
    private static String pointerStep(String name) {
        return name.replace("~", "~0").replace("/", "~1").replace("%", "%25");
    }

    private static JsonNode parse(String schema, String subject) {
        try {
            JsonNode json = MAPPER.readTree(schema);
            if (!json.isMissingNode()) {
                return json;
            }
            throw new UnsupportedFeatureException(subject + ": the raw schema is not supported, for it is empty");
        } catch (StreamConstraintsException e) {
            throw beyondReaders(schema, subject, e.getOriginalMessage());
        } catch (NumberFormatException e) { // Jackson's of exponents that no BigDecimal holds
            throw beyondReaders(schema, subject, e.getMessage());
        } catch (JacksonException e) {
            throw new UnsupportedFeatureException("%s: the raw schema is not supported, for it is no JSON (%s): %s"
                    .formatted(subject, e.getOriginalMessage(), shown(schema)));
        }
    }

    private static UnsupportedFeatureException beyondReaders(String schema, String subject, String reason) {
        return new UnsupportedFeatureException(
                "%s: the raw schema is not supported, for it is beyond what a reader of JSON takes (%s): %s"
                        .formatted(subject, reason, shown(schema)));
    }

    private static String shown(String schema) {
        return schema.length() <= SHOWN_CHARACTERS ? schema : schema.substring(0, SHOWN_CHARACTERS) + "...";
    }
}
