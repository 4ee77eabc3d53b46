package org.steering4j.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns a JSON schema (draft 2020-12) into a syntax, or refuses it by the name of what it cannot express. What it writes fits the schema; some
 * of what fits, it does not write. For one thread.
 *
 * <p>A value may have to fit several schemas at once, as by {@code allOf}. So a syntax is made for a set of schemas: these are resolved into
 * {@link Alternative}s, and each of them into the syntaxes of the kinds of values that it allows. The sets of members and items come later, in
 * turn, so that neither deep nor recursive schemas need a deep stack.
 */
final class SchemaCompiler {

    /** Sets of schemas for which a syntax is made. */
    private static final int MOST_SYNTAXES = 100_000;

    private final Vocabulary vocabulary;
    private final TextRules rules;
    private final String subject;
    private final SchemaAlternatives alternatives;

    private final Map<Set<Subschema>, Choice> known = new HashMap<>();
    private final Map<Set<Kind>, Choice> simpleTypes = new HashMap<>();
    private final Deque<Set<Subschema>> next = new ArrayDeque<>();
    private final Choice anyValue = new Choice();
    private final Syntax booleans;
    private final Syntax nulls;

    /** @param subject whose schema it is, for messages */
    SchemaCompiler(Vocabulary vocabulary, TextRules rules, String subject) {
        this.vocabulary = vocabulary;
        this.rules = rules;
        this.subject = subject;
        this.alternatives = new SchemaAlternatives(subject);
        this.booleans = new Words(vocabulary, List.of(Vocabulary.symbols("true"), Vocabulary.symbols("false")));
        this.nulls = Words.of(vocabulary, "null");
        known.put(Set.of(), anyValue);
        next.add(Set.of());
    }

    Syntax anyObject() {
        finish();
        return new ObjectSyntax(vocabulary, rules, List.of(), anyValue);
    }

    /** @throws UnsupportedFeatureException if an answer cannot be held to the schema */
    Syntax compile(JsonSchemaElement element) {
        SchemaDocument document = new SchemaDocument(SchemaReader.read(element, subject), subject);
        Choice syntax = choice(Set.of(document.root()));
        finish();
        if (syntax.shortest(Syntax.MOST_LEVELS) >= Cost.IMPOSSIBLE) {
            throw new UnsupportedFeatureException(
                    ("%s: this JSON schema is not supported, for no value fits it that nests at most %d deep and whose names"
                                    + " this model's tokens can spell; look for %s")
                            .formatted(
                                    subject,
                                    Syntax.MOST_LEVELS,
                                    alternatives
                                            .contradiction()
                                            .orElse("an empty enum, for keywords that contradict each other,"
                                                    + " and for references that lead in a circle")));
        }
        return syntax;
    }

    /** The syntax of what fits all of some schemas, to be filled later. */
    private Choice choice(Set<Subschema> schemas) {
        Set<Subschema> asking = new LinkedHashSet<>(schemas);
        asking.removeIf(Subschema::isTrue);
        Set<Kind> simple = simpleType(asking);
        Choice choice = simple == null ? known.get(asking) : simpleTypes.get(simple);
        if (choice == null) {
            if (known.size() == MOST_SYNTAXES) {
                throw new UnsupportedFeatureException(
                        "%s: this JSON schema is not supported: more than %,d different values are described by it"
                                .formatted(subject, MOST_SYNTAXES));
            }
            choice = new Choice();
            known.put(asking, choice);
            next.add(asking);
            if (simple != null) {
                simpleTypes.put(simple, choice);
            }
        }
        return choice;
    }

    /** What the only schema allows, if it says a type and nothing else: many are alike. */
    private static Set<Kind> simpleType(Set<Subschema> schemas) {
        Subschema only = schemas.size() == 1 ? schemas.iterator().next() : null;
        return only != null && only.assertions().equals(Set.of("type")) ? Kind.ofType(only) : null;
    }

    private void finish() {
        while (!next.isEmpty()) {
            Set<Subschema> schemas = next.remove();
            known.get(schemas).fill(syntaxes(alternatives.of(schemas), schemas));
        }
    }

    /** @param schemas whose alternatives they are */
    private Collection<Syntax> syntaxes(List<Alternative> alternatives, Set<Subschema> schemas) {
        Set<Syntax> syntaxes = new LinkedHashSet<>();
        List<int[]> spelledOut = new ArrayList<>();
        for (Alternative alternative : alternatives) {
            Alternative few = alternative.spelledOut();
            if (few.values() == null) {
                syntaxes.addAll(syntaxes(few));
            } else {
                spelledOut.addAll(spellings(few));
            }
        }
        if (!spelledOut.isEmpty()) {
            syntaxes.add(new Words(vocabulary, spelledOut));
        }
        if (syntaxes.size() > Stack.MOST_ALTERNATIVES) {
            throw schemas.iterator()
                    .next()
                    .refusal("a choice between %d kinds of values, of which only %d can be followed,"
                            .formatted(syntaxes.size(), Stack.MOST_ALTERNATIVES));
        }
        return syntaxes;
    }

