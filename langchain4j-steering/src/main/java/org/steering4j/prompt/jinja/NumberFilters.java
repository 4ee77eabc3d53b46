package org.steering4j.prompt.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The filters that make numbers, or write them. */
final class NumberFilters {

    private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]+(_[0-9]+)*");
    private static final Pattern DECIMAL = Pattern.compile(
            "[+-]?([0-9]+(_[0-9]+)*\\.?([0-9]+(_[0-9]+)*)?|\\.[0-9]+(_[0-9]+)*)([eE][+-]?[0-9]+(_[0-9]+)*)?");
    private static final Pattern NO_FINITE = Pattern.compile("(?i)[+-]?(inf|infinity|nan)");
    private static final List<String> UNITS = List.of("k", "M", "G", "T", "P", "E", "Z", "Y");
    /** Of the exponents of ten that a double may be rounded at, which is more than it has digits. */
    private static final int MAXIMUM_PRECISION = 400;

    private NumberFilters() {}

    static Object apply(String name, Object value, Call call) {
        return switch (name) {
            case "int" -> integer(value, call);
            case "float" -> decimal(value, call);
            case "round" -> round(value, call);
            case "filesizeformat" -> fileSize(value, call);
            default -> {
                call.bind();
                if (!Values.isNumber(value)) {
                    throw Values.failure(value, "abs needs a number");
                }
                yield value instanceof Double number
                        ? (Object) Math.abs(number)
                        : Values.whole(value).abs();
            }
        };
    }

    private static Object integer(Object value, Call call) {
        Call.Bound arguments = call.bind("default", "base");
        Object otherwise = arguments.get("default", BigInteger.ZERO);
        if (value instanceof BigInteger || value instanceof Boolean) {
            return Values.whole(value);
        }
        Text text = Values.text(value);
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        Object base = arguments.get("base", BigInteger.TEN);
        if (text != null && (base instanceof BigInteger || base instanceof Boolean)) {
            BigInteger whole = whole(Strings.strip(text, null, true, true).toString(), arguments.integer("base", 10));
            if (whole != null) {
                return whole;
            }
        }
        Double number = value instanceof Double given ? given : parsed(value);
        if (number == null || Double.isNaN(number)) {
            return otherwise;
        }
        if (Double.isInfinite(number)) {
            if (value instanceof Double) {
                throw new Failure("no integer: " + Representation.decimal(number));
            }
            return otherwise;
        }
        return new BigDecimal(number).toBigInteger();
    }

    /** As Python's int() reads it; null if it is none. */
    private static BigInteger whole(String text, int base) {
        if (base != 0 && (base < 2 || base > 36)) {
            return null;
        }
        requireKnownDigits(text);
        if (base == 10) {
            return text.length() <= Arithmetic.MAXIMUM_DIGITS
                            && WHOLE.matcher(text).matches()
                    ? new BigInteger(text.replace("_", "").replaceFirst("^\\+", ""))
                    : null;
        }
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        String prefix = digits.length() < 2 ? "" : digits.substring(0, 2).toLowerCase(Locale.ROOT);
        int prefixed = prefix.equals("0x") ? 16 : prefix.equals("0o") ? 8 : prefix.equals("0b") ? 2 : 0;
        int radix = base == 0 ? (prefixed == 0 ? 10 : prefixed) : base;
        if (prefixed == radix) {
            digits = digits.substring(2);
            digits = digits.startsWith("_") ? digits.substring(1) : digits;
        } else if (base == 0 && digits.matches("0[0-9_]*[1-9][0-9_]*")) {
            return null;
        }
        if (digits.length() > Arithmetic.MAXIMUM_DIGITS
                || !digits.matches("[0-9a-zA-Z]+(_[0-9a-zA-Z]+)*")
                || digits.chars().anyMatch(c -> c != '_' && Character.digit(c, 36) >= radix)) {
            return null;
        }
        BigInteger whole = new BigInteger(digits.replace("_", ""), radix);
        return negative ? whole.negate() : whole;
    }

    private static void requireKnownDigits(String text) {
        if (text.codePoints().anyMatch(c -> c > '~' && Character.isDigit(c))) {
            throw Failure.unsupported("the number \"" + text + "\"");
        }
    }

    /** Null if it is no text that says a number. */
    private static Double parsed(Object value) {
        Text text = Values.text(value);
        if (text == null) {
            return null;
        }
        String digits = Strings.strip(text, null, true, true).toString();
        requireKnownDigits(digits);
        if (NO_FINITE.matcher(digits).matches()) {
            boolean negative = digits.startsWith("-");
            return digits.toLowerCase(Locale.ROOT).endsWith("nan")
                    ? Double.NaN
                    : negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        return DECIMAL.matcher(digits).matches() ? Double.valueOf(digits.replace("_", "")) : null;
    }

    private static Object decimal(Object value, Call call) {
        Object otherwise = call.bind("default").get("default", 0.0);
        if (Values.isNumber(value)) {
            return Values.requireFinite(value);
        }
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        Double number = parsed(value);
        return number == null ? otherwise : number;
    }

    private static Object round(Object value, Call call) {
        Call.Bound arguments = call.bind("precision", "method");
        Object precision = arguments.get("precision", BigInteger.ZERO);
        Object given = arguments.get("method", Text.own("common"));
        Text method = Values.text(given);
        String name = method == null ? "" : method.toString();
        if (!List.of("common", "ceil", "floor").contains(name)) {
            throw new Failure("round rounds by common, ceil or floor, not " + Values.string(given));
        }
        if (!Values.isNumber(value)) {
            throw Values.failure(value, "round needs a number");
        }
        if (!name.equals("common")) {
            // As Python works it out, with all its roundings.
            Object factor = Arithmetic.of("**", BigInteger.TEN, precision);
            Object scaled = Arithmetic.of("*", value, factor);
            BigInteger whole;
            if (scaled instanceof Double number) {
                Values.requireInteger(number);
                BigDecimal exact = new BigDecimal(number);
                whole = exact.setScale(0, name.equals("ceil") ? RoundingMode.CEILING : RoundingMode.FLOOR)
                        .toBigInteger();
            } else {
                whole = Values.whole(scaled);
            }
            return Arithmetic.of("/", whole, factor);
        }
        if (precision == null) {
            if (value instanceof Double number) {
                Values.requireInteger(number);
                return new BigDecimal(number)
                        .setScale(0, RoundingMode.HALF_EVEN)
                        .toBigInteger();
            }
            return Values.whole(value);
        }
        int places = arguments.integer("precision", 0);
        if (!(value instanceof Double)) {
            BigInteger whole = Values.whole(value);
            if (places >= 0) {
                return whole;
            }
            return places < -Arithmetic.MAXIMUM_DIGITS
                    ? BigInteger.ZERO
                    : new BigDecimal(whole)
                            .setScale(places, RoundingMode.HALF_EVEN)
                            .toBigInteger();
        }
        double number = (Double) value;
        if (Double.isNaN(number) || Double.isInfinite(number) || places > MAXIMUM_PRECISION) {
            return number;
        }
        if (places < -MAXIMUM_PRECISION) {
            return Math.copySign(0, number);
        }
        double rounded =
                new BigDecimal(number).setScale(places, RoundingMode.HALF_EVEN).doubleValue();
        return Math.copySign(rounded, number);
    }

    private static Text fileSize(Object value, Call call) {
        boolean binary = call.bind("binary").flag("binary", false);
        double bytes;
        if (Values.isNumber(value)) {
            bytes = Values.requireFinite(value);
        } else {
            Double parsed = parsed(value);
            if (parsed == null) {
                throw Values.failure(value, "filesizeformat needs a number");
            }
            bytes = parsed;
        }
        int base = binary ? 1024 : 1000;
        if (bytes == 1) {
            return Text.own("1 Byte");
        }
        if (bytes < base) {
            Values.requireInteger(bytes);
            return Text.own(new BigDecimal(bytes).toBigInteger() + " Bytes");
        }
        double unit = base;
        for (int i = 0; i < UNITS.size(); i++) {
            unit = new BigDecimal(BigInteger.valueOf(base).pow(i + 2)).doubleValue();
            if (bytes < unit || i == UNITS.size() - 1) {
                String name = binary ? UNITS.get(i).toUpperCase(Locale.ROOT) + "iB" : UNITS.get(i) + "B";
                double size = base * bytes / unit;
                return Text.own((Formatting.isNegative(size) ? "-" : "") + Formatting.decimal(size, 'f', 1, false) + " "
                        + name);
            }
        }
        throw new IllegalStateException();
    }
}
