package org.steering4j.prompt.jinja;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The filters that write text. */
final class TextFilters {

    private static final String WORD_BREAKS = "-({[<";
    private static final String HEXADECIMAL = "0123456789ABCDEF";
    private static final int LEEWAY = 5;

    private TextFilters() {}

    static Object apply(String name, Object value, Call call) {
        return switch (name) {
            case "safe" -> {
                call.bind();
                yield value instanceof Markup ? value : new Markup(Values.string(value));
            }
            case "e", "escape" -> {
                call.bind();
                yield Markup.escape(value);
            }
            case "forceescape" -> {
                call.bind();
                yield Markup.escape(Values.string(value));
            }
            case "string" -> {
                call.bind();
                yield value instanceof Markup ? value : Values.string(value);
            }
            case "replace" -> {
                Call.Bound arguments = call.bind("old", "new", "count");
                yield Strings.replace(
                        Values.string(value),
                        Values.string(arguments.require("old")),
                        Values.string(arguments.require("new")),
                        arguments.get("count", null) == null ? -1 : arguments.integer("count", -1));
            }
            case "upper", "lower", "capitalize" -> {
                call.bind();
                yield method(value, name);
            }
            case "trim" -> method(value, "strip", call.bind("chars").get("chars", null));
            case "center" -> method(value, "center", call.bind("width").get("width", Values.integer(80)));
            case "title" -> {
                call.bind();
                yield title(Values.string(value));
            }
            case "indent" -> indent(value, call);
            case "format" -> format(value, call);
            case "truncate" -> truncate(value, call);
            case "striptags" -> {
                call.bind();
                yield Markup.stripTags(Values.string(value));
            }
            case "wordcount" -> {
                call.bind();
                yield Values.integer(words(Values.string(value)));
            }
            case "wordwrap" -> wordwrap(value, call);
            case "urlencode" -> {
                call.bind();
                yield urlencode(value);
            }
            case "xmlattr" -> attributes(value, call);
            case "pprint" -> {
                call.bind();
                yield Representation.pretty(value);
            }
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Calls a method of a text, or of what is written of another value; what is marked as safe stays so. */
    private static Object method(Object value, String name, Object... arguments) {
        Object text = value instanceof Markup ? value : Values.string(value);
        Function method = (Function) Attributes.of(text, name);
        return method.call(new Call("the filter", Arrays.asList(arguments), Map.of()));
    }

    private static Text title(Text text) {
        TextBuilder title = new TextBuilder();
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || Strings.isSpace(text.at(i)) || WORD_BREAKS.indexOf(text.at(i)) >= 0) {
                title.append(word(text.slice(from, i)));
                if (i < text.length()) {
                    title.append(text.marked(i));
                }
                from = i + 1;
            }
        }
        return title.build();
    }

    private static Text word(Text word) {
        return word.isEmpty()
                ? word
                : Strings.upper(word.slice(0, 1)).plus(Strings.lower(word.slice(1, word.length())));
    }

    private static Object indent(Object value, Call call) {
        Call.Bound arguments = call.bind("width", "first", "blank");
        Text given = Values.text(value);
        if (given == null) {
            throw Values.failure(value, "indent needs a string");
        }
        Text width = Values.text(arguments.get("width", null));
        Text indentation = width != null ? width : Text.spaces(arguments.integer("width", 4));
        boolean blank = arguments.flag("blank", false);
        TextBuilder indented = new TextBuilder();
        if (arguments.flag("first", false)) {
            indented.append(indentation);
        }
        List<Text> lines = Strings.lines(given.plus(Text.own("\n")), false);
        for (int i = 0; i < lines.size(); i++) {
            indented.append(i == 0 ? "" : "\n");
            indented.append(i > 0 && (blank || !lines.get(i).isEmpty()) ? indentation : Text.EMPTY);
            indented.append(lines.get(i));
        }
        return value instanceof Markup ? new Markup(indented.build()) : indented.build();
    }

