package org.steering4j.prompt.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code format % values}, as C's printf, by Python's rules. For one thread, once. */
final class PercentFormat {

    private final Text format;
    /** Whether what is written of values is escaped for HTML. */
    private final boolean escaping;

    private final Object given;
    private final List<Object> values;
    private final TextBuilder out = new TextBuilder();
    private int at;
    private int used;
    private boolean named;

    private PercentFormat(Text format, Object given, boolean escaping) {
        this.format = format;
        this.given = given;
        this.values = given instanceof Tuple tuple ? tuple.items() : Collections.singletonList(given);
        this.escaping = escaping;
    }

    static Text format(Text format, Object given) {
        return new PercentFormat(format, given, false).format();
    }

    /** Of a format that is marked as safe. */
    static Text escaping(Text format, Object given) {
        return new PercentFormat(format, given, true).format();
    }

    private Text format() {
        int length = format.length();
        while (at < length) {
            if (format.at(at) != '%') {
                out.append(format.marked(at++));
            } else {
                at++;
                directive();
            }
        }
        boolean takesNames =
                given instanceof Map || given instanceof Undefined || given instanceof List || given instanceof Range;
        if (!takesNames && used < values.size() && !(named && given instanceof Map)) {
            throw new Failure("not all values are used by the format");
        }
        return out.build();
    }

    private int next() {
        if (at >= format.length()) {
            throw new Failure("the format ends within a directive");
        }
        return format.at(at++);
    }

    private Object value() {
        if (used >= values.size() || named) {
            throw new Failure("the format needs more values");
        }
        return values.get(used++);
    }

    private void directive() {
        Work.step();
        int c = next();
        if (c == '%') {
            out.append("%");
            return;
        }
        Object value = null;
        boolean byName = c == '(';
        if (byName) {
            value = valueByName();
            c = next();
        }
        String flags = "";
        while ("#0- +".indexOf(c) >= 0) {
            flags += (char) c;
            c = next();
        }
        long width = -1;
        if (c == '*') {
            width = integer(value());
            if (width < 0) {
                flags += "-";
                width = -width;
            }
            c = next();
        } else {
            for (; c >= '0' && c <= '9'; c = next()) {
                width = Math.min(Integer.MAX_VALUE, Math.max(0, width) * 10 + c - '0');
            }
        }
        long precision = -1;
        if (c == '.') {
            precision = 0;
            c = next();
            if (c == '*') {
                precision = Math.max(0, integer(value()));
                c = next();
            } else {
                for (; c >= '0' && c <= '9'; c = next()) {
                    precision = Math.min(Integer.MAX_VALUE, precision * 10 + c - '0');
                }
            }
        }
        if ("hlL".indexOf(c) >= 0) {
            c = next();
        }
        write((char) c, byName ? value : value(), flags, Formatting.requireWidth(width), (int) precision);
    }

    private Object valueByName() {
        int from = at;
        int depth = 1;
        while (depth > 0) {
            int c = next();
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        }
        Text name = format.slice(from, at - 1);
        if (!(given instanceof Map<?, ?> map)) {
            throw new Failure("the format has names, and needs a dictionary");
        }
        if (!Values.has(map, name)) {
            throw new Failure("the format's dictionary has no " + name);
        }
        named = true;
        return Values.get(map, name);
    }

    private long integer(Object value) {
        if (escaping || !(value instanceof BigInteger) && !(value instanceof Boolean)) {
            throw new Failure("* in a format needs an integer");
        }
        return Values.whole(value)
                .max(Values.integer(Integer.MIN_VALUE))
                .min(Values.integer(Integer.MAX_VALUE))
                .longValue();
    }

    private void write(char type, Object value, String flags, int width, int precision) {
        boolean left = flags.indexOf('-') >= 0;
        if (escaping && "xXoc".indexOf(type) >= 0) {
            throw new Failure("%" + type + " is nothing for a format that is marked as safe");
        }
        switch (type) {
            case 's', 'r' -> {
                Text plain = type == 's' ? Values.string(value) : Representation.of(value);
                Text text = escaping ? Markup.escape(plain).text() : plain;
                Text cut = precision >= 0 && precision < text.length() ? text.slice(0, precision) : text;
                out.append(Formatting.field(cut, width, left ? '<' : '>', Text.spaces(1)));
            }
            case 'c' -> {
                Text character = character(value);
                out.append(Formatting.field(character, width, left ? '<' : '>', Text.spaces(1)));
            }
            case 'd', 'i', 'u' -> writeWhole('d', truncated(value), flags, width, precision);
            case 'x', 'X', 'o' -> {
                if (!(value instanceof BigInteger) && !(value instanceof Boolean)) {
                    throw new Failure("%" + type + " needs an integer, not " + Values.typeName(value));
                }
                writeWhole(type, Values.whole(value), flags, width, precision);
            }
            case 'e', 'E', 'f', 'F', 'g', 'G' -> {
                if (!Values.isNumber(value)) {
                    throw Values.failure(value, "%" + type + " needs a number");
                }
                double number = Values.requireFinite(value);
                char lower = Character.toLowerCase(type);
                String digits = Formatting.decimal(
                        number,
                        lower,
                        precision < 0 ? 6 : Formatting.requirePrecision(precision),
                        flags.indexOf('#') >= 0);
                boolean finite = !Double.isNaN(number) && !Double.isInfinite(number);
                writeNumber(
                        Formatting.isNegative(number),
                        "",
                        type == lower ? digits : digits.toUpperCase(Locale.ROOT),
                        finite ? flags : flags.replace("0", ""),
                        width);
            }
            case 'a' -> throw Failure.unsupported("%a in a format");
            default -> throw new Failure("the format has no directive %" + type);
        }
    }

    private Text character(Object value) {
        if (value instanceof BigInteger || value instanceof Boolean) {
            BigInteger point = Values.whole(value);
            if (point.signum() < 0 || point.bitLength() > 21 || !Character.isValidCodePoint(point.intValue())) {
                throw new Failure("%c needs a character");
            }
            return Text.own(Character.toString(point.intValue()));
        }
        Text text = Values.text(value);
        if (text == null || text.length() != 1) {
            throw new Failure("%c needs a character");
        }
        return text;
    }

    private static BigInteger truncated(Object value) {
        if (value instanceof Double number) {
            Values.requireInteger(number);
            return new BigDecimal(number).toBigInteger();
        }
        if (value instanceof BigInteger || value instanceof Boolean) {
            return Values.whole(value);
        }
        throw new Failure("%d needs a number, not " + Values.typeName(value));
    }

    private void writeWhole(char type, BigInteger number, String flags, int width, int precision) {
        String digits = Formatting.whole(number, type, false);
        if (precision > digits.length()) {
            digits = "0".repeat(Formatting.requirePrecision(precision) - digits.length()) + digits;
        }
        String base = flags.indexOf('#') < 0 ? "" : type == 'd' ? "" : "0" + type;
        writeNumber(number.signum() < 0, base, digits, flags, width);
    }

    private void writeNumber(boolean negative, String base, String digits, String flags, int width) {
        String sign = negative ? "-" : flags.indexOf('+') >= 0 ? "+" : flags.indexOf(' ') >= 0 ? " " : "";
        int missing = Math.max(0, width - sign.length() - base.length() - digits.length());
        boolean left = flags.indexOf('-') >= 0;
        boolean zeros = !left && flags.indexOf('0') >= 0;
        out.append((left || zeros ? "" : " ".repeat(missing))
                + sign
                + base
                + (zeros ? "0".repeat(missing) : "")
                + digits
                + (left ? " ".repeat(missing) : ""));
    }
}
