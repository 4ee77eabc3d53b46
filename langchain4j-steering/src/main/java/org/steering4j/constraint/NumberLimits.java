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
 * Bounds and divisors of a number. Numbers held to them are written without an exponent. Immutable.
 *
 * @param least the inclusive bound from below, or null
 * @param greatest from above, or null
 * @param above the exclusive bound from below, or null
 * @param below from above, or null
 * @param divisors of which the number is a multiple
 */
record NumberLimits(
        BigDecimal least, BigDecimal greatest, BigDecimal above, BigDecimal below, Set<BigDecimal> divisors) {

    static final NumberLimits NONE = new NumberLimits(null, null, null, null, Set.of());

    /** Of a number that a schema says. */
    private static final int MOST_DIGITS = 1_000;

    /** Integers that are tried one by one. */
    private static final BigDecimal FEW = BigDecimal.valueOf(1_000);

    private static final BigDecimal LEAST_LONG = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal GREATEST_LONG = BigDecimal.valueOf(Long.MAX_VALUE);

    static NumberLimits of(Subschema schema) {
        BigDecimal least = number(schema, "minimum");
        BigDecimal greatest = number(schema, "maximum");
        BigDecimal divisor = number(schema, "multipleOf");
        if (divisor != null && divisor.signum() <= 0) {
            throw schema.refusal("multipleOf %s, which is not above 0,".formatted(schema.get("multipleOf")));
        }
        return new NumberLimits(
                        least,
                        greatest,
                        exclusive(schema, "exclusiveMinimum", least),
                        exclusive(schema, "exclusiveMaximum", greatest),
                        divisor == null ? Set.of() : Set.of(divisor))
                .and(ofFormat(schema));
    }

    /** Before draft 6 the keyword was a flag beside the inclusive one. */
    private static BigDecimal exclusive(Subschema schema, String keyword, BigDecimal inclusive) {
        JsonNode value = schema.get(keyword);
        if (value != null && value.isBoolean()) {
            return value.booleanValue() ? inclusive : null;
        }
        return number(schema, keyword);
    }

    private static BigDecimal number(Subschema schema, String keyword) {
        if (!schema.has(keyword)) {
            return null;
        }
        BigDecimal number = schema.number(keyword);
        if (hasTooManyDigits(number)) {
            throw schema.refusal("%s %s, a number of more than %,d digits,"
                    .formatted(keyword, JsonValues.shown(schema.get(keyword)), MOST_DIGITS));
        }
        return number;
    }

    private static boolean hasTooManyDigits(BigDecimal number) {
        return number.precision() > MOST_DIGITS
                || Math.abs((long) number.scale()) > MOST_DIGITS
                || Math.abs((long) number.precision() - number.scale()) > MOST_DIGITS;
    }

    private static NumberLimits ofFormat(Subschema schema) {
        String format = schema.has("format") ? schema.text("format") : "";
        return switch (format) {
            case "int32" -> integers(BigDecimal.valueOf(Integer.MIN_VALUE), BigDecimal.valueOf(Integer.MAX_VALUE));
            case "int64" -> integers(LEAST_LONG, GREATEST_LONG);
            case "", "float", "double" -> NONE;
            default -> {
                if (Formats.named(format).isEmpty()) {
                    throw schema.refusal("the format \"" + format + "\"");
                }
                yield NONE; // one of strings says nothing of numbers
            }
        };
    }

    private static NumberLimits integers(BigDecimal least, BigDecimal greatest) {
        return new NumberLimits(least, greatest, null, null, Set.of(BigDecimal.ONE));
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

    /** Whether a number keeps to them, exactly; a schema that must not tell is refused. */
    boolean admit(BigDecimal number, Subschema schema) {
        if (!divisors.isEmpty() && hasTooManyDigits(number)) {
            throw schema.unsupported("multipleOf");
        }
        return admit(number);
    }

    private boolean admit(BigDecimal number) {
        return (least == null || number.compareTo(least) >= 0)
                && (greatest == null || number.compareTo(greatest) <= 0)
                && (above == null || number.compareTo(above) > 0)
                && (below == null || number.compareTo(below) < 0)
                && divisors.stream()
                        .allMatch(divisor -> number.remainder(divisor).signum() == 0);
    }

    /**
     * Whether some number may keep to them; true if that is not seen.
     *
     * @param integer whether integers are meant, or all others
     */
    boolean mayFit(boolean integer) {
        if (!integer) {
            BigDecimal low = greater(least, above);
            BigDecimal high = smaller(greatest, below);
            boolean onlyOne = low != null && high != null && low.compareTo(high) >= 0;
            return divisors.stream().noneMatch(JsonValues::isInteger)
                    && (!onlyOne || (admit(low) && !JsonValues.isInteger(low)));
        }
        BigDecimal first = firstInteger();
        BigDecimal last = lastInteger();
        if (first == null || last == null || last.subtract(first).compareTo(FEW) > 0) {
            return true;
        }
        for (BigDecimal number = first; number.compareTo(last) <= 0; number = number.add(BigDecimal.ONE)) {
            if (admit(number)) {
                return true;
            }
        }
        return false;
    }

    private BigDecimal firstInteger() {
        return greater(
                least == null ? null : least.setScale(0, RoundingMode.CEILING),
                above == null ? null : above.setScale(0, RoundingMode.FLOOR).add(BigDecimal.ONE));
    }

    private BigDecimal lastInteger() {
        return smaller(
                greatest == null ? null : greatest.setScale(0, RoundingMode.FLOOR),
                below == null ? null : below.setScale(0, RoundingMode.CEILING).subtract(BigDecimal.ONE));
    }

    /**
     * The numbers that keep to them.
     *
     * @param kinds of numbers that are meant
     * @throws NotRegularException if there are none, or for what no answer can be held to; the message names it
     */
    Syntax syntax(Vocabulary vocabulary, Set<Kind> kinds) {
        boolean integer = !kinds.contains(Kind.FRACTION);
        BigDecimal first = integer
                ? firstInteger()
                : greater(inclusive(least, Double.POSITIVE_INFINITY), nextDouble(above, Double.POSITIVE_INFINITY));
        BigDecimal last = integer
                ? lastInteger()
                : smaller(inclusive(greatest, Double.NEGATIVE_INFINITY), nextDouble(below, Double.NEGATIVE_INFINITY));
        Automaton numbers = Decimals.between(first, last, integer);
        if (!kinds.contains(Kind.INTEGER)) {
            numbers = numbers.and(Decimals.fractions());
        }
        for (BigDecimal divisor : divisors) {
            numbers = numbers.and(multiples(divisor, integer));
        }
        if (numbers.isEmpty()) {
            throw new NotRegularException(this + ", which no number fits that is written without an exponent,");
        }
        int digits = Math.max(digits(first), digits(last));
        int longest = Math.max(digits, integer ? NumberSyntax.MOST_INTEGER_DIGITS : 2 * NumberSyntax.MOST_DIGITS);
        return new AutomatonSyntax(vocabulary, ByteAutomaton.plain(numbers), longest, true);
    }

    /** Of a bound written out, with its minus and its point. */
    private static int digits(BigDecimal bound) {
        return bound == null ? 0 : bound.precision() + Math.abs(bound.scale()) + 2;
    }

    private static Automaton multiples(BigDecimal divisor, boolean integer) {
        try {
            return Decimals.multiplesOf(divisor, integer);
        } catch (NotRegularException e) {
            throw new NotRegularException("multipleOf %s, %s,".formatted(divisor, e.getMessage()));
        }
    }

    /** Readers that take numbers with a point for doubles, and others for integers, would compare a double to a large bound exactly. */
    private static BigDecimal inclusive(BigDecimal bound, double direction) {
        boolean isExact = bound == null
                || !JsonValues.isInteger(bound)
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

    @Override
    public String toString() {
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
