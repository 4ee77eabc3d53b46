package org.steering4j.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns a JSON schema into a syntax, or refuses it by the name of what it cannot express. Of JSON Schema (draft 2020-12) it knows what makes
 * the structure of a document, and ignores what only explains it. For one thread.
 */
final class SchemaCompiler {

    private static final Set<String> KEYWORDS =
            Set.of("type", "enum", "const", "anyOf", "$ref", "properties", "required", "additionalProperties", "items");
    private static final Set<String> EXPLANATIONS = Set.of(
            "$schema",
            "$id",
            "$comment",
            "$defs",
            "definitions",
            "title",
            "description",
            "default",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly");
    private static final List<String> TYPES =
            List.of("object", "array", "string", "number", "integer", "boolean", "null");

    private final Vocabulary vocabulary;
    private final TextRules rules;
    private final String subject;

    /** What references lead to, which may be within what they lead to. */
    private final Map<JsonNode, Choice> referenced = new IdentityHashMap<>();

    private final List<Choice> choices = new ArrayList<>();
    private final Choice anyValue = new Choice();
    private JsonNode document;

    /** @param subject whose schema it is, for messages */
    SchemaCompiler(Vocabulary vocabulary, TextRules rules, String subject) {
        this.vocabulary = vocabulary;
        this.rules = rules;
        this.subject = subject;
        anyValue.fill(TYPES.stream()
                .filter(type -> !type.equals("integer")) // every integer is a number
                .map(type -> ofType(type, null, null, ""))
                .toList());
    }

    /** Definitions that a schema may refer to: its own, and those of the schemas around it. */
    private record Scope(JsonNode schema, Scope outer) {}

    Syntax anyObject() {
        return new ObjectSyntax(vocabulary, rules, List.of(), anyValue);
    }

    /** @throws UnsupportedFeatureException if an answer cannot be held to the schema */
    Syntax compile(JsonSchemaElement element) {
        document = SchemaDocument.of(element, subject);
        Syntax syntax = compile(document, null, "$");
        choices.forEach(Choice::flatten);
        if (syntax.shortest(Syntax.MOST_LEVELS) >= Cost.IMPOSSIBLE) {
            throw new UnsupportedFeatureException(
                    ("%s: this JSON schema is not supported, for no value fits it that nests at most %d deep and whose names"
                                    + " this model's tokens can spell; look for an empty enum, and for references that lead in a circle")
                            .formatted(subject, Syntax.MOST_LEVELS));
        }
        return syntax;
    }

    private Syntax compile(JsonNode schema, Scope outer, String path) {
        if (schema.isBoolean() && schema.booleanValue()) {
            return anyValue;
        }
        if (!schema.isObject()) {
            throw refusal("the schema " + schema, path);
        }
        for (Iterator<String> names = schema.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!KEYWORDS.contains(name) && !EXPLANATIONS.contains(name)) {
                throw refusal("the JSON schema keyword \"" + name + "\"", path);
            }
        }
        Scope scope = new Scope(schema, outer);
        if (schema.has("$ref")) {
            requireAlone("$ref", schema, path);
            return reference(schema.get("$ref").asText(), scope, path);
        }
        if (schema.has("anyOf")) {
            requireAlone("anyOf", schema, path);
            List<Syntax> alternatives = new ArrayList<>();
            for (JsonNode alternative : schema.get("anyOf")) {
                alternatives.add(compile(alternative, scope, path + ".anyOf[" + alternatives.size() + "]"));
            }
            return choice(alternatives);
        }
        List<String> types = types(schema, path);
        if (schema.has("enum") || schema.has("const")) {
            return values(schema, types, path);
        }
        return types.size() == TYPES.size() && !hasStructure(schema)
                ? anyValue
                : choice(types.stream()
                        .map(type -> ofType(type, schema, scope, path))
                        .toList());
    }

    private Syntax choice(List<Syntax> alternatives) {
        if (alternatives.size() == 1) {
            return alternatives.get(0);
        }
        Choice choice = new Choice(alternatives);
        choices.add(choice);
        return choice;
    }

    private static boolean hasStructure(JsonNode schema) {
        return schema.has("properties")
                || schema.has("required")
                || schema.has("additionalProperties")
                || schema.has("items");
    }

    private void requireAlone(String keyword, JsonNode schema, String path) {
        for (String other : KEYWORDS) {
            if (!other.equals(keyword) && schema.has(other)) {
                throw refusal("the JSON schema keyword \"%s\" beside \"%s\"".formatted(keyword, other), path);
            }
        }
    }

