package org.steering4j.constraint;

import java.util.function.Consumer;

/** Something of which nothing is written yet. */
record Begin(Syntax syntax, int levels) implements Frame {

    @Override
    public int needed() {
        return syntax.shortest(levels);
    }

    @Override
    public Frame relaxed() {
        int relaxed = Syntax.relaxed(levels);
        return relaxed == levels ? this : new Begin(syntax, relaxed);
    }

    @Override
    public void write(int symbol, Stack rest, Consumer<Stack> next) {
        syntax.begin(symbol, levels, rest, next);
    }
}
