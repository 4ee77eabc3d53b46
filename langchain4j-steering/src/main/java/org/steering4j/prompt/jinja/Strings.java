package org.steering4j.prompt.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/** The methods of Python's strings. */
final class Strings {

    private static final Set<String> METHODS = Set.of(
            "capitalize",
            "casefold",
            "center",
            "count",
            "endswith",
            "expandtabs",
            "find",
            "format",
            "format_map",
            "index",
            "isalnum",
            "isalpha",
            "isascii",
            "isdecimal",
            "isdigit",
            "isidentifier",
            "islower",
            "isnumeric",
            "isprintable",
            "isspace",
            "istitle",
            "isupper",
            "join",
            "ljust",
            "lower",
            "lstrip",
            "partition",
            "removeprefix",
            "removesuffix",
            "replace",
            "rfind",
            "rindex",
            "rjust",
            "rpartition",
            "rsplit",
            "rstrip",
            "split",
            "splitlines",
            "startswith",
            "strip",
            "swapcase",
            "title",
            "upper",
            "zfill");

    private static final Set<String> OTHER_METHODS = Set.of("encode", "maketrans", "translate");

    private static final int NO_LIMIT = -1;

    private Strings() {}

    /** @return null if there is no such method */
    static Function method(Text text, String name) {
        if (OTHER_METHODS.contains(name)) {
            throw Failure.unsupported("the string method " + name + "()");
        }
        return METHODS.contains(name) ? call -> call(text, name, call) : null;
    }

    private static Object call(Text text, String name, Call call) {
        return switch (name) {
            case "strip" -> strip(text, call.bind("chars").textOrNone("chars"), true, true);
            case "lstrip" -> strip(text, call.bind("chars").textOrNone("chars"), true, false);
            case "rstrip" -> strip(text, call.bind("chars").textOrNone("chars"), false, true);
            case "startswith" -> {
                Call.Bound arguments = call.bindByPlace("prefix", "start", "end");
                Text within = within(text, arguments);
                yield anyPart(arguments.require("prefix"), part -> within != null && within.holdsAt(0, part));
            }
            case "endswith" -> {
                Call.Bound arguments = call.bindByPlace("suffix", "start", "end");
                Text within = within(text, arguments);
                yield anyPart(
                        arguments.require("suffix"),
                        part -> within != null && within.holdsAt(within.length() - part.length(), part));
            }
            case "removeprefix" -> {
                Text prefix = call.bind("prefix").text("prefix");
                yield text.holdsAt(0, prefix) ? text.slice(prefix.length(), text.length()) : text;
            }
            case "removesuffix" -> {
                Text suffix = call.bind("suffix").text("suffix");
                int end = text.length() - suffix.length();
                yield text.holdsAt(end, suffix) ? text.slice(0, end) : text;
            }
            case "replace" -> {
                Call.Bound arguments = call.bind("old", "new", "count");
                yield replace(text, arguments.text("old"), arguments.text("new"), arguments.integer("count", NO_LIMIT));
            }
            case "split" -> {
                Call.Bound arguments = call.bind("sep", "maxsplit");
                yield split(text, arguments.textOrNone("sep"), arguments.integer("maxsplit", NO_LIMIT));
            }
            case "rsplit" -> {
                Call.Bound arguments = call.bind("sep", "maxsplit");
                yield splitFromEnd(text, arguments.textOrNone("sep"), arguments.integer("maxsplit", NO_LIMIT));
            }
            case "splitlines" ->
                new ArrayList<Object>(lines(text, call.bind("keepends").integer("keepends", 0) != 0));
            case "partition" -> partition(text, call.bindByPlace("sep").text("sep"), false);
            case "rpartition" -> partition(text, call.bindByPlace("sep").text("sep"), true);
            case "ljust" -> justified(text, call, '<');
            case "rjust" -> justified(text, call, '>');
            case "center" -> centered(text, call);
            case "zfill" -> {
                Call.Bound arguments = call.bindByPlace("width");
                arguments.require("width");
                yield zeroFilled(text, arguments.integer("width", 0));
            }
            case "expandtabs" -> expanded(text, call.bind("tabsize").integer("tabsize", 8));
            case "format" -> {
                Map<Object, Object> named = new LinkedHashMap<>();
                call.named().forEach((key, value) -> named.put(Text.own(key), value));
                yield BraceFormat.format(text, call.positional(), named, BraceFormat::written);
            }
            case "format_map" -> {
                Object mapping = call.bindByPlace("mapping").require("mapping");
                Map<?, ?> map = mapping instanceof Map<?, ?> given ? given : Map.of(); // it may be asked for nothing
                yield BraceFormat.format(text, List.of(), map, BraceFormat::written);
            }
            case "join" -> join(text, call.bind("iterable").require("iterable"));
            case "find" -> Values.integer(find(text, call, false));
            case "rfind" -> Values.integer(find(text, call, true));
            case "index" -> Values.integer(requireFound(find(text, call, false), call));
            case "rindex" -> Values.integer(requireFound(find(text, call, true), call));
            case "count" -> {
                Call.Bound arguments = call.bindByPlace("sub", "start", "end");
                Text within = within(text, arguments);
                yield Values.integer(within == null ? 0 : count(within, arguments.text("sub")));
            }
            default -> {
                call.bind();
                yield withoutArguments(text, name);
            }
        };
    }

