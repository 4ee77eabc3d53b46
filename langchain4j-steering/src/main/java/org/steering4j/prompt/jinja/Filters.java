package org.steering4j.prompt.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** {@code value | filter} */
final class Filters {

    private static final Set<String> NAMES = Set.of(
            "capitalize",
            "count",
            "d",
            "default",
            "dictsort",
            "first",
            "indent",
            "int",
            "items",
            "join",
            "last",
            "length",
            "list",
            "lower",
            "map",
            "reject",
            "rejectattr",
            "replace",
            "reverse",
            "safe",
            "select",
            "selectattr",
            "sort",
            "string",
            "title",
            "tojson",
            "trim",
            "unique",
            "upper");

    private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]+(_[0-9]+)*");
    private static final Pattern DECIMAL = Pattern.compile(
            "[+-]?([0-9]+(_[0-9]+)*\\.?([0-9]+(_[0-9]+)*)?|\\.[0-9]+(_[0-9]+)*)([eE][+-]?[0-9]+(_[0-9]+)*)?");
    private static final String WORD_BREAKS = "-({[<";

    private Filters() {}

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
            case "join" -> join(value, call);
            case "replace" -> {
                Call.Bound arguments = call.bind("old", "new", "count");
                requireNoMarkup(value, name);
                yield Strings.replace(
                        Values.string(value),
                        Values.string(arguments.require("old")),
                        Values.string(arguments.require("new")),
                        arguments.get("count", null) == null ? -1 : arguments.integer("count", -1));
            }
            case "trim" -> {
                requireNoMarkup(value, name);
                yield Strings.strip(Values.string(value), call.bind("chars").textOrNone("chars"), true, true);
            }
            case "indent" -> indent(value, call);
            case "map" -> map(value, call);
            case "select" -> select(value, call, 0, item -> item, true);
            case "reject" -> select(value, call, 0, item -> item, false);
            case "selectattr" -> select(value, call, 1, attribute(call.positional(), 0), true);
            case "rejectattr" -> select(value, call, 1, attribute(call.positional(), 0), false);
            case "sort" -> sort(value, call);
            case "dictsort" -> dictsort(value, call);
            case "unique" -> unique(value, call);
            case "int" -> integer(value, call);
            default -> {
                call.bind();
                yield withoutArguments(name, value);
            }
        };
    }

    private static Object withoutArguments(String name, Object value) {
        return switch (name) {
            case "length", "count" -> Values.integer(Values.length(value));
            case "list" -> Values.copied(Values.items(value));
            case "string" -> value instanceof Markup ? value : Values.string(value);
            case "upper" -> Strings.upper(text(value, name));
            case "lower" -> Strings.lower(text(value, name));
            case "capitalize" -> Strings.capitalize(text(value, name));
            case "title" -> title(text(value, name));
            case "first" -> {
                Iterator<Object> items = Values.iterator(value);
                yield items.hasNext() ? items.next() : new Undefined("there is no first item, the sequence is empty");
            }
            case "last" -> {
                if (value instanceof Generator || value instanceof Undefined) {
                    throw new Failure(
                            "%s has no last item: make it a list with |list".formatted(Values.typeName(value)));
                }
                List<Object> items = Values.items(value);
                yield items.isEmpty()
                        ? new Undefined("there is no last item, the sequence is empty")
                        : items.get(items.size() - 1);
            }
            case "reverse" -> reverse(value);
            case "items" -> {
                if (!(value instanceof Map) && !(value instanceof Undefined)) {
                    throw new Failure("items needs a dictionary, not " + Values.typeName(value));
                }
                yield new Generator((value instanceof Map<?, ?> map ? Values.pairs(map) : List.of()).iterator());
            }
            case "safe" -> new Markup(Values.string(value));
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static void requireNoMarkup(Object value, String filter) {
        if (value instanceof Markup) {
            throw Failure.unsupported("the filter " + filter + " after safe or escape");
        }
    }

    private static Text text(Object value, String filter) {
        requireNoMarkup(value, filter);
        return Values.string(value);
    }

    // Strings

    private static Text title(Text text) {
        TextBuilder title = new TextBuilder();
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || Strings.isSpace(text.at(i)) || WORD_BREAKS.indexOf(text.at(i)) >= 0) {
                title.append(word(text.slice(from, i)));
                if (i < text.length()) {
                    title.append(text.marked(i));
                }
                from = i + 1;
            }
        }
        return title.build();
    }

    private static Text word(Text word) {
        return word.isEmpty()
                ? word
                : Strings.upper(word.slice(0, 1)).plus(Strings.lower(word.slice(1, word.length())));
    }

    private static Text indent(Object value, Call call) {
        Call.Bound arguments = call.bind("width", "first", "blank");
        requireNoMarkup(value, "indent");
        Text indentation =
                arguments.get("width", null) instanceof Text text ? text : Text.spaces(arguments.integer("width", 4));
        boolean blank = arguments.flag("blank", false);
        TextBuilder indented = new TextBuilder();
        if (arguments.flag("first", false)) {
            indented.append(indentation);
        }
        List<Text> lines = Strings.lines(Values.string(value).plus(Text.own("\n")));
        for (int i = 0; i < lines.size(); i++) {
            indented.append(i == 0 ? "" : "\n");
            indented.append(i > 0 && (blank || !lines.get(i).isEmpty()) ? indentation : Text.EMPTY);
            indented.append(lines.get(i));
        }
        return indented.build();
    }

    private static Text join(Object value, Call call) {
        Call.Bound arguments = call.bind("d", "attribute");
        Text separator = Values.string(arguments.get("d", Text.EMPTY));
        Item item = attribute(arguments.get("attribute", null));
        TextBuilder joined = new TextBuilder();
        boolean first = true;
        for (Iterator<Object> items = Values.iterator(value); items.hasNext(); first = false) {
            joined.append(first ? Text.EMPTY : separator).append(Values.string(item.of(items.next())));
        }
        return joined.build();
    }

    // Sequences

    /** What is looked at of an item. */
    @FunctionalInterface
    private interface Item {
        Object of(Object item);
    }

    private static Item attribute(List<Object> positional, int index) {
        if (index >= positional.size()) {
            throw new Failure("the name of an attribute is missing");
        }
        return attribute(positional.get(index));
    }

    /** @param name with dots between the names of attributes of attributes; null for the item itself */
    private static Item attribute(Object name) {
        if (name == null) {
            return item -> item;
        }
        List<Object> path = new ArrayList<>();
        if (name instanceof Text text) {
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
            }
            return value;
        };
    }

    private static Object map(Object value, Call call) {
        Iterator<Object> items = Values.iterator(value);
        Item item;
        if (call.positional().isEmpty()) {
            Call.Bound arguments = call.bind("attribute", "default");
            Item attribute = attribute(arguments.require("attribute"));
            Object otherwise = arguments.get("default", null);
            item = each -> {
                Object found = attribute.of(each);
                return found instanceof Undefined && otherwise != null ? otherwise : found;
            };
        } else {
            String filter = filterName(call);
            item = each -> apply(filter, each, call.from(filter, 1));
        }
        return new Generator(new Iterator<>() {
            @Override
            public boolean hasNext() {
                return items.hasNext();
            }

            @Override
            public Object next() {
                Work.step();
                return item.of(items.next());
            }
        });
    }

    private static String filterName(Call call) {
        String filter = Values.string(call.positional().get(0)).toString();
        requireKnown(filter);
        return filter;
    }

    /** @param index of the test among the arguments; without one, what is true is selected */
    private static Object select(Object value, Call call, int index, Item item, boolean wanted) {
        Predicate<Object> test = Values::isTrue;
        if (call.positional().size() > index) {
            String name = Values.string(call.positional().get(index)).toString();
            Tests.requireKnown(name);
            test = each -> Tests.apply(name, each, call.from(name, index + 1));
        } else if (!call.named().isEmpty()) {
            throw new Failure(call.function() + " takes no named arguments without a test");
        }
        Predicate<Object> chosen = test;
        return new Generator(new Kept(Values.iterator(value), each -> chosen.test(item.of(each)) == wanted));
    }

    private static Object reverse(Object value) {
        if (value instanceof Text text) {
            return Values.slice(text, null, null, Values.integer(-1));
        }
        requireNoMarkup(value, "reverse");
        List<Object> items = Values.copied(Values.items(value));
        Collections.reverse(items);
        return value instanceof Generator || value instanceof Undefined ? items : new Generator(items.iterator());
    }

    /** What is compared of a value: unless case matters, strings in lower case. */
    private static Object key(Object value, boolean caseSensitive) {
        return !caseSensitive && value instanceof Text text ? Strings.lower(text) : value;
    }

    private static List<Object> sort(Object value, Call call) {
        Call.Bound arguments = call.bind("reverse", "case_sensitive", "attribute");
        boolean caseSensitive = arguments.flag("case_sensitive", false);
        Object name = arguments.get("attribute", null);
        List<Item> attributes = name instanceof Text text
                ? Arrays.stream(text.toString().split(",", -1))
                        .map(part -> attribute(Text.own(part)))
                        .toList()
                : List.of(attribute(name));
        Comparator<Object> order = (first, second) -> {
            for (Item attribute : attributes) {
                Object left = key(attribute.of(first), caseSensitive);
                Object right = key(attribute.of(second), caseSensitive);
                if (!Values.areEqual(left, right)) {
                    return Values.compare(left, right);
                }
            }
            return 0;
        };
        List<Object> sorted = Values.copied(Values.items(value));
        sorted.sort(arguments.flag("reverse", false) ? order.reversed() : order);
        return sorted;
    }

    private static List<Object> dictsort(Object value, Call call) {
        Call.Bound arguments = call.bind("case_sensitive", "by", "reverse");
        if (!(value instanceof Map<?, ?> map)) {
            throw value instanceof Undefined undefined
                    ? undefined.failure()
                    : new Failure("dictsort needs a dictionary, not " + Values.typeName(value));
        }
        String by = Values.string(arguments.get("by", Text.own("key"))).toString();
        if (!by.equals("key") && !by.equals("value")) {
            throw new Failure("dictsort sorts by 'key' or 'value', not " + by);
        }
        boolean caseSensitive = arguments.flag("case_sensitive", false);
        Comparator<Object> order = Comparator.comparing(
                pair -> key(((Tuple) pair).items().get(by.equals("key") ? 0 : 1), caseSensitive), Values::compare);
        List<Object> pairs = Values.pairs(map);
        pairs.sort(arguments.flag("reverse", false) ? order.reversed() : order);
        return pairs;
    }

    private static Object unique(Object value, Call call) {
        Call.Bound arguments = call.bind("case_sensitive", "attribute");
        boolean caseSensitive = arguments.flag("case_sensitive", false);
        Item attribute = attribute(arguments.get("attribute", null));
        List<Object> seen = new ArrayList<>();
        return new Generator(new Kept(Values.iterator(value), item -> {
            Object key = key(attribute.of(item), caseSensitive);
            if (key instanceof List || key instanceof Map) {
                throw new Failure("unique cannot tell apart " + Values.typeName(key));
            }
            return !Values.contains(seen, key) && seen.add(key);
        }));
    }

    // Numbers

    private static Object integer(Object value, Call call) {
        Call.Bound arguments = call.bind("default", "base");
        if (arguments.integer("base", 10) != 10) {
            throw Failure.unsupported("the filter int with another base than 10");
        }
        Object otherwise = arguments.get("default", BigInteger.ZERO);
        if (value instanceof BigInteger || value instanceof Boolean) {
            return Values.whole(value);
        }
        if (value instanceof Text text) {
            String digits = Strings.strip(text, null, true, true).toString();
            if (digits.length() <= Arithmetic.MAXIMUM_DIGITS
                    && WHOLE.matcher(digits).matches()) {
                return new BigInteger(digits.replace("_", "").replaceFirst("^\\+", ""));
            }
        }
        Object number = value instanceof Double ? value : parsed(value);
        if (number == null) {
            return otherwise;
        }
        double decimal = (Double) number;
        if (Double.isNaN(decimal) || Double.isInfinite(decimal)) {
            throw new Failure("no integer: " + Representation.decimal(decimal));
        }
        return new BigDecimal(decimal).toBigInteger();
    }

    /** Null if it is no text that says a number. */
    private static Double parsed(Object value) {
        if (!(value instanceof Text text)) {
            return null;
        }
        String digits = Strings.strip(text, null, true, true).toString();
        if (DECIMAL.matcher(digits).matches()) {
            return Double.valueOf(digits.replace("_", ""));
        }
        boolean odd = digits.codePoints().anyMatch(c -> c > '~' && Character.isDigit(c))
                || digits.matches("(?i)[+-]?(inf|infinity|nan)");
        if (odd) {
            throw Failure.unsupported("the number \"" + digits + "\"");
        }
        return null;
    }
}
