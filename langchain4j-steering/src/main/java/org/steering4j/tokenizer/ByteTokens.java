package org.steering4j.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** The tokens {@code <0x00>} to {@code <0xFF>}, in which unknown characters are spelt. Immutable. */
final class ByteTokens {

    private static final int MISSING = -1;

    private final int[] ids = new int[256];

    ByteTokens(Map<String, Integer> vocabulary) {
        for (int value = 0; value < 256; value++) {
            ids[value] = vocabulary.getOrDefault("<0x%02X>".formatted(value), MISSING);
        }
    }

    boolean isComplete() {
        return Arrays.stream(ids).noneMatch(id -> id == MISSING);
    }

    /** Adds the tokens of a text's bytes, if there is one for each. */
    boolean encode(String text, TokenList tokens) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (byte value : bytes) {
            if (ids[value & 0xFF] == MISSING) {
                return false;
            }
        }
        for (byte value : bytes) {
            tokens.add(ids[value & 0xFF]);
        }
        return true;
    }
}
