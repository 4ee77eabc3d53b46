package org.steering4j.prompt.jinja;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code value.name}: what Python's objects have by these names, and what Jinja2 makes of the others. */
final class Attributes {

    /** What the sandbox hides: it would change the value. */
    private static final Set<String> CHANGING_LISTS =
            Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

    private static final Set<String> CHANGING_DICTIONARIES = Set.of("clear", "pop", "popitem", "setdefault", "update");

    private static final Set<String> OF_NUMBERS = Set.of(
            "as_integer_ratio",
            "bit_count",
            "bit_length",
            "conjugate",
            "denominator",
            "from_bytes",
            "fromhex",
            "hex",
            "imag",
            "is_integer",
            "numerator",
            "real",
            "to_bytes");

    private static final Set<String> OF_VIEWS = Set.of("isdisjoint", "mapping");

    private static final Set<String> OF_MACROS =
            Set.of("arguments", "caller", "catch_kwargs", "catch_varargs", "defaults");

    private Attributes() {}

    /** {@code value.name}: a method or else a member. What the sandbox hides of a dictionary, hides a member of that name, too. */
    static Object of(Object value, String name) {
        Object found = ofObject(value, name);
        return found instanceof Undefined
                        && value instanceof Map<?, ?> map
                        && !CHANGING_DICTIONARIES.contains(name)
                        && map.containsKey(Text.own(name))
                ? map.get(Text.own(name))
                : found;
    }

    /** What an object itself has by a name, not what it holds: of a dictionary, its methods. */
    static Object ofObject(Object value, String name) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        Undefined none = new Undefined("%s has no attribute %s".formatted(Values.typeName(value), name));
        if (name.startsWith("__")) {
            return none;
        }
        Object found = null;
        if (value instanceof Text text) {
            found = Strings.method(text, name);
        } else if (value instanceof Map<?, ?> map) {
            found = CHANGING_DICTIONARIES.contains(name) ? none : method(map, name);
        } else if (value instanceof List || value instanceof Tuple) {
            found = CHANGING_LISTS.contains(name) ? none : method(Values.items(value), name, value);
        } else if (value instanceof Namespace namespace) {
            return namespace.members().getOrDefault(Text.own(name), none);
        } else if (value instanceof Members members) {
            return members.member(name, none);
        } else if (value instanceof Markup
                || value instanceof Range
                || value instanceof Generator
                || Values.isNumber(value) && OF_NUMBERS.contains(name)
                || value instanceof View && OF_VIEWS.contains(name)
                || value instanceof Function && OF_MACROS.contains(name)) {
            throw Failure.unsupported("the attribute %s of %s".formatted(name, Values.typeName(value)));
        }
        return found == null ? none : found;
    }

    /** An object that knows its attributes. */
    interface Members {

        /** @param none what to return if there is none of that name */
        Object member(String name, Undefined none);
    }

    private static Function method(Map<?, ?> map, String name) {
        return switch (name) {
            case "get" ->
                call -> {
                    Call.Bound arguments = call.bind("key", "default");
                    Object key = arguments.require("key");
                    return Values.has(map, key) ? Values.get(map, key) : arguments.get("default", null);
                };
            case "items" -> call -> view("dict_items", Values.pairs(map), call);
            case "keys" -> call -> view("dict_keys", Values.copied(map.keySet()), call);
            case "values" -> call -> view("dict_values", Values.copied(map.values()), call);
            case "copy" -> call -> map;
            case "fromkeys" -> throw Failure.unsupported("the dictionary method fromkeys()");
            default -> null;
        };
    }

    private static View view(String kind, List<Object> items, Call call) {
        call.bind();
        return new View(kind, items);
    }

    private static Function method(List<Object> items, String name, Object value) {
        return switch (name) {
            case "index" ->
                call -> {
                    Object item = call.bind("value").require("value");
                    for (int i = 0; i < items.size(); i++) {
                        if (Values.areEqual(items.get(i), item)) {
                            return Values.integer(i);
                        }
                    }
                    throw new Failure("index(): the list does not hold " + Representation.of(item));
                };
            case "count" ->
                call -> {
                    Object item = call.bind("value").require("value");
                    return Values.integer(items.stream()
                            .filter(other -> Values.areEqual(other, item))
                            .count());
                };
            case "copy" -> value instanceof List ? call -> value : null;
            default -> null;
        };
    }
}
