package org.steering4j.prompt;

import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import java.beans.FeatureDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELException;
import jinjava.javax.el.ELResolver;

/**
 * What templates expect of strings, dictionaries and lists, because in Jinja2 these are Python's: their methods, indexing of strings, and
 * the filters {@code tojson}, {@code trim} and {@code items}, and the test {@code iterable}. Everything else is left to Jinjava, as far as its own objects go; no method
 * of another Java class can be reached.
 */
final class PythonObjects extends ELResolver {

    private static final ELResolver JINJAVA = JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_ONLY;

    @Override
    public Object getValue(ELContext context, Object base, Object property) {
        if (base instanceof String text) {
            context.setPropertyResolved(true);
            return characterAt(text, property);
        }
        requireHarmless(base);
        return JINJAVA.getValue(context, base, property);
    }

    private static Object characterAt(String text, Object property) {
        try {
            int index = Integer.parseInt(String.valueOf(property));
            int length = text.codePointCount(0, text.length());
            int fromStart = index < 0 ? index + length : index;
            return fromStart < 0 || fromStart >= length
                    ? null
                    : Character.toString(text.codePointAt(text.offsetByCodePoints(0, fromStart)));
        } catch (NumberFormatException e) {
            return null; // undefined, as in Jinja2
        }
    }

    @Override
    public Object invoke(
            ELContext context, Object base, Object method, Class<?>[] parameterTypes, Object[] parameters) {
        if (base instanceof String text) {
            context.setPropertyResolved(true);
            return call(text, method.toString(), parameters == null ? new Object[0] : parameters);
        }
        if (base instanceof Map<?, ?> map && "get".equals(method) && parameters.length == 2) {
            context.setPropertyResolved(true);
            return map.containsKey(parameters[0]) ? map.get(parameters[0]) : parameters[1];
        }
        requireHarmless(base);
        return JINJAVA.invoke(context, base, method, parameterTypes, parameters);
    }

    private static Object call(String text, String method, Object[] parameters) {
        String first = parameters.length > 0 && parameters[0] != null ? parameters[0].toString() : null;
        return switch (method) {
            case "strip" -> strip(text, first, true, true);
            case "lstrip" -> strip(text, first, true, false);
            case "rstrip" -> strip(text, first, false, true);
            case "startswith" -> text.startsWith(first);
            case "endswith" -> text.endsWith(first);
            case "removeprefix" -> text.startsWith(first) ? text.substring(first.length()) : text;
            case "removesuffix" -> text.endsWith(first) ? text.substring(0, text.length() - first.length()) : text;
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "lower" -> text.toLowerCase(Locale.ROOT);
            case "capitalize" ->
                text.isEmpty()
                        ? text
                        : text.substring(0, 1).toUpperCase(Locale.ROOT)
                                + text.substring(1).toLowerCase(Locale.ROOT);
            case "title" -> title(text);
            case "replace" -> text.replace(first, parameters[1].toString());
            case "find" -> text.indexOf(first);
            case "rfind" -> text.lastIndexOf(first);
            case "count" -> count(text, first);
            case "isdigit" -> !text.isEmpty() && text.codePoints().allMatch(Character::isDigit);
            case "isspace" -> !text.isEmpty() && text.isBlank();
            case "join" ->
                StreamSupport.stream(((Iterable<?>) parameters[0]).spliterator(), false)
                        .map(Objects::toString)
                        .collect(Collectors.joining(text));
            case "split" -> split(text, first, limit(parameters));
            case "rsplit" -> splitFromEnd(text, first, limit(parameters));
            case "splitlines" -> text.isEmpty() ? List.of() : text.lines().toList();
            default -> throw new ELException("the string method " + method + "() is not supported in chat templates");
        };
    }

    private static int limit(Object[] parameters) {
        return parameters.length > 1 ? ((Number) parameters[1]).intValue() : -1;
    }

    private static String title(String text) {
        StringBuilder title = new StringBuilder();
        boolean inWord = false;
        for (char c : text.toCharArray()) {
            title.append(inWord ? Character.toLowerCase(c) : Character.toUpperCase(c));
            inWord = Character.isLetter(c);
        }
        return title.toString();
    }

