package org.steering4j.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A schema that fits what another one does not: any of its keywords fails. A keyword whose failing no other keyword can say stays as it is below
 * {@code not}.
 */
final class Negation {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Negation() {}

    /** Whether a schema has but one keyword, besides its type, and one that this cannot say the contrary of. */
    static boolean isIrreducible(Subschema schema) {
        return schema.isMade() && schema.has(IRREDUCIBLE);
    }

    /** In schemas that we make. */
    private static final String IRREDUCIBLE = "x-irreducible";

    static JsonNode of(Subschema schema) {
        if (schema.isTrue() || schema.isFalse()) {
            return BooleanNode.valueOf(schema.isFalse());
        }
        ArrayNode failures = NODES.arrayNode();
        for (String keyword : schema.assertions()) {
            failures.addAll(failures(keyword, schema));
        }
        return any(failures);
    }

    private static List<JsonNode> failures(String keyword, Subschema schema) {
        return switch (keyword) {
            case "type" -> List.of(ofKinds(without(Kind.ofType(schema))));
            case "const" -> List.of(notValues(keyword, schema, List.of(schema.get(keyword))));
            case "enum" -> List.of(notValues(keyword, schema, schema.enumValues()));
            case "$ref", "$dynamicRef" -> List.of(not(schema.reference(keyword)));
            case "not" -> List.of(schema.one("not").json());
            case "allOf" -> nots(schema.list(keyword));
            case "anyOf" -> List.of(all(nots(schema.list(keyword))));
            case "oneOf" -> noneOrSeveral(schema.list(keyword));
            case "if" -> brokenCondition(schema);
            case "dependentRequired", "dependentSchemas" -> brokenDependencies(schema, keyword);
            case "required" ->
                schema.texts(keyword).stream()
                        .map(name -> member(name, BooleanNode.FALSE))
                        .map(JsonNode.class::cast)
                        .toList();
            case "properties" -> brokenMembers(schema);
            case "prefixItems" -> brokenItems(schema);
            case "minItems", "minProperties", "minLength" -> tooFew(keyword, schema);
            case "maxItems", "maxProperties", "maxLength" -> tooMany(keyword, schema);
            case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum" -> List.of(beyond(keyword, schema));
            default -> irreducible(keyword, schema);
        };
    }

    private static Set<Kind> without(Set<Kind> kinds) {
        Set<Kind> others = EnumSet.allOf(Kind.class);
        others.removeAll(kinds);
        return others;
    }

    private static ObjectNode ofKinds(Set<Kind> kinds) {
        ObjectNode schema = NODES.objectNode();
        ArrayNode types = schema.putArray("type");
        kinds.forEach(kind -> types.add(kind.type()));
        return schema;
    }

    private static JsonNode any(ArrayNode schemas) {
        return schemas.size() == 1
                ? schemas.get(0)
                : schemas.isEmpty() ? BooleanNode.FALSE : NODES.objectNode().set("anyOf", schemas);
    }

    private static JsonNode all(List<? extends JsonNode> schemas) {
        return NODES.objectNode().set("allOf", NODES.arrayNode().addAll(schemas));
    }

    private static JsonNode not(Subschema schema) {
        return NODES.objectNode().set("not", schema.json());
    }

    private static List<JsonNode> nots(List<Subschema> schemas) {
        return schemas.stream().map(Negation::not).toList();
    }

    private static JsonNode notValues(String keyword, Subschema schema, Iterable<JsonNode> values) {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        values.forEach(value -> kinds.add(Kind.of(value)));
        ArrayNode failures = NODES.arrayNode();
        if (kinds.size() < Kind.ALL.size()) {
            failures.add(ofKinds(without(kinds)));
        }
        if (!kinds.isEmpty()) {
            failures.add(irreducible(ofKinds(kinds), keyword, schema));
        }
        return any(failures);
    }

    private static List<JsonNode> noneOrSeveral(List<Subschema> schemas) {
        List<JsonNode> failures = new ArrayList<>(List.of(all(nots(schemas))));
        for (int i = 0; i < schemas.size(); i++) {
            for (int j = i + 1; j < schemas.size(); j++) {
                failures.add(all(List.of(schemas.get(i).json(), schemas.get(j).json())));
            }
        }
        return failures;
    }

    private static List<JsonNode> brokenCondition(Subschema schema) {
        List<JsonNode> failures = new ArrayList<>();
        Subschema condition = schema.one("if");
        if (schema.has("then")) {
            failures.add(all(List.of(condition.json(), not(schema.one("then")))));
        }
        if (schema.has("else")) {
            failures.add(all(List.of(not(condition), not(schema.one("else")))));
        }
        return failures;
    }

