package org.steering4j.constraint;

import java.util.function.Consumer;

/** The same once or several times, perhaps with line breaks between. */
record OneOrMore(Syntax item) implements Syntax {

    @Override
    public int shortest(int levels) {
        return item.shortest(levels);
    }

    @Override
    public void begin(int symbol, int levels, Stack rest, Consumer<Stack> next) {
        item.begin(symbol, levels, rest.push(new More(item, levels)), next);
    }

    private record More(Syntax item, int levels) implements Frame {

        @Override
        public int needed() {
            return 0;
        }

        @Override
        public boolean mayEnd() {
            return true;
        }

        @Override
        public void write(int symbol, Stack rest, Consumer<Stack> next) {
            if (symbol == '\n') {
                next.accept(rest.push(this).push(new Begin(item, levels)));
            } else {
                item.begin(symbol, levels, rest.push(this), next);
            }
        }
    }
}
