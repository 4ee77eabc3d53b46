package org.steering4j.trainer;

/** Makes independent random seeds of one seed, so that every choice follows from the seed and its place alone. */
final class Seeds {

    static final long SPLIT = -1;
    static final long ORDER = -2;

    private Seeds() {}

    /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014) over both numbers: neighbours share no pattern. */
    static long mix(long seed, long place) {
        long z = seed + (place + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
