package org.steering4j.constraint;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** What an alternative asks of arrays. */
final class ArrayKeywords {

    private final Alternative alternative;

    ArrayKeywords(Alternative alternative) {
        this.alternative = alternative;
    }

    int least() {
        return alternative.most("minItems", 0);
    }

    int most() {
        return alternative.least("maxItems", Integer.MAX_VALUE);
    }

    /** How many of the first items may differ from those that follow in what they must fit. */
    int prefix() {
        return alternative.having("prefixItems").stream()
                .mapToInt(leaf -> leaf.list("prefixItems").size())
                .max()
                .orElse(0);
    }

    /** What an item must fit. */
    Set<Subschema> item(int index) {
        Set<Subschema> schemas = new LinkedHashSet<>();
        for (Subschema leaf : alternative.having("prefixItems", "items")) {
            Subschema item = item(index, leaf);
            if (item != null) {
                schemas.add(item);
            }
        }
        for (Alternative.Unevaluated unevaluated : alternative.unevaluated()) {
            if (unevaluated.schema().has("unevaluatedItems") && !isEvaluated(index, unevaluated)) {
                schemas.add(unevaluated.schema().one("unevaluatedItems"));
            }
        }
        schemas.removeIf(Subschema::isTrue);
        return schemas;
    }

    private static Subschema item(int index, Subschema schema) {
        List<Subschema> prefix = schema.list("prefixItems");
        return index < prefix.size() ? prefix.get(index) : schema.has("items") ? schema.one("items") : null;
    }

    private boolean isEvaluated(int index, Alternative.Unevaluated unevaluated) {
        return unevaluated.evaluators().stream().anyMatch(leaf -> item(index, leaf) != null)
                || alternative.unevaluated().stream()
                        .anyMatch(other -> other.schema() != unevaluated.schema()
                                && other.schema().has("unevaluatedItems")
                                && unevaluated.evaluators().contains(other.schema()));
    }

    /** Whether some array may fit. */
    boolean mayFit(Predicate<Set<Subschema>> nothingFits) {
        if (least() > most()) {
            return false;
        }
        int different = Math.min(least(), prefix() + 1);
        for (int i = 0; i < different; i++) {
            if (nothingFits.test(item(i))) {
                return false;
            }
        }
        return true;
    }
}
