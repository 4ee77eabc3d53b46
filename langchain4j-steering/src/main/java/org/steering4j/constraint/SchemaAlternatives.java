package org.steering4j.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.exception.UnsupportedFeatureException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Resolves what leads from a schema to others for the same value ({@code $ref}, {@code allOf}, {@code anyOf}, {@code oneOf}, {@code not},
 * {@code if}, {@code dependentRequired}, {@code dependentSchemas}) into alternatives in which nothing is left to be chosen. For one thread.
 *
 * <p>That may be many: {@code allOf} of choices multiplies them. Therefore alternatives that nothing fits are left out early, and the work is
 * bounded.
 */
final class SchemaAlternatives {

    /** Of schemas that lead to one another for the same value. */
    private static final int MOST_DEPTH = 100;

    /** How many levels of members and items are looked at for whether anything fits. */
    private static final int MOST_LEVELS_COMPARED = 4;

    /** Schemas in alternatives that are looked at for one document; a second or so. */
    private static final int MOST_STEPS = 300_000;

    /** Of required members, by whose values objects may be told apart. */
    private static final int MOST_NAMES_COMPARED = 8;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final String subject;
    private final Map<Set<Subschema>, List<Alternative>> known = new HashMap<>();
    private final Map<Set<Subschema>, Boolean> knownEmpty = new HashMap<>();
    private final Map<Subschema, Alternative> knownCertain = new HashMap<>();
    private final Map<Subschema, Subschema> negations = new HashMap<>();
    /** Those being resolved: a schema that leads back to itself for the same value adds nothing. */
    private final Set<Subschema> open = new LinkedHashSet<>();

    private String contradiction;
    private int level;
    private int steps;

    /** @param subject whose schema it is, for messages */
    SchemaAlternatives(String subject) {
        this.subject = subject;
    }

    static void requireDepth(Subschema schema, int depth) {
        if (depth > MOST_DEPTH) {
            throw schema.refusal("a chain of more than %d schemas that lead to one another for the same value"
                    .formatted(MOST_DEPTH));
        }
    }

    /** Of what fits all of some schemas. */
    List<Alternative> of(Set<Subschema> schemas) {
        List<Alternative> alternatives = known.get(schemas);
        if (alternatives == null) {
            Set<Subschema> outer = new LinkedHashSet<>(open);
            open.clear();
            alternatives = resolve(schemas);
            open.addAll(outer);
            known.put(schemas, alternatives);
        }
        return alternatives;
    }

    private List<Alternative> resolve(Set<Subschema> schemas) {
        Alternative certain = Alternative.ANYTHING;
        for (Subschema schema : schemas) {
            certain = certain.and(certain(schema));
        }
        Collection<Alternative> alternatives = Set.of(Alternative.ANYTHING);
        for (Subschema schema : schemas) {
            alternatives = both(alternatives, schema, certain, null);
        }
        return List.copyOf(alternatives);
    }

    /** What holds of a schema whatever is chosen within it, as far as that is seen at once: so the order of schemas does not matter. */
    private Alternative certain(Subschema schema) {
        Alternative certain = knownCertain.get(schema);
        if (certain == null) {
            certain = findCertain(schema);
            knownCertain.put(schema, certain);
        }
        return certain;
    }

    private Alternative findCertain(Subschema schema) {
        Alternative certain = Alternative.ANYTHING;
        Set<Subschema> visited = new LinkedHashSet<>();
        List<Subschema> level = List.of(schema);
        for (int depth = 0; !level.isEmpty(); depth++) {
            requireDepth(schema, depth);
            List<Subschema> below = new ArrayList<>();
            for (Subschema one : level) {
                if (!one.isTrue() && !one.isFalse() && visited.add(one)) {
                    certain = certain.and(Alternative.of(one));
                    below.addAll(certainParts(one));
                }
            }
            level = below;
        }
        return certain;
    }

    private static List<Subschema> certainParts(Subschema schema) {
        List<Subschema> parts = new ArrayList<>(schema.list("allOf"));
        for (String keyword : List.of("$ref", "$dynamicRef")) {
            if (schema.has(keyword)) {
                parts.add(schema.reference(keyword));
            }
        }
        return parts;
    }