    private static Object withoutArguments(Text text, String name) {
        return switch (name) {
            case "upper" -> upper(text);
            case "lower" -> lower(text);
            case "capitalize" -> capitalize(text);
            case "title" -> title(text);
            case "isdigit" -> all(text, Strings::isDigit);
            case "isspace" -> all(text, Strings::isSpace);
            case "isalpha" -> all(text, Character::isLetter);
            case "isalnum" -> all(text, Strings::isAlphanumeric);
            case "isdecimal" -> all(text, Character::isDigit);
            case "isnumeric" -> all(text, Strings::isNumeric);
            case "isascii" -> text.codePoints().allMatch(c -> c < 128);
            case "isprintable" -> text.codePoints().allMatch(Representation::isPrintable);
            case "isidentifier" -> isIdentifier(text);
            case "islower" -> isCase(text, Character::isLowerCase, c -> isCased(c) && !Character.isLowerCase(c));
            case "isupper" -> isCase(text, Character::isUpperCase, c -> isCased(c) && !Character.isUpperCase(c));
            case "istitle" -> isTitle(text);
            case "casefold" -> folded(text);
            case "swapcase" -> swapped(text);
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** The part from {@code start} to {@code end}; null if it would begin beyond the text. */
    private static Text within(Text text, Call.Bound arguments) {
        int[] bounds = bounds(text, arguments);
        return bounds == null ? null : text.slice(bounds[0], Math.max(bounds[0], bounds[1]));
    }

    private static int[] bounds(Text text, Call.Bound arguments) {
        Object start = arguments.get("start", null);
        Object end = arguments.get("end", null);
        int length = text.length();
        long from = start == null ? 0 : Values.bound(start, length);
        long to = end == null ? length : Values.bound(end, length);
        from = from < 0 ? Math.max(0, from + length) : from;
        to = Math.min(length, to < 0 ? Math.max(0, to + length) : to);
        return from > length || from > to ? null : new int[] {(int) from, (int) to};
    }

    private static int find(Text text, Call call, boolean last) {
        Call.Bound arguments = call.bindByPlace("sub", "start", "end");
        Text sub = arguments.text("sub");
        int[] bounds = bounds(text, arguments);
        if (bounds == null) {
            return -1;
        }
        Text within = text.slice(bounds[0], bounds[1]);
        int found = last ? within.lastIndexOf(sub, within.length()) : within.indexOf(sub, 0);
        return found < 0 ? -1 : found + bounds[0];
    }

    private static int requireFound(int index, Call call) {
        if (index < 0) {
            throw new Failure("index(): the string does not hold "
                    + Representation.of(call.positional().get(0)));
        }
        return index;
    }

    private static Tuple partition(Text text, Text separator, boolean last) {
        requireSeparator(separator);
        int at = last ? text.lastIndexOf(separator, text.length()) : text.indexOf(separator, 0);
        if (at < 0) {
            return new Tuple(last ? List.of(Text.EMPTY, Text.EMPTY, text) : List.of(text, Text.EMPTY, Text.EMPTY));
        }
        int end = at + separator.length();
        return new Tuple(List.of(text.slice(0, at), text.slice(at, end), text.slice(end, text.length())));
    }

    private static Text fill(Call.Bound arguments) {
        Text fill = arguments.has("fillchar") ? arguments.text("fillchar") : Text.spaces(1);
        if (fill.length() != 1) {
            throw new Failure("a field is filled with one character, not with " + Representation.of(fill));
        }
        return fill;
    }

    private static Text justified(Text text, Call call, char align) {
        Call.Bound arguments = call.bindByPlace("width", "fillchar");
        arguments.require("width");
        int width = Formatting.requireWidth(arguments.integer("width", 0));
        return Formatting.field(text, width, align, fill(arguments));
    }

    /** One more on the left where the width is odd, by Python's rule. */
    private static Text centered(Text text, Call call) {
        Call.Bound arguments = call.bindByPlace("width", "fillchar");
        arguments.require("width");
        int width = Formatting.requireWidth(arguments.integer("width", 0));
        Text fill = fill(arguments);
        int missing = Math.max(0, width - text.length());
        int left = missing / 2 + (missing & width & 1);
        return Text.joined(List.of(Formatting.repeated(fill, left), text, Formatting.repeated(fill, missing - left)));
    }

    private static Text zeroFilled(Text text, int width) {
        int missing = Formatting.requireWidth(width) - text.length();
        if (missing <= 0) {
            return text;
        }
        boolean signed = !text.isEmpty() && (text.at(0) == '-' || text.at(0) == '+');
        return Text.joined(List.of(
                text.slice(0, signed ? 1 : 0),
                Text.own("0".repeat(missing)),
                text.slice(signed ? 1 : 0, text.length())));
    }

    private static Text expanded(Text text, int size) {
        Formatting.requireWidth(size);
        TextBuilder expanded = new TextBuilder();
        int column = 0;
        for (int i = 0; i < text.length(); i++) {
            int c = text.at(i);
            if (c == '\t') {
                int spaces = size > 0 ? size - column % size : 0;
                for (int j = 0; j < spaces; j++) {
                    expanded.append(Text.as(text.marked(i), ' '));
                }
                column += spaces;
            } else {
                expanded.append(text.marked(i));
                column = c == '\n' || c == '\r' ? 0 : column + 1;
            }
        }
        return expanded.build();
    }

    // Characters

    static boolean isAlphanumeric(int point) {
        return Character.isLetter(point) || isNumeric(point);
    }

    private static boolean isNumeric(int point) {
        int type = Character.getType(point);
        if (type == Character.OTHER_LETTER && Character.isIdeographic(point)) {
            throw Failure.unsupported("to ask whether '" + Character.toString(point) + "' is a number");
        }
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.OTHER_NUMBER
                || type == Character.LETTER_NUMBER;
    }

    private static boolean isIdentifier(Text text) {
        boolean plain = text.codePoints().allMatch(c -> c < 128);
        if (!plain) {
            throw Failure.unsupported("isidentifier() of other letters than those of ASCII");
        }
        return !text.isEmpty()
                && !Character.isDigit(text.at(0))
                && text.codePoints().allMatch(c -> c == '_' || Character.isLetterOrDigit(c));
    }

    private static boolean isCase(Text text, IntPredicate wanted, IntPredicate other) {
        return text.codePoints().anyMatch(wanted) && text.codePoints().noneMatch(other);
    }

    private static boolean isTitle(Text text) {
        boolean any = false;
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            int c = text.at(i);
            boolean upper = Character.isUpperCase(c) || Character.isTitleCase(c);
            if (isCased(c) && upper == inWord) {
                return false;
            }
            inWord = isCased(c);
            any |= inWord;
        }
        return any;
    }

    private static Text folded(Text text) {
        if (!text.codePoints().allMatch(c -> c < 128)) {
            throw Failure.unsupported("casefold() of other letters than those of ASCII");
        }
        return lower(text);
    }

    private static Text swapped(Text text) {
        TextBuilder swapped = new TextBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (Character.isUpperCase(text.at(i))) {
                appendLower(text, i, swapped);
            } else if (Character.isLowerCase(text.at(i))) {
                append(Character.toString(text.at(i)).toUpperCase(Locale.ROOT), text.marked(i), swapped);
            } else {
                swapped.append(text.marked(i));
            }
        }
        return swapped.build();
    }

