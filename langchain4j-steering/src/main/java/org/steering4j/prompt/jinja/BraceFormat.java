package org.steering4j.prompt.jinja;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code format.format(...)}: fields in braces, by Python's rules, in its sandbox. For one thread, once. */
final class BraceFormat {

    private static final int MAXIMUM_DEPTH = 2;

    private static final Pattern SPECIFICATION = Pattern.compile(
            "(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\\d+)?([,_])?(?:\\.(\\d+))?([A-Za-z%])?", Pattern.DOTALL);

    private final List<Object> positional;
    private final Map<?, ?> named;
    /** From a value and its specification to what is written. */
    private final BiFunction<Object, Text, Text> writer;

    private int next;
    private Boolean numbered;

    private BraceFormat(List<Object> positional, Map<?, ?> named, BiFunction<Object, Text, Text> writer) {
        this.positional = positional;
        this.named = named;
        this.writer = writer;
    }

    static Text format(Text format, List<Object> positional, Map<?, ?> named, BiFunction<Object, Text, Text> writer) {
        return new BraceFormat(positional, named, writer).format(format, MAXIMUM_DEPTH);
    }

    private Text format(Text format, int depth) {
        if (depth < 0) {
            throw new Failure("the fields of a format are nested too deep");
        }
        TextBuilder out = new TextBuilder();
        int at = 0;
        while (at < format.length()) {
            int c = format.at(at);
            boolean twice = at + 1 < format.length() && format.at(at + 1) == c;
            if ((c == '{' || c == '}') && twice) {
                out.append(format.marked(at));
                at += 2;
            } else if (c == '}') {
                throw new Failure("a single } in a format");
            } else if (c == '{') {
                int end = endOfField(format, at);
                out.append(field(format.slice(at + 1, end), depth));
                at = end + 1;
            } else {
                out.append(format.marked(at++));
            }
        }
        return out.build();
    }

    private static int endOfField(Text format, int start) {
        int depth = 0;
        boolean index = false;
        for (int i = start; i < format.length(); i++) {
            int c = format.at(i);
            if (c == '[' && depth == 1) {
                index = true;
            } else if (c == ']') {
                index = false;
            }
            if (!index) {
                depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            }
            if (depth == 0) {
                return i;
            }
        }
        throw new Failure("a field of a format has no }");
    }

    private Text field(Text field, int depth) {
        Work.step();
        int colon = -1;
        int conversion = -1;
        boolean index = false;
        for (int i = 0; i < field.length() && colon < 0; i++) {
            int c = field.at(i);
            index = c == '[' || index && c != ']';
            if (!index && c == ':') {
                colon = i;
            } else if (!index && c == '!' && conversion < 0) {
                conversion = i;
            } else if (!index && c == '{') {
                throw new Failure("unexpected { in the name of a field of a format");
            }
        }
        int end = colon < 0 ? field.length() : colon;
        Object value = value(field.slice(0, conversion < 0 ? end : conversion).toString());
        if (conversion >= 0) {
            value = converted(value, field.slice(conversion + 1, end).toString());
        }
        Text specification = colon < 0 ? Text.EMPTY : format(field.slice(colon + 1, field.length()), depth - 1);
        return writer.apply(value, specification);
    }

    private static Object converted(Object value, String conversion) {
        return switch (conversion) {
            case "s" -> Values.string(value);
            case "r" -> Representation.of(value);
            case "a" -> throw Failure.unsupported("!a in a format");
            default -> throw new Failure("the format has no conversion !" + conversion);
        };
    }

