package org.steering4j.prompt.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** {@code + - * / // % **} */
final class Arithmetic {

    /** Of an integer in letters, as Python reads it: the time grows with their square. */
    static final int MAXIMUM_DIGITS = 4300;

    /** Of a quotient of integers: some more than the 53 of a double. */
    private static final int BITS_OF_QUOTIENT = 66;

    private static final int MAXIMUM_BITS = 10_000;
    private static final int MAXIMUM_ITEMS = 1_000_000;

    private Arithmetic() {}

    static Object of(String operator, Object left, Object right) {
        if (left instanceof Undefined undefined) {
            throw undefined.failure();
        }
        boolean formats = operator.equals("%") && Values.isString(left); // undefined is written as nothing
        if (right instanceof Undefined undefined && !formats) {
            throw undefined.failure();
        }
        if (Values.isNumber(left) && Values.isNumber(right)) {
            return left instanceof Double || right instanceof Double
                    ? decimal(operator, Values.requireFinite(left), Values.requireFinite(right))
                    : whole(operator, Values.whole(left), Values.whole(right));
        }
        if (operator.equals("%") && left instanceof Text format) {
            return PercentFormat.format(format, right);
        }
        if (operator.equals("%") && left instanceof Markup format) {
            return new Markup(percent(format, right));
        }
        if (operator.equals("+") && left instanceof Text first && right instanceof Text second) {
            return first.plus(second);
        }
        if (operator.equals("+") && Values.isString(left) && Values.isString(right)) {
            return new Markup(
                    Markup.escape(left).text().plus(Markup.escape(right).text()));
        }
        boolean lists = left instanceof List && right instanceof List;
        if (operator.equals("+") && (lists || left instanceof Tuple && right instanceof Tuple)) {
            List<Object> first = Values.items(left);
            List<Object> second = Values.items(right);
            requireItems((long) first.size() + second.size());
            List<Object> joined = new ArrayList<>(first);
            joined.addAll(second);
            return sequence(joined, left);
        }
        if (operator.equals("*") && isWhole(right)) {
            return repeated(left, Values.whole(right));
        }
        if (operator.equals("*") && isWhole(left)) {
            return repeated(right, Values.whole(left));
        }
        throw cannot(operator, left, right);
    }

    /** What is written of a value is escaped, unless the value is marked as safe. */
    private static Text percent(Markup format, Object values) {
        List<Object> all = values instanceof Tuple tuple
                ? tuple.items()
                : values instanceof Map<?, ?> map ? new ArrayList<>(map.values()) : Collections.singletonList(values);
        if (all.stream().anyMatch(Markup.class::isInstance)) {
            throw Failure.unsupported("% with a text marked as safe on both sides");
        }
        return PercentFormat.escaping(format.text(), values);
    }

    private static Failure cannot(String operator, Object left, Object right) {
        if (left instanceof View && operator.equals("-")) {
            throw Failure.unsupported("a set");
        }
        return new Failure(
                "cannot apply %s to %s and %s".formatted(operator, Values.typeName(left), Values.typeName(right)));
    }

    private static boolean isWhole(Object value) {
        return value instanceof BigInteger || value instanceof Boolean;
    }

    static void requireItems(long count) {
        if (count > MAXIMUM_ITEMS) {
            throw new Failure("a list of more than %,d items".formatted(MAXIMUM_ITEMS));
        }
        Work.objects((int) count);
    }

    private static Object sequence(List<Object> items, Object like) {
        return like instanceof Tuple ? new Tuple(items) : items;
    }

    private static Object repeated(Object value, BigInteger times) {
        if (times.bitLength() > 63) {
            throw new Failure("an integer too large to repeat by");
        }
        int count = times.max(BigInteger.ZERO)
                .min(Values.integer(Text.MAXIMUM_LENGTH + 1))
                .intValue();
        Text text = Values.text(value);
        if (text != null) {
            TextBuilder repeated = new TextBuilder();
            for (int i = 0; i < count && !text.isEmpty(); i++) {
                repeated.append(text);
            }
            return value instanceof Markup ? new Markup(repeated.build()) : repeated.build();
        }
        if (!(value instanceof List) && !(value instanceof Tuple)) {
            throw cannot("*", value, times);
        }
        List<Object> items = Values.items(value);
        requireItems((long) count * items.size());
        List<Object> repeated = new ArrayList<>();
        for (int i = 0; i < count && !items.isEmpty(); i++) {
            repeated.addAll(items);
        }
        return sequence(repeated, value);
    }

    private static Object whole(String operator, BigInteger left, BigInteger right) {
        // Time grows with both lengths.
        Work.characters(((long) left.bitLength() / 64 + 1) * (right.bitLength() / 64 + 1));
        BigInteger result = switch (operator) {
            case "+" -> left.add(right);
            case "-" -> left.subtract(right);
            case "*" -> left.multiply(right);
            case "//", "%" -> {
                requireNotZero(right.signum() != 0);
                BigInteger[] parts = left.divideAndRemainder(right);
                boolean below = parts[1].signum() != 0 && parts[1].signum() != right.signum();
                yield operator.equals("%")
                        ? below ? parts[1].add(right) : parts[1]
                        : below ? parts[0].subtract(BigInteger.ONE) : parts[0];
            }
            case "**" -> right.signum() < 0 ? null : power(left, right);
            default -> null;
        };
        if (result == null) { // a division, or a negative power
            requireNotZero(!operator.equals("/") || right.signum() != 0);
            return operator.equals("/")
                    ? quotient(left, right)
                    : decimal(operator, Values.requireFinite(left), Values.requireFinite(right));
        }
        if (result.bitLength() > MAXIMUM_BITS) {
            throw new Failure("an integer of more than %,d bits".formatted(MAXIMUM_BITS));
        }
        return result;
    }

    /** Rounded once, also where the numbers themselves are no doubles: to more bits than a double has, the last of which says whether more follow. */
    private static Double quotient(BigInteger left, BigInteger right) {
        if (left.signum() == 0) {
            return 0.0 * right.signum();
        }
        int shift = right.bitLength() - left.bitLength() + BITS_OF_QUOTIENT;
        BigInteger dividend = shift > 0 ? left.abs().shiftLeft(shift) : left.abs();
        BigInteger divisor = shift < 0 ? right.abs().shiftLeft(-shift) : right.abs();
        BigInteger[] parts = dividend.divideAndRemainder(divisor);
        BigInteger sticky = parts[0].shiftLeft(1).or(parts[1].signum() == 0 ? BigInteger.ZERO : BigInteger.ONE);
        BigDecimal two = new BigDecimal(BigInteger.TWO);
        int exponent = -shift - 1;
        if (sticky.bitLength() + exponent > Double.MAX_EXPONENT + 2) {
            throw new Failure("the result of a division is too large for a float");
        }
        double quotient = sticky.bitLength() + exponent < Double.MIN_EXPONENT - 60
                ? 0
                : (exponent < 0
                                ? new BigDecimal(sticky).divide(two.pow(-exponent)) // exact, by a power of two
                                : new BigDecimal(sticky).multiply(two.pow(exponent)))
                        .doubleValue();
        if (Double.isInfinite(quotient)) {
            throw new Failure("the result of a division is too large for a float");
        }
        return left.signum() == right.signum() ? quotient : -quotient;
    }

    private static BigInteger power(BigInteger base, BigInteger exponent) {
        if (exponent.bitLength() > 31 || (long) base.bitLength() * exponent.intValue() > 2L * MAXIMUM_BITS) {
            throw new Failure("an integer of more than %,d bits".formatted(MAXIMUM_BITS));
        }
        return base.pow(exponent.intValue());
    }

    private static Double decimal(String operator, double left, double right) {
        switch (operator) {
            case "+":
                return left + right;
            case "-":
                return left - right;
            case "*":
                return left * right;
            case "**":
                requireNotZero(left != 0 || right >= 0);
                if (left < 0 && right != Math.rint(right)) {
                    throw Failure.unsupported("a complex number");
                }
                double power = Math.pow(left, right);
                if (Double.isInfinite(power) && !Double.isInfinite(left) && !Double.isInfinite(right)) {
                    throw new Failure("the result of a power is too large for a float");
                }
                return power;
            default:
                requireNotZero(right != 0);
        }
        if (operator.equals("/")) {
            return left / right;
        }
        double remainder = left % right;
        if (remainder != 0 && (remainder < 0) != (right < 0)) {
            remainder += right;
        }
        if (operator.equals("%")) {
            return remainder == 0 ? Math.copySign(0, right) : remainder;
        }
        double quotient = (left - remainder) / right;
        double floor = Math.floor(quotient);
        return quotient == 0 ? Math.copySign(0, left / right) : quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static void requireNotZero(boolean fine) {
        if (!fine) {
            throw new Failure("division by zero");
        }
    }

    static Object negative(Object value) {
        requireNumber(value);
        return value instanceof Double number
                ? (Object) (-number)
                : Values.whole(value).negate();
    }

    static Object positive(Object value) {
        requireNumber(value);
        return value instanceof Double ? value : Values.whole(value);
    }

    private static void requireNumber(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (!Values.isNumber(value)) {
            throw new Failure("a sign needs a number, not " + Values.typeName(value));
        }
    }
}
