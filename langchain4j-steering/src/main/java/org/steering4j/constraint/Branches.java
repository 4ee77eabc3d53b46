package org.steering4j.constraint;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** One of several names and what follows that name, such as the arguments of a tool. As long as names are alike, they are followed as one. */
final class Branches implements Frame {

    /**
     * @param name as symbols; none is the beginning of another
     * @param afterwards what follows it
     */
    record Branch(int[] name, List<Frame> afterwards) {

        private Stack pushTo(Stack rest) {
            Stack stack = rest;
            for (int i = afterwards.size() - 1; i >= 0; i--) {
                stack = stack.push(afterwards.get(i));
            }
            return stack;
        }

        private int cost() {
            return afterwards.stream().mapToInt(Frame::needed).reduce(0, Cost::sum);
        }
    }

    /** In the order of the names. */
    private final List<Branch> branches;

    private final Words names;

    Branches(Vocabulary vocabulary, List<Branch> branches) {
        this.branches = branches.stream()
                .sorted((a, b) -> Arrays.compare(a.name, b.name))
                .toList();
        this.names = new Words(vocabulary, branches.stream().map(Branch::name).toList());
    }

    @Override
    public int needed() {
        return new Partly(this, names.all()).needed();
    }

    @Override
    public void write(int symbol, Stack rest, Consumer<Stack> next) {
        new Partly(this, names.all()).write(symbol, rest, next);
    }

    private record Partly(Branches all, Words.Range range) implements Frame {

        @Override
        public int needed() {
            int cheapest = Cost.IMPOSSIBLE;
            for (int branch = range.from(); branch < range.to(); branch++) {
                cheapest = Math.min(
                        cheapest,
                        Cost.sum(range.cost(branch), all.branches.get(branch).cost()));
            }
            return cheapest;
        }

        @Override
        public void write(int symbol, Stack rest, Consumer<Stack> next) {
            Words.Range narrowed = range.next(symbol);
            if (narrowed == null) {
                return;
            }
            if (narrowed.firstEnds()) {
                next.accept(all.branches.get(narrowed.from()).pushTo(rest));
            } else {
                next.accept(rest.push(new Partly(all, narrowed)));
            }
        }
    }
}