    /** What Python's strip() takes for white space. */
    static boolean isSpace(int point) {
        return point >= 0x9 && point <= 0xD
                || point >= 0x1C && point <= ' '
                || point == 0x85
                || Character.isSpaceChar(point);
    }

    private static boolean isDigit(int point) {
        if (Character.getType(point) == Character.OTHER_NUMBER) {
            throw Failure.unsupported("to ask whether '" + Character.toString(point) + "' is a digit");
        }
        return Character.isDigit(point);
    }

    private static boolean isCased(int point) {
        return Character.isUpperCase(point) || Character.isLowerCase(point) || Character.isTitleCase(point);
    }

    private static boolean all(Text text, IntPredicate predicate) {
        return !text.isEmpty() && text.codePoints().allMatch(predicate);
    }

    static Text upper(Text text) {
        TextBuilder upper = new TextBuilder();
        for (int i = 0; i < text.length(); i++) {
            append(Character.toString(text.at(i)).toUpperCase(Locale.ROOT), text.marked(i), upper);
        }
        return upper.build();
    }

    static Text lower(Text text) {
        TextBuilder lower = new TextBuilder();
        for (int i = 0; i < text.length(); i++) {
            appendLower(text, i, lower);
        }
        return lower.build();
    }

    private static void appendLower(Text text, int index, TextBuilder lower) {
        boolean sigma = text.at(index) == 'Σ';
        boolean atEnd = index > 0
                && Character.isLetter(text.at(index - 1))
                && (index + 1 == text.length() || !Character.isLetter(text.at(index + 1)));
        String letter =
                sigma && atEnd ? "ς" : Character.toString(text.at(index)).toLowerCase(Locale.ROOT);
        append(letter, text.marked(index), lower);
    }

