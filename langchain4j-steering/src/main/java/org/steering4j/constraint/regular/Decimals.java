package org.steering4j.constraint.regular;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Numbers in decimal notation, without an exponent: a minus or none, digits without needless zeros in front, and, where they are allowed, a
 * point with digits behind. Zero has no minus.
 */
public final class Decimals {

    private static final int MOST_REMAINDERS = 1_000;
    private static final int MOST_BOUND_DIGITS = 1_000;
    private static final String CHARACTERS = "-.0123456789";

    private Decimals() {}

    /**
     * The numbers from one to another, both inclusive.
     *
     * @param least or null
     * @param greatest or null
     * @param integer whether only integers are meant
     * @throws NotRegularException for a bound of more than a thousand digits
     */
    public static Automaton between(BigDecimal least, BigDecimal greatest, boolean integer) {
        Bound low = least == null || least.signum() <= 0 ? null : Bound.of(least);
        Bound high = greatest == null || greatest.signum() < 0 ? null : Bound.of(greatest);
        Bound negativeLow = greatest == null || greatest.signum() >= 0 ? null : Bound.of(greatest.negate());
        Bound negativeHigh = least == null || least.signum() >= 0 ? null : Bound.of(least.negate());
        Side positive = new Side(low, high, integer, greatest == null || greatest.signum() >= 0);
        Side negative = new Side(negativeLow, negativeHigh, integer, least == null || least.signum() < 0);
        return Automaton.over(
                CHARACTERS,
                Written.NOTHING,
                (written, character) -> written.after(character, positive, negative),
                written -> written.mayEnd(positive, negative));
    }

    /** The numbers that are no integers. */
    public static Automaton fractions() {
        return Determinization.of(ExpressionParser.parse("\\.\\d*[1-9]"));
    }

    /**
     * The multiples of a number, integers or with as many digits behind the point as it has.
     *
     * @param divisor positive
     * @param integer whether only integers are meant
     * @throws NotRegularException where it takes too many states to follow the remainder
     */
    public static Automaton multiplesOf(BigDecimal divisor, boolean integer) {
        BigDecimal stripped = divisor.stripTrailingZeros();
        if (Math.abs((long) stripped.scale()) > MOST_BOUND_DIGITS || stripped.precision() > MOST_BOUND_DIGITS) {
            throw new NotRegularException("which has more than %,d digits".formatted(MOST_BOUND_DIGITS));
        }
        int scale = Math.max(0, stripped.scale());
        BigInteger units = stripped.scaleByPowerOfTen(scale).toBigIntegerExact();
        if (integer) { // v is a multiple of n / 10^s if n divides v * 10^s
            units = units.divide(units.gcd(BigInteger.TEN.pow(scale)));
            scale = 0;
        }
        int zeros = 0;
        while (units.mod(BigInteger.TEN).signum() == 0) {
            units = units.divide(BigInteger.TEN);
            zeros++;
        }
        if (!units.gcd(BigInteger.TEN).equals(BigInteger.ONE)) { // what divides the rest depends on the zeros as well
            units = units.multiply(BigInteger.TEN.pow(zeros));
            zeros = 0;
        }
        if (units.compareTo(BigInteger.valueOf(MOST_REMAINDERS)) > 0) {
            throw new NotRegularException("which is no whole number up to %,d, nor such a number times a power of ten"
                    .formatted(MOST_REMAINDERS));
        }
        int divider = units.intValueExact();
        int fractionDigits = scale;
        int wantedZeros = zeros;
        return Automaton.over(
                CHARACTERS,
                new Remainder(0, 0, zeros, 0),
                (remainder, character) -> remainder.after(character, divider, wantedZeros, fractionDigits),
                remainder -> remainder.isNone(divider, wantedZeros, fractionDigits));
    }

    /** A positive number or zero, as the digits before and behind its point. */
    private record Bound(String digits, String fraction) {

        private static Bound of(BigDecimal value) {
            if (Math.abs((long) value.precision() - value.scale()) > MOST_BOUND_DIGITS
                    || value.precision() > MOST_BOUND_DIGITS) {
                throw new NotRegularException("which has a bound of more than %,d digits".formatted(MOST_BOUND_DIGITS));
            }
            String plain = value.stripTrailingZeros().toPlainString();
            int point = plain.indexOf('.');
            return point < 0 ? new Bound(plain, "") : new Bound(plain.substring(0, point), plain.substring(point + 1));
        }

        /** How a text compares that was equal to the bound so far. */
        private int compare(char digit, int place, boolean behindPoint) {
            String mine = behindPoint ? fraction : digits;
            return Integer.signum(digit - (place < mine.length() ? mine.charAt(place) : '0'));
        }
    }

    /**
     * Numbers of one sign.
     *
     * @param low the least distance from zero, or null
     * @param high the greatest, or null
     * @param possible whether there are any
     */
    private record Side(Bound low, Bound high, boolean integer, boolean possible) {

