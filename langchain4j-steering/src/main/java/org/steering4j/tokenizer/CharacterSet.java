package org.steering4j.tokenizer;

import java.util.Arrays;

/** A set of Unicode code points, as sorted ranges. It knows no names. Immutable. */
final class CharacterSet {

    static final CharacterSet NONE = new CharacterSet(new int[0]);
    static final CharacterSet ALL = of(0, Character.MAX_CODE_POINT);

    /** First and last code point of each range, in ascending order; no two ranges touch. */
    private final int[] ranges;

    private CharacterSet(int[] ranges) {
        this.ranges = ranges;
    }

    /** @param bounds first and last code point of each range, in any order */
    static CharacterSet of(int... bounds) {
        long[] sorted = new long[bounds.length / 2];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = (long) bounds[2 * i] << 32 | bounds[2 * i + 1];
        }
        Arrays.sort(sorted);
        int[] ranges = new int[bounds.length];
        int size = 0;
        for (long range : sorted) {
            int first = (int) (range >> 32);
            int last = (int) range;
            if (size > 0 && first <= ranges[size - 1] + 1) {
                ranges[size - 1] = Math.max(ranges[size - 1], last);
            } else {
                ranges[size++] = first;
                ranges[size++] = last;
            }
        }
        return new CharacterSet(Arrays.copyOf(ranges, size));
    }

    static CharacterSet single(int point) {
        return new CharacterSet(new int[] {point, point});
    }

    boolean contains(int point) {
        int found = Arrays.binarySearch(ranges, point);
        // An insertion point at an odd index lies within a range.
        return found >= 0 || (-found - 1) % 2 == 1;
    }

    boolean isEmpty() {
        return ranges.length == 0;
    }

    CharacterSet or(CharacterSet other) {
        int[] both = Arrays.copyOf(ranges, ranges.length + other.ranges.length);
        System.arraycopy(other.ranges, 0, both, ranges.length, other.ranges.length);
        return of(both);
    }

    CharacterSet and(CharacterSet other) {
        return complement().or(other.complement()).complement();
    }

    CharacterSet complement() {
        int[] gaps = new int[ranges.length + 2];
        int size = 0;
        int next = 0;
        for (int i = 0; i < ranges.length; i += 2) {
            if (ranges[i] > next) {
                gaps[size++] = next;
                gaps[size++] = ranges[i] - 1;
            }
            next = ranges[i + 1] + 1;
        }
        if (next <= Character.MAX_CODE_POINT) {
            gaps[size++] = next;
            gaps[size++] = Character.MAX_CODE_POINT;
        }
        return new CharacterSet(Arrays.copyOf(gaps, size));
    }

    /** First and last code point of each range; not to be written to. */
    int[] ranges() {
        return ranges;
    }
}
