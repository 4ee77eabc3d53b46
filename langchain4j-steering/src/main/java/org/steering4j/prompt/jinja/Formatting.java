package org.steering4j.prompt.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;

/** Numbers in letters and texts in fields, as both of Python's ways to format need them. */
final class Formatting {

    /** Of digits behind the point, and of fields: what asks for more runs wild. */
    static final int MAXIMUM_WIDTH = 100_000;

    /** To write an integer takes a time that grows with the square of its bits. */
    static final int BITS_A_CHARACTER = 2048;

    private static final int MAXIMUM_PRECISION = 1000;

    private Formatting() {}

    static int requireWidth(long width) {
        if (width > MAXIMUM_WIDTH) {
            throw new Failure("a field of more than %,d characters".formatted(MAXIMUM_WIDTH));
        }
        return (int) width;
    }

    static int requirePrecision(long precision) {
        if (precision > MAXIMUM_PRECISION) {
            throw new Failure("a number of more than %,d digits".formatted(MAXIMUM_PRECISION));
        }
        return (int) precision;
    }

    /**
     * A number without its sign.
     *
     * @param type {@code e}, {@code f} or {@code g}
     * @param alternate keeps the point, and of {@code g} the zeros at the end
     */
    static String decimal(double number, char type, int precision, boolean alternate) {
        Work.characters(1000L + precision);
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return Double.isNaN(number) ? "nan" : "inf";
        }
        BigDecimal exact = new BigDecimal(Math.abs(number));
        return switch (type) {
            case 'f' ->
                pointed(exact.setScale(precision, RoundingMode.HALF_EVEN).toPlainString(), alternate);
            case 'e' -> exponential(exact, precision, alternate);
            default -> general(exact, Math.max(1, precision), alternate);
        };
    }

    private static String pointed(String digits, boolean alternate) {
        return alternate && digits.indexOf('.') < 0 ? digits + "." : digits;
    }

    private static String exponential(BigDecimal exact, int precision, boolean alternate) {
        if (exact.signum() == 0) {
            return pointed("0" + (precision > 0 ? "." + "0".repeat(precision) : ""), alternate) + "e+00";
        }
        BigDecimal rounded = exact.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        String digits = rounded.unscaledValue().toString();
        int exponent = digits.length() - 1 - rounded.scale();
        digits = digits.length() > precision + 1
                ? digits.substring(0, precision + 1)
                : digits + "0".repeat(precision + 1 - digits.length());
        return mantissa(digits, alternate) + exponent(exponent);
    }

    private static String mantissa(String digits, boolean alternate) {
        return pointed(digits.charAt(0) + (digits.length() > 1 ? "." + digits.substring(1) : ""), alternate);
    }

    private static String exponent(int exponent) {
        return "e%s%02d".formatted(exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    private static String general(BigDecimal exact, int precision, boolean alternate) {
        if (exact.signum() == 0) {
            return alternate ? "0." + "0".repeat(precision - 1) : "0";
        }
        BigDecimal rounded = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent < -4 || exponent >= precision) {
            String digits = exponential(exact, precision - 1, false);
            int e = digits.indexOf('e');
            String mantissa = digits.substring(0, e);
            return (alternate ? pointed(mantissa, true) : withoutZeros(mantissa)) + digits.substring(e);
        }
        String plain = rounded.setScale(Math.max(0, precision - 1 - exponent), RoundingMode.HALF_EVEN)
                .toPlainString();
        return alternate ? pointed(plain, true) : withoutZeros(plain);
    }

    private static String withoutZeros(String digits) {
        if (digits.indexOf('.') < 0) {
            return digits;
        }
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        return digits.substring(0, digits.charAt(end - 1) == '.' ? end - 1 : end);
    }

    /** Whether Python writes a minus before it: not before nan. */
    static boolean isNegative(double number) {
        return !Double.isNaN(number) && Math.copySign(1, number) < 0;
    }

    /** The digits of a whole number, without its sign, with the mark of their base where it is asked for. */
    static String whole(BigInteger number, char type, boolean alternate) {
        Work.characters((long) number.bitLength() * number.bitLength() / BITS_A_CHARACTER);
        return switch (type) {
            case 'x' -> (alternate ? "0x" : "") + number.abs().toString(16);
            case 'X' -> (alternate ? "0X" : "") + number.abs().toString(16).toUpperCase(Locale.ROOT);
            case 'o' -> (alternate ? "0o" : "") + number.abs().toString(8);
            case 'b' -> (alternate ? "0b" : "") + number.abs().toString(2);
            default -> number.abs().toString();
        };
    }

    /** A text in a field. */
    static Text field(Text text, int width, char align, Text fill) {
        int missing = width - text.length();
        if (missing <= 0) {
            return text;
        }
        int left = align == '<' ? 0 : align == '^' ? missing / 2 : missing;
        return Text.joined(List.of(repeated(fill, left), text, repeated(fill, missing - left)));
    }

    static Text repeated(Text character, int count) {
        TextBuilder repeated = new TextBuilder();
        for (int i = 0; i < count; i++) {
            repeated.append(character);
        }
        return repeated.build();
    }
}
