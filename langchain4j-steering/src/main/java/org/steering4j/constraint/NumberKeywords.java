package org.steering4j.constraint;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.steering4j.constraint.regular.NotRegularException;

/** What schemas ask of numbers: bounds, divisors, and OpenAPI's formats {@code int32} and {@code int64}. */
final class NumberKeywords {

    private static final List<String> KEYWORDS =
            List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format");

    private NumberKeywords() {}

    private static List<Subschema> limiting(Collection<Subschema> schemas) {
        return schemas.stream()
                .filter(schema -> KEYWORDS.stream().anyMatch(schema::has))
                .toList();
    }

    private static NumberLimits limits(Collection<Subschema> limiting) {
        return limiting.stream().map(NumberLimits::of).reduce(NumberLimits.NONE, NumberLimits::and);
    }

    /**
     * Of numbers that fit all of some schemas.
     *
     * @param kinds of numbers that are meant: {@link Kind#INTEGER}, {@link Kind#FRACTION} or both
     */
    static Syntax syntax(Collection<Subschema> schemas, Vocabulary vocabulary, Set<Kind> kinds) {
        List<Subschema> limiting = limiting(schemas);
        NumberLimits limits = limits(limiting);
        boolean integer = !kinds.contains(Kind.FRACTION);
        if (limits.equals(NumberLimits.NONE) && kinds.contains(Kind.INTEGER)) {
            return new NumberSyntax(integer);
        }
        try {
            return limits.syntax(vocabulary, kinds);
        } catch (NotRegularException e) {
            throw (limiting.isEmpty() ? schemas.iterator().next() : limiting.get(0)).refusal(e.getMessage());
        }
    }

    /**
     * Whether some number may fit all of them; true if that is not seen.
     *
     * @param integer whether integers are meant, or all others
     */
    static boolean mayFit(Collection<Subschema> schemas, boolean integer) {
        List<Subschema> limiting = limiting(schemas);
        if (limiting.isEmpty()) {
            return true;
        }
        NumberLimits limits = limits(limiting);
        boolean mayFit = limits.mayFit(integer);
        boolean otherMayFit = limits.mayFit(!integer)
                && limiting.stream()
                        .allMatch(schema -> Kind.ofType(schema).contains(integer ? Kind.FRACTION : Kind.INTEGER));
        if (!mayFit
                && !otherMayFit
                && integer
                && limiting.size() == 1
                && !limiting.get(0).isMade()) {
            throw limiting.get(0).refusal(limits + ", which no number of the type fits,");
        }
        return mayFit;
    }

    /** Whether a number fits what a schema asks of numbers. */
    static boolean accept(BigDecimal number, Subschema schema) {
        return KEYWORDS.stream().noneMatch(schema::has)
                || NumberLimits.of(schema).admit(number, schema);
    }
}
