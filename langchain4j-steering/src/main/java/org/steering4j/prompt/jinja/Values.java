package org.steering4j.prompt.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What Python's values do. None is null, integers are {@link BigInteger}, floats {@link Double}, strings {@link Text}, lists {@link List},
 * dictionaries {@link Map}.
 */
final class Values {

    private Values() {}

    static BigInteger integer(long value) {
        return BigInteger.valueOf(value);
    }

    /** A Java value as a Python one: strings, numbers, booleans, null, and lists and maps of them. */
    static Object of(Object value) {
        if (value instanceof String text) {
            return Text.own(text);
        }
        if (value instanceof Integer || value instanceof Long || value instanceof Short || value instanceof Byte) {
            return integer(((Number) value).longValue());
        }
        if (value instanceof Float || value instanceof BigDecimal) {
            return ((Number) value).doubleValue();
        }
        if (value instanceof Collection<?> collection) {
            List<Object> items = new ArrayList<>(collection.size());
            collection.forEach(item -> items.add(of(item)));
            return Collections.unmodifiableList(items);
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> members = new LinkedHashMap<>();
            map.forEach((key, member) -> members.put(of(key), of(member)));
            return Collections.unmodifiableMap(members);
        }
        if (value == null
                || value instanceof Boolean
                || value instanceof BigInteger
                || value instanceof Double
                || value instanceof Text) {
            return value;
        }
        throw new IllegalArgumentException("templates have no values of " + value.getClass());
    }

    static String typeName(Object value) {
        if (value == null) {
            return "none";
        }
        if (value instanceof Text || value instanceof Markup) {
            return "a string";
        }
        if (value instanceof Map) {
            return "a dictionary";
        }
        if (value instanceof List) {
            return "a list";
        }
        if (value instanceof BigInteger) {
            return "an integer";
        }
        if (value instanceof Double) {
            return "a float";
        }
        return "a " + value.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    }

    static boolean isTrue(Object value) {
        if (value instanceof Boolean flag) {
            return flag;
        }
        if (value instanceof BigInteger integer) {
            return integer.signum() != 0;
        }
        if (value instanceof Double number) {
            return number != 0;
        }
        return value != null && (!hasLength(value) || length(value) > 0);
    }

    static boolean hasLength(Object value) {
        return value instanceof Text
                || value instanceof Markup
                || value instanceof List
                || value instanceof Tuple
                || value instanceof Map
                || value instanceof Range
                || value instanceof View
                || value instanceof Undefined;
    }

    static int length(Object value) {
        if (value instanceof Text text) {
            return text.length();
        }
        if (value instanceof Markup markup) {
            return markup.text().length();
        }
        if (!hasLength(value)) {
            throw new Failure(typeName(value) + " has no length");
        }
        if (value instanceof Map<?, ?> map) {
            return map.size();
        }
        return value instanceof Range range ? range.length() : items(value).size();
    }

    static boolean isIterable(Object value) {
        return hasLength(value) || value instanceof Generator;
    }

    static Iterator<Object> iterator(Object value) {
        if (value instanceof Text text) {
            return IntStream.range(0, text.length())
                    .<Object>mapToObj(text::character)
                    .iterator();
        }
        return value instanceof Generator generator
                ? generator.items()
                : items(value).iterator();
    }

    /** All items; of a generator, all that are left. */
    static List<Object> items(Object value) {
        if (value instanceof List<?> list) {
            return Collections.unmodifiableList(list);
        }
        if (value instanceof Tuple tuple) {
            return tuple.items();
        }
        if (value instanceof Map<?, ?> map) {
            return copied(map.keySet());
        }
        if (value instanceof Range range) {
            return range.items();
        }
        if (value instanceof View view) {
            return view.items();
        }
        if (value instanceof Undefined) {
            return List.of();
        }
        if (value instanceof Text || value instanceof Generator) {
            List<Object> left = new ArrayList<>();
            iterator(value).forEachRemaining(item -> {
                Work.objects(1);
                left.add(item);
            });
            return left;
        }
        throw new Failure("cannot go through " + typeName(value) + ", which is not iterable");
    }

    static List<Object> copied(Collection<?> items) {
        Work.objects(items.size());
        return new ArrayList<>(items);
    }

