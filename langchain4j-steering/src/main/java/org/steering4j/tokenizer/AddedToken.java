package org.steering4j.tokenizer;

/**
 * A token that is looked for in a text before the model sees it.
 *
 * @param singleWord whether it counts only where no letter or digit touches it
 * @param leftStrip whether white space before it belongs to it
 * @param rightStrip whether white space behind it belongs to it
 * @param normalized whether it is looked for in the normalized text
 * @param special whether the file calls it special: decoders leave it out
 */
public record AddedToken(
        int id,
        String content,
        boolean singleWord,
        boolean leftStrip,
        boolean rightStrip,
        boolean normalized,
        boolean special) {}