        /** So many digits must be told from more. */
        private int differentDigits() {
            return Math.max(low == null ? 0 : low.digits.length(), high == null ? 0 : high.digits.length()) + 1;
        }

        /** Likewise, behind the point. */
        private int differentFractionDigits() {
            return Math.max(
                    1, Math.max(low == null ? 0 : low.fraction.length(), high == null ? 0 : high.fraction.length()));
        }
    }

    private enum Where {
        START,
        AFTER_MINUS,
        IN_DIGITS,
        AFTER_POINT
    }

    /**
     * What is written of a number.
     *
     * @param count of the digits where it stands, as far as that makes a difference
     * @param zero whether all digits are zeros
     * @param toLow how it compares to the lower bound, if that had as many digits: -1, 0 or 1
     * @param toHigh and to the higher one
     */
    private record Written(Where where, boolean negative, int count, boolean zero, int toLow, int toHigh) {

        private static final Written NOTHING = new Written(Where.START, false, 0, true, 0, 0);

        private Written after(char character, Side positive, Side negative) {
            if (character == '-') {
                return where == Where.START && negative.possible
                        ? new Written(Where.AFTER_MINUS, true, 0, true, 0, 0)
                        : null;
            }
            Side side = this.negative ? negative : positive;
            if (!side.possible) {
                return null;
            }
            return character == '.' ? point(side) : digit(character, side);
        }

        private Written point(Side side) {
            return where == Where.IN_DIGITS && !side.integer
                    ? new Written(
                            Where.AFTER_POINT,
                            negative,
                            0,
                            zero,
                            compareLengths(toLow, side.low),
                            compareLengths(toHigh, side.high))
                    : null;
        }

        /** The digits before the point are complete. */
        private int compareLengths(int soFar, Bound bound) {
            return bound == null || count == bound.digits.length() ? soFar : count < bound.digits.length() ? -1 : 1;
        }

        private Written digit(char digit, Side side) {
            boolean behindPoint = where == Where.AFTER_POINT;
            if (where == Where.IN_DIGITS && zero) {
                return null;
            }
            return new Written(
                    behindPoint ? where : Where.IN_DIGITS,
                    negative,
                    Math.min(count + 1, behindPoint ? side.differentFractionDigits() : side.differentDigits()),
                    zero && digit == '0',
                    compare(toLow, side.low, digit, behindPoint),
                    compare(toHigh, side.high, digit, behindPoint));
        }

        private int compare(int soFar, Bound bound, char digit, boolean behindPoint) {
            return soFar != 0 || bound == null ? soFar : bound.compare(digit, count, behindPoint);
        }

        private boolean mayEnd(Side positive, Side negative) {
            if (count == 0 || (this.negative && zero)) {
                return false;
            }
            Side side = this.negative ? negative : positive;
            return (side.low == null || toEnd(toLow, side.low) >= 0)
                    && (side.high == null || toEnd(toHigh, side.high) <= 0);
        }

        private int toEnd(int soFar, Bound bound) {
            boolean behindPoint = where == Where.AFTER_POINT;
            int compared = behindPoint ? soFar : compareLengths(soFar, bound);
            int place = behindPoint ? count : 0;
            boolean boundHasMore = place < bound.fraction.length();
            return compared != 0 || !boundHasMore || isZero(bound.fraction, place) ? compared : -1;
        }

        private static boolean isZero(String digits, int from) {
            return digits.substring(from).chars().allMatch(digit -> digit == '0');
        }
    }

    /**
     * What remains of a number that is written partly, divided.
     *
     * @param digits before the point, at most 1, for more do not matter
     * @param value the remainder
     * @param zeros at the end, no more than matter
     * @param fraction how many digits behind the point, plus one; 0 before it
     */
    private record Remainder(int digits, int value, int zeros, int fraction) {

        private Remainder after(char character, int divider, int wantedZeros, int fractionDigits) {
            if (character == '-') {
                return digits == 0 ? this : null; // that there is only one is the range's concern
            }
            if (character == '.') {
                return fraction == 0 && digits > 0 && fractionDigits > 0
                        ? new Remainder(digits, value, zeros, 1)
                        : null;
            }
            if (fraction > fractionDigits) {
                return null;
            }
            int digit = character - '0';
            return new Remainder(
                    1,
                    (value * 10 + digit) % divider,
                    digit == 0 ? Math.min(wantedZeros, zeros + 1) : 0,
                    fraction == 0 ? 0 : fraction + 1);
        }

        private boolean isNone(int divider, int wantedZeros, int fractionDigits) {
            int missing = value;
            for (int i = Math.max(0, fraction - 1); i < fractionDigits; i++) {
                missing = missing * 10 % divider;
            }
            return digits > 0 && fraction != 1 && zeros == wantedZeros && missing == 0;
        }
    }
}
