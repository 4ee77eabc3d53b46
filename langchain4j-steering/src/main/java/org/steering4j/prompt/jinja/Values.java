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
        if (value instanceof Function) {
            return "a function";
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
        Text text = text(value);
        if (text != null) {
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
        if (isString(value) || value instanceof Generator) {
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
        if (left instanceof Range first && right instanceof Range second) {
            return first.length() == second.length()
                    && (first.length() == 0
                            || first.start() == second.start()
                                    && (first.length() == 1 || first.step() == second.step()));
        }
        if (left instanceof View first && right instanceof View second) {
            return first == second || first.isSet() && second.isSet() && areEqualSets(first.items(), second.items());
        }
        if (left instanceof Markup || right instanceof Markup) {
            return isString(left) && isString(right) && text(left).equals(text(right));
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

    /** The text of a string, marked as safe or not; null of anything else. */
    static Text text(Object value) {
        return value instanceof Markup markup ? markup.text() : value instanceof Text text ? text : null;
    }

    /** What is wrong with a value: that it is undefined, or else what is said. */
    static Failure failure(Object value, String otherwise) {
        return value instanceof Undefined undefined
                ? undefined.failure()
                : new Failure(otherwise + ", not " + typeName(value));
    }

    static Object requireWhole(Object value) {
        if (!(value instanceof BigInteger) && !(value instanceof Boolean)) {
            throw failure(value, "an integer is needed");
        }
        return value;
    }

    /** A number as a float, which an integer may be too large for. */
    static double requireFinite(Object number) {
        double decimal = decimal(number);
        if (!(number instanceof Double) && Double.isInfinite(decimal)) {
            throw new Failure("an integer too large for a float");
        }
        return decimal;
    }

    static void requireInteger(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            throw new Failure("no integer: " + Representation.decimal(number));
        }
    }

    static void requireHashable(Object key) {
        if (key instanceof List || key instanceof Map || key instanceof View view && view.isSet()) {
            throw new Failure(typeName(key) + " cannot be the key of a dictionary");
        }
        if (key instanceof Tuple tuple) {
            Work.objects(tuple.items().size());
            tuple.items().forEach(Values::requireHashable);
        }
    }

    /** Whether a comparison holds, other than for equality; none with nan does. */
    static boolean holds(String operator, Object left, Object right) {
        if (isNumber(left) && isNumber(right) && (isNan(left) || isNan(right))) {
            return false;
        }
        if (isSequenceOf(left, right)) {
            Iterator<Object> others = iterator(right);
            for (Object item : items(left)) {
                if (!others.hasNext()) {
                    return operator.startsWith(">");
                }
                Object other = others.next();
                if (!areEqual(item, other)) {
                    return holds(operator, item, other);
                }
            }
            return others.hasNext() ? operator.startsWith("<") : operator.endsWith("=");
        }
        if (left instanceof View first && right instanceof View second && first.isSet() && second.isSet()) {
            boolean within = first.items().stream().allMatch(item -> contains(second, item));
            boolean around = second.items().stream().allMatch(item -> contains(first, item));
            return switch (operator) {
                case "<" -> within && !around;
                case "<=" -> within;
                case ">" -> around && !within;
                default -> around;
            };
        }
        int order = compare(left, right);
        return switch (operator) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }

    private static boolean isSequenceOf(Object left, Object right) {
        return left instanceof List && right instanceof List || left instanceof Tuple && right instanceof Tuple;
    }

    private static boolean isNan(Object number) {
        return number instanceof Double decimal && Double.isNaN(decimal);
    }

    /** As {@link #compare}, to sort by: nan has no place in any order, and where Python puts it depends on how it sorts. */
    static int order(Object left, Object right) {
        if (isNan(left) || isNan(right)) {
            throw Failure.unsupported("to sort nan");
        }
        if (isSequenceOf(left, right)) {
            Iterator<Object> others = iterator(right);
            for (Object item : items(left)) {
                if (!others.hasNext()) {
                    return 1;
                }
                Object other = others.next();
                if (isNan(item) || isNan(other) || !areEqual(item, other)) {
                    return order(item, other);
                }
            }
            return others.hasNext() ? -1 : 0;
        }
        return compare(left, right);
    }

    private static int compareNumbers(Object left, Object right) {
        if (left instanceof Double || right instanceof Double) {
            double first = decimal(left);
            double second = decimal(right);
            if (Double.isNaN(first) || Double.isNaN(second)) {
                return 1;
            }
            boolean exact = !Double.isInfinite(first) && !Double.isInfinite(second);
            return exact && !(left instanceof Double && right instanceof Double)
                    ? exact(left).compareTo(exact(right)) // not as floats: an integer may have more digits than these
                    : compareMixed(left, right, first, second);
        }
        return whole(left).compareTo(whole(right));
    }

    private static BigDecimal exact(Object number) {
        return number instanceof Double decimal ? new BigDecimal(decimal) : new BigDecimal(whole(number));
    }

    private static int compareMixed(Object left, Object right, double first, double second) {
        boolean hugeLeft = !(left instanceof Double) && Double.isInfinite(first);
        boolean hugeRight = !(right instanceof Double) && Double.isInfinite(second);
        if (hugeLeft && !Double.isInfinite(second)) {
            return whole(left).signum();
        }
        if (hugeRight && !Double.isInfinite(first)) {
            return -whole(right).signum();
        }
        if (hugeLeft) {
            return second > 0 ? -1 : 1;
        }
        if (hugeRight) {
            return first > 0 ? 1 : -1;
        }
        return first == second ? 0 : Double.compare(first, second);
    }

    static int compare(Object left, Object right) {
        Work.objects(1);
        if (isNumber(left) && isNumber(right)) {
            return compareNumbers(left, right);
        }
        if (isString(left) && isString(right)) {
            return text(left).compareTo(text(right));
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
        if (isString(container)) {
            if (isString(item)) {
                return text(container).indexOf(text(item), 0) >= 0;
            }
            throw new Failure("'in' a string needs a string, not " + typeName(item));
        }
        if (container instanceof Map<?, ?> map) {
            return has(map, item);
        }
        if (container instanceof View view && view.isSet()) {
            requireHashable(item);
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
        requireHashable(key);
        return isString(key)
                ? map.containsKey(text(key))
                : map.keySet().stream().anyMatch(other -> areEqual(other, key));
    }

    static Object get(Map<?, ?> map, Object key) {
        if (isString(key)) {
            return map.get(text(key));
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
        requireHashable(key);
        if (isString(key)) {
            map.put(text(key), value);
            return;
        }
        for (Object other : map.keySet()) {
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
        if (value instanceof Map<?, ?> map && isHashable(index) && has(map, index)) {
            return get(map, index);
        }
        if (isString(index)) {
            return Attributes.ofObject(value, text(index).toString());
        }
        boolean sequence = isString(value) || value instanceof List || value instanceof Tuple || value instanceof Range;
        if (sequence && (index instanceof BigInteger || index instanceof Boolean)) {
            BigInteger length = integer(length(value));
            BigInteger at = whole(index).signum() < 0 ? whole(index).add(length) : whole(index);
            if (at.signum() >= 0 && at.compareTo(length) < 0) {
                return isString(value)
                        ? like(value, text(value).character(at.intValue()))
                        : items(value).get(at.intValue());
            }
        }
        return new Undefined(typeName(value) + " has no such element, asked for by " + typeName(index));
    }

    private static boolean isHashable(Object key) {
        try {
            requireHashable(key);
            return true;
        } catch (Failure e) {
            return false;
        }
    }

    /** Marked as safe if the other is. */
    private static Object like(Object other, Text text) {
        return other instanceof Markup ? new Markup(text) : text;
    }

    static Object slice(Object value, Object from, Object to, Object step) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        boolean list = value instanceof List || value instanceof Tuple;
        if (!list && !isString(value) && !(value instanceof Range)) {
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
            BigInteger exact = step == null ? BigInteger.ONE : whole(step);
            if (exact.bitLength() > 31) {
                throw Failure.unsupported("the slice of a range with the step " + exact);
            }
            return new Range(
                    range.start() + start * range.step(),
                    range.start() + stop * range.step(),
                    range.step() * exact.longValue());
        }
        List<Object> taken = new ArrayList<>();
        TextBuilder characters = new TextBuilder();
        List<Object> items = list ? items(value) : List.of();
        for (long i = start; stride < 0 ? i > stop : i < stop; i += stride) {
            if (isString(value)) {
                characters.append(text(value).marked((int) i));
            } else {
                Work.objects(1);
                taken.add(items.get((int) i));
            }
        }
        return isString(value) ? like(value, characters.build()) : value instanceof Tuple ? new Tuple(taken) : taken;
    }

    /** No further out than just beyond the ends. */
    static long bound(Object index, int length) {
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
