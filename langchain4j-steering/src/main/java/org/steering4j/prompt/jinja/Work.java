package org.steering4j.prompt.jinja;

import java.util.function.Supplier;

/**
 * How much the rendering that this thread does has done. A template comes from anywhere, and one of its steps may copy or compare millions of
 * characters: so whatever makes or compares values says here how much, and what is too much ends the rendering, after some seconds and
 * before it holds much more than a gibibyte. Outside a rendering nothing is counted.
 */
final class Work {

    static final int MAXIMUM_STEPS = 5_000_000;
    /** How many characters are copied, each into four bytes, in the time of one step. */
    private static final int CHARACTERS_A_STEP = 50;
    /** How many could be in the time and the memory of an object that is made or compared. */
    private static final int CHARACTERS_AN_OBJECT = 8;

    /** Values are worked upon in many places, none of which knows who renders. */
    private static final ThreadLocal<Work> CURRENT = new ThreadLocal<>();

    private final int maximumSteps;
    private long characters;

    private Work(int maximumSteps) {
        this.maximumSteps = maximumSteps;
    }

    /** Does what the supplier does, as one rendering. */
    static <T> T limited(int maximumSteps, Supplier<T> rendering) {
        CURRENT.set(new Work(maximumSteps));
        try {
            return rendering.get();
        } finally {
            CURRENT.remove();
        }
    }

    /** A statement or an expression, or what takes as long. */
    static void step() {
        characters(CHARACTERS_A_STEP);
    }

    /** @param count how many objects are made or compared, beside the characters that they hold */
    static void objects(int count) {
        characters((long) CHARACTERS_AN_OBJECT * count);
    }

    /** @param count how many characters are copied or compared */
    static void characters(long count) {
        Work work = CURRENT.get();
        if (work == null) {
            return;
        }
        work.characters += count;
        if (work.characters > (long) work.maximumSteps * CHARACTERS_A_STEP) {
            throw new Failure("it takes more than %,d steps, or as much work".formatted(work.maximumSteps));
        }
    }
}
