package org.steering4j.constraint;

import com.fasterxml.jackson.core.JacksonException;
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
import java.util.Map;

/**
 * LangChain4j's schemas as JSON Schema, so that they and raw ones are read the same way. LangChain4j's own writer leaves
 * {@code additionalProperties} out.
 */
final class SchemaDocument {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private SchemaDocument() {}

    /** @throws UnsupportedFeatureException for a kind of schema that we do not know, or a raw one that is no JSON */
    static JsonNode of(JsonSchemaElement element, String subject) {
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
            return NODES.objectNode().put("$ref", "#/$defs/" + reference.reference());
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

    private static JsonNode parse(String schema, String subject) {
        try {
            return MAPPER.readTree(schema);
        } catch (JacksonException e) {
            throw new UnsupportedFeatureException("%s: the raw schema is not supported, for it is no JSON (%s): %s"
                    .formatted(subject, e.getOriginalMessage(), schema));
        }
    }
}
