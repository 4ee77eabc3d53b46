package org.steering4j.constraint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** One of some texts, letter by letter: the values of an enum, {@code true}, a mark. */
final class Words implements Syntax {

    /** Sorted and distinct, so that those with the same beginning lie side by side. */
    private final List<int[]> texts;

    /** For each text and each place in it, how many tokens spell what comes from there on. */
    private final List<int[]> costs;

    /** @param texts as symbols, none of them empty */
    Words(Vocabulary vocabulary, Collection<int[]> texts) {
        this.texts = new ArrayList<>();
        texts.stream().sorted(Arrays::compare).forEach(text -> {
            if (this.texts.isEmpty() || !Arrays.equals(text, this.texts.get(this.texts.size() - 1))) {
                this.texts.add(text);
            }
        });
        this.costs = this.texts.stream().map(vocabulary::spellingCosts).toList();
    }

    static Words of(Vocabulary vocabulary, String text) {
        return new Words(vocabulary, List.of(Vocabulary.symbols(text)));
    }

    /** The texts from one index to another (exclusive), which are all alike up to an offset. */
    record Range(Words words, int from, int to, int offset) {

        /** Those that go on with a symbol, or null. */
        Range next(int symbol) {
            int first = firstNotBelow(symbol);
            int last = firstNotBelow(symbol + 1);
            return first == last ? null : new Range(words, first, last, offset + 1);
        }

        /** The first whose next symbol is at least so high; texts that end here come before all that go on. */
        private int firstNotBelow(int symbol) {
            int low = from;
            int high = to;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (words.symbol(middle, offset) < symbol) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        /** Whether the first of them ends here; the others then begin with it. */
        boolean firstEnds() {
            return words.texts.get(from).length == offset;
        }

        /** Those that do not end here. */
        Range unfinished() {
            return firstEnds() ? new Range(words, from + 1, to, offset) : this;
        }

        int cost(int word) {
            return words.costs.get(word)[offset];
        }

        int cheapest() {
            int cheapest = Cost.IMPOSSIBLE;
            for (int word = from; word < to; word++) {
                cheapest = Math.min(cheapest, cost(word));
            }
            return cheapest;
        }
    }

    private int symbol(int word, int offset) {
        int[] text = texts.get(word);
        return offset < text.length ? text[offset] : -1;
    }

    Range all() {
        return new Range(this, 0, texts.size(), 0);
    }

    @Override
    public int shortest(int levels) {
        return all().cheapest();
    }

    @Override
    public void begin(int symbol, int levels, Stack rest, Consumer<Stack> next) {
        new Unfinished(all()).write(symbol, rest, next);
    }

    private record Unfinished(Range range) implements Frame {

        @Override
        public int needed() {
            return range.cheapest();
        }

        @Override
        public void write(int symbol, Stack rest, Consumer<Stack> next) {
            Range narrowed = range.next(symbol);
            if (narrowed == null) {
                return;
            }
            if (narrowed.firstEnds()) {
                next.accept(rest);
            }
            Range unfinished = narrowed.unfinished();
            if (unfinished.from < unfinished.to) {
                next.accept(rest.push(new Unfinished(unfinished)));
            }
        }
    }
}
