package org.steering4j.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.BitSet;

/**
 * SentencePiece's table of characters and what becomes of them: a prefix tree in a double array, whose leaves point into a text of replacements. Every
 * place that any text can reach is checked beforehand. What belongs to one character for the eye is looked up as a whole first, if it is short.
 * Immutable and thread-safe.
 */
final class Precompiled implements Normalizer {

    /** Longer ones are looked up character by character. */
    private static final int MOST_BYTES_AT_ONCE = 5;
    /** What belongs to the character before it: marks, some of which do not, joiners, and voiced sounds of halfwidth kana. */
    private static final CharacterSet EXTENDING = CharacterSets.MARK
            .and(CharacterSet.of(
                            0x102B, 0x102C, 0x1038, 0x1038, 0x1062, 0x1064, 0x1067, 0x106D, 0x1083, 0x1083, 0x1087,
                            0x108C, 0x108F, 0x108F, 0x109A, 0x109C, 0x1A61, 0x1A61, 0x1A63, 0x1A64, 0xAA7B, 0xAA7B,
                            0xAA7D, 0xAA7D, 0x11720, 0x11721)
                    .complement())
            .or(CharacterSet.of(
                    0x200C, 0x200D, 0xE33, 0xE33, 0xEB3, 0xEB3, 0xFF9E, 0xFF9F, 0x1F3FB, 0x1F3FF, 0xE0020, 0xE007F));
    /** To which nothing belongs. */
    private static final CharacterSet CONTROL = CharacterSets.named("Cc")
            .or(CharacterSets.named("Zl"))
            .or(CharacterSets.named("Zp"))
            .or(CharacterSets.named("Cf").and(CharacterSet.of(0x200C, 0x200D).complement()));
    /** What belongs to the character behind it, as signs of Arabic numbers do; of those that are short enough. */
    private static final CharacterSet PREPENDED =
            CharacterSet.of(0x600, 0x605, 0x6DD, 0x6DD, 0x70F, 0x70F, 0x890, 0x891, 0x8E2, 0x8E2, 0xD4E, 0xD4E);

    private static final int MAXIMUM_REPLACEMENT = 1_000;

    private final int[] units;
    private final byte[] replacements;
    private final int growth;

    /** @throws IllegalArgumentException if it is not such a table, or one whose tree leads out of it */
    Precompiled(String base64) {
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);
        long size = bytes.remaining() < Integer.BYTES ? -1 : Integer.toUnsignedLong(bytes.getInt());
        if (size < Integer.BYTES || size > bytes.remaining()) {
            throw new IllegalArgumentException("its precompiled_charsmap does not hold the tree that it says it holds");
        }
        units = new int[(int) size / Integer.BYTES];
        for (int i = 0; i < units.length; i++) {
            units[i] = bytes.getInt();
        }
        replacements = new byte[bytes.remaining()];
        bytes.get(replacements);
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(replacements));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the replacements of its precompiled_charsmap are no UTF-8", e);
        }
        growth = requireWithin();
    }

    /** Goes through the tree; returns how long the longest replacement is. */
    private int requireWithin() {
        int longest = 1;
        BitSet seen = new BitSet(units.length);
        int[] open = new int[units.length + 1];
        int count = 0;
        int root = offset(units[0]);
        if (root >= units.length || root < 0) {
            throw outside();
        }
        open[count++] = root;
        seen.set(root);
        while (count > 0) {
            int node = open[--count];
            for (int label = 1; label < 256; label++) {
                int child = node ^ label;
                if (child >= units.length) {
                    throw outside();
                }
                if (label(units[child]) == label) {
                    int next = child ^ offset(units[child]);
                    if (next < 0 || next >= units.length) {
                        throw outside();
                    }
                    if (isLeaf(units[child])) {
                        longest = Math.max(longest, replacement(units[next]).length());
                    }
                    if (!seen.get(next)) {
                        seen.set(next);
                        open[count++] = next;
                    }
                }
            }
        }
        return longest;
    }

    private static IllegalArgumentException outside() {
        return new IllegalArgumentException("its precompiled_charsmap points outside itself");
    }

    private static boolean isLeaf(int unit) {
        return (unit >> 8 & 1) == 1;
    }

    private static int label(int unit) {
        return unit & (1 << 31 | 0xFF);
    }

    private static int offset(int unit) {
        long offset = (long) (unit >>> 10) << ((unit & 1 << 9) >> 6);
        return offset > Integer.MAX_VALUE ? -1 : (int) offset;
    }

    private String replacement(int unit) {
        int from = unit & Integer.MAX_VALUE;
        if (from > replacements.length) {
            throw outside();
        }
        int to = from;
        while (to < replacements.length && replacements[to] != 0) {
            to++;
            if (to - from > MAXIMUM_REPLACEMENT) {
                throw new IllegalArgumentException("its precompiled_charsmap has a replacement of more than %d bytes"
                        .formatted(MAXIMUM_REPLACEMENT));
            }
        }
        if (from < replacements.length && (replacements[from] & 0xC0) == 0x80) {
            throw outside();
        }
        return new String(replacements, from, to - from, StandardCharsets.UTF_8);
    }

    /** What the shortest beginning that is in the tree becomes, or null. */
    private String replaced(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int node = offset(units[0]);
        for (byte value : bytes) {
            int label = value & 0xFF;
            if (label == 0) {
                return null;
            }
            int child = node ^ label;
            if (label(units[child]) != label) {
                return null;
            }
            node = child ^ offset(units[child]);
            if (isLeaf(units[child])) {
                return replacement(units[node]);
            }
        }
        return null;
    }

    @Override
    public Piece normalize(Piece piece) {
        Piece normalized = piece.changed(this::normalize);
        // Where the first character is dropped, the next is taken to have come of it.
        return piece.initial() > 0 && normalized.initial() == 0 ? Piece.whole(normalized.text()) : normalized;
    }

    private String normalize(String text) {
        StringBuilder normalized = new StringBuilder(text.length());
        for (int from = 0, to; from < text.length(); from = to) {
            to = end(text, from);
            String together = text.substring(from, to);
            String whole = to - from <= MOST_BYTES_AT_ONCE
                            && together.getBytes(StandardCharsets.UTF_8).length <= MOST_BYTES_AT_ONCE
                    ? replaced(together)
                    : null;
            if (whole != null) {
                normalized.append(whole);
            } else {
                together.codePoints().forEach(point -> {
                    String single = Character.toString(point);
                    String other = replaced(single);
                    normalized.append(other == null ? single : other);
                });
            }
        }
        return normalized.toString();
    }

    /** The end of what is one character for the eye, as far as that is short. */
    private static int end(String text, int from) {
        int point = text.codePointAt(from);
        int to = from + Character.charCount(point);
        if (point == '\r' && text.startsWith("\n", to)) {
            return to + 1;
        }
        while (PREPENDED.contains(point) && to < text.length() && !CONTROL.contains(text.codePointAt(to))) {
            point = text.codePointAt(to);
            to += Character.charCount(point);
        }
        if (CONTROL.contains(point) && !PREPENDED.contains(point)) {
            return to;
        }
        while (to < text.length() && EXTENDING.contains(text.codePointAt(to))) {
            to += Character.charCount(text.codePointAt(to));
        }
        return to;
    }

    @Override
    public int growth() {
        return growth;
    }

    @Override
    public int shrinkage() {
        return 0;
    }
}
