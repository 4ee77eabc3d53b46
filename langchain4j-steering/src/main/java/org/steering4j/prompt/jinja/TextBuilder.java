package org.steering4j.prompt.jinja;

import java.util.Arrays;

/** Puts a {@link Text} together. Not thread-safe. */
final class TextBuilder {

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
        int needed = Text.requireWritable((long) length + by);
        if (needed > points.length) {
            int capacity = Math.max(2 * points.length, needed);
            Work.characters(capacity);
            points = Arrays.copyOf(points, capacity);
        }
    }

    Text build() {
        return Text.of(points, length);
    }
}
