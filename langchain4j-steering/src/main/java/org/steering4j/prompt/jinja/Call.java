package org.steering4j.prompt.jinja;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The arguments of one call.
 *
 * @param function how to call the function in messages
 */
record Call(String function, List<Object> positional, Map<String, Object> named) {

    /** The arguments by the names of the parameters. */
    Bound bind(String... parameters) {
        if (positional.size() > parameters.length) {
            throw new Failure("%s takes at most %d arguments".formatted(function, parameters.length));
        }
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < positional.size(); i++) {
            values.put(parameters[i], positional.get(i));
        }
        named.forEach((name, value) -> {
            if (!List.of(parameters).contains(name) || values.containsKey(name)) {
                throw new Failure("%s does not take the argument %s%s"
                        .formatted(function, name, values.containsKey(name) ? " twice" : ""));
            }
            values.put(name, value);
        });
        return new Bound(function, values);
    }

    /** As {@link #bind}, of what takes no names. */
    Bound bindByPlace(String... parameters) {
        if (!named.isEmpty()) {
            throw new Failure(function + " takes no named arguments");
        }
        return bind(parameters);
    }

    /** The same call with more fixed arguments before: of what a filter such as {@code map} applies. */
    Call from(String name, int index) {
        return new Call(name, positional.subList(index, positional.size()), named);
    }

    record Bound(String function, Map<String, Object> values) {

        boolean has(String name) {
            return values.containsKey(name);
        }

        Object get(String name, Object otherwise) {
            return has(name) ? values.get(name) : otherwise;
        }

        Object require(String name) {
            if (!has(name)) {
                throw new Failure("%s needs the argument %s".formatted(function, name));
            }
            return values.get(name);
        }

        Text text(String name) {
            Object value = require(name);
            return (Text) typed(name, value instanceof Markup markup ? markup.text() : value, Text.class, "a string");
        }

        /** Null if it is none or not given. */
        Text textOrNone(String name) {
            return get(name, null) == null ? null : text(name);
        }

        int integer(String name, int otherwise) {
            Object value = get(name, Values.integer(otherwise));
            BigInteger integer = (BigInteger) typed(
                    name,
                    value instanceof Boolean flag ? Values.integer(flag ? 1 : 0) : value,
                    BigInteger.class,
                    "an integer");
            if (integer.bitLength() > 31) {
                throw new Failure("%s is out of range: %s".formatted(name, integer));
            }
            return integer.intValue();
        }

        boolean flag(String name, boolean otherwise) {
            return Values.isTrue(get(name, otherwise));
        }

        private Object typed(String name, Object value, Class<?> type, String expected) {
            if (!type.isInstance(value)) {
                throw new Failure("%s: the argument %s is to be %s, not %s"
                        .formatted(function, name, expected, Values.typeName(value)));
            }
            return value;
        }
    }
}