    /**
     * Each of some alternatives with each of those of a schema.
     *
     * @param context what holds besides, which rules some out
     * @param reason why a schema must not fit, if this is about one
     */
    private Collection<Alternative> both(
            Collection<Alternative> alternatives, Subschema schema, Alternative context, Alternative.Refused reason) {
        Set<Alternative> both = new LinkedHashSet<>();
        for (Alternative alternative : alternatives) {
            for (Alternative other : resolve(schema, context.and(alternative), reason)) {
                add(alternative.and(other), context, both);
            }
        }
        return both;
    }

    /** The same with what a schema does not fit. */
    private Collection<Alternative> bothNot(
            Collection<Alternative> alternatives, Subschema schema, Alternative context, Alternative.Refused reason) {
        Subschema negation = negations.computeIfAbsent(schema, missing -> missing.part(Negation.of(missing)));
        Set<Alternative> both = new LinkedHashSet<>();
        for (Alternative alternative : alternatives) {
            for (Alternative other : resolve(negation, context.and(alternative), reason)) {
                add(alternative.and(other.evaluatingNothing()), context, both);
            }
        }
        return both;
    }

    private void add(Alternative alternative, Alternative context, Collection<Alternative> to) {
        step(alternative);
        Set<Kind> kinds = possible(context.and(alternative));
        if (!kinds.isEmpty()) {
            to.add(kinds.containsAll(alternative.kinds()) ? alternative : alternative.of(kinds));
        }
    }

    private void step(Alternative alternative) {
        steps += 1 + alternative.leaves().size();
        if (steps > MOST_STEPS) {
            throw new UnsupportedFeatureException(
                    ("%s: this JSON schema is not supported: its anyOf, oneOf, allOf, not, if and dependencies make too many combinations"
                                    + " (more than %,d schemas in them); use fewer of them within one another")
                            .formatted(subject, MOST_STEPS));
        }
    }

    private Collection<Alternative> resolve(Subschema schema, Alternative context, Alternative.Refused reason) {
        if (schema.isTrue()) {
            return Set.of(Alternative.ANYTHING);
        }
        if (schema.isFalse() || !open.add(schema)) {
            return Set.of();
        }
        requireDepth(schema, open.size());
        Alternative around = context.and(certain(schema));
        Collection<Alternative> alternatives = Set.of(Alternative.of(schema));
        for (Subschema part : certainParts(schema)) {
            alternatives = both(alternatives, part, around, reason);
        }
        if (schema.has("not")) {
            alternatives = withNot(alternatives, schema, around, reason);
        }
        if (schema.has("if") && (schema.has("then") || schema.has("else"))) {
            alternatives = withCondition(alternatives, schema, around, reason);
        }
        alternatives = withDependencies(alternatives, schema, around, reason);
        if (schema.has("anyOf")) {
            Set<Alternative> any = new LinkedHashSet<>();
            for (Subschema one : schema.list("anyOf")) {
                any.addAll(both(alternatives, one, around, reason));
            }
            alternatives = any;
        }
        if (schema.has("oneOf")) {
            alternatives = withOneOf(alternatives, schema, around);
        }
        open.remove(schema);
        if (!schema.has("unevaluatedProperties") && !schema.has("unevaluatedItems")) {
            return alternatives;
        }
        return alternatives.stream()
                .map(alternative -> alternative.withUnevaluated(schema))
                .toList();
    }

    private Collection<Alternative> withNot(
            Collection<Alternative> alternatives, Subschema schema, Alternative context, Alternative.Refused reason) {
        Subschema not = schema.one("not");
        Alternative.Refused why = reason == null ? new Alternative.Refused("not", schema) : reason;
        if (!Negation.isIrreducible(not)) {
            return bothNot(alternatives, not, context, why);
        }
        Set<Alternative> without = new LinkedHashSet<>();
        alternatives.forEach(alternative -> add(alternative.and(Alternative.not(not, why)), context, without));
        return without;
    }

    private Collection<Alternative> withCondition(
            Collection<Alternative> alternatives, Subschema schema, Alternative context, Alternative.Refused reason) {
        Alternative.Refused why = reason == null ? new Alternative.Refused("if", schema) : reason;
        Subschema condition = schema.one("if");
        Set<Alternative> either = new LinkedHashSet<>();
        for (String branch : List.of("then", "else")) {
            Collection<Alternative> branchAlternatives = branch.equals("then")
                    ? both(alternatives, condition, context, why)
                    : bothNot(alternatives, condition, context, why);
            either.addAll(
                    schema.has(branch)
                            ? both(branchAlternatives, schema.one(branch), context, reason)
                            : branchAlternatives);
        }
        return either;
    }

