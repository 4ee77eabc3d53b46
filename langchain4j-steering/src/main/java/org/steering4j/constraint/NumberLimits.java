package org.steering4j.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.steering4j.constraint.regular.Automaton;
import org.steering4j.constraint.regular.Decimals;
import org.steering4j.constraint.regular.Formats;
import org.steering4j.constraint.regular.NotRegularException;

/**
 * What a schema asks of a number. Numbers held to it are written without an exponent. Immutable.
 *
 * @param least the inclusive bound from below, or null
 * @param greatest from above, or null
 * @param above the exclusive bound from below, or null
 * @param below from above, or null
 * @param divisors of which the number is a multiple
 */
record NumberLimits(
        BigDecimal least, BigDecimal greatest, BigDecimal above, BigDecimal below, Set<BigDecimal> divisors) {

    static final Set<String> KEYWORDS =
            Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format");

    private static final int MOST_DIGITS = 1_000;
    private static final BigDecimal LEAST_LONG = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal GREATEST_LONG = BigDecimal.valueOf(Long.MAX_VALUE);

    /**
     * Those of a schema, of which only the keywords named above are read; of formats OpenAPI's {@code int32}, {@code int64}, {@code float} and
     * {@code double}.
     *
     * @throws NotRegularException for a value that no such keyword has
     */
    static NumberLimits of(JsonNode schema) {
        BigDecimal least = bound(schema, "minimum");
        BigDecimal greatest = bound(schema, "maximum");
        boolean leastExcluded = schema.path("exclusiveMinimum").isBoolean(); // as before draft 6
        boolean greatestExcluded = schema.path("exclusiveMaximum").isBoolean();
        BigDecimal above = leastExcluded
                ? (schema.get("exclusiveMinimum").booleanValue() ? least : null)
                : bound(schema, "exclusiveMinimum");
        BigDecimal below = greatestExcluded
                ? (schema.get("exclusiveMaximum").booleanValue() ? greatest : null)
                : bound(schema, "exclusiveMaximum");
        BigDecimal divisor = bound(schema, "multipleOf");
        if (divisor != null && divisor.signum() <= 0) {
            throw new NotRegularException("multipleOf %s, which is not above 0,".formatted(schema.get("multipleOf")));
        }
        NumberLimits limits =
                new NumberLimits(least, greatest, above, below, divisor == null ? Set.of() : Set.of(divisor));
        return limits.and(ofFormat(schema.path("format").asText("")));
    }

    private static NumberLimits ofFormat(String format) {
        return switch (format) {
            case "int32" -> integers(BigDecimal.valueOf(Integer.MIN_VALUE), BigDecimal.valueOf(Integer.MAX_VALUE));
            case "int64" -> integers(LEAST_LONG, GREATEST_LONG);
            case "", "float", "double" -> new NumberLimits(null, null, null, null, Set.of());
            default -> {
                if (Formats.named(format).isEmpty()) {
                    throw new NotRegularException("the format \"" + format + "\"");
                }
                yield new NumberLimits(null, null, null, null, Set.of()); // one of strings says nothing of numbers
            }
        };
    }

    private static NumberLimits integers(BigDecimal least, BigDecimal greatest) {
        return new NumberLimits(least, greatest, null, null, Set.of(BigDecimal.ONE));
    }

    private static BigDecimal bound(JsonNode schema, String keyword) {
        return schema.has(keyword) ? number(schema, keyword) : null;
    }

    /** @throws NotRegularException for what is no number, or one of more than a thousand digits */
    static BigDecimal number(JsonNode schema, String keyword) {
        JsonNode node = schema.get(keyword);
        if (!node.isNumber()) {
            throw new NotRegularException("%s %s, which is no number,".formatted(keyword, node));
        }
        BigDecimal number = Double.isInfinite(node.doubleValue()) && node.isDouble() ? null : node.decimalValue();
        if (number == null || hasTooManyDigits(number)) {
            throw new NotRegularException(
                    "%s %s, a number of more than %,d digits,".formatted(keyword, node, MOST_DIGITS));
        }
        return number;
    }

    private static boolean hasTooManyDigits(BigDecimal number) {
        return number.precision() > MOST_DIGITS
                || Math.abs((long) number.scale()) > MOST_DIGITS
                || Math.abs((long) number.precision() - number.scale()) > MOST_DIGITS;
    }

    /** Those of both. */
    NumberLimits and(NumberLimits other) {
        Set<BigDecimal> all = new TreeSet<>(divisors);
        all.addAll(other.divisors);
        return new NumberLimits(
                greater(least, other.least),
                smaller(greatest, other.greatest),
                greater(above, other.above),
                smaller(below, other.below),
                all);
    }

    private static BigDecimal greater(BigDecimal a, BigDecimal b) {
        return a == null ? b : b == null ? a : a.max(b);
    }

    private static BigDecimal smaller(BigDecimal a, BigDecimal b) {
        return a == null ? b : b == null ? a : a.min(b);
    }

    boolean isNone() {
        return least == null && greatest == null && above == null && below == null && divisors.isEmpty();
    }

    /** Whether a number keeps to them, exactly. */
    boolean admit(BigDecimal number) {
        return (least == null || number.compareTo(least) >= 0)
                && (greatest == null || number.compareTo(greatest) <= 0)
                && (above == null || number.compareTo(above) > 0)
                && (below == null || number.compareTo(below) < 0)
                && divisors.stream().allMatch(divisor -> isMultiple(number, divisor));
    }

    private static boolean isMultiple(BigDecimal number, BigDecimal divisor) {
        return !hasTooManyDigits(number) && number.remainder(divisor).signum() == 0;
    }

    /**
     * The numbers that keep to them.
     *
     * @throws NotRegularException if there are none, or for what no answer can be held to; the message names it
     */
    Syntax syntax(Vocabulary vocabulary, boolean integer) {
        if (isNone()) {
            return new NumberSyntax(integer);
        }
        Automaton numbers = integer
                ? Decimals.between(
                        greater(rounded(least, RoundingMode.CEILING), nextInteger(above, RoundingMode.FLOOR)),
                        smaller(rounded(greatest, RoundingMode.FLOOR), nextInteger(below, RoundingMode.CEILING)),
                        NumberSyntax.MOST_DIGITS,
                        0)
                : Decimals.between(
                        greater(
                                inclusive(least, Double.POSITIVE_INFINITY),
                                nextDouble(above, Double.POSITIVE_INFINITY)),
                        smaller(
                                inclusive(greatest, Double.NEGATIVE_INFINITY),
                                nextDouble(below, Double.NEGATIVE_INFINITY)),
                        NumberSyntax.MOST_DIGITS,
                        NumberSyntax.MOST_FRACTION_DIGITS);
        for (BigDecimal divisor : divisors) {
            numbers = numbers.and(multiples(divisor, integer));
        }
        if (numbers.isEmpty()) {
            throw new NotRegularException("%s, which no %s fits,"
                    .formatted(description(), integer ? "integer" : "number that is written without an exponent"));
        }
        return new AutomatonSyntax(vocabulary, ByteAutomaton.plain(numbers), AutomatonSyntax.UNLIMITED);
    }

    private static Automaton multiples(BigDecimal divisor, boolean integer) {
        try {
            return Decimals.multiplesOf(divisor, integer);
        } catch (NotRegularException e) {
            throw new NotRegularException("multipleOf %s, %s,".formatted(divisor, e.getMessage()));
        }
    }

    private static BigDecimal rounded(BigDecimal bound, RoundingMode mode) {
        return bound == null ? null : bound.setScale(0, mode);
    }

    private static BigDecimal nextInteger(BigDecimal bound, RoundingMode mode) {
        BigDecimal step = mode == RoundingMode.FLOOR ? BigDecimal.ONE : BigDecimal.ONE.negate();
        return bound == null ? null : bound.setScale(0, mode).add(step);
    }

    /** Readers that take numbers with a point for doubles, and others for integers, would compare a double to a large bound exactly. */
    private static BigDecimal inclusive(BigDecimal bound, double direction) {
        boolean isExact = bound == null
                || bound.stripTrailingZeros().scale() > 0
                || Double.isInfinite(bound.doubleValue())
                || new BigDecimal(bound.doubleValue()).compareTo(bound) == 0;
        return isExact ? bound : nextDouble(bound, direction);
    }

    /** Readers that take numbers for doubles would not tell what lies between a bound and the next double from the bound. */
    private static BigDecimal nextDouble(BigDecimal bound, double direction) {
        if (bound == null) {
            return null;
        }
        double next = Math.nextAfter(bound.doubleValue(), direction);
        if (Double.isInfinite(next)) {
            throw new NotRegularException("the exclusive bound %s, beyond which there is no double,".formatted(bound));
        }
        return new BigDecimal(Double.toString(next));
    }

    private String description() {
        List<String> parts = new ArrayList<>();
        describe("minimum", least, parts);
        describe("exclusiveMinimum", above, parts);
        describe("maximum", greatest, parts);
        describe("exclusiveMaximum", below, parts);
        divisors.forEach(divisor -> describe("multipleOf", divisor, parts));
        return String.join(" with ", parts);
    }

    private static void describe(String keyword, BigDecimal value, List<String> parts) {
        if (value != null) {
            parts.add(keyword + " " + value);
        }
    }
}