    /** All, unless the schema names some. */
    private List<String> types(JsonNode schema, String path) {
        JsonNode type = schema.path("type");
        if (type.isMissingNode()) {
            return schema.has("properties") ? List.of("object") : schema.has("items") ? List.of("array") : TYPES;
        }
        List<String> types = new ArrayList<>();
        for (JsonNode name : type.isArray() ? type : List.of(type)) {
            if (!TYPES.contains(name.asText())) {
                throw refusal("the type " + name, path);
            }
            types.add(name.asText());
        }
        return types;
    }

    private Syntax reference(String reference, Scope scope, String path) {
        JsonNode target = reference.equals("#") ? document : definition(reference, scope);
        if (target == null) {
            throw refusal("the reference \"%s\", which leads to no definition,".formatted(reference), path);
        }
        Choice known = referenced.get(target);
        if (known != null) {
            return known;
        }
        Choice choice = new Choice();
        referenced.put(target, choice);
        choices.add(choice);
        choice.fill(List.of(compile(target, target == document ? null : scope, path)));
        return choice;
    }

    private static JsonNode definition(String reference, Scope scope) {
        for (String container : List.of("$defs", "definitions")) {
            String prefix = "#/" + container + "/";
            for (Scope within = scope; reference.startsWith(prefix) && within != null; within = within.outer) {
                JsonNode target = within.schema.path(container).get(reference.substring(prefix.length()));
                if (target != null) {
                    return target;
                }
            }
        }
        return null;
    }

    private Syntax values(JsonNode schema, List<String> types, String path) {
        List<int[]> texts = new ArrayList<>();
        for (JsonNode value : schema.has("const") ? List.of(schema.get("const")) : schema.get("enum")) {
            if (!value.isValueNode()) {
                throw refusal("the value " + value + " of an enum", path);
            }
            if (types.stream().anyMatch(type -> isOfType(value, type)) && isAmong(value, schema.get("enum"))) {
                texts.add(Vocabulary.symbols(
                        value.isTextual() ? JsonText.quoted(value.textValue(), rules) : value.toString()));
            }
        }
        return new Words(vocabulary, texts);
    }

    private static boolean isAmong(JsonNode value, JsonNode values) {
        if (values == null) {
            return true;
        }
        for (JsonNode other : values) {
            if (other.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOfType(JsonNode value, String type) {
        return switch (type) {
            case "string" -> value.isTextual();
            case "number" -> value.isNumber();
            case "integer" -> value.isIntegralNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> false;
        };
    }

    /** @param schema null for any value of the type */
    private Syntax ofType(String type, JsonNode schema, Scope scope, String path) {
        return switch (type) {
            case "object" -> schema == null ? anyObject() : object(schema, scope, path);
            case "array" ->
                new ArraySyntax(
                        schema == null || !schema.has("items")
                                ? anyValue
                                : compile(schema.get("items"), scope, path + ".items"));
            case "string" -> new StringSyntax(rules);
            case "number" -> new NumberSyntax(false);
            case "integer" -> new NumberSyntax(true);
            case "boolean" -> new Words(vocabulary, List.of(Vocabulary.symbols("true"), Vocabulary.symbols("false")));
            case "null" -> Words.of(vocabulary, "null");
            default -> throw new IllegalStateException(type);
        };
    }

    private Syntax object(JsonNode schema, Scope scope, String path) {
        Map<String, ObjectSyntax.Property> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        schema.path("properties").fields().forEachRemaining(property -> {
            String name = property.getKey();
            Syntax value = compile(property.getValue(), scope, path + ".properties." + name);
            properties.put(name, new ObjectSyntax.Property(name, value, required.contains(name)));
        });
        JsonNode additional = schema.path("additionalProperties");
        Syntax furtherValues = additional.isMissingNode()
                ? (properties.isEmpty() ? anyValue : null)
                : additional.isBoolean() && !additional.booleanValue()
                        ? null
                        : compile(additional, scope, path + ".additionalProperties");
        for (String name : required) {
            if (!properties.containsKey(name)) {
                Syntax value = additional.isMissingNode() ? anyValue : furtherValues;
                if (value == null) {
                    throw refusal("the required name \"" + name + "\", which is not among the properties,", path);
                }
                properties.put(name, new ObjectSyntax.Property(name, value, true));
            }
        }
        return new ObjectSyntax(vocabulary, rules, properties.values(), furtherValues);
    }

    private UnsupportedFeatureException refusal(String what, String path) {
        return new UnsupportedFeatureException(
                "%s: %s (at %s) is not supported: an answer cannot be held to it; leave it out"
                        .formatted(subject, what, path));
    }
}