    private Collection<Alternative> withDependencies(
            Collection<Alternative> alternatives, Subschema schema, Alternative context, Alternative.Refused reason) {
        Collection<Alternative> with = alternatives;
        for (Map.Entry<String, List<String>> dependency :
                schema.textsByName("dependentRequired").entrySet()) {
            ObjectNode required = NODES.objectNode();
            dependency.getValue().forEach(required.putArray("required")::add);
            with = withDependency(with, dependency.getKey(), schema.part(required), context, reason);
        }
        for (Map.Entry<String, Subschema> dependency :
                schema.named("dependentSchemas").entrySet()) {
            with = withDependency(with, dependency.getKey(), dependency.getValue(), context, reason);
        }
        return with;
    }

    private Collection<Alternative> withDependency(
            Collection<Alternative> alternatives,
            String name,
            Subschema then,
            Alternative context,
            Alternative.Refused reason) {
        ObjectNode present = NODES.objectNode().put("type", "object");
        present.putArray("required").add(name);
        Subschema presence = then.part(present);
        Set<Alternative> either = new LinkedHashSet<>(bothNot(alternatives, presence, context, reason));
        either.addAll(both(both(alternatives, presence, context, reason), then, context, reason));
        return either;
    }

    /** Those of each schema, without what fits another one as well: nothing does in most cases, for values or names tell them apart. */
    private Collection<Alternative> withOneOf(
            Collection<Alternative> alternatives, Subschema schema, Alternative context) {
        Alternative.Refused why = new Alternative.Refused("oneOf", schema);
        List<Subschema> schemas = schema.list("oneOf");
        List<Collection<Alternative>> branches = new ArrayList<>();
        schemas.forEach(one -> branches.add(both(alternatives, one, context, why)));
        Set<Alternative> exactlyOne = new LinkedHashSet<>();
        if (areToldApart(branches, context)) {
            branches.forEach(exactlyOne::addAll);
            return exactlyOne;
        }
        for (int i = 0; i < schemas.size(); i++) {
            Collection<Alternative> those = branches.get(i);
            for (int j = 0; j < schemas.size(); j++) {
                if (j != i && !both(those, schemas.get(j), context, why).isEmpty()) {
                    those = bothNot(those, schemas.get(j), context, why);
                }
            }
            exactlyOne.addAll(those);
        }
        return exactlyOne;
    }

    /** Whether no value fits two of some branches, as is seen without a comparison of each with each: by kind, by value, or by a member's value. */
    private boolean areToldApart(List<Collection<Alternative>> branches, Alternative context) {
        for (Kind kind : Kind.values()) {
            List<List<Alternative>> ofKind = new ArrayList<>();
            for (Collection<Alternative> branch : branches) {
                List<Alternative> some = new ArrayList<>();
                branch.stream()
                        .filter(alternative -> alternative.kinds().contains(kind))
                        .forEach(alternative -> some.add(context.and(alternative)));
                if (!some.isEmpty()) {
                    ofKind.add(some);
                }
            }
            if (ofKind.size() > 1
                    && !areDisjoint(ofKind, Alternative::values)
                    && !(kind == Kind.OBJECT && areToldApartByMember(ofKind))) {
                return false;
            }
        }
        return true;
    }

    private boolean areToldApartByMember(List<List<Alternative>> branches) {
        return new ObjectKeywords(branches.get(0).get(0))
                .required().stream()
                        .limit(MOST_NAMES_COMPARED)
                        .anyMatch(name -> areDisjoint(branches, object -> values(object, name)));
    }

    /** The values of a required member, or null if there are more than a schema spells out. */
    private Map<String, JsonNode> values(Alternative object, String name) {
        ObjectKeywords keywords = new ObjectKeywords(object);
        if (!keywords.required().contains(name)) {
            return null;
        }
        Map<String, JsonNode> values = new HashMap<>();
        for (Alternative alternative : of(keywords.schemasOf(name))) {
            if (alternative.values() == null) {
                return null;
            }
            values.putAll(alternative.values());
        }
        return values;
    }

