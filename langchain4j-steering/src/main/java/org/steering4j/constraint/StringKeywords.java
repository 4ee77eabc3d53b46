package org.steering4j.constraint;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What schemas ask of strings: {@code minLength}, {@code maxLength}, {@code pattern} and {@code format}. */
final class StringKeywords {

    private static final List<String> KEYWORDS = List.of("minLength", "maxLength", "pattern", "format");

    private StringKeywords() {}

    /** Of strings that fit all of some schemas. */
    static Syntax syntax(Collection<Subschema> schemas, Vocabulary vocabulary, TextRules rules) {
        schemas.forEach(StringKeywords::requireNone);
        return new StringSyntax(rules);
    }

    /** Whether some string may fit all of them; true if that is not seen. */
    static boolean mayFit(Collection<Subschema> schemas) {
        return true;
    }

    /** Whether a text fits what a schema asks of strings. */
    static boolean accept(String text, Subschema schema) {
        requireNone(schema);
        return true;
    }

    private static void requireNone(Subschema schema) {
        for (String keyword : KEYWORDS) {
            if (schema.has(keyword) && !(keyword.equals("minLength") && schema.count(keyword, 0) == 0)) {
                throw schema.unsupported(keyword);
            }
        }
    }

    /** Whether a pattern is found in a text. */
    static boolean matches(String pattern, String text, Subschema schema) {
        try {
            return Pattern.compile(pattern).matcher(text).find();
        } catch (PatternSyntaxException e) {
            throw schema.refusal("the pattern \"" + pattern + "\"");
        }
    }
}
