package org.steering4j.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.steering4j.constraint.regular.Formats;
import org.steering4j.constraint.regular.Language;
import org.steering4j.constraint.regular.NotRegularException;
import org.steering4j.constraint.regular.RegularExpression;

/** What a schema asks of a string: how long it may be, which patterns it matches, and which formats it has. For one thread. */
final class StringLimits {

    static final Set<String> KEYWORDS = Set.of("minLength", "maxLength", "pattern", "format");

    private static final int UNLIMITED = Language.UNLIMITED;

    private final int least;
    private final int most;
    private final Set<String> patterns;
    private final Set<String> formats;
    /** Of patterns and formats; null where that is not known yet. */
    private Language language;

    private StringLimits(int least, int most, Set<String> patterns, Set<String> formats) {
        this.least = least;
        this.most = most;
        this.patterns = patterns;
        this.formats = formats;
    }

    /**
     * Those of a schema, of which only the keywords named above are read.
     *
     * @throws NotRegularException for a value that no such keyword has
     */
    static StringLimits of(JsonNode schema) {
        return new StringLimits(
                length(schema, "minLength", 0),
                length(schema, "maxLength", UNLIMITED),
                text(schema, "pattern"),
                text(schema, "format"));
    }

    private static int length(JsonNode schema, String keyword, int otherwise) {
        JsonNode node = schema.path(keyword);
        if (node.isMissingNode()) {
            return otherwise;
        }
        BigDecimal length = NumberLimits.number(schema, keyword);
        if (length.signum() < 0 || length.stripTrailingZeros().scale() > 0) {
            throw new NotRegularException("%s %s, which is no whole number from 0 on,".formatted(keyword, node));
        }
        return length.min(BigDecimal.valueOf(UNLIMITED)).intValueExact();
    }

    private static Set<String> text(JsonNode schema, String keyword) {
        JsonNode node = schema.path(keyword);
        if (!node.isMissingNode() && !node.isTextual()) {
            throw new NotRegularException("%s %s, which is no text,".formatted(keyword, node));
        }
        return node.isMissingNode() ? Set.of() : Set.of(node.textValue());
    }

    /** Those of both. */
    StringLimits and(StringLimits other) {
        return new StringLimits(
                Math.max(least, other.least),
                Math.min(most, other.most),
                union(patterns, other.patterns),
                union(formats, other.formats));
    }

    private static Set<String> union(Set<String> some, Set<String> others) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(others);
        return all;
    }

    boolean isNone() {
        return least == 0 && most == UNLIMITED && patterns.isEmpty() && formats.isEmpty();
    }

    /**
     * Whether a text keeps to them. Of a format it is one that we would write; see {@link Formats}.
     *
     * @throws NotRegularException as {@link #syntax}
     */
    boolean admit(String text) {
        int length = text.codePointCount(0, text.length());
        return length >= least && length <= most && language().accepts(text);
    }

    /**
     * Whether no text keeps to them.
     *
     * @throws NotRegularException as {@link #syntax}
     */
    boolean isContradictory() {
        return least > most || language().and(Language.ofLength(least, most)).isEmpty();
    }

    /**
     * The strings that keep to them.
     *
     * @throws NotRegularException if there are none, or for what no answer can be held to; the message names it
     */
    Syntax syntax(Vocabulary vocabulary, TextRules rules) {
        if (least > most) {
            throw new NotRegularException(description() + ", which no text fits,");
        }
        if (patterns.isEmpty() && formats.isEmpty()) {
            return new StringSyntax(rules, least, most, vocabulary.longestToken());
        }
        Language language = language();
        try {
            Language texts = language.and(Language.ofLength(least, most));
            if (texts.isEmpty()) {
                throw new NotRegularException("which no text fits");
            }
            return new AutomatonSyntax(vocabulary, ByteAutomaton.quoted(texts.automaton(), rules), texts.longest());
        } catch (NotRegularException e) {
            throw new NotRegularException(description() + ", " + e.getMessage() + ",");
        }
    }

    private Language language() {
        if (language == null) {
            language = Stream.concat(
                            formats.stream().map(StringLimits::ofFormat),
                            patterns.stream().map(StringLimits::ofPattern))
                    .reduce(Language.ofLength(0, UNLIMITED), Language::and);
        }
        return language;
    }

    private static Language ofFormat(String name) {
        return Formats.named(name).orElseThrow(() -> new NotRegularException("the format \"" + name + "\""));
    }

    private static Language ofPattern(String pattern) {
        try {
            return RegularExpression.language(pattern);
        } catch (NotRegularException e) {
            throw new NotRegularException("the pattern \"%s\", %s,".formatted(pattern, e.getMessage()));
        }
    }

    private String description() {
        List<String> parts = new ArrayList<>();
        patterns.forEach(pattern -> parts.add("the pattern \"" + pattern + "\""));
        formats.forEach(format -> parts.add("the format \"" + format + "\""));
        if (least > 0) {
            parts.add("minLength " + least);
        }
        if (most < UNLIMITED) {
            parts.add("maxLength " + most);
        }
        return String.join(" with ", parts);
    }
}
