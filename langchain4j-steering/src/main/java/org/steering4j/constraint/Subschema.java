package org.steering4j.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import dev.langchain4j.exception.UnsupportedFeatureException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.steering4j.constraint.regular.Language;
import org.steering4j.constraint.regular.NotRegularException;

/**
 * One schema of a document: true, false, or an object whose keywords are known. The same schema is the same object, so that sets of them can be
 * compared.
 */
final class Subschema {

    /** What a schema may ask for; some of it in some cases only. */
    private static final Set<String> ASSERTIONS = Set.of(
            "$ref",
            "$dynamicRef",
            "additionalProperties",
            "allOf",
            "anyOf",
            "const",
            "contains",
            "dependentRequired",
            "dependentSchemas",
            "enum",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "format",
            "if",
            "items",
            "maxItems",
            "maxLength",
            "maxProperties",
            "maximum",
            "minItems",
            "minLength",
            "minProperties",
            "minimum",
            "multipleOf",
            "not",
            "oneOf",
            "pattern",
            "patternProperties",
            "prefixItems",
            "properties",
            "propertyNames",
            "required",
            "type",
            "unevaluatedItems",
            "unevaluatedProperties",
            "uniqueItems");

    /** What explains a schema, names it, means nothing without another keyword, or is read with one. OpenAPI's are among it. */
    private static final Set<String> EXPLANATIONS = Set.of(
            "$anchor",
            "$comment",
            "$defs",
            "$dynamicAnchor",
            "$id",
            "$schema",
            "$vocabulary",
            "components",
            "contentEncoding",
            "contentMediaType",
            "contentSchema",
            "default",
            "definitions",
            "deprecated",
            "description",
            "discriminator",
            "else",
            "enumDescriptions",
            "enumNames",
            "example",
            "examples",
            "externalDocs",
            "id",
            "markdownDescription",
            "maxContains",
            "minContains",
            "nullable",
            "propertyOrdering",
            "readOnly",
            "then",
            "title",
            "writeOnly",
            "xml");

