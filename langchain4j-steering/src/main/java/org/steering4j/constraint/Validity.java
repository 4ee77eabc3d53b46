package org.steering4j.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Whether a value fits a schema (JSON Schema 2020-12). It is needed for values that a schema spells out beside other keywords; answers are held
 * to a {@link Syntax}.
 */
final class Validity {

    private Validity() {}

    static boolean of(JsonNode value, Subschema schema) {
        return of(value, schema, 0);
    }

    private static boolean of(JsonNode value, Subschema schema, int depth) {
        if (schema.isTrue() || schema.isFalse()) {
            return schema.isTrue();
        }
        SchemaAlternatives.requireDepth(schema, depth);
        Predicate<Subschema> fits = other -> of(value, other, depth + 1);
        return ofLeaf(value, key(value), schema)
                && List.of("$ref", "$dynamicRef").stream()
                        .allMatch(keyword -> !schema.has(keyword) || fits.test(schema.reference(keyword)))
                && schema.list("allOf").stream().allMatch(fits)
                && (!schema.has("anyOf") || schema.list("anyOf").stream().anyMatch(fits))
                && (!schema.has("oneOf")
                        || schema.list("oneOf").stream().filter(fits).count() == 1)
                && (!schema.has("not") || !fits.test(schema.one("not")))
                && ofCondition(schema, fits)
                && ofDependencies(value, schema, fits);
    }

    private static boolean ofCondition(Subschema schema, Predicate<Subschema> fits) {
        if (!schema.has("if")) {
            return true;
        }
        String branch = fits.test(schema.one("if")) ? "then" : "else";
        return !schema.has(branch) || fits.test(schema.one(branch));
    }

    private static boolean ofDependencies(JsonNode value, Subschema schema, Predicate<Subschema> fits) {
        return !value.isObject()
                || schema.named("dependentSchemas").entrySet().stream()
                                .allMatch(entry -> !value.has(entry.getKey()) || fits.test(entry.getValue()))
                        && schema.textsByName("dependentRequired").entrySet().stream()
                                .allMatch(entry -> !value.has(entry.getKey())
                                        || entry.getValue().stream().allMatch(value::has));
    }

    /**
     * Whether it fits those keywords of a schema that do not only lead to other schemas for the same value.
     *
     * @param key of the value; see {@link JsonValues#key}
     */
    static boolean ofLeaf(JsonNode value, String key, Subschema leaf) {
        if (!Kind.ofType(leaf).contains(Kind.of(value))) {
            return false;
        }
        if (leaf.has("const") && !key(leaf.get("const")).equals(key)) {
            return false;
        }
        if (leaf.has("enum") && !leaf.enumKeys().contains(key)) {
            return false;
        }
        return switch (Kind.of(value)) {
            case OBJECT -> ofObject(value, leaf);
            case ARRAY -> ofArray(value, leaf);
            case STRING -> StringKeywords.accept(value.textValue(), leaf);
            case INTEGER, FRACTION -> NumberKeywords.accept(value.decimalValue(), leaf);
            case BOOLEAN, NULL -> true;
        };
    }

    private static String key(JsonNode value) {
        return JsonValues.key(value);
    }

    private static boolean ofObject(JsonNode value, Subschema schema) {
        if (schema.has("unevaluatedProperties")) {
            throw schema.unsupported("unevaluatedProperties");
        }
        if (value.size() < schema.count("minProperties", 0)
                || value.size() > schema.count("maxProperties", Integer.MAX_VALUE)
                || !schema.texts("required").stream().allMatch(value::has)) {
            return false;
        }
        for (Iterator<Map.Entry<String, JsonNode>> members = value.fields(); members.hasNext(); ) {
            Map.Entry<String, JsonNode> member = members.next();
            List<Subschema> schemas = ObjectKeywords.schemasOf(member.getKey(), schema);
            if (!schemas.stream().allMatch(one -> of(member.getValue(), one))) {
                return false;
            }
            if (schema.has("propertyNames") && !of(new TextNode(member.getKey()), schema.one("propertyNames"))) {
                return false;
            }
        }
        return true;
    }

    private static boolean ofArray(JsonNode value, Subschema schema) {
        if (schema.has("unevaluatedItems")) {
            throw schema.unsupported("unevaluatedItems");
        }
        if (value.size() < schema.count("minItems", 0) || value.size() > schema.count("maxItems", Integer.MAX_VALUE)) {
            return false;
        }
        List<Subschema> prefix = schema.list("prefixItems");
        for (int i = 0; i < value.size(); i++) {
            Subschema item = i < prefix.size() ? prefix.get(i) : schema.has("items") ? schema.one("items") : null;
            if (item != null && !of(value.get(i), item)) {
                return false;
            }
        }
        return ofContained(value, schema) && (!schema.flag("uniqueItems") || areUnique(value));
    }

    private static boolean ofContained(JsonNode value, Subschema schema) {
        if (!schema.has("contains")) {
            return true;
        }
        int contained = 0;
        for (JsonNode item : value) {
            contained += of(item, schema.one("contains")) ? 1 : 0;
        }
        return contained >= schema.count("minContains", 1)
                && contained <= schema.count("maxContains", Integer.MAX_VALUE);
    }

    private static boolean areUnique(JsonNode items) {
        Set<String> keys = new HashSet<>();
        for (JsonNode item : items) {
            if (!keys.add(key(item))) {
                return false;
            }
        }
        return true;
    }
}
