package org.steering4j.constraint;

import dev.langchain4j.exception.UnsupportedFeatureException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.steering4j.constraint.regular.Formats;
import org.steering4j.constraint.regular.Language;
import org.steering4j.constraint.regular.NotRegularException;

/** What schemas ask of strings: {@code minLength}, {@code maxLength}, {@code pattern} and {@code format}. */
final class StringKeywords {

    private static final List<String> KEYWORDS = List.of("minLength", "maxLength", "pattern", "format");
    private static final int UNLIMITED = Language.UNLIMITED;

    private StringKeywords() {}

    private static List<Subschema> limiting(Collection<Subschema> schemas) {
        return schemas.stream()
                .filter(schema -> KEYWORDS.stream().anyMatch(schema::has))
                .toList();
    }

    private static int least(Collection<Subschema> schemas) {
        return schemas.stream()
                .mapToInt(schema -> schema.count("minLength", 0))
                .max()
                .orElse(0);
    }

    private static int most(Collection<Subschema> schemas) {
        return schemas.stream()
                .mapToInt(schema -> schema.count("maxLength", UNLIMITED))
                .min()
                .orElse(UNLIMITED);
    }

    /** Of strings that fit all of some schemas. */
    static Syntax syntax(Collection<Subschema> schemas, Vocabulary vocabulary, TextRules rules) {
        List<Subschema> limiting = limiting(schemas);
        if (limiting.stream().noneMatch(schema -> schema.has("pattern") || schema.has("format"))) {
            return new StringSyntax(rules, least(limiting), most(limiting), vocabulary.longestToken());
        }
        try {
            Language language = Language.ofLength(0, most(limiting));
            for (Subschema schema : limiting) {
                if (schema.has("pattern")) {
                    language = language.and(schema.language(schema.text("pattern")));
                }
                if (schema.has("format")) {
                    language = language.and(format(schema));
                }
            }
            int least = least(limiting);
            if (language.automaton().isEverything()) { // as .* does without anchors
                return new StringSyntax(rules, least, language.longest(), vocabulary.longestToken());
            }
            language = least == 0 ? language : language.and(Language.ofLength(least, UNLIMITED));
            if (language.isEmpty()) {
                throw new NotRegularException("which no text fits");
            }
            return new AutomatonSyntax(
                    vocabulary, ByteAutomaton.quoted(language.automaton(), rules), language.longest(), false);
        } catch (NotRegularException e) {
            throw limiting.get(0).refusal("%s, %s,".formatted(description(limiting), e.getMessage()));
        }
    }

    private static Language format(Subschema schema) {
        String name = schema.text("format");
        return Formats.named(name).orElseThrow(() -> schema.refusal("the format \"" + name + "\""));
    }

    /** Whether some string may fit all of them; true if that is not seen. What else has a format than we write is not known. */
    static boolean mayFit(Collection<Subschema> schemas) {
        List<Subschema> limiting = limiting(schemas);
        if (limiting.isEmpty()) {
            return true;
        }
        boolean mayFit = languageMayFit(limiting);
        if (!mayFit && limiting.size() == 1 && !limiting.get(0).isMade()) {
            throw limiting.get(0).refusal(description(limiting) + ", which no text fits,");
        }
        return mayFit;
    }

    private static boolean languageMayFit(List<Subschema> limiting) {
        int least = least(limiting);
        int most = most(limiting);
        if (least > most) {
            return false;
        }
        List<Subschema> patterned =
                limiting.stream().filter(schema -> schema.has("pattern")).toList();
        if (patterned.isEmpty()) {
            return true;
        }
        try {
            Language language = Language.ofLength(least, most);
            for (Subschema schema : patterned) {
                language = language.and(schema.language(schema.text("pattern")));
            }
            return !language.isEmpty();
        } catch (NotRegularException | UnsupportedFeatureException e) {
            return true; // whoever needs a syntax of it will be told
        }
    }

    /**
     * Whether a text fits what a schema asks of strings.
     *
     * @throws UnsupportedFeatureException for a text of which only the format that is asked for is not known
     */
    static boolean accept(String text, Subschema schema) {
        int length = text.codePointCount(0, text.length());
        if (length < schema.count("minLength", 0) || length > schema.count("maxLength", UNLIMITED)) {
            return false;
        }
        if (schema.has("pattern") && !matches(schema.text("pattern"), text, schema)) {
            return false;
        }
        if (schema.has("format") && !format(schema).accepts(text)) {
            throw schema.refusal("the format \"%s\" beside the text %s, which is not written as we write it,"
                    .formatted(schema.text("format"), JsonText.quoted(text, TextRules.PLAIN)));
        }
        return true;
    }

    /** Whether a pattern is found in a text. */
    static boolean matches(String pattern, String text, Subschema schema) {
        return schema.language(pattern).accepts(text);
    }

    private static String description(Collection<Subschema> schemas) {
        List<String> parts = new ArrayList<>();
        for (Subschema schema : schemas) {
            for (String keyword : KEYWORDS) {
                if (schema.has(keyword)) {
                    parts.add(keyword + " " + JsonValues.shown(schema.get(keyword)));
                }
            }
        }
        return String.join(" with ", parts);
    }
}
