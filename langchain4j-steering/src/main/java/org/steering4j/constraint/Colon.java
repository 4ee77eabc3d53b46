package org.steering4j.constraint;

import java.util.function.Consumer;

/** The colon between name and value, with a space before and after it, if the model likes. */
record Colon(boolean afterSpace) implements Frame {

    static final Colon INSTANCE = new Colon(false);

    @Override
    public int needed() {
        return 1;
    }

    @Override
    public void write(int symbol, Stack rest, Consumer<Stack> next) {
        if (symbol == ':') {
            next.accept(rest.push(Gap.SPACE));
        } else if (symbol == ' ' && !afterSpace) {
            next.accept(rest.push(new Colon(true)));
        }
    }
}
