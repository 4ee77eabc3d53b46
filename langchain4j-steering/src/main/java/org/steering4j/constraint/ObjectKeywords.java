package org.steering4j.constraint;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What an alternative asks of objects. */
final class ObjectKeywords {

    private final Alternative alternative;

    ObjectKeywords(Alternative alternative) {
        this.alternative = alternative;
    }

    /** What a schema asks of the member of a name. */
    static List<Subschema> schemasOf(String name, Subschema schema) {
        List<Subschema> schemas = new ArrayList<>();
        Subschema property = schema.named("properties").get(name);
        if (property != null) {
            schemas.add(property);
        }
        schema.named("patternProperties").forEach((pattern, value) -> {
            if (StringKeywords.matches(pattern, name, schema)) {
                schemas.add(value);
            }
        });
        if (schemas.isEmpty() && schema.has("additionalProperties")) {
            schemas.add(schema.one("additionalProperties"));
        }
        return schemas;
    }

    int least() {
        return Math.max(required().size(), alternative.most("minProperties", 0));
    }

    int most() {
        return alternative.least("maxProperties", Integer.MAX_VALUE);
    }

    Set<String> required() {
        Set<String> required = new LinkedHashSet<>();
        alternative.having("required").forEach(leaf -> required.addAll(leaf.texts("required")));
        return required;
    }

    /** The names that are declared or required, each with what its value must fit. */
    Map<String, Set<Subschema>> members() {
        Set<String> names = new LinkedHashSet<>();
        alternative
                .having("properties")
                .forEach(leaf -> names.addAll(leaf.named("properties").keySet()));
        names.addAll(required());
        Map<String, Set<Subschema>> members = new LinkedHashMap<>();
        names.forEach(name -> members.put(name, schemasOf(name)));
        return members;
    }

    /** What the value of a member must fit; one that is always false if there may be no such member. */
    Set<Subschema> schemasOf(String name) {
        Set<Subschema> schemas = new LinkedHashSet<>();
        for (Subschema leaf : alternative.having("properties", "patternProperties", "additionalProperties")) {
            schemas.addAll(schemasOf(name, leaf));
        }
        for (Alternative.Unevaluated unevaluated : alternative.unevaluated()) {
            if (unevaluated.schema().has("unevaluatedProperties") && !isEvaluated(name, unevaluated)) {
                schemas.add(unevaluated.schema().one("unevaluatedProperties"));
            }
        }
        for (Subschema leaf : alternative.having("propertyNames")) {
            if (!Validity.of(new TextNode(name), leaf.one("propertyNames"))) {
                schemas.add(leaf.nothing());
            }
        }
        schemas.removeIf(Subschema::isTrue);
        return schemas;
    }

    private boolean isEvaluated(String name, Alternative.Unevaluated unevaluated) {
        return unevaluated.evaluators().stream()
                        .anyMatch(leaf -> !schemasOf(name, leaf).isEmpty())
                || isEvaluatedWithin(unevaluated);
    }

    /** Whether a schema below has asked something of all members that were left over there. */
    private boolean isEvaluatedWithin(Alternative.Unevaluated unevaluated) {
        return alternative.unevaluated().stream()
                .anyMatch(other -> other != unevaluated
                        && other.schema() != unevaluated.schema()
                        && other.schema().has("unevaluatedProperties")
                        && unevaluated.evaluators().contains(other.schema()));
    }

    /**
     * What the values of further members must fit; one that is always false if there may be none. Where members are declared, there are no further
     * ones, unless a schema speaks of them.
     */
    Set<Subschema> further() {
        Set<Subschema> schemas = new LinkedHashSet<>();
        for (Subschema leaf : alternative.having("additionalProperties")) {
            schemas.add(leaf.one("additionalProperties"));
        }
        for (Alternative.Unevaluated unevaluated : alternative.unevaluated()) {
            boolean evaluated = unevaluated.evaluators().stream().anyMatch(leaf -> leaf.has("additionalProperties"))
                    || isEvaluatedWithin(unevaluated);
            if (unevaluated.schema().has("unevaluatedProperties") && !evaluated) {
                schemas.add(unevaluated.schema().one("unevaluatedProperties"));
            }
        }
        boolean spokenOf = !schemas.isEmpty();
        schemas.removeIf(Subschema::isTrue);
        long declared = members().values().stream()
                .filter(value -> value.stream().noneMatch(Subschema::isFalse))
                .count();
        if (!spokenOf && declares() && declared >= least()) {
            schemas.add(alternative.leaves().iterator().next().nothing());
        }
        return schemas;
    }

    /** Whether a schema names members that there may be. */
    boolean declares() {
        return alternative.having("properties").stream()
                .flatMap(leaf -> leaf.named("properties").values().stream())
                .anyMatch(value -> !value.isFalse());
    }
}
