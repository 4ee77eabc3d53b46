package org.steering4j.constraint;

import java.util.List;
import java.util.function.Consumer;

/** The same once or several times, with a separator between. */
record OneOrMore(Syntax item, List<Frame> separator) implements Syntax {

    @Override
    public int shortest(int levels) {
        return item.shortest(levels);
    }

    @Override
    public void begin(int symbol, int levels, Stack rest, Consumer<Stack> next) {
        item.begin(symbol, levels, rest.push(new More(this, levels)), next);
    }

    private record More(OneOrMore all, int levels) implements Frame {

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
            Stack another = rest.push(this).push(new Begin(all.item, levels));
            for (int i = all.separator.size() - 1; i >= 0; i--) {
                another = another.push(all.separator.get(i));
            }
            Stack.write(symbol, List.of(another)).forEach(next);
        }
    }
}