    private Object value(String name) {
        int end = 0;
        while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
            end++;
        }
        Object value = first(name.substring(0, end));
        while (end < name.length()) {
            boolean attribute = name.charAt(end) == '.';
            int from = end + 1;
            if (attribute) {
                end = from;
                while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
                    end++;
                }
            } else {
                end = name.indexOf(']', from);
                if (end < 0) {
                    throw new Failure("a field of a format has no ]");
                }
            }
            String part = name.substring(from, end);
            if (part.isEmpty()) {
                throw new Failure("an empty attribute in a format");
            }
            if (attribute) {
                value = Attributes.of(value, part);
            } else {
                boolean number = part.matches("[0-9]{1,9}");
                value = Values.item(value, number ? new BigInteger(part) : Text.own(part));
                end++;
                if (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
                    throw new Failure("only . or [ may follow ] in a format");
                }
            }
        }
        return value;
    }

    private Object first(String name) {
        if (name.isEmpty() || name.matches("[0-9]+")) {
            boolean given = !name.isEmpty();
            if (numbered != null && numbered != given) {
                throw new Failure("a format cannot mix numbered fields with others");
            }
            numbered = given;
            int index = given ? Integer.parseInt(name.substring(0, Math.min(9, name.length()))) : next++;
            if (index >= positional.size()) {
                throw new Failure("the format needs more values");
            }
            return positional.get(index);
        }
        if (!Values.has(named, Text.own(name))) {
            throw new Failure("the format needs a value for " + name);
        }
        return Values.get(named, Text.own(name));
    }

    /** Python's format(value, specification). */
    static Text written(Object value, Text specification) {
        if (specification.isEmpty()) {
            return Values.string(value);
        }
        boolean number = Values.isNumber(value);
        if (!number && !Values.isString(value)) {
            throw new Failure("%s takes no format but an empty one".formatted(Values.typeName(value)));
        }
        Matcher parts = SPECIFICATION.matcher(specification.toString());
        if (!parts.matches()) {
            throw new Failure("no specification of a format: " + specification);
        }
        String fill = parts.group(1);
        String align = parts.group(2);
        char type = parts.group(10) == null ? 0 : parts.group(10).charAt(0);
        int width = parts.group(7) == null ? 0 : Formatting.requireWidth(digits(parts.group(7)));
        long precision = parts.group(9) == null ? -1 : digits(parts.group(9));
        boolean zero = parts.group(6) != null;
        if (!number) {
            boolean wrong = parts.group(3) != null
                    || parts.group(4) != null
                    || parts.group(5) != null
                    || parts.group(8) != null
                    || "=".equals(align)
                    || type != 0 && type != 's';
            if (wrong) {
                throw new Failure("a string takes no format such as " + specification);
            }
            Text text = Values.string(value);
            Text cut = precision >= 0 && precision < text.length() ? text.slice(0, (int) precision) : text;
            return Formatting.field(
                    cut,
                    width,
                    align == null ? '<' : align.charAt(0),
                    Text.own(fill != null ? fill : zero && align == null ? "0" : zero ? "0" : " "));
        }
        if (parts.group(4) != null) {
            throw Failure.unsupported("z in a format");
        }
        boolean whole = !(value instanceof Double);
        if (value instanceof Boolean && type == 0) {
            value = Values.whole(value);
        }
        boolean asWhole = whole && (type == 0 || "bcdoxXn".indexOf(type) >= 0);
        boolean alternate = parts.group(5) != null;
        String grouping = parts.group(8) == null ? "" : parts.group(8);
        boolean negative;
        String prefix = "";
        String digits;
        String suffix = "";
        if (asWhole) {
            BigInteger integer = Values.whole(value);
            if (precision >= 0) {
                throw new Failure("an integer takes no precision");
            }
            if (type == 'c') {
                throw Failure.unsupported("c in a format");
            }
            if (grouping.equals(",") && "boxXn".indexOf(type) >= 0 && type != 0) {
                throw new Failure("a format cannot have , with " + type);
            }
            if (grouping.equals("_") && type == 'n') {
                throw new Failure("a format cannot have _ with n");
            }
            negative = integer.signum() < 0;
            digits = Formatting.whole(integer, type == 0 || type == 'n' ? 'd' : type, false);
            prefix = alternate && "boxX".indexOf(type) >= 0 && type != 0 ? "0" + type : "";
        } else {
            if (type != 0 && "eEfFgGn%".indexOf(type) < 0) {
                throw new Failure("a number takes no format with " + type);
            }
            double decimal = Values.requireFinite(value);
            negative = Formatting.isNegative(decimal);
            boolean finite = !Double.isNaN(decimal) && !Double.isInfinite(decimal);
            if (type == '%') {
                decimal *= 100;
                suffix = "%";
            }
            digits = digits(decimal, type, precision, alternate);
            if (finite) {
                int end = 0;
                while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
                    end++;
                }
                suffix = digits.substring(end) + suffix;
                digits = digits.substring(0, end);
            }
        }
        String sign = negative ? "-" : parts.group(3) == null || parts.group(3).equals("-") ? "" : parts.group(3);
        boolean padded = zero && align == null || "=".equals(align) && (zero && fill == null || "0".equals(fill));
        int group = type != 0 && "boxX".indexOf(type) >= 0 ? 4 : 3;
        int room = width - sign.length() - prefix.length() - suffix.length();
        String grouped = grouped(digits, grouping, group, padded ? room : 0);
        String start = sign + prefix;
        if (padded || "=".equals(align)) {
            String with = padded ? "0" : fill == null ? " " : fill;
            int missing = Math.max(0, room - grouped.codePointCount(0, grouped.length()));
            return Text.own(start + with.repeat(missing) + grouped + suffix);
        }
        return Formatting.field(
                Text.own(start + grouped + suffix),
                width,
                align == null ? '>' : align.charAt(0),
                Text.own(fill != null ? fill : zero ? "0" : " "));
    }

    private static long digits(String text) {
        return text.length() > 9 ? Integer.MAX_VALUE : Long.parseLong(text);
    }

    private static String digits(double decimal, char type, long precision, boolean alternate) {
        int places = precision < 0 ? -1 : Formatting.requirePrecision(precision);
        return switch (type) {
            case 0 -> {
                if (places < 0 && !alternate) {
                    yield Representation.decimal(Math.abs(decimal));
                }
                if (alternate) {
                    throw Failure.unsupported("# without a type in a format of a float");
                }
                if (Double.isNaN(decimal) || Double.isInfinite(decimal)) {
                    yield Formatting.decimal(decimal, 'g', 1, false);
                }
                yield general(decimal, places);
            }
            case 'e', 'f', 'g' -> Formatting.decimal(decimal, type, places < 0 ? 6 : places, alternate);
            case 'E', 'F', 'G' ->
                Formatting.decimal(decimal, Character.toLowerCase(type), places < 0 ? 6 : places, alternate)
                        .toUpperCase(Locale.ROOT);
            case '%' -> Formatting.decimal(decimal, 'f', places < 0 ? 6 : places, alternate);
            default -> Formatting.decimal(decimal, 'g', places < 0 ? 6 : places, alternate);
        };
    }

    /** As {@code g}, but with one digit behind the point at least, and an exponent one place earlier. */
    private static String general(double decimal, int precision) {
        int places = Math.max(1, precision);
        String exponential = Formatting.decimal(decimal, 'e', places - 1, false);
        int exponent = decimal == 0 ? 0 : Integer.parseInt(exponential.substring(exponential.indexOf('e') + 1));
        if (exponent >= -4 && exponent < places - 1 || decimal == 0) {
            String digits = Formatting.decimal(decimal, 'g', places, false);
            return digits.indexOf('.') < 0 && digits.indexOf('e') < 0 ? digits + ".0" : digits;
        }
        if (exponent >= -4 && exponent < places) { // it has no room for a digit behind the point
            int e = exponential.indexOf('e');
            String mantissa = exponential.substring(0, e);
            String stripped = mantissa.indexOf('.') < 0 ? mantissa : mantissa.replaceFirst("\\.?0+$", "");
            return stripped + exponential.substring(e);
        }
        return Formatting.decimal(decimal, 'g', places, false);
    }

    private static String grouped(String digits, String grouping, int group, int room) {
        if (grouping.isEmpty() || !digits.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            return digits;
        }
        StringBuilder reversed = new StringBuilder();
        int count = 0;
        for (int i = digits.length() - 1; i >= 0 || reversed.length() < room; i--) {
            if (count > 0 && count % group == 0) {
                reversed.append(grouping);
                if (i < 0 && reversed.length() >= room) { // a group does not begin with its separator
                    reversed.append('0');
                    break;
                }
            }
            reversed.append(i >= 0 ? digits.charAt(i) : '0');
            count++;
        }
        return reversed.reverse().toString();
    }
}