    private static boolean areDisjoint(
            List<List<Alternative>> branches, Function<Alternative, Map<String, JsonNode>> valuesOf) {
        Map<String, Integer> branchOf = new HashMap<>();
        for (int branch = 0; branch < branches.size(); branch++) {
            for (Alternative alternative : branches.get(branch)) {
                Map<String, JsonNode> values = valuesOf.apply(alternative);
                if (values == null) {
                    return false;
                }
                for (String key : values.keySet()) {
                    Integer other = branchOf.put(key, branch);
                    if (other != null && other != branch) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** The kinds of values that may fit an alternative; others surely do not. */
    private Set<Kind> possible(Alternative alternative) {
        if (alternative.values() != null) {
            Set<Kind> kinds = EnumSet.noneOf(Kind.class);
            alternative.values().values().forEach(value -> kinds.add(Kind.of(value)));
            return kinds;
        }
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (Kind kind : alternative.kinds()) {
            if (mayFit(alternative, kind)) {
                kinds.add(kind);
            }
        }
        return kinds;
    }

    private boolean mayFit(Alternative alternative, Kind kind) {
        return switch (kind) {
            case OBJECT -> alternative.having("required", "minProperties").isEmpty() || objectMayFit(alternative);
            case ARRAY ->
                alternative.having("minItems").isEmpty() || new ArrayKeywords(alternative).mayFit(this::nothingFits);
            case STRING -> StringKeywords.mayFit(alternative.leaves());
            case INTEGER -> NumberKeywords.mayFit(alternative.leaves(), true);
            case FRACTION -> NumberKeywords.mayFit(alternative.leaves(), false);
            case BOOLEAN, NULL ->
                alternative.not().isEmpty()
                        || !alternative
                                .of(EnumSet.of(kind))
                                .spelledOut()
                                .values()
                                .isEmpty();
        };
    }

    private boolean objectMayFit(Alternative alternative) {
        ObjectKeywords keywords = new ObjectKeywords(alternative);
        Optional<String> ruledOut = keywords.required().stream()
                .filter(name -> nothingFits(keywords.schemasOf(name)))
                .findFirst();
        if (contradiction == null
                && ruledOut.isPresent()
                && alternative.leaves().size() == 1) {
            contradiction = "the required name \"%s\", whose member nothing fits".formatted(ruledOut.get());
        }
        return keywords.least() <= keywords.most() && ruledOut.isEmpty();
    }

    /** Of a schema with itself, the first one that was seen. */
    Optional<String> contradiction() {
        return Optional.ofNullable(contradiction);
    }

    /** Whether surely no value fits all of some schemas; false if that is not seen. */
    private boolean nothingFits(Set<Subschema> schemas) {
        if (schemas.stream().anyMatch(Subschema::isFalse)) {
            return true;
        }
        if (schemas.size() < 2 || level == MOST_LEVELS_COMPARED) {
            return false;
        }
        Boolean empty = knownEmpty.get(schemas);
        if (empty == null) {
            knownEmpty.put(schemas, false); // as long as it is being found out
            level++;
            empty = of(schemas).isEmpty();
            level--;
            knownEmpty.put(schemas, empty);
        }
        return empty;
    }

    /** Whether every value of a kind fits a schema. */
    boolean fitsEvery(Kind kind, Subschema schema) {
        return of(Set.of(schema)).stream()
                .anyMatch(alternative -> alternative.kinds().contains(kind)
                        && alternative.values() == null
                        && alternative.not().isEmpty()
                        && alternative.leaves().stream()
                                .allMatch(leaf ->
                                        Kind.ofType(leaf).contains(kind) && SIMPLE.containsAll(leaf.assertions())));
    }

    private static final Set<String> SIMPLE = Set.of("type", "allOf", "anyOf", "$ref");

    /** The texts that fit a schema, or null if there are more than a schema spells out. */
    Set<String> texts(Subschema schema) {
        Set<String> texts = new LinkedHashSet<>();
        for (Alternative alternative : of(Set.of(schema))) {
            if (alternative.values() == null && alternative.kinds().contains(Kind.STRING)) {
                return null;
            }
            if (alternative.values() != null) {
                alternative.values().values().stream()
                        .filter(JsonNode::isTextual)
                        .forEach(value -> texts.add(value.textValue()));
            }
        }
        return new HashSet<>(texts);
    }
}
