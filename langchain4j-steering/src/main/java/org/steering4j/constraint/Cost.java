package org.steering4j.constraint;

/** Numbers of tokens that suffice to write something. */
final class Cost {

    /** Of what cannot be written at all. */
    static final int IMPOSSIBLE = 1 << 28;

    private Cost() {}

    static int sum(int... costs) {
        int sum = 0;
        for (int cost : costs) {
            sum = (int) Math.min(IMPOSSIBLE, (long) sum + cost);
        }
        return sum;
    }

    static int times(int count, int cost) {
        return (int) Math.min(IMPOSSIBLE, (long) count * cost);
    }
}
