package org.steering4j.constraint;

import java.util.function.Consumer;

/**
 * White space, if any: one space, or a line break and some spaces. Bounded, so that no model loses itself in it.
 *
 * @param spaces how many spaces may come now
 * @param indentation how many may come after a line break, or negative if none may come
 */
record Gap(int spaces, int indentation) implements Frame {

    private static final int SPACES_PER_LEVEL = 4;
    private static final int MOST_INDENTATION = 64;

    static final Gap SPACE = new Gap(1, -1);
    static final Gap LINE_BREAK = new Gap(0, 0);
    static final Gap SPACE_OR_LINE_BREAK = new Gap(1, 0);

    /** @param levels how many may still be opened here */
    static Gap line(int levels) {
        int depth = Math.floorMod(Syntax.MOST_LEVELS - levels, Syntax.MOST_LEVELS);
        return new Gap(1, Math.min(MOST_INDENTATION, SPACES_PER_LEVEL * depth));
    }

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
        if (symbol == ' ' && spaces > 0) {
            next.accept(spaces == 1 ? rest : rest.push(new Gap(spaces - 1, -1)));
        } else if (symbol == '\n' && indentation >= 0) {
            next.accept(indentation == 0 ? rest : rest.push(new Gap(indentation, -1)));
        }
    }
}