    private static List<JsonNode> brokenDependencies(Subschema schema, String keyword) {
        List<JsonNode> failures = new ArrayList<>();
        if (keyword.equals("dependentSchemas")) {
            schema.named(keyword).forEach((name, other) -> failures.add(all(List.of(requiring(name), not(other)))));
        } else {
            schema.textsByName(keyword)
                    .forEach((name, others) -> others.forEach(other ->
                            failures.add(all(List.of(requiring(name), member(other, BooleanNode.FALSE))))));
        }
        return failures;
    }

    private static ObjectNode requiring(String name) {
        ObjectNode schema = ofKinds(EnumSet.of(Kind.OBJECT));
        schema.putArray("required").add(name);
        return schema;
    }

    /** An object whose member fits a schema, if it is there. */
    private static ObjectNode member(String name, JsonNode value) {
        ObjectNode schema = ofKinds(EnumSet.of(Kind.OBJECT));
        schema.putObject("properties").set(name, value);
        return schema;
    }

    private static List<JsonNode> brokenMembers(Subschema schema) {
        List<JsonNode> failures = new ArrayList<>();
        schema.named("properties").forEach((name, value) -> {
            if (!value.isTrue()) {
                ObjectNode failure = member(name, not(value));
                failure.putArray("required").add(name);
                failures.add(failure);
            }
        });
        return failures;
    }

    private static List<JsonNode> brokenItems(Subschema schema) {
        List<JsonNode> failures = new ArrayList<>();
        List<Subschema> prefix = schema.list("prefixItems");
        for (int i = 0; i < prefix.size(); i++) {
            ObjectNode failure = ofKinds(EnumSet.of(Kind.ARRAY));
            failure.put("minItems", i + 1);
            ArrayNode items = failure.putArray("prefixItems");
            for (int before = 0; before < i; before++) {
                items.add(true);
            }
            items.add(not(prefix.get(i)));
            failures.add(failure);
        }
        return failures;
    }

    private static Kind kindOf(String keyword) {
        return keyword.endsWith("Items") ? Kind.ARRAY : keyword.endsWith("Length") ? Kind.STRING : Kind.OBJECT;
    }

    private static List<JsonNode> tooFew(String keyword, Subschema schema) {
        int least = schema.count(keyword, 0);
        return least == 0
                ? List.of()
                : List.of(ofKinds(EnumSet.of(kindOf(keyword))).put("max" + keyword.substring(3), least - 1));
    }

    private static List<JsonNode> tooMany(String keyword, Subschema schema) {
        int most = schema.count(keyword, 0);
        return most == Integer.MAX_VALUE
                ? List.of()
                : List.of(ofKinds(EnumSet.of(kindOf(keyword))).put("min" + keyword.substring(3), most + 1));
    }

    private static JsonNode beyond(String keyword, Subschema schema) {
        String contrary = switch (keyword) {
            case "minimum" -> "exclusiveMaximum";
            case "exclusiveMinimum" -> "maximum";
            case "maximum" -> "exclusiveMinimum";
            default -> "minimum";
        };
        return ofKinds(EnumSet.of(Kind.INTEGER, Kind.FRACTION)).put(contrary, schema.number(keyword));
    }

    /** What no keyword can say the contrary of. Values of another kind than the keyword is about always fit it. */
    private static List<JsonNode> irreducible(String keyword, Subschema schema) {
        Set<Kind> kinds = switch (keyword) {
            case "pattern", "format" -> EnumSet.of(Kind.STRING);
            case "multipleOf" -> EnumSet.of(Kind.INTEGER, Kind.FRACTION);
            case "items", "contains", "uniqueItems", "unevaluatedItems" -> EnumSet.of(Kind.ARRAY);
            default -> EnumSet.of(Kind.OBJECT);
        };
        return List.of(irreducible(ofKinds(kinds), keyword, schema));
    }

    private static JsonNode irreducible(ObjectNode failure, String keyword, Subschema schema) {
        ObjectNode alone = failure.putObject("not");
        for (String needed :
                List.of(keyword, "properties", "patternProperties", "prefixItems", "minContains", "maxContains")) {
            if (schema.has(needed) && (needed.equals(keyword) || isReadWith(keyword, needed))) {
                alone.set(needed, schema.get(needed));
            }
        }
        alone.put(IRREDUCIBLE, true);
        return failure;
    }

    private static boolean isReadWith(String keyword, String other) {
        return switch (keyword) {
            case "additionalProperties" ->
                Arrays.asList("properties", "patternProperties").contains(other);
            case "items" -> other.equals("prefixItems");
            case "contains" -> other.endsWith("Contains");
            default -> false;
        };
    }
}
