package org.steering4j.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** JSON values that a schema spells out: when they are equal, and how they are written. Numbers are equal whatever they are written like. */
final class JsonValues {

    private static final int SHOWN_CHARACTERS = 200;

    /** Longer numbers are written with an exponent. */
    private static final int MOST_PLAIN_DIGITS = 40;

    /** Jackson reads no longer numbers. */
    private static final int MOST_DIGITS = 1000;

    private JsonValues() {}

    static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "...";
    }

    static boolean isInteger(BigDecimal number) {
        return number.signum() == 0 || number.stripTrailingZeros().scale() <= 0;
    }

    /** Equal texts for equal values, different ones for others. */
    static String key(JsonNode value) {
        StringBuilder key = new StringBuilder();
        appendKey(value, key);
        return key.toString();
    }

    private static void appendKey(JsonNode value, StringBuilder key) {
        if (value.isNumber()) {
            BigDecimal number = value.decimalValue().stripTrailingZeros();
            key.append(number.unscaledValue()).append('e').append(-(long) number.scale());
        } else if (value.isArray()) {
            key.append('[');
            value.forEach(item -> {
                appendKey(item, key);
                key.append(',');
            });
            key.append(']');
        } else if (value.isObject()) {
            TreeMap<String, JsonNode> members = new TreeMap<>();
            value.fields().forEachRemaining(member -> members.put(member.getKey(), member.getValue()));
            key.append('{');
            members.forEach((name, member) -> {
                key.append(JsonText.quoted(name, TextRules.PLAIN)).append(':');
                appendKey(member, key);
                key.append(',');
            });
            key.append('}');
        } else {
            key.append(value.isTextual() ? JsonText.quoted(value.textValue(), TextRules.PLAIN) : value.asText());
        }
    }

    /**
     * The ways in which a value may be written: a number plainly, with a point, or with an exponent; objects and arrays compactly, or with a
     * space after each comma and colon.
     *
     * @param plainInteger whether an integer must be written without point and exponent
     */
    static Set<String> spellings(JsonNode value, boolean plainInteger, TextRules rules) {
        if (value.isNumber()) {
            return numberSpellings(value.decimalValue(), plainInteger);
        }
        if (!value.isContainerNode()) {
            return Set.of(value.isTextual() ? JsonText.quoted(value.textValue(), rules) : value.asText());
        }
        Set<String> spellings = new LinkedHashSet<>();
        for (String space : List.of("", " ")) {
            StringBuilder text = new StringBuilder();
            append(value, space, rules, text);
            spellings.add(text.toString());
        }
        return spellings;
    }

    private static void append(JsonNode value, String space, TextRules rules, StringBuilder text) {
        if (value.isArray()) {
            text.append('[');
            for (int i = 0; i < value.size(); i++) {
                text.append(i == 0 ? "" : "," + space);
                append(value.get(i), space, rules, text);
            }
            text.append(']');
        } else if (value.isObject()) {
            List<String> names = new ArrayList<>();
            value.fieldNames().forEachRemaining(names::add);
            text.append('{');
            for (int i = 0; i < names.size(); i++) {
                text.append(i == 0 ? "" : "," + space)
                        .append(JsonText.quoted(names.get(i), rules))
                        .append(':')
                        .append(space);
                append(value.get(names.get(i)), space, rules, text);
            }
            text.append('}');
        } else {
            text.append(spellings(value, false, rules).iterator().next());
        }
    }

    private static Set<String> numberSpellings(BigDecimal number, boolean plainInteger) {
        BigDecimal stripped = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
        boolean integer = stripped.scale() <= 0;
        long plainDigits = Math.max(stripped.precision(), stripped.scale()) + Math.max(0, -(long) stripped.scale());
        Set<String> spellings = new LinkedHashSet<>();
        if (plainDigits <= (plainInteger ? MOST_DIGITS : MOST_PLAIN_DIGITS)) {
            spellings.add(stripped.toPlainString());
        }
        if (plainInteger && !spellings.isEmpty()) {
            return spellings;
        }
        if (integer && plainDigits <= MOST_PLAIN_DIGITS) {
            spellings.add(stripped.toPlainString() + ".0");
        }
        if (number.signum() == 0) {
            spellings.add("-0.0");
        } else {
            spellings.addAll(withExponent(stripped));
        }
        spellings.add(number.toString());
        return spellings;
    }

    /** With one digit before the point. */
    private static List<String> withExponent(BigDecimal stripped) {
        String digits = stripped.unscaledValue().abs().toString();
        long exponent = digits.length() - 1L - stripped.scale();
        if (exponent == 0) {
            return List.of();
        }
        String mantissa = (stripped.signum() < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() == 1 ? "" : "." + digits.substring(1));
        List<String> spellings = new ArrayList<>();
        for (String letter : List.of("e", "E")) {
            spellings.add(mantissa + letter + exponent);
            if (exponent > 0) {
                spellings.add(mantissa + letter + "+" + exponent);
            }
        }
        return spellings;
    }
}
