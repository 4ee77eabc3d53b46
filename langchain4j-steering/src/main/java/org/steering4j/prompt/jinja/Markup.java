package org.steering4j.prompt.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A text marked as safe HTML: what is added to it is escaped, and what comes of it is safe again. */
record Markup(Text text) {

    /** The methods whose second argument becomes part of the text. */
    private static final Set<String> ESCAPING = Set.of("replace", "ljust", "rjust", "center");

    private static final Set<String> SAFE = Set.of(
            "capitalize",
            "casefold",
            "center",
            "expandtabs",
            "ljust",
            "lower",
            "lstrip",
            "partition",
            "removeprefix",
            "removesuffix",
            "replace",
            "rjust",
            "rpartition",
            "rsplit",
            "rstrip",
            "split",
            "splitlines",
            "strip",
            "swapcase",
            "title",
            "upper",
            "zfill");

    /** What has a special meaning in HTML is written so that it has none, unless the value is marked as safe. */
    static Markup escape(Object value) {
        if (value instanceof Markup markup) {
            return markup;
        }
        Text text = Values.string(value);
        TextBuilder escaped = new TextBuilder();
        for (int i = 0; i < text.length(); i++) {
            int marked = text.marked(i);
            String entity = switch (text.at(i)) {
                case '&' -> "&amp;";
                case '>' -> "&gt;";
                case '<' -> "&lt;";
                case '\'' -> "&#39;";
                case '"' -> "&#34;";
                default -> null;
            };
            if (entity == null) {
                escaped.append(marked);
            } else {
                entity.chars().forEach(c -> escaped.append(Text.as(marked, c)));
            }
        }
        return new Markup(escaped.build());
    }

    /** @return null if there is no such method */
    Function method(String name) {
        if (name.equals("striptags")) {
            return call -> {
                call.bind();
                return stripTags(text);
            };
        }
        if (name.equals("escape")) {
            return call -> escape(call.bind("s").require("s"));
        }
        if (name.equals("unescape")) {
            throw Failure.unsupported("the method unescape()");
        }
        if (name.equals("join")) {
            return call -> {
                List<Object> parts = new ArrayList<>();
                for (Object part : Values.items(call.bind("iterable").require("iterable"))) {
                    parts.add(escape(part).text());
                }
                return new Markup(Strings.join(text, parts));
            };
        }
        if (name.equals("format")) {
            return call -> {
                Map<Object, Object> named = new LinkedHashMap<>();
                call.named().forEach((key, value) -> named.put(Text.own(key), value));
                return new Markup(BraceFormat.format(text, call.positional(), named, Markup::written));
            };
        }
        Function method = Strings.method(text, name);
        if (method == null || !SAFE.contains(name)) {
            return method;
        }
        return call -> safe(method.call(ESCAPING.contains(name) ? escaped(call) : call));
    }

    private static Text written(Object value, Text specification) {
        if (value instanceof Markup markup) {
            if (!specification.isEmpty()) {
                throw new Failure("a text marked as safe takes no format but an empty one");
            }
            return markup.text();
        }
        return escape(BraceFormat.written(value, specification)).text();
    }

    private static Call escaped(Call call) {
        List<Object> positional = new ArrayList<>(call.positional());
        if (positional.size() > 1 && Values.isString(positional.get(1))) {
            positional.set(1, escape(positional.get(1)).text());
        }
        return new Call(call.function(), positional, call.named());
    }

    private static Object safe(Object value) {
        if (value instanceof Text plain) {
            return new Markup(plain);
        }
        if (value instanceof Tuple tuple) {
            return new Tuple(tuple.items().stream().map(Markup::safe).toList());
        }
        if (value instanceof List<?> list) {
            List<Object> safe = new ArrayList<>();
            list.forEach(each -> safe.add(safe(each)));
            return safe;
        }
        return value;
    }

    /** Without tags and comments, white space as single spaces. */
    static Text stripTags(Text html) {
        TextBuilder kept = new TextBuilder();
        int from = 0;
        while (true) {
            int start = html.indexOf(Text.own("<"), from);
            if (start < 0) {
                break;
            }
            boolean comment = html.holdsAt(start, Text.own("<!--"));
            Text closing = Text.own(comment ? "-->" : ">");
            int end = html.indexOf(closing, comment ? start + 4 : start);
            if (end < 0) {
                break;
            }
            kept.append(html.slice(from, start));
            from = end + closing.length();
        }
        Text text = kept.append(html.slice(from, html.length())).build();
        Text stripped = Strings.join(Text.spaces(1), Strings.split(text, null, -1));
        if (stripped.indexOf(Text.own("&"), 0) >= 0) {
            throw Failure.unsupported("striptags with & in the text");
        }
        return stripped;
    }
}