    /** Those that only lead to other schemas for the same value. */
    private static final Set<String> LEADING = Set.of(
            "$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "if", "dependentRequired", "dependentSchemas");

    private static final String EXTENSION = "x-";

    private final SchemaDocument document;
    private final JsonNode json;
    private final JsonNode origin;
    private final Set<String> assertions = new TreeSet<>();
    /** By keyword, of those asked for already. */
    private final Map<String, List<Subschema>> lists = new HashMap<>();

    private final Map<String, Map<String, Subschema>> maps = new HashMap<>();
    private Set<String> enumKeys;

    /** To be made by {@link SchemaDocument#subschema} alone. */
    Subschema(SchemaDocument document, JsonNode json, JsonNode origin) {
        this.document = document;
        this.json = json;
        this.origin = origin;
        if (!json.isObject() && !json.isBoolean()) {
            throw refusal("the schema " + json);
        }
        json.fieldNames().forEachRemaining(name -> {
            if (ASSERTIONS.contains(name)) {
                assertions.add(name);
            } else if (!EXPLANATIONS.contains(name) && !name.startsWith(EXTENSION) && !keepsDefinitions(name)) {
                throw refusal("the JSON schema keyword \"" + name + "\"");
            }
        });
    }

    private boolean keepsDefinitions(String name) {
        return json.get(name).isObject() && document.keepsDefinitions(name);
    }

    /** Whether every value fits. */
    boolean isTrue() {
        return !isFalse() && assertions.isEmpty();
    }

    /** Whether no value fits. */
    boolean isFalse() {
        return json.isBoolean() && !json.booleanValue();
    }

    /** Whether it asks for nothing but what other schemas do to which it leads. */
    boolean isLeadingOnly() {
        return LEADING.containsAll(assertions);
    }

    JsonNode json() {
        return json;
    }

    /** The keywords that ask for something, in alphabetical order. */
    Set<String> assertions() {
        return assertions;
    }

    boolean has(String keyword) {
        return json.has(keyword);
    }

    /** Whether it was made of other schemas, by us. */
    boolean isMade() {
        return !json.isBoolean() && !document.isOwn(json);
    }

    /** What a keyword says, or null if it is not there. */
    JsonNode get(String keyword) {
        return json.get(keyword);
    }

    /** A schema below this one, or made of those that are. */
    Subschema part(JsonNode schema) {
        return document.subschema(schema, origin);
    }

    Subschema nothing() {
        return part(BooleanNode.FALSE);
    }

    /** The schema that a keyword says. */
    Subschema one(String keyword) {
        return part(json.get(keyword));
    }

    /** The schemas that a keyword lists; none if it is not there. */
    List<Subschema> list(String keyword) {
        return has(keyword) ? lists.computeIfAbsent(keyword, this::readList) : List.of();
    }

    private List<Subschema> readList(String keyword) {
        List<Subschema> schemas = new ArrayList<>();
        require(json.get(keyword).isArray(), keyword).forEach(schema -> schemas.add(part(schema)));
        return schemas;
    }

    /** The schemas that a keyword names; none if it is not there. */
    Map<String, Subschema> named(String keyword) {
        return has(keyword) ? maps.computeIfAbsent(keyword, this::readMap) : Map.of();
    }

    private Map<String, Subschema> readMap(String keyword) {
        Map<String, Subschema> schemas = new LinkedHashMap<>();
        require(json.get(keyword).isObject(), keyword)
                .fields()
                .forEachRemaining(schema -> schemas.put(schema.getKey(), part(schema.getValue())));
        return schemas;
    }

    /** The values of {@code enum}. */
    JsonNode enumValues() {
        return require(json.get("enum").isArray(), "enum");
    }

    /** The same as keys; see {@link JsonValues#key}. */
    Set<String> enumKeys() {
        if (enumKeys == null) {
            enumKeys = new HashSet<>();
            enumValues().forEach(value -> enumKeys.add(JsonValues.key(value)));
        }
        return enumKeys;
    }

    /** The texts that a keyword lists; none if it is not there. */
    List<String> texts(String keyword) {
        return has(keyword) ? texts(json.get(keyword), keyword) : List.of();
    }

    private List<String> texts(JsonNode list, String keyword) {
        require(list.isArray(), keyword);
        List<String> texts = new ArrayList<>();
        for (JsonNode text : list) {
            require(text.isTextual(), keyword);
            texts.add(text.textValue());
        }
        return texts;
    }

    /** The texts that each name of a keyword lists. */
    Map<String, List<String>> textsByName(String keyword) {
        Map<String, List<String>> texts = new LinkedHashMap<>();
        if (has(keyword)) {
            JsonNode named = require(json.get(keyword).isObject(), keyword);
            named.fields().forEachRemaining(entry -> texts.put(entry.getKey(), texts(entry.getValue(), keyword)));
        }
        return texts;
    }

    /** A number of items or members; as large as can be counted to, if it is larger. */
    int count(String keyword, int otherwise) {
        if (!has(keyword)) {
            return otherwise;
        }
        BigDecimal count = number(keyword);
        require(count.signum() >= 0 && JsonValues.isInteger(count), keyword);
        return count.min(BigDecimal.valueOf(Integer.MAX_VALUE)).intValue();
    }

    BigDecimal number(String keyword) {
        return require(json.get(keyword).isNumber(), keyword).decimalValue();
    }

    /** What a keyword says that is there. */
    String text(String keyword) {
        return require(json.get(keyword).isTextual(), keyword).textValue();
    }

    /** The texts in which a pattern is found. */
    Language language(String pattern) {
        try {
            return document.language(pattern);
        } catch (NotRegularException e) {
            throw refusal("the pattern \"%s\", %s,".formatted(pattern, e.getMessage()));
        }
    }

    boolean flag(String keyword) {
        return has(keyword) && require(json.get(keyword).isBoolean(), keyword).booleanValue();
    }

    /** What {@code $ref} or {@code $dynamicRef} leads to. */
    Subschema reference(String keyword) {
        String reference = require(json.get(keyword).isTextual(), keyword).textValue();
        return document.resolve(reference, origin, keyword.equals("$dynamicRef"));
    }

    private JsonNode require(boolean right, String keyword) {
        JsonNode value = json.get(keyword);
        if (!right) {
            throw refusal(
                    "the JSON schema keyword \"%s\" with the value %s".formatted(keyword, JsonValues.shown(value)));
        }
        return value;
    }

    UnsupportedFeatureException refusal(String what) {
        return document.refusal(what, origin);
    }

    /** Says that a keyword is not supported. */
    UnsupportedFeatureException unsupported(String keyword) {
        return refusal("the JSON schema keyword \"" + keyword + "\"");
    }

    @Override
    public String toString() {
        return json.toString();
    }
}
