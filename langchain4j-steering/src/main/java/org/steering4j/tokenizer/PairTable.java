package org.steering4j.tokenizer;

import java.util.Arrays;

/** A table from two numbers, neither below 0, to two others. It holds no objects, so that half a million entries are small. Not thread-safe to write. */
final class PairTable {

    private static final long FREE = -1;

    private long[] keys;
    private int[] firsts;
    private int[] seconds;
    private int size;

    PairTable() {
        allocate(64);
    }

    private void allocate(int slots) {
        keys = new long[slots];
        Arrays.fill(keys, FREE);
        firsts = new int[slots];
        seconds = new int[slots];
    }

    private int slot(long key) {
        int slot = (int) (key * 0x9E3779B97F4A7C15L >>> 36) & keys.length - 1;
        while (keys[slot] != FREE && keys[slot] != key) {
            slot = slot + 1 & keys.length - 1;
        }
        return slot;
    }

    private static long key(int left, int right) {
        return (long) left << 32 | right;
    }

    /** Replaces what was there. */
    void put(int left, int right, int first, int second) {
        put(key(left, right), first, second);
    }

    private void put(long key, int first, int second) {
        int slot = slot(key);
        if (keys[slot] == FREE) {
            if (2 * size >= keys.length) {
                grow();
                slot = slot(key);
            }
            size++;
            keys[slot] = key;
        }
        firsts[slot] = first;
        seconds[slot] = second;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldFirsts = firsts;
        int[] oldSeconds = seconds;
        size = 0;
        allocate(2 * oldKeys.length);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != FREE) {
                put(oldKeys[i], oldFirsts[i], oldSeconds[i]);
            }
        }
    }

    /** Where the entry is, or -1. */
    int find(int left, int right) {
        int slot = slot(key(left, right));
        return keys[slot] == FREE ? -1 : slot;
    }

    int first(int slot) {
        return firsts[slot];
    }

    int second(int slot) {
        return seconds[slot];
    }
}
