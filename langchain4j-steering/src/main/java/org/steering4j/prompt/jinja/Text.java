package org.steering4j.prompt.jinja;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * A string as Python has it, a sequence of code points, each of which knows whether it is the template's own or foreign: came with a message.
 * Whatever a template does with a text, cutting, joining, changing case, that origin stays, so that in the end what somebody typed can be told
 * from what the template wrote. Comparisons do not see it. Immutable.
 */
public final class Text implements Comparable<Text> {

    static final Text EMPTY = new Text(new int[0]);

    private static final int FOREIGN = 1 << 30;

    private final int[] points;

    private Text(int[] points) {
        this.points = points;
    }

    /** The template's own, or ours. */
    public static Text own(String text) {
        return new Text(text.codePoints().toArray());
    }

    /** What came with a message. */
    public static Text foreign(String text) {
        return new Text(text.codePoints().map(point -> point | FOREIGN).toArray());
    }

    static Text of(int[] points, int length) {
        return new Text(Arrays.copyOf(points, length));
    }

    int length() {
        return points.length;
    }

    boolean isEmpty() {
        return points.length == 0;
    }

    /** The code point, without its origin. */
    int at(int index) {
        return points[index] & ~FOREIGN;
    }

    /** With its origin. */
    int marked(int index) {
        return points[index];
    }

    /** The same origin for another code point. */
    static int as(int marked, int point) {
        return marked & FOREIGN | point;
    }

    static int unmarked(int marked) {
        return marked & ~FOREIGN;
    }

    Text slice(int from, int to) {
        return from == 0 && to == points.length ? this : new Text(Arrays.copyOfRange(points, from, to));
    }

    Text character(int index) {
        return slice(index, index + 1);
    }

    Text plus(Text other) {
        int[] joined = Arrays.copyOf(points, points.length + other.points.length);
        System.arraycopy(other.points, 0, joined, points.length, other.points.length);
        return new Text(joined);
    }

    /** The first index from {@code from} on where the other begins, or -1. */
    int indexOf(Text other, int from) {
        for (int start = Math.max(0, from); start + other.length() <= length(); start++) {
            if (holdsAt(start, other)) {
                return start;
            }
        }
        return -1;
    }

    int lastIndexOf(Text other) {
        for (int start = length() - other.length(); start >= 0; start--) {
            if (holdsAt(start, other)) {
                return start;
            }
        }
        return -1;
    }

    boolean holdsAt(int start, Text other) {
        if (start < 0 || start + other.length() > length()) {
            return false;
        }
        for (int i = 0; i < other.length(); i++) {
            if (at(start + i) != other.at(i)) {
                return false;
            }
        }
        return true;
    }

    /** @param operator from code point to code point */
    Text mapped(IntUnaryOperator operator) {
        return new Text(Arrays.stream(points)
                .map(point -> as(point, operator.applyAsInt(unmarked(point))))
                .toArray());
    }

    IntStream codePoints() {
        return Arrays.stream(points).map(Text::unmarked);
    }

    /** As {@link #toString}, with another character for each char of it that is foreign. */
    public String withForeignAs(char other) {
        StringBuilder masked = new StringBuilder(points.length + 16);
        for (int point : points) {
            if ((point & FOREIGN) == 0) {
                masked.appendCodePoint(point);
            } else {
                masked.append(String.valueOf(other).repeat(Character.charCount(unmarked(point))));
            }
        }
        return masked.toString();
    }

    @Override
    public int compareTo(Text other) {
        return Arrays.compare(codePoints().toArray(), other.codePoints().toArray());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Text text && text.length() == length() && holdsAt(0, text);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int point : points) {
            hash = 31 * hash + unmarked(point);
        }
        return hash;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(points.length + 16);
        for (int point : points) {
            text.appendCodePoint(unmarked(point));
        }
        return text.toString();
    }
}