    private static int count(String text, String part) {
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + Math.max(1, part.length()))) {
            count++;
        }
        return count;
    }

    /** Python's {@code strip()}. */
    static String strip(String text) {
        return strip(text, null, true, true);
    }

    /** Strips white space, or the given characters. */
    private static String strip(String text, String characters, boolean start, boolean end) {
        int from = 0;
        int to = text.length();
        while (start && from < to && strippable(text.charAt(from), characters)) {
            from++;
        }
        while (end && to > from && strippable(text.charAt(to - 1), characters)) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean strippable(char c, String characters) {
        return characters == null ? Character.isWhitespace(c) || Character.isSpaceChar(c) : characters.indexOf(c) >= 0;
    }

    /** @param limit how many splits at most, negative for all */
    private static List<String> split(String text, String separator, int limit) {
        if (separator == null) {
            String stripped = text.strip();
            return stripped.isEmpty()
                    ? List.of()
                    : List.of(limit < 0 ? stripped.split("\\s+") : stripped.split("\\s+", limit + 1));
        }
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int at = text.indexOf(separator); at >= 0 && limit != parts.size(); at = text.indexOf(separator, from)) {
            parts.add(text.substring(from, at));
            from = at + separator.length();
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static List<String> splitFromEnd(String text, String separator, int limit) {
        List<String> all = split(text, separator, -1);
        if (separator == null || limit < 0 || all.size() <= limit + 1) {
            return all;
        }
        int head = all.size() - limit;
        List<String> parts = new ArrayList<>(List.of(String.join(separator, all.subList(0, head))));
        parts.addAll(all.subList(head, all.size()));
        return parts;
    }

    private static void requireHarmless(Object base) {
        boolean container = base == null
                || base instanceof Map
                || base instanceof Collection
                || base instanceof Map.Entry
                || base instanceof Filter
                || base instanceof ExpTest
                || base instanceof Object[];
        boolean jinjavas = !container
                && base.getClass().getName().startsWith("com.hubspot.jinjava.")
                && !(base instanceof JinjavaInterpreter)
                && !(base instanceof Context);
        if (!container && !jinjavas) {
            throw new ELException(base.getClass().getSimpleName() + " has no properties or methods in chat templates");
        }
    }

    @Override
    public Class<?> getType(ELContext context, Object base, Object property) {
        return JINJAVA.getType(context, base, property);
    }

    @Override
    public void setValue(ELContext context, Object base, Object property, Object value) {
        JINJAVA.setValue(context, base, property, value);
    }

    @Override
    public boolean isReadOnly(ELContext context, Object base, Object property) {
        return true;
    }

    @Override
    public Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, Object base) {
        return null;
    }

    @Override
    public Class<?> getCommonPropertyType(ELContext context, Object base) {
        return Object.class;
    }

    /** Strings and dictionaries are iterable, too. */
    static ExpTest iterable() {
        return new ExpTest() {
            @Override
            public String getName() {
                return "iterable";
            }

            @Override
            public boolean evaluate(Object value, JinjavaInterpreter interpreter, Object... arguments) {
                return value instanceof String
                        || value instanceof Map
                        || value instanceof Iterable
                        || value instanceof Object[];
            }
        };
    }

    static List<Filter> filters() {
        return List.of(
                filter("tojson", (value, indent) -> PythonJson.write(value, indent)),
                filter("trim", (value, unused) -> value == null ? "" : strip(value.toString())),
                filter("items", (value, unused) -> value instanceof Map<?, ?> map ? map.entrySet() : List.of()));
    }

    /** @param function from the value and the argument {@code indent}, null if not given, to the result */
    private static Filter filter(String name, BiFunction<Object, Integer, Object> function) {
        return new Filter() {
            @Override
            public String getName() {
                return name;
            }

            @Override
            public Object filter(
                    Object value, JinjavaInterpreter interpreter, Object[] arguments, Map<String, Object> named) {
                Object indent =
                        named.get("indent") == null && arguments.length > 0 ? arguments[0] : named.get("indent");
                return function.apply(
                        value, indent instanceof Number number ? Integer.valueOf(number.intValue()) : null);
            }

            @Override
            public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
                return filter(value, interpreter, Arrays.copyOf(arguments, arguments.length, Object[].class), Map.of());
            }
        };
    }
}
