package org.steering4j.constraint;

import java.util.List;
import java.util.function.Consumer;

/** One thing after another, at the top level. */
record Sequence(Syntax first, List<Frame> others) implements Syntax {

    @Override
    public int shortest(int levels) {
        return others.stream().mapToInt(Frame::needed).reduce(first.shortest(levels), Cost::sum);
    }

    @Override
    public void begin(int symbol, int levels, Stack rest, Consumer<Stack> next) {
        Stack afterwards = rest;
        for (int i = others.size() - 1; i >= 0; i--) {
            afterwards = afterwards.push(others.get(i));
        }
        first.begin(symbol, levels, afterwards, next);
    }
}
