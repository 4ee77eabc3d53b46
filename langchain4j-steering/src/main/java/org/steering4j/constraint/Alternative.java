package org.steering4j.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a value must fit at once, without any choice left: keywords of some schemas, such as their {@code properties}, but not those that only
 * lead to other schemas, such as {@code allOf}. Immutable.
 *
 * @param leaves the schemas whose keywords hold
 * @param evaluators those of them that evaluate members and items in the sense of {@code unevaluatedProperties}: not those that only say what
 *     must not fit
 * @param not schemas that must not fit, with the keyword that says so and the schema that has it
 * @param unevaluated schemas that ask something of what others left
 * @param kinds that the value may be of
 * @param values by their keys, if there are but some; otherwise null
 */
record Alternative(
        Set<Subschema> leaves,
        Set<Subschema> evaluators,
        Map<Subschema, Refused> not,
        Set<Unevaluated> unevaluated,
        Set<Kind> kinds,
        Map<String, JsonNode> values) {

    static final Alternative ANYTHING = new Alternative(Set.of(), Set.of(), Map.of(), Set.of(), Kind.ALL, null);

    /** A keyword that we can hold an answer to in some cases only, and the schema that has it. */
    record Refused(String keyword, Subschema schema) {}

    /** @param evaluators of the members and items that the schema's own keyword does not concern */
    record Unevaluated(Subschema schema, Set<Subschema> evaluators) {}

    static Alternative of(Subschema leaf) {
        if (leaf.isLeadingOnly()) {
            return ANYTHING;
        }
        Map<String, JsonNode> values = values(leaf);
        Alternative alternative =
                new Alternative(Set.of(leaf), Set.of(leaf), Map.of(), Set.of(), Kind.ofType(leaf), null);
        return values == null ? alternative : alternative.withValues(values);
    }

    static Alternative not(Subschema schema, Refused reason) {
        return new Alternative(Set.of(), Set.of(), Map.of(schema, reason), Set.of(), Kind.ALL, null);
    }

    private static Map<String, JsonNode> values(Subschema leaf) {
        if (!leaf.has("enum") && !leaf.has("const")) {
            return null;
        }
        Map<String, JsonNode> values = new LinkedHashMap<>();
        if (leaf.has("const")) {
            JsonNode value = leaf.get("const");
            values.put(JsonValues.key(value), value);
        } else {
            leaf.enumValues().forEach(value -> values.putIfAbsent(JsonValues.key(value), value));
        }
        return values;
    }

    /** Without any that evaluates. */
    Alternative evaluatingNothing() {
        return new Alternative(leaves, Set.of(), not, unevaluated, kinds, values);
    }

    /** With a note of what is left over by the leaves. */
    Alternative withUnevaluated(Subschema schema) {
        Set<Unevaluated> more = new LinkedHashSet<>(unevaluated);
        more.add(new Unevaluated(schema, evaluators));
        return new Alternative(leaves, evaluators, not, more, kinds, values);
    }

    private Alternative withValues(Map<String, JsonNode> some) {
        Map<String, JsonNode> fitting = new LinkedHashMap<>();
        some.forEach((key, value) -> {
            if (kinds.contains(Kind.of(value)) && fits(value, key)) {
                fitting.put(key, value);
            }
        });
        return new Alternative(leaves, evaluators, not, unevaluated, kinds, fitting);
    }

    private boolean fits(JsonNode value, String key) {
        return leaves.stream().allMatch(leaf -> Validity.ofLeaf(value, key, leaf))
                && not.keySet().stream().noneMatch(schema -> Validity.of(value, schema));
    }

    /** What fits both. */
    Alternative and(Alternative other) {
        if (other == ANYTHING || equals(other)) {
            return this;
        }
        if (this == ANYTHING) {
            return other;
        }
        Set<Kind> common = EnumSet.copyOf(kinds);
        common.retainAll(other.kinds);
        Map<Subschema, Refused> allNot = new LinkedHashMap<>(not);
        allNot.putAll(other.not);
        Alternative both = new Alternative(
                union(leaves, other.leaves),
                union(evaluators, other.evaluators),
                allNot,
                union(unevaluated, other.unevaluated),
                common,
                null);
        Map<String, JsonNode> some = values == null
                ? other.values
                : other.values == null || values.size() < other.values.size() ? values : other.values;
        return some == null ? both : both.withValues(some);
    }

    private static <T> Set<T> union(Set<T> a, Set<T> b) {
        Set<T> union = new LinkedHashSet<>(a);
        union.addAll(b);
        return union;
    }

    Alternative of(Set<Kind> some) {
        return new Alternative(leaves, evaluators, not, unevaluated, some, values);
    }

    /** With all values spelled out, if there are but a few, as of booleans. */
    Alternative spelledOut() {
        if (values != null || !Kind.FEW.containsAll(kinds)) {
            return this;
        }
        Map<String, JsonNode> few = new LinkedHashMap<>();
        for (JsonNode value : List.of(BooleanNode.TRUE, BooleanNode.FALSE, NullNode.instance)) {
            few.put(JsonValues.key(value), value);
        }
        return withValues(few);
    }

    /** Those of the leaves that have one of some keywords. */
    List<Subschema> having(String... keywords) {
        List<Subschema> having = new ArrayList<>();
        for (Subschema leaf : leaves) {
            for (String keyword : keywords) {
                if (leaf.has(keyword)) {
                    having.add(leaf);
                    break;
                }
            }
        }
        return having;
    }

    /** The largest of the numbers that the leaves say. */
    int most(String keyword, int otherwise) {
        return having(keyword).stream().mapToInt(leaf -> leaf.count(keyword, 0)).reduce(otherwise, Math::max);
    }

    /** The smallest of them. */
    int least(String keyword, int otherwise) {
        return having(keyword).stream().mapToInt(leaf -> leaf.count(keyword, 0)).reduce(otherwise, Math::min);
    }
}
