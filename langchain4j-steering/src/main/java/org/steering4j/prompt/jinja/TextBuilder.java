package org.steering4j.prompt.jinja;

import java.util.Arrays;

/** Puts a {@link Text} together. Not thread-safe. */
final class TextBuilder {

    /** More than any context holds: a template that writes more runs wild. */
    static final int MAXIMUM_LENGTH = 1 << 24;

    private int[] points = new int[64];
    private int length;

    TextBuilder append(Text text) {
        grow(text.length());
        for (int i = 0; i < text.length(); i++) {
            points[length++] = text.marked(i);
        }
        return this;
    }

    /** The template's own. */
    TextBuilder append(String text) {
        return append(Text.own(text));
    }

    /** @param marked a code point with its origin */
    TextBuilder append(int marked) {
        grow(1);
        points[length++] = marked;
        return this;
    }

    private void grow(int by) {
        if (by > MAXIMUM_LENGTH - length) {
            throw new Failure("it writes more than %,d characters".formatted(MAXIMUM_LENGTH));
        }
        if (length + by > points.length) {
            points = Arrays.copyOf(points, Math.max(2 * points.length, length + by));
        }
    }

    Text build() {
        return Text.of(points, length);
    }
}
