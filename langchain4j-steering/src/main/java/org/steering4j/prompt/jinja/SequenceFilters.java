package org.steering4j.prompt.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.steering4j.prompt.jinja.Filters.Item;

/** The filters that go through several values. */
final class SequenceFilters {

    private SequenceFilters() {}

    static Object apply(String name, Object value, Call call) {
        return switch (name) {
            case "join" -> join(value, call);
            case "map" -> map(value, call);
            case "select" -> select(value, call, 0, true);
            case "reject" -> select(value, call, 0, false);
            case "selectattr" -> select(value, call, 1, true);
            case "rejectattr" -> select(value, call, 1, false);
            case "sort" -> sort(value, call);
            case "dictsort" -> dictsort(value, call);
            case "unique" -> unique(value, call);
            case "batch" -> batch(value, call);
            case "slice" -> slice(value, call);
            case "groupby" -> groupby(value, call);
            case "sum" -> sum(value, call);
            case "min" -> extreme(value, call, "<");
            case "max" -> extreme(value, call, ">");
            default -> {
                call.bind();
                yield withoutArguments(name, value);
            }
        };
    }

    private static Object withoutArguments(String name, Object value) {
        return switch (name) {
            case "list" -> Values.copied(Values.items(value));
            case "first" -> {
                Iterator<Object> items = Values.iterator(value);
                yield items.hasNext() ? items.next() : new Undefined("there is no first item, the sequence is empty");
            }
            case "last" -> {
                if (value instanceof Generator) {
                    throw new Failure(
                            "%s has no last item: make it a list with |list".formatted(Values.typeName(value)));
                }
                List<Object> items = Values.items(value);
                if (items.isEmpty()) {
                    yield new Undefined("there is no last item, the sequence is empty");
                }
                Object last = items.get(items.size() - 1);
                // Python takes a string from behind by its indexes, which keep it marked as safe.
                yield value instanceof Markup ? new Markup((Text) last) : last;
            }
            case "reverse" -> reverse(value);
            default -> {
                yield Filters.lazily(() -> {
                    if (value instanceof Undefined) {
                        return Collections.emptyIterator();
                    }
                    if (!(value instanceof Map<?, ?> map)) {
                        throw new Failure("items needs a dictionary, not " + Values.typeName(value));
                    }
                    return Values.pairs(map).iterator();
                });
            }
        };
    }

    private static Text join(Object value, Call call) {
        Call.Bound arguments = call.bind("d", "attribute");
        Text separator = Values.string(arguments.get("d", Text.EMPTY));
        Item item = Filters.attribute(arguments.get("attribute", null));
        TextBuilder joined = new TextBuilder();
        boolean first = true;
        for (Iterator<Object> items = Values.iterator(value); items.hasNext(); first = false) {
            joined.append(first ? Text.EMPTY : separator).append(Values.string(item.of(items.next())));
        }
        return joined.build();
    }

