package org.steering4j.recipe;

import java.util.List;
import java.util.SplittableRandom;

/** The corpus's dice: reproducible choices, the same on every machine. */
final class Chance {

    private final SplittableRandom random;

    private Chance(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Dice for item {@code index} of the stream {@code seed}; neighbouring items are independent. */
    static Chance of(long seed, long index) {
        return new Chance(mix(mix(seed) + index));
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    int between(int lowest, int highest) {
        return random.nextInt(lowest, highest + 1);
    }

    boolean percent(int chance) {
        return random.nextInt(100) < chance;
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    <T> void shuffle(List<T> items) {
        for (int last = items.size() - 1; last > 0; last--) {
            int other = random.nextInt(last + 1);
            T swapped = items.get(last);
            items.set(last, items.get(other));
            items.set(other, swapped);
        }
    }

    /** A number from 0 to 99 that depends on the text alone: decides once and for all what is held out. */
    static int percentile(String text) {
        long hash = 1125899906842597L;
        for (int position = 0; position < text.length(); position++) {
            hash = 31 * hash + text.charAt(position);
        }
        return (int) Math.floorMod(mix(hash), 100L);
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
