package org.steering4j.prompt.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** {@code value | filter} */
final class Filters {

    private static final Set<String> NAMES = Set.of(
            "abs",
            "attr",
            "batch",
            "capitalize",
            "center",
            "count",
            "d",
            "default",
            "dictsort",
            "e",
            "escape",
            "filesizeformat",
            "first",
            "float",
            "forceescape",
            "format",
            "groupby",
            "indent",
            "int",
            "items",
            "join",
            "last",
            "length",
            "list",
            "lower",
            "map",
            "max",
            "min",
            "pprint",
            "reject",
            "rejectattr",
            "replace",
            "reverse",
            "round",
            "safe",
            "select",
            "selectattr",
            "slice",
            "sort",
            "string",
            "striptags",
            "sum",
            "title",
            "tojson",
            "trim",
            "truncate",
            "unique",
            "upper",
            "urlencode",
            "wordcount",
            "wordwrap",
            "xmlattr");

    /** What Jinja2 has, too: chance, and links for web pages. */
    private static final Set<String> REFUSED = Set.of("random", "urlize");

    private Filters() {}

    /** Whether Jinja2 has a filter of that name. */
    static boolean has(String name) {
        return NAMES.contains(name) || REFUSED.contains(name);
    }

    static void requireKnown(String name) {
        if (!NAMES.contains(name)) {
            throw new Failure("the filter \"" + name + "\" is not supported");
        }
    }

    static Object apply(String name, Object value, Call call) {
        requireKnown(name);
        return switch (name) {
            case "tojson" -> Json.filter(value, call);
            case "default", "d" -> {
                Call.Bound arguments = call.bind("default_value", "boolean");
                boolean missing =
                        value instanceof Undefined || arguments.flag("boolean", false) && !Values.isTrue(value);
                yield missing ? arguments.get("default_value", Text.EMPTY) : value;
            }
            case "attr" -> ofValue(value, call.bind("name").text("name").toString());
            case "length", "count" -> {
                call.bind();
                yield Values.integer(Values.length(value));
            }
            case "join",
                    "map",
                    "select",
                    "reject",
                    "selectattr",
                    "rejectattr",
                    "sort",
                    "dictsort",
                    "unique",
                    "batch",
                    "slice",
                    "groupby",
                    "sum",
                    "min",
                    "max",
                    "first",
                    "last",
                    "list",
                    "reverse",
                    "items" -> SequenceFilters.apply(name, value, call);
            case "int", "float", "round", "abs", "filesizeformat" -> NumberFilters.apply(name, value, call);
            default -> TextFilters.apply(name, value, call);
        };
    }

    private static Object ofValue(Object value, String name) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (value instanceof Map) {
            return Attributes.ofObject(value, name);
        }
        return Attributes.of(value, name);
    }

    /** What is looked at of an item. */
    @FunctionalInterface
    interface Item {
        Object of(Object item);
    }

    static Item attribute(List<Object> positional, int index) {
        if (index >= positional.size()) {
            throw new Failure("the name of an attribute is missing");
        }
        return attribute(positional.get(index));
    }

    /** @param name with dots between the names of attributes of attributes; null for the item itself */
    static Item attribute(Object name) {
        return attribute(name, null);
    }

    /** @param otherwise what stands for an attribute that there is not; null for nothing */
    static Item attribute(Object name, Object otherwise) {
        if (name == null) {
            return item -> item;
        }
        List<Object> path = new ArrayList<>();
        Text text = Values.text(name);
        if (text != null) {
            for (String part : text.toString().split("\\.", -1)) {
                path.add(part.matches("[0-9]{1,18}") ? new BigInteger(part) : Text.own(part));
            }
        } else {
            path.add(name);
        }
        return item -> {
            Object value = item;
            for (Object part : path) {
                Work.step();
                value = Values.item(value, part);
                value = value instanceof Undefined && otherwise != null ? otherwise : value;
            }
            return value;
        };
    }

    /** Goes through a value only when it must, as Python's generators do. */
    static Generator lazily(Supplier<Iterator<Object>> items) {
        return new Generator(
                new Iterator<>() {
                    private Iterator<Object> source;

                    private Iterator<Object> source() {
                        if (source == null) {
                            source = items.get();
                        }
                        return source;
                    }

                    @Override
                    public boolean hasNext() {
                        return source().hasNext();
                    }

                    @Override
                    public Object next() {
                        return source().next();
                    }
                },
                true);
    }
}
