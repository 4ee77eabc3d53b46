package org.steering4j.constraint;

import java.util.function.Consumer;

/** A JSON array of any number of equal items. A class, not a record: a recursive one holds itself. */
final class ArraySyntax implements Syntax {

    private final Syntax items;

    ArraySyntax(Syntax items) {
        this.items = items;
    }

    @Override
    public int shortest(int levels) {
        return levels == 0 ? Cost.IMPOSSIBLE : 2;
    }

    @Override
    public void begin(int symbol, int levels, Stack rest, Consumer<Stack> next) {
        if (symbol == '[' && levels > 0) {
            next.accept(rest.push(new Items(this, Place.FIRST, levels - 1)).push(Gap.line(levels - 1)));
        }
    }

    private enum Place {
        FIRST,
        AFTER_ITEM,
        BEFORE_END
    }

    private record Items(ArraySyntax syntax, Place place, int levels) implements Frame {

        @Override
        public int needed() {
            return 1;
        }

        @Override
        public void write(int symbol, Stack rest, Consumer<Stack> next) {
            Stack afterItem = rest.push(new Items(syntax, Place.AFTER_ITEM, levels));
            if (symbol == ']') {
                next.accept(rest);
            } else if (place == Place.FIRST) {
                syntax.items.begin(symbol, levels, afterItem, next);
            } else if (place == Place.AFTER_ITEM && symbol == ',') {
                if (syntax.items.shortest(levels) < Cost.IMPOSSIBLE) {
                    next.accept(afterItem.push(new Begin(syntax.items, levels)).push(Gap.line(levels)));
                }
            } else if (place == Place.AFTER_ITEM) {
                Gap.line(levels).write(symbol, rest.push(new Items(syntax, Place.BEFORE_END, levels)), next);
            }
        }
    }
}