    private static Object format(Object value, Call call) {
        if (!call.positional().isEmpty() && !call.named().isEmpty()) {
            throw new Failure("format takes values either by place or by name");
        }
        Map<Object, Object> named = new LinkedHashMap<>();
        call.named().forEach((name, each) -> named.put(Text.own(name), each));
        Object given = named.isEmpty() ? new Tuple(call.positional()) : named;
        return Arithmetic.of("%", value instanceof Markup ? value : Values.string(value), given);
    }

    private static Object truncate(Object value, Call call) {
        Call.Bound arguments = call.bind("length", "killwords", "end", "leeway");
        int length = arguments.integer("length", 255);
        Text end = Values.text(arguments.get("end", Text.own("...")));
        int leeway = arguments.get("leeway", null) == null ? LEEWAY : arguments.integer("leeway", LEEWAY);
        Text text = Values.text(value);
        boolean fits = end != null
                && length >= end.length()
                && leeway >= 0
                && Values.hasLength(value)
                && Values.length(value) <= (long) length + leeway;
        if (fits) {
            return value;
        }
        if (text == null || end == null || value instanceof Markup) {
            throw value instanceof Markup
                    ? Failure.unsupported("the filter truncate after safe or escape")
                    : Values.failure(value, "truncate needs strings");
        }
        if (length < end.length() || leeway < 0) {
            throw new Failure("truncate needs a length of at least that of the end, and a leeway of at least 0");
        }
        Text start = text.slice(0, length - end.length());
        if (arguments.flag("killwords", false)) {
            return start.plus(end);
        }
        int space = start.lastIndexOf(Text.spaces(1), start.length());
        return (space < 0 ? start : start.slice(0, space)).plus(end);
    }

