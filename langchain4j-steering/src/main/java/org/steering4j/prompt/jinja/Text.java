package org.steering4j.prompt.jinja;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * A string as Python has it, a sequence of code points, each of which knows whether it is the template's own or foreign: came with a message.
 * Whatever a template does with a text, cutting, joining, changing case, that origin stays, so that in the end what somebody typed can be told
 * from what the template wrote. Comparisons do not see it. Immutable.
 */
public final class Text implements Comparable<Text> {

    static final Text EMPTY = new Text(new int[0]);

    /** More than any context holds: a template that writes more runs wild. */
    static final int MAXIMUM_LENGTH = 1 << 24;

    private static final int FOREIGN = 1 << 30;

    private final int[] points;

    private Text(int[] points) {
        Work.objects(1);
        Work.characters(points.length);
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

    public Text plus(Text other) {
        return joined(List.of(this, other));
    }

    /** One after the other. */
    static Text joined(List<Text> texts) {
        int length = requireWritable(texts.stream().mapToLong(Text::length).sum());
        int[] joined = new int[length];
        int end = 0;
        for (Text text : texts) {
            System.arraycopy(text.points, 0, joined, end, text.length());
            end += text.length();
        }
        return new Text(joined);
    }

    static Text spaces(int count) {
        return own(" ".repeat(requireWritable(Math.max(0, count))));
    }

    /** @throws Failure if no text may be as long */
    static int requireWritable(long length) {
        if (length > MAXIMUM_LENGTH) {
            throw new Failure("it writes more than %,d characters".formatted(MAXIMUM_LENGTH));
        }
        return (int) length;
    }

    /** The first index from {@code from} on where the other begins, or -1. */
    int indexOf(Text other, int from) {
        int last = length() - other.length();
        int start = Math.max(0, from);
        while (start <= last && !holdsAt(start, other)) {
            start++;
        }
        Work.characters(Math.max(0, start - from));
        return start <= last ? start : -1;
    }

    /** The last index where the other begins, ending at {@code to} or before, or -1. */
    int lastIndexOf(Text other, int to) {
        int start = to - other.length();
        while (start >= 0 && !holdsAt(start, other)) {
            start--;
        }
        Work.characters(Math.max(0, to - start));
        return Math.max(-1, start);
    }

    boolean holdsAt(int start, Text other) {
        if (start < 0 || start + other.length() > length()) {
            return false;
        }
        int same = 0;
        while (same < other.length() && at(start + same) == other.at(same)) {
            same++;
        }
        if (same > 0) {
            Work.characters(same);
        }
        return same == other.length();
    }

    /** @param operator from code point to code point */
    Text mapped(IntUnaryOperator operator) {
        return new Text(Arrays.stream(points)
                .map(point -> as(point, operator.applyAsInt(unmarked(point))))
                .toArray());
    }

    IntStream codePoints() {
        Work.characters(length());
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
        int common = Math.min(length(), other.length());
        int same = 0;
        while (same < common && at(same) == other.at(same)) {
            same++;
        }
        Work.characters(same);
        return same < common ? Integer.compare(at(same), other.at(same)) : Integer.compare(length(), other.length());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Text text && text.length() == length() && holdsAt(0, text);
    }

    @Override
    public int hashCode() {
        Work.characters(length());
        int hash = 1;
        for (int point : points) {
            hash = 31 * hash + unmarked(point);
        }
        return hash;
    }

    @Override
    public String toString() {
        Work.characters(length());
        StringBuilder text = new StringBuilder(points.length + 16);
        for (int point : points) {
            text.appendCodePoint(unmarked(point));
        }
        return text.toString();
    }
}