    /** Of a letter that has no title case of its own, such as ß, the first cased one of its capitals. */
    private static void appendTitle(int marked, TextBuilder title) {
        int point = Text.unmarked(marked);
        int[] capitals =
                Character.toString(point).toUpperCase(Locale.ROOT).codePoints().toArray();
        if (capitals.length == 1) {
            title.append(Text.as(marked, Character.toTitleCase(point)));
            return;
        }
        boolean cased = false;
        for (int capital : capitals) {
            title.append(Text.as(marked, cased ? Character.toLowerCase(capital) : capital));
            cased |= isCased(capital) && Character.getType(capital) != Character.MODIFIER_LETTER;
        }
    }

    private static void append(String letters, int origin, TextBuilder text) {
        letters.codePoints().forEach(letter -> text.append(Text.as(origin, letter)));
    }

    static Text capitalize(Text text) {
        TextBuilder capitalized = new TextBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (i == 0) {
                appendTitle(text.marked(i), capitalized);
            } else {
                appendLower(text, i, capitalized);
            }
        }
        return capitalized.build();
    }

    private static Text title(Text text) {
        TextBuilder title = new TextBuilder();
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            if (inWord) {
                appendLower(text, i, title);
            } else {
                appendTitle(text.marked(i), title);
            }
            inWord = isCased(text.at(i));
        }
        return title.build();
    }

    // Parts

    /** @param characters to strip; null for white space */
    static Text strip(Text text, Text characters, boolean start, boolean end) {
        Set<Integer> points =
                characters == null ? Set.of() : characters.codePoints().boxed().collect(Collectors.toSet());
        IntPredicate stripped = characters == null ? Strings::isSpace : points::contains;
        int from = 0;
        int to = text.length();
        while (start && from < to && stripped.test(text.at(from))) {
            from++;
        }
        while (end && to > from && stripped.test(text.at(to - 1))) {
            to--;
        }
        Work.characters(from + text.length() - to);
        return text.slice(from, to);
    }

    private static boolean anyPart(Object parts, java.util.function.Predicate<Text> predicate) {
        for (Object part : parts instanceof Tuple tuple ? tuple.items() : Collections.singletonList(parts)) {
            Text text = Values.text(part);
            if (text == null) {
                throw new Failure(
                        "startswith() and endswith() need a string or a tuple of them, not " + Values.typeName(part));
            }
            Work.objects(1);
            if (predicate.test(text)) {
                return true;
            }
        }
        return false;
    }

    /** @param count how many at most; negative for all */
    static Text replace(Text text, Text old, Text replacement, int count) {
        TextBuilder replaced = new TextBuilder();
        int left = count < 0 ? Integer.MAX_VALUE : count;
        int from = 0;
        if (old.isEmpty()) { // stands between all characters
            for (; left > 0 && from <= text.length(); left--, from++) {
                replaced.append(replacement).append(text.slice(from, Math.min(from + 1, text.length())));
            }
            return replaced.append(text.slice(Math.min(from, text.length()), text.length()))
                    .build();
        }
        for (int at = text.indexOf(old, 0); at >= 0 && left > 0; at = text.indexOf(old, from), left--) {
            replaced.append(text.slice(from, at)).append(replacement);
            from = at + old.length();
        }
        return replaced.append(text.slice(from, text.length())).build();
    }

    private static int count(Text text, Text part) {
        if (part.isEmpty()) {
            return text.length() + 1;
        }
        int count = 0;
        for (int at = text.indexOf(part, 0); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    private static void requireSeparator(Text separator) {
        if (separator != null && separator.isEmpty()) {
            throw new Failure("an empty separator splits nothing");
        }
    }

    /**
     * @param separator null for white space
     * @param limit how many splits at most; negative for all
     */
    static List<Object> split(Text text, Text separator, int limit) {
        requireSeparator(separator);
        Work.characters(text.length());
        List<Object> parts = new ArrayList<>();
        int from = 0;
        if (separator == null) {
            while (true) {
                while (from < text.length() && isSpace(text.at(from))) {
                    from++;
                }
                if (from == text.length()) {
                    return parts;
                }
                int end = from;
                while (end < text.length() && !isSpace(text.at(end))) {
                    end++;
                }
                if (parts.size() == limit) {
                    parts.add(text.slice(from, text.length()));
                    return parts;
                }
                parts.add(text.slice(from, end));
                from = end;
            }
        }
        for (int at = text.indexOf(separator, 0);
                at >= 0 && parts.size() != limit;
                at = text.indexOf(separator, from)) {
            parts.add(text.slice(from, at));
            from = at + separator.length();
        }
        parts.add(text.slice(from, text.length()));
        return parts;
    }

    private static List<Object> splitFromEnd(Text text, Text separator, int limit) {
        requireSeparator(separator);
        Work.characters(text.length());
        List<Object> parts = new ArrayList<>();
        int end = separator == null ? endWithoutSpace(text, text.length()) : text.length();
        while (parts.size() != limit) {
            int at;
            if (separator == null) {
                at = end - 1;
                while (at >= 0 && !isSpace(text.at(at))) {
                    at--;
                }
            } else {
                at = text.lastIndexOf(separator, end);
            }
            if (at < 0) {
                break;
            }
            parts.add(text.slice(at + (separator == null ? 1 : separator.length()), end));
            end = separator == null ? endWithoutSpace(text, at) : at;
        }
        Text first = text.slice(0, end);
        if (separator == null) {
            first = strip(first, null, parts.size() != limit, true);
        }
        if (separator != null || !strip(first, null, true, true).isEmpty()) {
            parts.add(first);
        }
        Collections.reverse(parts);
        return parts;
    }

    /** Where a text ends that has the same beginning, without the white space before {@code end}. */
    private static int endWithoutSpace(Text text, int end) {
        int last = end;
        while (last > 0 && isSpace(text.at(last - 1))) {
            last--;
        }
        return last;
    }

    static List<Text> lines(Text text, boolean withEnds) {
        Work.characters(text.length());
        List<Text> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            if (isLineBreak(text.at(i))) {
                int end = i;
                i += text.at(i) == '\r' && i + 1 < text.length() && text.at(i + 1) == '\n' ? 1 : 0;
                lines.add(text.slice(from, withEnds ? i + 1 : end));
                from = i + 1;
            }
        }
        if (from < text.length()) {
            lines.add(text.slice(from, text.length()));
        }
        return lines;
    }

    private static boolean isLineBreak(int point) {
        return point >= 0xA && point <= 0xD
                || point >= 0x1C && point <= 0x1E
                || point == 0x85
                || point == 0x2028
                || point == 0x2029;
    }

    static Text join(Text separator, Object parts) {
        TextBuilder joined = new TextBuilder();
        boolean first = true;
        for (Object part : Values.items(parts)) {
            Text text = Values.text(part);
            if (text == null) {
                throw new Failure("join() needs strings, not " + Values.typeName(part));
            }
            joined.append(first ? Text.EMPTY : separator).append(text);
            first = false;
        }
        return joined.build();
    }
}
