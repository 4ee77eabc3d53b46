package org.steering4j.prompt.jinja;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code value is test} */
final class Tests {

    private static final Set<String> NAMES = Set.of(
            "defined",
            "undefined",
            "none",
            "boolean",
            "true",
            "false",
            "string",
            "number",
            "integer",
            "float",
            "mapping",
            "sequence",
            "iterable",
            "callable",
            "sameas",
            "odd",
            "even",
            "divisibleby",
            "filter",
            "test",
            "lower",
            "upper",
            "escaped",
            "in",
            "eq",
            "equalto",
            "==",
            "ne",
            "!=",
            "lt",
            "lessthan",
            "<",
            "le",
            "<=",
            "gt",
            "greaterthan",
            ">",
            "ge",
            ">=");

    private Tests() {}

    static void requireKnown(String name) {
        if (!NAMES.contains(name)) {
            throw new Failure("the test \"" + name + "\" is not supported");
        }
    }

    static boolean apply(String name, Object value, Call call) {
        requireKnown(name);
        return switch (name) {
            case "eq", "equalto", "==" -> Values.areEqual(value, other(call));
            case "ne", "!=" -> !Values.areEqual(value, other(call));
            case "lt", "lessthan", "<" -> Values.holds("<", value, other(call));
            case "le", "<=" -> Values.holds("<=", value, other(call));
            case "gt", "greaterthan", ">" -> Values.holds(">", value, other(call));
            case "ge", ">=" -> Values.holds(">=", value, other(call));
            case "in" -> Values.contains(other(call), value);
            case "divisibleby" ->
                Values.areEqual(Arithmetic.of("%", value, call.bind("num").require("num")), BigInteger.ZERO);
            case "sameas" -> isSame(value, other(call));
            default -> {
                call.bind();
                yield apply(name, value);
            }
        };
    }

    private static Object other(Call call) {
        return call.bind("other").require("other");
    }

    private static boolean apply(String name, Object value) {
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == null;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "string" -> Values.isString(value);
            case "number" -> Values.isNumber(value);
            case "integer" -> value instanceof BigInteger;
            case "float" -> value instanceof Double;
            case "mapping" -> value instanceof Map;
            case "sequence" -> Values.hasLength(value) && !(value instanceof View);
            case "iterable" -> Values.isIterable(value);
            case "callable" -> value instanceof Function || value instanceof Undefined;
            case "filter" ->
                requireHashable(value)
                        && Values.isString(value)
                        && Filters.has(Values.text(value).toString());
            case "test" ->
                requireHashable(value)
                        && Values.isString(value)
                        && NAMES.contains(Values.text(value).toString());
            case "escaped" -> value instanceof Markup;
            case "lower" -> isCase(value, "islower");
            case "upper" -> isCase(value, "isupper");
            case "odd" -> Values.areEqual(Arithmetic.of("%", value, BigInteger.TWO), BigInteger.ONE);
            case "even" -> Values.areEqual(Arithmetic.of("%", value, BigInteger.TWO), BigInteger.ZERO);
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** As what is looked up in a dictionary must be. */
    private static boolean requireHashable(Object value) {
        Values.requireHashable(value);
        return true;
    }

    private static boolean isCase(Object value, String method) {
        return (Boolean) Strings.method(Values.string(value), method).call(new Call(method, List.of(), Map.of()));
    }

    /** Numbers and strings have no identity that could be relied upon. */
    private static boolean isSame(Object value, Object other) {
        if (value instanceof Boolean || other instanceof Boolean || value == null || other == null) {
            return value == null ? other == null : value.equals(other);
        }
        boolean identity = List.of(value, other).stream()
                .noneMatch(each -> Values.isNumber(each) || Values.isString(each) || each instanceof Tuple);
        if (!identity && value != other && Values.areEqual(value, other)) {
            throw Failure.unsupported(
                    "sameas with equal " + (Values.isNumber(value) ? "numbers" : "strings") + " (use ==)");
        }
        return value == other;
    }
}