    static boolean isNumber(Object value) {
        return value instanceof BigInteger || value instanceof Double || value instanceof Boolean;
    }

    static double decimal(Object number) {
        return number instanceof Boolean flag ? (flag ? 1 : 0) : ((Number) number).doubleValue();
    }

    /** @param number no float */
    static BigInteger whole(Object number) {
        return number instanceof Boolean flag ? integer(flag ? 1 : 0) : (BigInteger) number;
    }

    static boolean areEqual(Object left, Object right) {
        Work.objects(1);
        if (isNumber(left) && isNumber(right)) {
            return compareNumbers(left, right) == 0;
        }
        if (left instanceof List<?> || left instanceof Tuple) {
            return (left instanceof Tuple) == (right instanceof Tuple)
                    && (right instanceof List<?> || right instanceof Tuple)
                    && areEqualLists(items(left), items(right));
        }
        if (left instanceof Map<?, ?> first) {
            return right instanceof Map<?, ?> second
                    && first.size() == second.size()
                    && first.entrySet().stream()
                            .allMatch(entry -> has(second, entry.getKey())
                                    && areEqual(entry.getValue(), get(second, entry.getKey())));
        }
        if (left instanceof View first && right instanceof View second) {
            return first == second || first.isSet() && second.isSet() && areEqualSets(first.items(), second.items());
        }
        if (left instanceof Markup || right instanceof Markup) {
            return string(left).equals(string(right)) && isString(left) && isString(right);
        }
        if (left instanceof Undefined) {
            return right instanceof Undefined;
        }
        return left == null ? right == null : left.equals(right);
    }

