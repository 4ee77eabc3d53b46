package org.steering4j.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Kinds of JSON values, of which every value has one. */
enum Kind {
    OBJECT,
    ARRAY,
    STRING,
    INTEGER,
    /** A number that is no integer. */
    FRACTION,
    BOOLEAN,
    NULL;

    static final Set<Kind> ALL = Collections.unmodifiableSet(EnumSet.allOf(Kind.class));

    /** Those of which there are but a few values. */
    static final Set<Kind> FEW = Collections.unmodifiableSet(EnumSet.of(BOOLEAN, NULL));

    /** What makes fractions of numbers, in schemas that we make; no schema of others may say it. */
    static final String FRACTION_TYPE = "a number that is no integer";

    static Kind of(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> OBJECT;
            case ARRAY -> ARRAY;
            case STRING -> STRING;
            case NUMBER -> JsonValues.isInteger(value.decimalValue()) ? INTEGER : FRACTION;
            case BOOLEAN -> BOOLEAN;
            case NULL -> NULL;
            default -> throw new IllegalArgumentException(value.getNodeType().toString());
        };
    }

    /** Those that a schema's {@code type} allows. */
    static Set<Kind> ofType(Subschema schema) {
        if (!schema.has("type")) {
            return ALL;
        }
        JsonNode type = schema.get("type");
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        if (type.isArray()) {
            type.forEach(name -> kinds.addAll(named(name, schema)));
        } else {
            kinds.addAll(named(type, schema));
        }
        return kinds;
    }

    private static Set<Kind> named(JsonNode name, Subschema schema) {
        String type = name.isTextual() ? name.textValue() : "";
        return switch (type) {
            case "object" -> EnumSet.of(OBJECT);
            case "array" -> EnumSet.of(ARRAY);
            case "string" -> EnumSet.of(STRING);
            case "integer" -> EnumSet.of(INTEGER);
            case "number" -> EnumSet.of(INTEGER, FRACTION);
            case "boolean" -> EnumSet.of(BOOLEAN);
            case "null" -> EnumSet.of(NULL);
            default -> {
                if (type.equals(FRACTION_TYPE) && schema.isMade()) {
                    yield EnumSet.of(FRACTION);
                }
                throw schema.refusal("the type " + JsonValues.shown(name));
            }
        };
    }

    /** As a schema's {@code type} says it. */
    String type() {
        return this == FRACTION ? FRACTION_TYPE : name().toLowerCase(Locale.ROOT);
    }
}
