package org.steering4j.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Named sets of code points: general categories, some scripts, and what Hugging Face's tokenizers call white space, digits or punctuation. They are
 * read from {@code character-sets.txt}, not from the Java runtime, whose version of Unicode differs from release to release: the same text is to
 * have the same tokens everywhere.
 */
final class CharacterSets {

    private static final Map<String, CharacterSet> NAMED = read();

    static final CharacterSet LETTER = categories("Lu", "Ll", "Lt", "Lm", "Lo");
    static final CharacterSet MARK = categories("Mn", "Mc", "Me");
    static final CharacterSet NUMBER = categories("Nd", "Nl", "No");
    static final CharacterSet PUNCTUATION = categories("Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po");
    static final CharacterSet SYMBOL = categories("Sm", "Sc", "Sk", "So");
    static final CharacterSet WHITE_SPACE = categories("Zs", "Zl", "Zp").or(CharacterSet.of(9, 13, 0x85, 0x85));

    /** Letters, marks, decimal digits, connectors, and circled letters. */
    static final CharacterSet WORD = LETTER.or(MARK)
            .or(categories("Nd", "Nl", "Pc"))
            .or(CharacterSet.of(0x24B6, 0x24E9, 0x1F130, 0x1F149, 0x1F150, 0x1F169, 0x1F170, 0x1F189));

    static final CharacterSet ASCII_PUNCTUATION = CharacterSet.of('!', '/', ':', '@', '[', '`', '{', '~');

    private CharacterSets() {}

    /** Null if there is none of that name. */
    static CharacterSet named(String name) {
        return NAMED.get(name);
    }

    private static CharacterSet categories(String... names) {
        CharacterSet all = CharacterSet.NONE;
        for (String name : names) {
            all = all.or(NAMED.get(name));
        }
        return all;
    }

    private static Map<String, CharacterSet> read() {
        Map<String, CharacterSet> sets = new HashMap<>();
        for (String line : text().split("\n")) {
            if (!line.startsWith("#")) {
                String[] words = line.split(" ");
                int[] bounds = new int[2 * (words.length - 1)];
                for (int i = 1; i < words.length; i++) {
                    int dash = words[i].indexOf('-');
                    bounds[2 * i - 2] = Integer.parseInt(words[i], 0, dash < 0 ? words[i].length() : dash, 16);
                    bounds[2 * i - 1] = Integer.parseInt(words[i], dash + 1, words[i].length(), 16);
                }
                sets.put(words[0], CharacterSet.of(bounds));
            }
        }
        return sets;
    }

    private static String text() {
        try (InputStream file = CharacterSets.class.getResourceAsStream("character-sets.txt")) {
            return new String(file.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
