package org.steering4j.samples.quickstart;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * What the tokens of a byte-level vocabulary might write, for measuring: all bytes, runs of spaces, pieces of punctuation as JSON and program
 * text have them, and words of invented syllables and of Chinese characters, with and without a space before them.
 */
final class SyntheticVocabulary {

    private static final String PUNCTUATION = "{}[]()<>\"'\\/:;,.=_-#*+!? \n";
    private static final int PUNCTUATION_PIECES = 4000;
    private static final int LONGEST_PUNCTUATION = 4;
    private static final int MOST_SPACES = 64;
    private static final int MOST_SYLLABLES = 4;
    private static final int MOST_CHINESE_CHARACTERS = 3;
    private static final int FIRST_CHINESE_CHARACTER = 0x4E00;
    private static final int CHINESE_CHARACTERS = 6000;
    private static final double CHINESE_SHARE = 0.2;

    private final SplittableRandom random = new SplittableRandom(1);
    private final List<String> syllables = syllables();

    private SyntheticVocabulary() {}

    /** By token, from 0 to one less than the size. */
    static Map<Integer, byte[]> ofSize(int size) {
        return new SyntheticVocabulary().texts(size);
    }

    private Map<Integer, byte[]> texts(int size) {
        Set<String> pieces = new TreeSet<>();
        for (int spaces = 2; spaces <= MOST_SPACES; spaces++) {
            pieces.add(" ".repeat(spaces));
        }
        while (pieces.size() < PUNCTUATION_PIECES) {
            pieces.add(punctuation());
        }
        while (pieces.size() < size - 256) {
            pieces.add(random.nextDouble() < CHINESE_SHARE ? chinese() : word());
        }
        Map<Integer, byte[]> texts = new LinkedHashMap<>();
        for (int value = 0; value < 256; value++) {
            texts.put(texts.size(), new byte[] {(byte) value});
        }
        pieces.forEach(piece -> texts.put(texts.size(), piece.getBytes(StandardCharsets.UTF_8)));
        return texts;
    }

    private static List<String> syllables() {
        List<String> syllables = new ArrayList<>();
        for (String onset : List.of("", "b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "w")) {
            for (char vowel : "aeiou".toCharArray()) {
                for (String coda : List.of("", "n", "r", "s", "t", "ng")) {
                    syllables.add(onset + vowel + coda);
                }
            }
        }
        return syllables;
    }

    private String punctuation() {
        StringBuilder piece = new StringBuilder();
        for (int i = 2 + random.nextInt(LONGEST_PUNCTUATION - 1); i > 0; i--) {
            piece.append(PUNCTUATION.charAt(random.nextInt(PUNCTUATION.length())));
        }
        return piece.toString();
    }

    private String word() {
        StringBuilder word = new StringBuilder();
        for (int i = 1 + random.nextInt(MOST_SYLLABLES); i > 0; i--) {
            word.append(syllables.get(random.nextInt(syllables.size())));
        }
        if (random.nextInt(3) == 0) {
            word.setCharAt(0, Character.toUpperCase(word.charAt(0)));
        }
        return random.nextInt(3) == 0 ? word.toString() : " " + word;
    }

    private String chinese() {
        StringBuilder word = new StringBuilder();
        for (int i = 1 + random.nextInt(MOST_CHINESE_CHARACTERS); i > 0; i--) {
            word.append((char) (FIRST_CHINESE_CHARACTER + random.nextInt(CHINESE_CHARACTERS)));
        }
        return word.toString();
    }
}
