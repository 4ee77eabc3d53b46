package org.steering4j.prompt.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Python's repr(), which is also how all but strings are written. */
final class Representation {

    private static final int PRETTY_WIDTH = 80;

    private final TextBuilder written = new TextBuilder();
    /** Whether the members of dictionaries are put in order. */
    private boolean sorted;

    private Representation() {}

    /** As {@code pprint} writes it, if that is one line. */
    static Text pretty(Object value) {
        Representation representation = new Representation();
        representation.sorted = true;
        representation.write(value);
        Text written = representation.written.build();
        if (written.length() > PRETTY_WIDTH) {
            throw Failure.unsupported("the filter pprint of more than %d characters".formatted(PRETTY_WIDTH));
        }
        return written;
    }

    static Text of(Object value) {
        Representation representation = new Representation();
        representation.write(value);
        return representation.written.build();
    }

    private void write(Object value) {
        if (value == null) {
            written.append("None");
        } else if (value instanceof Boolean flag) {
            written.append(flag ? "True" : "False");
        } else if (value instanceof BigInteger number) {
            Work.characters((long) number.bitLength() * number.bitLength() / Formatting.BITS_A_CHARACTER);
            written.append(number.toString());
        } else if (value instanceof Double number) {
            written.append(decimal(number));
        } else if (value instanceof Text text) {
            quote(text);
        } else if (value instanceof Markup markup) {
            written.append("Markup(");
            quote(markup.text());
            written.append(")");
        } else if (value instanceof LoopState) {
            written.append(value.toString());
        } else if (value instanceof Macro macro) {
            written.append("<Macro ");
            quote(Text.own(macro.name()));
            written.append(">");
        } else if (value instanceof List<?> list) {
            writeAll("[", list, "]");
        } else if (value instanceof Tuple tuple) {
            writeAll("(", tuple.items(), tuple.items().size() == 1 ? ",)" : ")");
        } else if (value instanceof Map<?, ?> map) {
            writeMembers("{", map, "}");
        } else if (value instanceof View view) {
            writeAll(view.kind() + "([", view.items(), "])");
        } else if (value instanceof Range range) {
            written.append("range(" + range.start() + ", " + range.stop()
                    + (range.step() == 1 ? "" : ", " + range.step()) + ")");
        } else if (value instanceof Namespace namespace) {
            writeMembers("<Namespace {", namespace.members(), "}>");
        } else if (value instanceof Undefined) {
            written.append("Undefined");
        } else {
            throw new Failure("%s cannot be written%s"
                    .formatted(
                            Values.typeName(value), value instanceof Generator ? ": make it a list with |list" : ""));
        }
    }

    private void writeAll(String opening, List<?> items, String closing) {
        written.append(opening);
        String separator = "";
        for (Object item : items) {
            written.append(separator);
            write(item);
            separator = ", ";
        }
        written.append(closing);
    }

    private void writeMembers(String opening, Map<?, ?> members, String closing) {
        written.append(opening);
        String separator = "";
        List<Map.Entry<?, ?>> entries = new ArrayList<>(members.entrySet());
        if (sorted) {
            if (!entries.stream().allMatch(entry -> entry.getKey() instanceof Text)) {
                throw Failure.unsupported("the filter pprint of a dictionary whose keys are not all strings");
            }
            entries.sort((first, second) -> Values.compare(first.getKey(), second.getKey()));
        }
        for (Map.Entry<?, ?> member : entries) {
            written.append(separator);
            write(member.getKey());
            written.append(": ");
            write(member.getValue());
            separator = ", ";
        }
        written.append(closing);
    }

    private void quote(Text text) {
        boolean twice = text.indexOf(Text.own("'"), 0) >= 0 && text.indexOf(Text.own("\""), 0) < 0;
        char quote = twice ? '"' : '\'';
        written.append(String.valueOf(quote));
        for (int i = 0; i < text.length(); i++) {
            String escape = escape(text.at(i), quote);
            if (escape == null) {
                written.append(text.marked(i));
            } else {
                int marked = text.marked(i);
                escape.codePoints().forEach(c -> written.append(Text.as(marked, c)));
            }
        }
        written.append(String.valueOf(quote));
    }

    private static String escape(int point, char quote) {
        return switch (point) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\\' -> "\\\\";
            default -> {
                if (point == quote) {
                    yield "\\" + quote;
                }
                if (isPrintable(point)) {
                    yield null;
                }
                Work.step();
                yield (point < 0x100 ? "\\x%02x" : point < 0x10000 ? "\\u%04x" : "\\U%08x").formatted(point);
            }
        };
    }

    /** What Java's Unicode does not know yet is taken for printable: it is a newer character. */
    static boolean isPrintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> point == ' ';
            default -> true;
        };
    }

    /** The shortest digits that are read as the same number, as Python writes them. */
    static String decimal(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        }
        String sign = Math.copySign(1, number) < 0 ? "-" : "";
        if (number == 0) {
            return sign + "0.0";
        }
        BigDecimal exact = new BigDecimal(Math.abs(number));
        BigDecimal shortest = exact;
        for (int digits = 1; digits <= 17; digits++) {
            Work.step();
            shortest = exact.round(new MathContext(digits));
            if (shortest.doubleValue() == Math.abs(number)) {
                break;
            }
        }
        shortest = shortest.stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = shortest.toPlainString();
            return sign + plain + (plain.contains(".") ? "" : ".0");
        }
        String digits = shortest.unscaledValue().toString();
        return "%s%s%se%s%02d"
                .formatted(
                        sign,
                        digits.charAt(0),
                        digits.length() == 1 ? "" : "." + digits.substring(1),
                        exponent < 0 ? "-" : "+",
                        Math.abs(exponent));
    }
}
