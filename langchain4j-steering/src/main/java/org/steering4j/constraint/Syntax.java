package org.steering4j.constraint;

import java.util.function.Consumer;

/**
 * What a part of an answer may look like, such as a number, or an object with certain members. Immutable once it is built, and shared
 * between generations.
 *
 * <p>{@code levels} says how many objects and arrays may be opened within one another from here on. The limit is there because readers of
 * JSON have one too (Jackson's is 1,000), and because it makes the shortest form of a recursive schema easy to find.
 */
interface Syntax {

    /** Of a whole answer. */
    int MOST_LEVELS = 100;

    /** With some to spare, to see what would come if that limit were not there; see {@link Frame#relaxed}. */
    int DEEPEST = 2 * MOST_LEVELS;

    /** More than a token opens. */
    int MOST_LEVELS_IN_TOKEN = 16;

    /** See {@link Frame#relaxed}. */
    static int relaxed(int levels) {
        return levels < MOST_LEVELS_IN_TOKEN ? levels + MOST_LEVELS : levels;
    }

    /** How many tokens suffice to write this, or {@link Cost#IMPOSSIBLE}. */
    int shortest(int levels);

    /**
     * Begins to write this.
     *
     * @param symbol the first one; see {@link Vocabulary}
     * @param rest what is to be written after this
     * @param next is told what may follow the symbol; nothing, if this cannot begin with it
     */
    void begin(int symbol, int levels, Stack rest, Consumer<Stack> next);
}
