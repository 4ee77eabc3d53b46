package org.steering4j.prompt.jinja;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code value.name}: what Python's objects have by these names, and what Jinja2 makes of the others. */
final class Attributes {

    /** What the sandbox hides: it would change the value. */
    private static final Set<String> CHANGING_LISTS =
            Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

    private static final Set<String> CHANGING_DICTIONARIES = Set.of("clear", "pop", "popitem", "setdefault", "update");

    private static final Set<String> OTHERS_OF_NUMBERS =
            Set.of("from_bytes", "fromhex", "hex", "to_bytes", "as_integer_ratio");

    /** Of Python's generators, what a template has no use for. */
    private static final Set<String> OF_GENERATORS =
            Set.of("close", "gi_running", "gi_suspended", "gi_yieldfrom", "send", "throw");

    private static final Set<String> OF_VIEWS = Set.of("isdisjoint", "mapping");

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
        Undefined none = new Undefined(Values.typeName(value) + " has no attribute " + name);
        if (name.startsWith("__")) {
            return none;
        }
        Object found = null;
        if (value instanceof Text text) {
            found = Strings.method(text, name);
        } else if (value instanceof Markup markup) {
            found = markup.method(name);
        } else if (value instanceof Tuple tuple && tuple.names().contains(name)) {
            return tuple.items().get(tuple.names().indexOf(name));
        } else if (value instanceof Map<?, ?> map) {
            found = CHANGING_DICTIONARIES.contains(name) ? none : method(map, name);
        } else if (value instanceof List || value instanceof Tuple) {
            found = CHANGING_LISTS.contains(name) ? none : method(Values.items(value), name, value);
        } else if (value instanceof Namespace namespace) {
            return namespace.members().getOrDefault(Text.own(name), none);
        } else if (value instanceof Members members) {
            return members.member(name, none);
        } else if (Values.isNumber(value)) {
            return ofNumber(value, name, none);
        } else if (value instanceof Range range) {
            return ofRange(range, name, none);
        } else if (value instanceof Generator generator && generator.isFunction() && OF_GENERATORS.contains(name)
                || value instanceof View && OF_VIEWS.contains(name)) {
            throw Failure.unsupported("the attribute %s of %s".formatted(name, Values.typeName(value)));
        }
        return found == null ? none : found;
    }

    private static Object ofNumber(Object value, String name, Undefined none) {
        boolean decimal = value instanceof Double;
        if (OTHERS_OF_NUMBERS.contains(name)
                && (decimal != name.endsWith("_bytes"))
                && !(!decimal && name.contains("hex"))) {
            throw Failure.unsupported("the attribute %s of a number".formatted(name));
        }
        Object plain = decimal ? value : Values.whole(value);
        return switch (name) {
            case "real" -> plain;
            case "imag" -> decimal ? (Object) 0.0 : BigInteger.ZERO;
            case "numerator" -> decimal ? none : plain;
            case "denominator" -> decimal ? none : BigInteger.ONE;
            case "conjugate" -> method(call -> plain);
            case "is_integer" -> {
                if (!decimal) { // from Python 3.12 on
                    throw Failure.unsupported("the method is_integer() of an integer");
                }
                double number = (Double) value;
                yield method(call -> !Double.isInfinite(number) && number == Math.rint(number));
            }
            case "bit_length" ->
                decimal
                        ? none
                        : method(
                                call -> Values.integer(Values.whole(value).abs().bitLength()));
            case "bit_count" ->
                decimal
                        ? none
                        : method(
                                call -> Values.integer(Values.whole(value).abs().bitCount()));
            case "as_integer_ratio" -> {
                yield method(call -> Tuple.of(plain, BigInteger.ONE));
            }
            default -> none;
        };
    }

    private static Function method(java.util.function.Function<Call, Object> body) {
        return call -> {
            call.bind();
            return body.apply(call);
        };
    }

    private static Object ofRange(Range range, String name, Undefined none) {
        return switch (name) {
            case "start" -> Values.integer(range.start());
            case "stop" -> Values.integer(range.stop());
            case "step" -> Values.integer(range.step());
            case "index", "count" -> method(range.items(), name, range);
            default -> none;
        };
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
                    Call.Bound arguments = call.bindByPlace("key", "default");
                    Object key = arguments.require("key");
                    return Values.has(map, key) ? Values.get(map, key) : arguments.get("default", null);
                };
            case "items" -> call -> view("dict_items", Values.pairs(map), call);
            case "keys" -> call -> view("dict_keys", Values.copied(map.keySet()), call);
            case "values" -> call -> view("dict_values", Values.copied(map.values()), call);
            case "copy" ->
                call -> {
                    call.bind();
                    return map;
                };
            case "fromkeys" -> Globals::fromKeys;
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
                    Call.Bound arguments = call.bindByPlace("value", "start", "stop");
                    Object item = arguments.require("value");
                    int size = items.size();
                    long from = arguments.has("start") ? Values.bound(arguments.require("start"), size) : 0;
                    long to = arguments.has("stop") ? Values.bound(arguments.require("stop"), size) : size;
                    from = from < 0 ? Math.max(0, from + size) : from;
                    to = Math.min(size, to < 0 ? to + size : to);
                    for (int i = (int) Math.min(size, from); i < to; i++) {
                        if (Values.areEqual(items.get(i), item)) {
                            return Values.integer(i);
                        }
                    }
                    throw new Failure("index(): the list does not hold " + Representation.of(item));
                };
            case "count" ->
                call -> {
                    Object item = call.bindByPlace("value").require("value");
                    return Values.integer(items.stream()
                            .filter(other -> Values.areEqual(other, item))
                            .count());
                };
            case "copy" -> value instanceof List ? method(call -> value) : null;
            default -> null;
        };
    }
}
