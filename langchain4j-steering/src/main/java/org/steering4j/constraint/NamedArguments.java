package org.steering4j.constraint;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;

/** The arguments of a call that is no JSON, each with its name, in any order, and what ends them. Immutable. */
final class NamedArguments {

    /**
     * @param opening the name and what stands between it and the value, as symbols; none is the beginning of another
     * @param value what the value may be
     */
    record Argument(int[] opening, Frame value, boolean required) {}

    /** In the order of {@link #openings}. */
    private final List<Argument> arguments;

    private final Words openings;
    private final List<Frame> afterValue;
    /** Null if nothing stands between two arguments. */
    private final Frame separator;

    private final Frame end;

    /**
     * @param afterValue what stands behind each value
     * @param separator what stands between two arguments; null for nothing
     * @param end what ends the arguments
     */
    NamedArguments(
            Vocabulary vocabulary, List<Argument> arguments, List<Frame> afterValue, Frame separator, Frame end) {
        this.arguments = arguments.stream()
                .sorted((a, b) -> Arrays.compare(a.opening, b.opening))
                .toList();
        this.openings =
                new Words(vocabulary, arguments.stream().map(Argument::opening).toList());
        this.afterValue = afterValue;
        this.separator = separator;
        this.end = end;
    }

    /** All of them, end included. */
    Frame frame() {
        return new Between(this, new BitSet());
    }

    private int cost(int argument, int costOfOpening) {
        int cost = Cost.sum(costOfOpening, arguments.get(argument).value.needed());
        for (Frame frame : afterValue) {
            cost = Cost.sum(cost, frame.needed());
        }
        return cost;
    }

    private int missing(BitSet written) {
        int cost = 0;
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).required && !written.get(i)) {
                int separated = separator == null ? 0 : separator.needed();
                cost = Cost.sum(cost, separated, cost(i, openings.all().cost(i)));
            }
        }
        return Cost.sum(cost, end.needed());
    }

    private boolean nothingIsMissing(BitSet written) {
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).required && !written.get(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean mayCome(int argument, BitSet written) {
        return !written.get(argument) && arguments.get(argument).value.needed() < Cost.IMPOSSIBLE;
    }

    private boolean anyMayCome(BitSet written) {
        for (int i = 0; i < arguments.size(); i++) {
            if (mayCome(i, written)) {
                return true;
            }
        }
        return false;
    }

    /** @param written the arguments that are there, by index; never changed */
    private record Between(NamedArguments all, BitSet written) implements Frame {

        @Override
        public int needed() {
            return all.missing(written);
        }

        @Override
        public void write(int symbol, Stack rest, Consumer<Stack> next) {
            if (all.nothingIsMissing(written)) {
                all.end.write(symbol, rest, next);
            }
            Frame name = new Opening(all, written, all.openings.all());
            if (!all.anyMayCome(written)) {
                return;
            }
            if (all.separator == null || written.isEmpty()) {
                name.write(symbol, rest, next);
            } else {
                all.separator.write(symbol, rest.push(name).push(Gap.SPACE), next);
            }
        }
    }

    /** @param range those that what is written is the beginning of */
    private record Opening(NamedArguments all, BitSet written, Words.Range range) implements Frame {

        @Override
        public int needed() {
            int cheapest = Cost.IMPOSSIBLE;
            for (int i = range.from(); i < range.to(); i++) {
                if (all.mayCome(i, written)) {
                    cheapest = Math.min(cheapest, Cost.sum(all.cost(i, range.cost(i)), all.missing(with(i))));
                }
            }
            return cheapest;
        }

        private BitSet with(int argument) {
            BitSet more = (BitSet) written.clone();
            more.set(argument);
            return more;
        }

        @Override
        public void write(int symbol, Stack rest, Consumer<Stack> next) {
            Words.Range narrowed = range.next(symbol);
            if (narrowed == null) {
                return;
            }
            int argument = narrowed.from();
            if (narrowed.firstEnds()) { // then it is the only one
                if (all.mayCome(argument, written)) {
                    Stack after = rest.push(new Between(all, with(argument)));
                    for (int i = all.afterValue.size() - 1; i >= 0; i--) {
                        after = after.push(all.afterValue.get(i));
                    }
                    next.accept(after.push(all.arguments.get(argument).value));
                }
            } else {
                Opening longer = new Opening(all, written, narrowed);
                if (longer.needed() < Cost.IMPOSSIBLE) {
                    next.accept(rest.push(longer));
                }
            }
        }
    }
}
