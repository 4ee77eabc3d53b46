package org.steering4j.prompt.jinja;

import java.math.BigInteger;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes JSON as Python's {@code json.dumps(value, ensure_ascii=False)} does, white space included: models were trained on that. */
final class Json {

    private final TextBuilder written = new TextBuilder();
    private final boolean ascii;
    /** Of one level; null for all in one line. */
    private final Text indentation;

    private final Text itemSeparator;
    private final Text keySeparator;
    private final boolean sorted;

    private Json(boolean ascii, Text indentation, Text itemSeparator, Text keySeparator, boolean sorted) {
        this.ascii = ascii;
        this.indentation = indentation;
        this.itemSeparator = itemSeparator;
        this.keySeparator = keySeparator;
        this.sorted = sorted;
    }

    /** The filter {@code tojson} as transformers have it. */
    static Text filter(Object value, Call call) {
        Call.Bound arguments = call.bind("ensure_ascii", "indent", "separators", "sort_keys");
        Object indent = arguments.get("indent", null);
        Text indentation = indent == null
                ? null
                : Values.isString(indent) ? Values.text(indent) : Text.spaces(arguments.integer("indent", 0));
        List<Object> separators = arguments.get("separators", null) == null
                ? List.of(Text.own(indent == null ? ", " : ","), Text.own(": "))
                : Values.items(arguments.require("separators"));
        if (separators.size() != 2 || !separators.stream().allMatch(Values::isString)) {
            throw new Failure("tojson needs two strings as separators");
        }
        Json json = new Json(
                arguments.flag("ensure_ascii", false),
                indentation,
                Values.string(separators.get(0)),
                Values.string(separators.get(1)),
                arguments.flag("sort_keys", false));
        json.write(value, 0);
        return json.written.build();
    }

    private void write(Object value, int depth) {
        if (value instanceof Text text) {
            quote(text);
        } else if (value instanceof Markup markup) {
            quote(markup.text());
        } else if (value instanceof List || value instanceof Tuple) {
            writeAll("[", Values.items(value), "]", depth);
        } else if (value instanceof Map<?, ?> map) {
            writeAll("{", members(map), "}", depth);
        } else if (value == null
                || value instanceof Boolean
                || value instanceof BigInteger
                || value instanceof Double) {
            written.append(scalar(value));
        } else {
            throw new Failure("%s cannot be written as JSON%s"
                    .formatted(
                            value instanceof Undefined undefined
                                    ? undefined.reason() + ", which"
                                    : Values.typeName(value),
                            value instanceof Generator ? ": make it a list with |list" : ""));
        }
    }

    private Collection<? extends Map.Entry<?, ?>> members(Map<?, ?> map) {
        if (!sorted) {
            return map.entrySet();
        }
        Map<Object, Object> members = new TreeMap<>(Values::compare);
        members.putAll(map);
        return members.entrySet();
    }

    private void writeAll(String opening, Collection<?> items, String closing, int depth) {
        written.append(opening);
        for (Iterator<?> iterator = items.iterator(); iterator.hasNext(); ) {
            newLine(depth + 1);
            Object item = iterator.next();
            if (item instanceof Map.Entry<?, ?> member) {
                writeKey(member.getKey());
                written.append(keySeparator);
                write(member.getValue(), depth + 1);
            } else {
                write(item, depth + 1);
            }
            if (iterator.hasNext()) {
                written.append(itemSeparator);
            }
        }
        if (!items.isEmpty()) {
            newLine(depth);
        }
        written.append(closing);
    }

    private void writeKey(Object key) {
        if (Values.isString(key)) {
            quote(Values.text(key));
        } else if (key == null || Values.isNumber(key)) {
            written.append("\"" + scalar(key) + "\"");
        } else {
            throw new Failure("the key of a JSON object cannot be " + Values.typeName(key));
        }
    }

    private static String scalar(Object value) {
        if (value instanceof Double number) {
            return Double.isNaN(number)
                    ? "NaN"
                    : Double.isInfinite(number)
                            ? (number > 0 ? "Infinity" : "-Infinity")
                            : Representation.decimal(number);
        }
        return String.valueOf(value);
    }

    private void newLine(int depth) {
        if (indentation != null) {
            written.append("\n");
            for (int i = 0; i < depth; i++) {
                written.append(indentation);
            }
        }
    }

    private void quote(Text text) {
        written.append("\"");
        for (int i = 0; i < text.length(); i++) {
            int point = text.at(i);
            String escape = switch (point) {
                case '"' -> "\\\"";
                case '\\' -> "\\\\";
                case '\n' -> "\\n";
                case '\r' -> "\\r";
                case '\t' -> "\\t";
                case '\f' -> "\\f";
                case '\b' -> "\\b";
                default -> point < ' ' || (ascii && point > '~') ? unicode(point) : null;
            };
            if (escape == null) {
                written.append(text.marked(i));
            } else {
                int marked = text.marked(i);
                escape.codePoints().forEach(c -> written.append(Text.as(marked, c)));
            }
        }
        written.append("\"");
    }

    private static String unicode(int point) {
        Work.step();
        StringBuilder escapes = new StringBuilder();
        for (char c : Character.toChars(point)) {
            escapes.append("\\u%04x".formatted((int) c));
        }
        return escapes.toString();
    }
}
