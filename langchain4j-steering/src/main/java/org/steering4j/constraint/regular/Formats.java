package org.steering4j.constraint.regular;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What JSON Schema's {@code format} calls by a name (draft 2020-12, validation, section 7.3). Of several spellings that mean the same, such as
 * {@code t} and {@code T} in a time, only the usual one belongs to it, and where readers differ only what all of them take; the subsets are
 * named below.
 */
public final class Formats {

    private static final String YEAR =
            "(?:[1-9]\\d{3}|0[1-9]\\d\\d|00[1-9]\\d|000[1-9])"; // Python and others know no year 0
    private static final String LEAP_YEAR =
            "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)";
    private static final String MONTH_AND_DAY = "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])"
            + "|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))";
    private static final String DATE = "(?:" + YEAR + "-" + MONTH_AND_DAY + "|" + LEAP_YEAR + "-02-29)";
    private static final String HOUR = "(?:[01]\\d|2[0-3])";
    private static final String MINUTE = "[0-5]\\d";
    private static final String FRACTION = "(?:\\.\\d{1,9})?"; // nanoseconds, as far as Java reads
    /** Up to what Java reads. */
    private static final String OFFSET = "(?:Z|[+-](?:(?:0\\d|1[0-7]):" + MINUTE + "|18:00))";
    /** RFC 3339 without leap seconds, which neither Java nor most validators read. */
    private static final String TIME = HOUR + ":" + MINUTE + ":" + MINUTE + FRACTION + OFFSET;

    private static final String HEXADECIMAL = "[0-9a-fA-F]";
    private static final String UUID =
            HEXADECIMAL + "{8}-(?:" + HEXADECIMAL + "{4}-){3}" + HEXADECIMAL + "{12}"; // RFC 4122, any version

    private static final String AMOUNT = "\\d{1,9}";
    private static final String AFTER_HOURS = "(?:" + AMOUNT + "M(?:" + AMOUNT + "S)?)";
    private static final String TIME_PART =
            "T(?:" + AMOUNT + "H" + AFTER_HOURS + "?|" + AFTER_HOURS + "|" + AMOUNT + "S)";
    private static final String AFTER_YEARS = "(?:" + AMOUNT + "M(?:" + AMOUNT + "D)?)";
    private static final String DATE_PART =
            "(?:" + AMOUNT + "D|" + AFTER_YEARS + "|" + AMOUNT + "Y" + AFTER_YEARS + "?)";
    private static final String DURATION =
            "P(?:" + DATE_PART + "(?:" + TIME_PART + ")?|" + TIME_PART + "|" + AMOUNT + "W)"; // RFC 3339, appendix A

