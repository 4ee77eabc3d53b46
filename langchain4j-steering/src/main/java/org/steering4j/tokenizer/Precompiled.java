package org.steering4j.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SentencePiece's table of characters and what becomes of them: a prefix tree in a double array, whose leaves point into a text of replacements. Every
 * place that any text can reach is checked beforehand. What belongs to one character for the eye is looked up as a whole first, if it is short.
 * Immutable and thread-safe.
 */
final class Precompiled implements Normalizer {

    private static final Pattern GRAPHEME = Pattern.compile("\\X");
    /** In bytes. */
    private static final int SHORT = 6;

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
        return piece.changed(this::normalize);
    }

    private String normalize(String text) {
        StringBuilder normalized = new StringBuilder(text.length());
        Matcher graphemes = GRAPHEME.matcher(text);
        while (graphemes.find()) {
            String grapheme = graphemes.group();
            String whole = grapheme.length() < SHORT && grapheme.getBytes(StandardCharsets.UTF_8).length < SHORT
                    ? replaced(grapheme)
                    : null;
            if (whole != null) {
                normalized.append(whole);
            } else {
                grapheme.codePoints().forEach(point -> {
                    String single = Character.toString(point);
                    String other = replaced(single);
                    normalized.append(other == null ? single : other);
                });
            }
        }
        return normalized.toString();
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