    private static int words(Text text) {
        int words = 0;
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            boolean letter = Strings.isAlphanumeric(text.at(i)) || text.at(i) == '_';
            words += letter && !inWord ? 1 : 0;
            inWord = letter;
        }
        return words;
    }

    private static Text wordwrap(Object value, Call call) {
        Call.Bound arguments = call.bind("width", "break_long_words", "wrapstring", "break_on_hyphens");
        int width = arguments.integer("width", 79);
        boolean breakLong = arguments.flag("break_long_words", true);
        Object given = arguments.get("wrapstring", null);
        Text wrap = given == null ? Text.own("\n") : Values.text(given);
        Text text = Values.text(value);
        if (text == null || wrap == null || value instanceof Markup) {
            throw Values.failure(value, "wordwrap needs plain strings");
        }
        if (arguments.flag("break_on_hyphens", true) && text.indexOf(Text.own("-"), 0) >= 0) {
            throw Failure.unsupported("the filter wordwrap with hyphens in the text (give break_on_hyphens=false)");
        }
        TextBuilder wrapped = new TextBuilder();
        boolean first = true;
        for (Text line : Strings.lines(text, false)) {
            if (width <= 0) {
                throw new Failure("wordwrap needs a width of at least 1");
            }
            wrapped.append(first ? Text.EMPTY : wrap);
            first = false;
            boolean firstPart = true;
            for (Text part : wrapped(line, width, breakLong)) {
                wrapped.append(firstPart ? Text.EMPTY : wrap).append(part);
                firstPart = false;
            }
        }
        return wrapped.build();
    }

    /** As Python's textwrap: words as long as they fit, white space dropped at both ends of a line, but for that before the first word. */
    private static List<Text> wrapped(Text line, int width, boolean breakLong) {
        List<Text> chunks = chunks(line);
        List<Text> lines = new ArrayList<>();
        int at = 0;
        while (at < chunks.size()) {
            if (isBlank(chunks.get(at)) && !lines.isEmpty()) {
                at++;
            }
            List<Text> current = new ArrayList<>();
            int length = 0;
            while (at < chunks.size() && length + chunks.get(at).length() <= width) {
                length += chunks.get(at).length();
                current.add(chunks.get(at++));
            }
            if (at < chunks.size() && chunks.get(at).length() > width) {
                Text chunk = chunks.get(at);
                int room = width < 1 ? 1 : width - length;
                if (breakLong) {
                    current.add(chunk.slice(0, room));
                    chunks.set(at, chunk.slice(room, chunk.length()));
                } else if (current.isEmpty()) {
                    current.add(chunk);
                    at++;
                }
            }
            if (!current.isEmpty() && isBlank(current.get(current.size() - 1))) {
                current.remove(current.size() - 1);
            }
            if (!current.isEmpty()) {
                lines.add(Text.joined(current));
            }
            Work.step();
        }
        return lines;
    }

    private static List<Text> chunks(Text line) {
        List<Text> chunks = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= line.length(); i++) {
            if (i == line.length() || isWrapSpace(line.at(i)) != isWrapSpace(line.at(i - 1))) {
                chunks.add(line.slice(from, i));
                from = i;
            }
        }
        return chunks;
    }

    private static boolean isWrapSpace(int point) {
        return point == ' ' || point >= 0x9 && point <= 0xD;
    }

    private static boolean isBlank(Text text) {
        return Strings.strip(text, null, true, true).isEmpty();
    }

    private static Text urlencode(Object value) {
        if (Values.isString(value) || !Values.isIterable(value)) {
            return quoted(Values.string(value), false);
        }
        TextBuilder query = new TextBuilder();
        List<Object> pairs = value instanceof Map<?, ?> map ? Values.pairs(map) : Values.items(value);
        String separator = "";
        for (Object pair : pairs) {
            List<Object> both = Values.items(pair);
            if (both.size() != 2) {
                throw new Failure("urlencode needs pairs");
            }
            query.append(separator)
                    .append(quoted(Values.string(both.get(0)), true))
                    .append("=")
                    .append(quoted(Values.string(both.get(1)), true));
            separator = "&";
        }
        return query.build();
    }

    private static Text quoted(Text text, boolean query) {
        TextBuilder quoted = new TextBuilder();
        for (int i = 0; i < text.length(); i++) {
            int point = text.at(i);
            int marked = text.marked(i);
            boolean plain = point < 128
                    && (Character.isLetterOrDigit(point) || "_.-~".indexOf(point) >= 0 || !query && point == '/');
            if (plain) {
                quoted.append(marked);
            } else if (query && point == ' ') {
                quoted.append(Text.as(marked, '+'));
            } else {
                Work.step();
                if (point >= 0xD800 && point <= 0xDFFF) {
                    throw new Failure("urlencode cannot encode half of a surrogate pair");
                }
                for (byte each : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
                    quoted.append(Text.as(marked, '%'))
                            .append(Text.as(marked, HEXADECIMAL.charAt(each >> 4 & 0xF)))
                            .append(Text.as(marked, HEXADECIMAL.charAt(each & 0xF)));
                }
            }
        }
        return quoted.build();
    }

    private static Text attributes(Object value, Call call) {
        boolean space = call.bind("autospace").flag("autospace", true);
        if (!(value instanceof Map<?, ?> map)) {
            throw Values.failure(value, "xmlattr needs a dictionary");
        }
        TextBuilder written = new TextBuilder();
        boolean first = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (entry.getValue() == null || entry.getValue() instanceof Undefined) {
                continue;
            }
            Text key = Values.text(entry.getKey());
            if (key == null) {
                throw new Failure("the names of xmlattr are strings, not " + Values.typeName(entry.getKey()));
            }
            if (key.codePoints().anyMatch(c -> " \t\n\u000B\f\r/>=".indexOf(c) >= 0)) {
                throw new Failure("no name of an attribute: " + Representation.of(key));
            }
            written.append(first && !space ? "" : " ")
                    .append(Markup.escape(entry.getKey()).text())
                    .append("=\"")
                    .append(Markup.escape(entry.getValue()).text())
                    .append("\"");
            first = false;
        }
        return written.build();
    }
}