    /** Of RFC 1123; without hyphens as third and fourth character, which is kept for names in other alphabets (RFC 5890). */
    private static final String LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9]|[a-zA-Z0-9-][a-zA-Z0-9]|[a-zA-Z0-9-]{2}[a-zA-Z0-9]"
            + "|[a-zA-Z0-9-](?:[a-zA-Z0-9][a-zA-Z0-9-]|-[a-zA-Z0-9])[a-zA-Z0-9-]{0,58}[a-zA-Z0-9])?";

    private static final int LONGEST_HOST = 253;
    private static final int LONGEST_EMAIL = 254;
    private static final String ATOM = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+";
    /** RFC 5321 without quoted strings and addresses in brackets; the domain has a dot, and ends with two letters or more. */
    private static final String EMAIL = ATOM + "(?:\\." + ATOM + ")*@(?:" + LABEL + "\\.)+[a-zA-Z]{2,63}";

    private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final String IPV4 = OCTET + "(?:\\." + OCTET + "){3}";
    private static final String IPV6 = ipv6();

    private static final String BEYOND_ASCII = "\\u{A0}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFEF}"
            + "\\u{10000}-\\u{1FFFD}\\u{20000}-\\u{2FFFD}\\u{30000}-\\u{3FFFD}\\u{40000}-\\u{4FFFD}\\u{50000}-\\u{5FFFD}"
            + "\\u{60000}-\\u{6FFFD}\\u{70000}-\\u{7FFFD}\\u{80000}-\\u{8FFFD}\\u{90000}-\\u{9FFFD}\\u{A0000}-\\u{AFFFD}"
            + "\\u{B0000}-\\u{BFFFD}\\u{C0000}-\\u{CFFFD}\\u{D0000}-\\u{DFFFD}\\u{E1000}-\\u{EFFFD}";
    private static final String PRIVATE = "\\u{E000}-\\u{F8FF}\\u{F0000}-\\u{FFFFD}\\u{100000}-\\u{10FFFD}";
    private static final String POINTER = "(?:/(?:[^~/]|~[01])*)*";

    private static final Map<String, Supplier<Language>> KNOWN = Map.ofEntries(
            Map.entry("date", () -> of(DATE)),
            Map.entry("time", () -> of(TIME)),
            Map.entry("date-time", () -> of(DATE + "T" + TIME)),
            Map.entry("duration", () -> of(DURATION)),
            Map.entry("uuid", () -> of(UUID)),
            Map.entry("email", () -> email()),
            Map.entry("hostname", () -> hostname()),
            Map.entry("ipv4", () -> of(IPV4)),
            Map.entry("ipv6", () -> of(IPV6)),
            Map.entry("uri", () -> of(uri(""))),
            Map.entry("uri-reference", () -> of(uri("") + "|" + relativeReference(""))),
            Map.entry("iri", () -> of(uri(BEYOND_ASCII))),
            Map.entry("iri-reference", () -> of(uri(BEYOND_ASCII) + "|" + relativeReference(BEYOND_ASCII))),
            Map.entry("uri-template", () -> of(uriTemplate())),
            Map.entry("json-pointer", () -> of(POINTER)),
            Map.entry("relative-json-pointer", () -> of("(?:0|[1-9]\\d?)(?:#|" + POINTER + ")")));

    private static final Map<String, Language> BUILT = new ConcurrentHashMap<>();

    private Formats() {}

    /** The texts of a format; empty for a name that is not known, or whose texts no automaton recognises. */
    public static Optional<Language> named(String name) {
        Supplier<Language> known = KNOWN.get(name);
        return known == null ? Optional.empty() : Optional.of(BUILT.computeIfAbsent(name, unknown -> known.get()));
    }

    /** The names that are known, in alphabetical order. */
    public static Iterable<String> names() {
        return KNOWN.keySet().stream().sorted().toList();
    }

    private static Language of(String expression) {
        return Language.of(automaton("^(?:" + expression + ")$"));
    }

    private static Automaton automaton(String expression) {
        return Determinization.of(ExpressionParser.parse(expression));
    }

    private static Language hostname() {
        Automaton labels = automaton("^" + LABEL + "(?:\\." + LABEL + ")*$");
        Automaton lastIsNoNumber = automaton("[a-zA-Z-][^.]*$"); // lest it be an IP address, which is no name
        return new Language(labels.and(lastIsNoNumber), LONGEST_HOST);
    }

    private static Language email() {
        return new Language(automaton("^" + EMAIL + "$").and(automaton("^[^@]{1,64}@")), LONGEST_EMAIL);
    }

    /** RFC 3986, section 3.2.2. */
    private static String ipv6() {
        String group = HEXADECIMAL + "{1,4}";
        String last = "(?:" + group + ":" + group + "|" + IPV4 + ")";
        StringBuilder expression = new StringBuilder("(?:(?:" + group + ":){6}" + last);
        for (int before = 0; before <= 5; before++) {
            String head = before == 0 ? "" : "(?:(?:" + group + ":){0," + (before - 1) + "}" + group + ")?";
            expression.append("|" + head + "::(?:" + group + ":){" + (5 - before) + "}" + last);
        }
        expression.append("|(?:(?:" + group + ":){0,5}" + group + ")?::" + group);
        return expression
                .append("|(?:(?:" + group + ":){0,6}" + group + ")?::)")
                .toString();
    }

    private static String characters(String further, String beyond) {
        return "(?:[a-zA-Z0-9._~!$&'()*+,;=" + beyond + further + "-]|%" + HEXADECIMAL + "{2})";
    }

    /** RFC 3986 and 3987, section 3 of the former and 2.2 of the latter; something follows the scheme's colon, and the slashes. */
    private static String uri(String beyond) {
        String segment = characters(":@", beyond);
        return "[a-zA-Z][a-zA-Z0-9+.-]*:(?:"
                + authority(beyond) + "|" + absolutePath(beyond) + "|" + segment + "+(?:/" + segment + "*)*)"
                + queryAndFragment(beyond);
    }

    private static String relativeReference(String beyond) {
        String segment = characters(":@", beyond);
        return "(?:" + authority(beyond) + "|" + absolutePath(beyond) + "|" + characters("@", beyond) + "+(?:/"
                + segment + "*)*|)" + queryAndFragment(beyond);
    }

    private static String authority(String beyond) {
        String host = "(?:\\[" + IPV6 + "\\]|" + characters("", beyond) + "+)";
        String path = "(?:/" + characters(":@", beyond) + "*)";
        return "//(?:(?:" + characters(":", beyond) + "*@)?" + host + "(?::\\d{1,5})?" + path + "*|" + path + "+)";
    }

    private static String absolutePath(String beyond) {
        String segment = characters(":@", beyond);
        return "/(?:" + segment + "+(?:/" + segment + "*)*)?";
    }

    private static String queryAndFragment(String beyond) {
        String query = beyond.isEmpty() ? characters(":@/?", "") : characters(":@/?", beyond + PRIVATE);
        return "(?:\\?" + query + "*)?(?:#" + characters(":@/?", beyond) + "*)?";
    }

    /** RFC 6570, section 2, without dots and percent signs in names. */
    private static String uriTemplate() {
        String literal = "(?:[!#$&(-;=?@A-Z\\[\\]_a-z~" + BEYOND_ASCII + PRIVATE + "]|%" + HEXADECIMAL + "{2})";
        String variable = "[a-zA-Z0-9_]+(?::[1-9]\\d{0,2}|\\*)?";
        return "(?:" + literal + "|\\{[+#./;?&]?" + variable + "(?:," + variable + ")*\\})*";
    }
}
