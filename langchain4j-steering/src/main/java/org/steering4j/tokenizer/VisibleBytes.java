package org.steering4j.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** GPT-2's way to write each byte as a visible character: those of Latin-1 that can be seen for themselves, others in their place. */
final class VisibleBytes {

    private static final char[] CHARACTERS = new char[256];
    private static final short[] BYTES = new short[256 + 68];

    static {
        Arrays.fill(BYTES, (short) -1);
        char next = 256; // the invisible ones follow Latin-1
        for (int value = 0; value < 256; value++) {
            boolean visible = value >= '!' && value <= '~' || value >= 0xA1 && value != 0xAD;
            CHARACTERS[value] = visible ? (char) value : next++;
            BYTES[CHARACTERS[value]] = (short) value;
        }
    }

    private VisibleBytes() {}

    static String write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        char[] characters = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            characters[i] = CHARACTERS[bytes[i] & 0xFF];
        }
        return new String(characters);
    }

    /** The bytes that a text stands for, or null if one of its characters stands for none. */
    static byte[] read(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = text.charAt(i);
            if (c >= BYTES.length || BYTES[c] < 0) {
                return null;
            }
            bytes[i] = (byte) BYTES[c];
        }
        return bytes;
    }

    static char of(int value) {
        return CHARACTERS[value];
    }
}
