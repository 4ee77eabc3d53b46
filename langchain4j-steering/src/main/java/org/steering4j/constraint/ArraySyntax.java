package org.steering4j.constraint;

import java.util.List;
import java.util.function.Consumer;

/** A JSON array: some first items, each of its own syntax, and further ones of the same. */
final class ArraySyntax implements Syntax {

    private final List<Syntax> first;
    private final Syntax others;
    private final int least;
    private final int most;
    private final int mostInToken;

    /** By levels; 0 where not known yet. Threads that share the syntax write the same values. */
    private final int[] shortest = new int[DEEPEST + 1];

    /**
     * @param first of items that may differ from the others
     * @param others of the items after these
     * @param least how many items there are, at least
     * @param most and at most
     */
    ArraySyntax(Vocabulary vocabulary, List<Syntax> first, Syntax others, int least, int most) {
        this.first = List.copyOf(first);
        this.others = others;
        this.least = least;
        this.most = most;
        this.mostInToken = vocabulary.mostCommas() + 1;
    }

    private Syntax item(int index) {
        return index < first.size() ? first.get(index) : others;
    }

    @Override
    public int shortest(int levels) {
        if (levels == 0) {
            return Cost.IMPOSSIBLE;
        }
        if (shortest[levels] == 0) {
            shortest[levels] = Cost.sum(1, new Items(this, Place.FIRST, 0, levels - 1).needed());
        }
        return shortest[levels];
    }

    @Override
    public void begin(int symbol, int levels, Stack rest, Consumer<Stack> next) {
        if (symbol == '[' && shortest(levels) < Cost.IMPOSSIBLE) {
            next.accept(rest.push(new Items(this, Place.FIRST, 0, levels - 1)).push(Gap.line(levels - 1)));
        }
    }

    private enum Place {
        FIRST,
        AFTER_ITEM,
        BEFORE_END
    }

    /**
     * @param count of the items that are there
     * @param levels left for the items
     */
    private record Items(ArraySyntax syntax, Place place, int count, int levels) implements Frame {

        @Override
        public int needed() {
            int missing = syntax.least - count;
            if (missing <= 0) {
                return 1;
            }
            int needed = place == Place.FIRST ? 0 : 1;
            int index = count;
            for (; index < syntax.least && index < syntax.first.size(); index++) {
                needed = Cost.sum(needed, syntax.item(index).shortest(levels), 1);
            }
            return index == syntax.least
                    ? needed
                    : Cost.sum(needed, Cost.times(syntax.least - index, Cost.sum(syntax.others.shortest(levels), 1)));
        }

        private boolean mayEndHere() {
            return count >= syntax.least;
        }

        private boolean mayGoOn() {
            return count < syntax.most && syntax.item(count).shortest(levels) < Cost.IMPOSSIBLE;
        }

        @Override
        public void write(int symbol, Stack rest, Consumer<Stack> next) {
            if (symbol == ']') {
                if (mayEndHere()) {
                    next.accept(rest);
                }
            } else if (place == Place.FIRST) {
                if (mayGoOn()) {
                    syntax.item(count).begin(symbol, levels, afterItem(rest), next);
                }
            } else if (place == Place.AFTER_ITEM && symbol == ',') {
                if (mayGoOn()) {
                    next.accept(afterItem(rest)
                            .push(new Begin(syntax.item(count), levels))
                            .push(Gap.line(levels)));
                }
            } else if (place == Place.AFTER_ITEM && mayEndHere()) {
                Gap.line(levels).write(symbol, rest.push(at(Place.BEFORE_END, count)), next);
            }
        }

        private Stack afterItem(Stack rest) {
            return rest.push(at(
                    Place.AFTER_ITEM,
                    syntax.most == Integer.MAX_VALUE ? syntax.withoutDifference(count + 1) : count + 1));
        }

        private Items at(Place place, int count) {
            return new Items(syntax, place, count, levels);
        }

        @Override
        public Frame relaxed() {
            int relaxed = Syntax.relaxed(levels);
            return relaxed == levels ? this : new Items(syntax, place, count, relaxed);
        }

        @Override
        public Frame forgetful() {
            int enough = syntax.withoutDifference(count);
            return enough == count ? this : at(place, enough);
        }
    }

    /** Until a token could reach the upper limit, it makes no difference how many more than needed there are. */
    private int withoutDifference(int count) {
        int enough = Math.max(least, first.size());
        boolean far = most == Integer.MAX_VALUE || most - (long) count > mostInToken;
        return far && count > enough ? enough : count;
    }
}