    private static boolean areEqualLists(List<Object> first, List<Object> second) {
        if (first.size() != second.size()) {
            return false;
        }
        for (int i = 0; i < first.size(); i++) {
            if (!areEqual(first.get(i), second.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean areEqualSets(List<Object> first, List<Object> second) {
        return first.size() == second.size() && first.stream().allMatch(item -> contains(second, item));
    }

    static boolean isString(Object value) {
        return value instanceof Text || value instanceof Markup;
    }

    private static int compareNumbers(Object left, Object right) {
        if (left instanceof Double || right instanceof Double) {
            double first = decimal(left);
            double second = decimal(right);
            return Double.isNaN(first) || Double.isNaN(second)
                    ? 1
                    : first == second ? 0 : Double.compare(first, second);
        }
        return whole(left).compareTo(whole(right));
    }

    static int compare(Object left, Object right) {
        Work.objects(1);
        if (isNumber(left) && isNumber(right)) {
            return compareNumbers(left, right);
        }
        if (left instanceof Text first && right instanceof Text second) {
            return first.compareTo(second);
        }
        boolean lists = left instanceof List && right instanceof List;
        if (lists || left instanceof Tuple && right instanceof Tuple) {
            Iterator<Object> second = iterator(right);
            for (Object item : items(left)) {
                if (!second.hasNext()) {
                    return 1;
                }
                Object other = second.next();
                if (!areEqual(item, other)) {
                    return compare(item, other);
                }
            }
            return second.hasNext() ? -1 : 0;
        }
        for (Object value : Arrays.asList(left, right)) {
            if (value instanceof Undefined undefined) {
                throw undefined.failure();
            }
        }
        throw new Failure("cannot compare " + typeName(left) + " with " + typeName(right));
    }

    static boolean contains(Object container, Object item) {
        if (container instanceof Text text) {
            if (item instanceof Text part) {
                return text.indexOf(part, 0) >= 0;
            }
            throw new Failure("'in' a string needs a string, not " + typeName(item));
        }
        if (container instanceof Map<?, ?> map) {
            return has(map, item);
        }
        for (Iterator<Object> items = iterator(container); items.hasNext(); ) {
            if (areEqual(items.next(), item)) {
                return true;
            }
        }
        return false;
    }

    // Dictionaries: strings are found at once, other keys by equality, as 1 and 1.0 are the same key.

    static boolean has(Map<?, ?> map, Object key) {
        return key instanceof Text
                ? map.containsKey(key)
                : map.keySet().stream().anyMatch(other -> areEqual(other, key));
    }

    static Object get(Map<?, ?> map, Object key) {
        if (key instanceof Text) {
            return map.get(key);
        }
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (areEqual(entry.getKey(), key)) {
                return entry.getValue();
            }
        }
        return null;
    }

    static void put(Map<Object, Object> map, Object key, Object value) {
        Work.objects(2);
        if (key instanceof List
                || key instanceof Map
                || key instanceof View
                || key instanceof Generator
                || key instanceof Undefined) {
            throw new Failure(typeName(key) + " cannot be the key of a dictionary");
        }
        for (Object other : key instanceof Text ? List.of() : map.keySet()) {
            if (areEqual(other, key)) {
                map.put(other, value);
                return;
            }
        }
        map.put(key, value);
    }

    static List<Object> pairs(Map<?, ?> map) {
        Work.objects(2 * map.size());
        List<Object> pairs = new ArrayList<>();
        map.forEach((key, value) -> pairs.add(Tuple.of(key, value)));
        return pairs;
    }

    // Indexes and slices

    /** {@code value[index]}: an item or else an attribute. */
    static Object item(Object value, Object index) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (value instanceof Map<?, ?> map && has(map, index)) {
            return get(map, index);
        }
        if (index instanceof Text name) {
            return Attributes.ofObject(value, name.toString());
        }
        boolean sequence =
                value instanceof Text || value instanceof List || value instanceof Tuple || value instanceof Range;
        if (sequence && (index instanceof BigInteger || index instanceof Boolean)) {
            BigInteger length = integer(length(value));
            BigInteger at = whole(index).signum() < 0 ? whole(index).add(length) : whole(index);
            if (at.signum() >= 0 && at.compareTo(length) < 0) {
                return value instanceof Text text
                        ? text.character(at.intValue())
                        : items(value).get(at.intValue());
            }
        } else if (value instanceof Markup) {
            throw Failure.unsupported("an index of a text marked as safe");
        }
        return new Undefined("%s has no element %s".formatted(typeName(value), Representation.of(index)));
    }

    static Object slice(Object value, Object from, Object to, Object step) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        boolean list = value instanceof List || value instanceof Tuple;
        if (!list && !(value instanceof Text) && !(value instanceof Range)) {
            throw new Failure("cannot take a slice of " + typeName(value));
        }
        int length = length(value);
        long stride = step == null ? 1 : bound(step, length);
        if (stride == 0) {
            throw new Failure("the step of a slice cannot be 0");
        }
        long lowest = stride < 0 ? -1 : 0;
        long highest = stride < 0 ? length - 1 : length;
        long start =
                from == null ? (stride < 0 ? highest : lowest) : clamped(bound(from, length), length, lowest, highest);
        long stop = to == null ? (stride < 0 ? lowest : highest) : clamped(bound(to, length), length, lowest, highest);
        if (value instanceof Range range) {
            return new Range(
                    range.start() + start * range.step(), range.start() + stop * range.step(), range.step() * stride);
        }
        List<Object> taken = new ArrayList<>();
        TextBuilder characters = new TextBuilder();
        List<Object> items = list ? items(value) : List.of();
        for (long i = start; stride < 0 ? i > stop : i < stop; i += stride) {
            if (value instanceof Text text) {
                characters.append(text.marked((int) i));
            } else {
                Work.objects(1);
                taken.add(items.get((int) i));
            }
        }
        return value instanceof Text ? characters.build() : value instanceof Tuple ? new Tuple(taken) : taken;
    }

    /** No further out than just beyond the ends. */
    private static long bound(Object index, int length) {
        if (!(index instanceof BigInteger) && !(index instanceof Boolean)) {
            throw new Failure("a slice needs integers, not " + typeName(index));
        }
        BigInteger limit = integer(2L * length + 2);
        return whole(index).max(limit.negate()).min(limit).longValue();
    }

    private static long clamped(long index, int length, long lowest, long highest) {
        return Math.max(lowest, Math.min(highest, index < 0 ? index + length : index));
    }

    // Text

    /** Python's str(). */
    static Text string(Object value) {
        if (value instanceof Text text) {
            return text;
        }
        if (value instanceof Markup markup) {
            return markup.text();
        }
        return value instanceof Undefined ? Text.EMPTY : Representation.of(value);
    }
}
