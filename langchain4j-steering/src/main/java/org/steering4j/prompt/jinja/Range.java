package org.steering4j.prompt.jinja;

import java.util.ArrayList;
import java.util.List;

/** Whole numbers from one up to, but without, another. */
record Range(long start, long stop, long step) {

    /** As Jinja2's sandbox has it. */
    private static final int MAXIMUM_LENGTH = 100_000;

    Range {
        if (step == 0) {
            throw new Failure("range() needs a step other than 0");
        }
        if (length(start, stop, step) > MAXIMUM_LENGTH) {
            throw new Failure("range() of more than %,d numbers".formatted(MAXIMUM_LENGTH));
        }
    }

    private static long length(long start, long stop, long step) {
        long distance = step > 0 ? stop - start : start - stop;
        long width = Math.abs(step);
        return distance <= 0 ? 0 : (distance + width - 1) / width;
    }

    int length() {
        return (int) length(start, stop, step);
    }

    List<Object> items() {
        Work.objects(length());
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < length(); i++) {
            items.add(Values.integer(start + i * step));
        }
        return items;
    }
}
