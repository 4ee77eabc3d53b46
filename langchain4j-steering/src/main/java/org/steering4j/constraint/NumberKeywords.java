package org.steering4j.constraint;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;

/** What schemas ask of numbers: bounds. */
final class NumberKeywords {

    private static final List<String> KEYWORDS =
            List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf");

    private NumberKeywords() {}

    /**
     * Of numbers that fit all of some schemas.
     *
     * @param integer whether they must be integers
     */
    static Syntax syntax(Collection<Subschema> schemas, Vocabulary vocabulary, boolean integer) {
        schemas.forEach(NumberKeywords::requireNone);
        return new NumberSyntax(integer);
    }

    /** Whether some number may fit all of them; true if that is not seen. */
    static boolean mayFit(Collection<Subschema> schemas, boolean integer) {
        return true;
    }

    /** Whether a number fits what a schema asks of numbers. */
    static boolean accept(BigDecimal number, Subschema schema) {
        requireNone(schema);
        return true;
    }

    private static void requireNone(Subschema schema) {
        for (String keyword : KEYWORDS) {
            if (schema.has(keyword)) {
                throw schema.unsupported(keyword);
            }
        }
    }
}
