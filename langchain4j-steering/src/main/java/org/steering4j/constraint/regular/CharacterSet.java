package org.steering4j.constraint.regular;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Some of Unicode's characters. Surrogates are none, for no text in UTF-8 holds them. Immutable.
 *
 * @param bounds the characters from an even place's value up to, but without, the next place's value; ascending
 */
record CharacterSet(int[] bounds) {

    private static final int END = Character.MAX_CODE_POINT + 1;

    static final CharacterSet NONE = new CharacterSet(new int[0]);
    static final CharacterSet ALL =
            new CharacterSet(new int[] {0, Character.MIN_SURROGATE, Character.MAX_SURROGATE + 1, END});

    static CharacterSet of(int character) {
        return range(character, character);
    }

    /** Both inclusive. */
    static CharacterSet range(int first, int last) {
        return new CharacterSet(new int[] {first, last + 1}).and(ALL);
    }

    static CharacterSet of(String characters) {
        return characters.codePoints().mapToObj(CharacterSet::of).reduce(NONE, CharacterSet::or);
    }

    static CharacterSet of(IntPredicate predicate) {
        List<Integer> bounds = new ArrayList<>();
        boolean inside = false;
        for (int character = 0; character <= END; character++) {
            boolean contained = character < END && predicate.test(character);
            if (contained != inside) {
                bounds.add(character);
                inside = contained;
            }
        }
        return new CharacterSet(bounds.stream().mapToInt(Integer::intValue).toArray()).and(ALL);
    }

    boolean contains(int character) {
        int place = Arrays.binarySearch(bounds, character);
        return (place >= 0 ? place : -place - 2) % 2 == 0;
    }

    CharacterSet or(CharacterSet other) {
        return combine(other, false);
    }

    CharacterSet and(CharacterSet other) {
        return combine(other, true);
    }

    CharacterSet not() {
        int[] flipped = new int[bounds.length + 2];
        System.arraycopy(bounds, 0, flipped, 1, bounds.length);
        flipped[flipped.length - 1] = END;
        boolean fromZero = bounds.length > 0 && bounds[0] == 0;
        boolean toEnd = bounds.length > 0 && bounds[bounds.length - 1] == END;
        return new CharacterSet(Arrays.copyOfRange(flipped, fromZero ? 2 : 0, flipped.length - (toEnd ? 2 : 0)))
                .and(ALL);
    }

    private CharacterSet combine(CharacterSet other, boolean both) {
        int[] merged = new int[bounds.length + other.bounds.length];
        int length = 0;
        int mine = 0;
        int theirs = 0;
        boolean inside = false;
        while (mine < bounds.length || theirs < other.bounds.length) {
            int next = Math.min(
                    mine < bounds.length ? bounds[mine] : END + 1,
                    theirs < other.bounds.length ? other.bounds[theirs] : END + 1);
            mine += mine < bounds.length && bounds[mine] == next ? 1 : 0;
            theirs += theirs < other.bounds.length && other.bounds[theirs] == next ? 1 : 0;
            boolean inMine = mine % 2 == 1;
            boolean inTheirs = theirs % 2 == 1;
            boolean contained = both ? inMine && inTheirs : inMine || inTheirs;
            if (contained != inside) {
                merged[length++] = next;
                inside = contained;
            }
        }
        return new CharacterSet(Arrays.copyOf(merged, length));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CharacterSet that && Arrays.equals(bounds, that.bounds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bounds);
    }

    @Override
    public String toString() {
        return Arrays.toString(bounds);
    }
}
