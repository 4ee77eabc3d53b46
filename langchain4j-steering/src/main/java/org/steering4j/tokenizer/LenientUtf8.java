package org.steering4j.tokenizer;

import java.nio.charset.StandardCharsets;

/**
 * Reads UTF-8 that may be broken: each longest part that could have begun a character becomes U+FFFD, as the Unicode standard recommends. Java's own
 * decoder makes fewer of them of the bytes of surrogates.
 */
final class LenientUtf8 {

    private LenientUtf8() {}

    static boolean isValid(byte[] bytes, int length) {
        int at = 0;
        while (at < length) {
            int read = character(bytes, at, length);
            if (read <= 0) {
                return false;
            }
            at += read;
        }
        return true;
    }

    static String read(byte[] bytes, int length) {
        if (isValid(bytes, length)) {
            return new String(bytes, 0, length, StandardCharsets.UTF_8);
        }
        StringBuilder text = new StringBuilder(length);
        int from = 0;
        int at = 0;
        while (at < length) {
            int read = character(bytes, at, length);
            if (read > 0) {
                at += read;
            } else {
                text.append(new String(bytes, from, at - from, StandardCharsets.UTF_8))
                        .append('\uFFFD');
                at -= read;
                from = at;
            }
        }
        return text.append(new String(bytes, from, length - from, StandardCharsets.UTF_8))
                .toString();
    }

    /** How many bytes the character at a place has; below 0, how many bytes there make none. */
    private static int character(byte[] bytes, int at, int length) {
        int first = bytes[at] & 0xFF;
        if (first < 0x80) {
            return 1;
        }
        int size = first >= 0xC2 && first < 0xE0
                ? 2
                : first >= 0xE0 && first < 0xF0 ? 3 : first >= 0xF0 && first < 0xF5 ? 4 : 0;
        if (size == 0) {
            return -1;
        }
        for (int i = 1; i < size; i++) {
            int next = at + i < length ? bytes[at + i] & 0xFF : 0;
            int least = i > 1 ? 0x80 : first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
            int most = i > 1 ? 0xBF : first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
            if (next < least || next > most) {
                return -i;
            }
        }
        return size;
    }
}