    private static Object map(Object value, Call call) {
        Filters.Item item;
        if (call.positional().isEmpty() && call.named().containsKey("attribute")) {
            Call.Bound arguments = call.bind("attribute", "default");
            item = Filters.attribute(arguments.require("attribute"), arguments.get("default", null));
        } else if (call.positional().isEmpty()) {
            throw new Failure("map needs the name of a filter, or attribute=");
        } else {
            String filter = Values.string(call.positional().get(0)).toString();
            Filters.requireKnown(filter);
            item = each -> Filters.apply(filter, each, call.from(filter, 1));
        }
        return Filters.lazily(() -> {
            Iterator<Object> items = emptyOr(value);
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return items.hasNext();
                }

                @Override
                public Object next() {
                    Work.step();
                    return item.of(items.next());
                }
            };
        });
    }

    /** What is false is not gone through, even if it cannot be. */
    private static Iterator<Object> emptyOr(Object value) {
        return Values.isTrue(value) ? Values.iterator(value) : Collections.emptyIterator();
    }

    /** @param index of the test among the arguments; without one, what is true is selected */
    private static Object select(Object value, Call call, int index, boolean wanted) {
        Item item = index == 0 ? each -> each : Filters.attribute(call.positional(), 0);
        Predicate<Object> test = Values::isTrue;
        if (call.positional().size() > index) {
            String name = Values.string(call.positional().get(index)).toString();
            Tests.requireKnown(name);
            test = each -> Tests.apply(name, each, call.from(name, index + 1));
        }
        Predicate<Object> chosen = test;
        return Filters.lazily(() -> new Kept(emptyOr(value), each -> chosen.test(item.of(each)) == wanted));
    }

    private static Object reverse(Object value) {
        if (Values.isString(value)) {
            return Values.slice(value, null, null, Values.integer(-1));
        }
        List<Object> items = Values.copied(Values.items(value));
        Collections.reverse(items);
        return value instanceof Generator || value instanceof Undefined
                ? items
                : new Generator(items.iterator(), false);
    }

    /** What is compared of a value: unless case matters, strings in lower case. */
    private static Object key(Object value, boolean caseSensitive) {
        Text text = caseSensitive ? null : Values.text(value);
        return text == null ? value : Strings.lower(text);
    }

    private static List<Object> sort(Object value, Call call) {
        Call.Bound arguments = call.bind("reverse", "case_sensitive", "attribute");
        boolean caseSensitive = arguments.flag("case_sensitive", false);
        arguments.integer("reverse", 0); // Python takes nothing else for it
        Object name = arguments.get("attribute", null);
        Text names = Values.text(name);
        List<Item> attributes = names != null
                ? Arrays.stream(names.toString().split(",", -1))
                        .map(part -> Filters.attribute(Text.own(part)))
                        .toList()
                : List.of(Filters.attribute(name));
        return sorted(
                Values.items(value),
                item -> {
                    List<Object> keys = new ArrayList<>();
                    attributes.forEach(attribute -> keys.add(key(attribute.of(item), caseSensitive)));
                    return keys;
                },
                arguments.flag("reverse", false));
    }

    /** Sorted by keys, which are worked out once for each item; equal ones keep their order. */
    private static List<Object> sorted(List<Object> items, Item key, boolean reverse) {
        record Keyed(Object key, Object item) {}
        List<Keyed> keyed = new ArrayList<>();
        for (Object item : items) {
            Work.objects(2);
            keyed.add(new Keyed(key.of(item), item));
        }
        Comparator<Keyed> order = (first, second) -> Values.order(first.key, second.key);
        keyed.sort(reverse ? order.reversed() : order);
        List<Object> sorted = new ArrayList<>();
        keyed.forEach(each -> sorted.add(each.item));
        return sorted;
    }

    private static List<Object> dictsort(Object value, Call call) {
        Call.Bound arguments = call.bind("case_sensitive", "by", "reverse");
        if (!(value instanceof Map<?, ?> map)) {
            throw value instanceof Undefined undefined
                    ? undefined.failure()
                    : new Failure("dictsort needs a dictionary, not " + Values.typeName(value));
        }
        arguments.integer("reverse", 0);
        Object by = arguments.get("by", Text.own("key"));
        boolean byKey = Values.areEqual(by, Text.own("key"));
        if (!byKey && !Values.areEqual(by, Text.own("value"))) {
            throw new Failure("dictsort sorts by 'key' or 'value', not " + Values.string(by));
        }
        boolean caseSensitive = arguments.flag("case_sensitive", false);
        return sorted(
                Values.pairs(map),
                pair -> key(((Tuple) pair).items().get(byKey ? 0 : 1), caseSensitive),
                arguments.flag("reverse", false));
    }

    private static Object unique(Object value, Call call) {
        Call.Bound arguments = call.bind("case_sensitive", "attribute");
        boolean caseSensitive = arguments.flag("case_sensitive", false);
        Item attribute = Filters.attribute(arguments.get("attribute", null));
        List<Object> seen = new ArrayList<>();
        return Filters.lazily(() -> new Kept(Values.iterator(value), item -> {
            Object key = key(attribute.of(item), caseSensitive);
            Values.requireHashable(key);
            return !Values.contains(seen, key) && seen.add(key);
        }));
    }

    private static Object batch(Object value, Call call) {
        Call.Bound arguments = call.bind("linecount", "fill_with");
        Object count = arguments.require("linecount");
        Object fill = arguments.get("fill_with", null);
        return Filters.lazily(() -> {
            List<Object> batches = new ArrayList<>();
            List<Object> batch = new ArrayList<>();
            for (Iterator<Object> items = Values.iterator(value); items.hasNext(); ) {
                Work.objects(2);
                if (isLength(batch, count)) {
                    batches.add(batch);
                    batch = new ArrayList<>();
                }
                batch.add(items.next());
            }
            if (batch.isEmpty()) {
                return batches.iterator();
            }
            if (fill != null && Values.holds("<", Values.integer(batch.size()), count)) {
                Values.requireWhole(count);
                int missing = arguments.integer("linecount", 0) - batch.size();
                Arithmetic.requireItems(missing);
                batch.addAll(Collections.nCopies(missing, fill));
            }
            batches.add(batch);
            return batches.iterator();
        });
    }

    private static boolean isLength(List<Object> batch, Object count) {
        return Values.areEqual(Values.integer(batch.size()), count);
    }

    private static Object slice(Object value, Call call) {
        Call.Bound arguments = call.bind("slices", "fill_with");
        Object given = arguments.require("slices");
        Object fill = arguments.get("fill_with", null);
        return Filters.lazily(() -> {
            List<Object> items = Values.items(value);
            Values.requireWhole(given);
            int slices = arguments.integer("slices", 0);
            if (slices == 0) {
                throw new Failure("division by zero");
            }
            Arithmetic.requireItems(Math.max(0, slices));
            List<Object> all = new ArrayList<>();
            int each = Math.floorDiv(items.size(), slices);
            int more = Math.floorMod(items.size(), slices);
            int from = 0;
            for (int i = 0; i < slices; i++) {
                int to = from + each + (i < more ? 1 : 0);
                List<Object> slice = Values.copied(items.subList(from, to));
                if (fill != null && i >= more) {
                    slice.add(fill);
                }
                all.add(slice);
                from = to;
            }
            return all.iterator();
        });
    }

    private static List<Object> groupby(Object value, Call call) {
        Call.Bound arguments = call.bind("attribute", "default", "case_sensitive");
        boolean caseSensitive = arguments.flag("case_sensitive", false);
        Item attribute = Filters.attribute(arguments.require("attribute"), arguments.get("default", null));
        Item key = item -> key(attribute.of(item), caseSensitive);
        List<Object> groups = new ArrayList<>();
        Object before = null;
        List<Object> group = null;
        for (Object item : sorted(Values.items(value), key, false)) {
            Object now = key.of(item);
            if (group == null || !Values.areEqual(before, now)) {
                group = new ArrayList<>();
                groups.add(new Tuple(Arrays.asList(attribute.of(item), group), List.of("grouper", "list")));
            }
            Work.objects(1);
            group.add(item);
            before = now;
        }
        return groups;
    }

    private static Object sum(Object value, Call call) {
        Call.Bound arguments = call.bind("attribute", "start");
        Item attribute = Filters.attribute(arguments.get("attribute", null));
        Object sum = arguments.get("start", Values.integer(0));
        if (Values.isString(sum)) {
            throw new Failure("sum cannot add strings: use join");
        }
        for (Iterator<Object> items = Values.iterator(value); items.hasNext(); ) {
            Work.step();
            sum = Arithmetic.of("+", sum, attribute.of(items.next()));
        }
        return sum;
    }

    private static Object extreme(Object value, Call call, String operator) {
        Call.Bound arguments = call.bind("case_sensitive", "attribute");
        boolean caseSensitive = arguments.flag("case_sensitive", false);
        Item attribute = Filters.attribute(arguments.get("attribute", null));
        Iterator<Object> items = Values.iterator(value);
        if (!items.hasNext()) {
            return new Undefined("there is no aggregated item, the sequence is empty");
        }
        Object best = items.next();
        Object bestKey = key(attribute.of(best), caseSensitive);
        while (items.hasNext()) {
            Object item = items.next();
            Object key = key(attribute.of(item), caseSensitive);
            if (Values.holds(operator, key, bestKey)) {
                best = item;
                bestKey = key;
            }
        }
        return best;
    }
}
