package org.steering4j.tokenizer;

import java.util.Arrays;

/** Where something was found in a text: beginnings and ends, from left to right. Not thread-safe. */
final class Matches {

    private int[] bounds = new int[32];
    private int size;

    void add(int from, int to) {
        if (size == bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * size);
        }
        bounds[size++] = from;
        bounds[size++] = to;
    }

    int count() {
        return size / 2;
    }

    int from(int match) {
        return bounds[2 * match];
    }

    int to(int match) {
        return bounds[2 * match + 1];
    }
}