    private List<Syntax> syntaxes(Alternative alternative) {
        alternative.not().values().stream().findFirst().ifPresent(refused -> {
            throw refused.schema().unsupported(refused.keyword());
        });
        Set<Kind> kinds = kinds(alternative);
        List<Syntax> syntaxes = new ArrayList<>();
        if (kinds.contains(Kind.OBJECT)) {
            syntaxes.add(object(alternative));
        }
        if (kinds.contains(Kind.ARRAY)) {
            syntaxes.add(array(alternative));
        }
        if (kinds.contains(Kind.STRING)) {
            syntaxes.add(StringKeywords.syntax(alternative.leaves(), vocabulary, rules));
        }
        if (kinds.contains(Kind.INTEGER) || kinds.contains(Kind.FRACTION)) {
            syntaxes.add(NumberKeywords.syntax(alternative.leaves(), vocabulary, kinds));
        }
        if (kinds.contains(Kind.BOOLEAN)) {
            syntaxes.add(booleans);
        }
        if (kinds.contains(Kind.NULL)) {
            syntaxes.add(nulls);
        }
        return syntaxes;
    }

    /** Where no schema says a type, other keywords tell what is meant. */
    private static Set<Kind> kinds(Alternative alternative) {
        if (alternative.leaves().stream().anyMatch(leaf -> leaf.has("type"))) {
            return alternative.kinds();
        }
        Set<Kind> meant = EnumSet.noneOf(Kind.class);
        for (Subschema leaf : alternative.leaves()) {
            leaf.assertions().forEach(keyword -> meant.addAll(meantBy(keyword)));
        }
        meant.retainAll(alternative.kinds());
        return meant.isEmpty() ? alternative.kinds() : meant;
    }

    private static Set<Kind> meantBy(String keyword) {
        return switch (keyword) {
            case "properties",
                    "required",
                    "additionalProperties",
                    "patternProperties",
                    "propertyNames",
                    "minProperties",
                    "maxProperties",
                    "unevaluatedProperties" -> EnumSet.of(Kind.OBJECT);
            case "items", "prefixItems", "minItems", "maxItems", "contains", "uniqueItems", "unevaluatedItems" ->
                EnumSet.of(Kind.ARRAY);
            case "minLength", "maxLength", "pattern", "format" -> EnumSet.of(Kind.STRING);
            case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf" ->
                EnumSet.of(Kind.INTEGER, Kind.FRACTION);
            default -> EnumSet.noneOf(Kind.class);
        };
    }

    private List<int[]> spellings(Alternative alternative) {
        boolean plainInteger = alternative.leaves().stream()
                .anyMatch(leaf -> leaf.has("type") && !Kind.ofType(leaf).contains(Kind.FRACTION));
        List<int[]> texts = new ArrayList<>();
        for (JsonNode value : alternative.values().values()) {
            for (String spelling : JsonValues.spellings(value, plainInteger, rules)) {
                texts.add(Vocabulary.symbols(spelling));
            }
        }
        return texts;
    }

    private Syntax object(Alternative alternative) {
        ObjectKeywords keywords = new ObjectKeywords(alternative);
        Set<String> required = keywords.required();
        List<ObjectSyntax.Property> properties = new ArrayList<>();
        keywords.members()
                .forEach((name, schemas) ->
                        properties.add(new ObjectSyntax.Property(name, choice(schemas), required.contains(name))));
        Set<Subschema> further = keywords.further();
        boolean open = further.stream().noneMatch(Subschema::isFalse);
        for (Subschema leaf : alternative.having("patternProperties")) {
            if (open || !keywords.declares()) {
                throw leaf.unsupported("patternProperties");
            }
        }
        if (open) {
            for (Subschema leaf : alternative.having("propertyNames")) {
                if (!alternatives.fitsEvery(Kind.STRING, leaf.one("propertyNames"))) {
                    open = false;
                    addNamed(leaf, keywords, required, properties);
                }
            }
        }
        return new ObjectSyntax(
                vocabulary, rules, properties, open ? choice(further) : null, keywords.least(), keywords.most());
    }

    /** The members that {@code propertyNames} lists. */
    private void addNamed(
            Subschema leaf, ObjectKeywords keywords, Set<String> required, List<ObjectSyntax.Property> properties) {
        Set<String> names = alternatives.texts(leaf.one("propertyNames"));
        if (names == null) {
            throw leaf.unsupported("propertyNames");
        }
        Set<String> known = new LinkedHashSet<>();
        properties.forEach(property -> known.add(property.name()));
        names.stream()
                .filter(known::add)
                .forEach(name -> properties.add(
                        new ObjectSyntax.Property(name, choice(keywords.schemasOf(name)), required.contains(name))));
    }

    private Syntax array(Alternative alternative) {
        ArrayKeywords keywords = new ArrayKeywords(alternative);
        for (Subschema leaf : alternative.having("contains")) {
            boolean nothing = leaf.count("minContains", 1) == 0 && !leaf.has("maxContains");
            if (!nothing) {
                throw leaf.unsupported("contains");
            }
        }
        for (Subschema leaf : alternative.having("uniqueItems")) {
            if (leaf.flag("uniqueItems") && keywords.most() > 1) {
                throw leaf.unsupported("uniqueItems");
            }
        }
        List<Syntax> first = new ArrayList<>();
        for (int i = 0; i < keywords.prefix(); i++) {
            first.add(choice(keywords.item(i)));
        }
        return new ArraySyntax(
                vocabulary, first, choice(keywords.item(keywords.prefix())), keywords.least(), keywords.most());
    }
}
