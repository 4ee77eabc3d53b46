package org.steering4j.tokenizer;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/**
 * Finds added tokens in a text: from left to right, the longest that begins at a place. Immutable and thread-safe; time grows with the text's length
 * and that of the longest token.
 */
final class AddedTokens {

    private static final int NONE = -1;

    private final List<AddedToken> tokens;
    private final List<String> texts;
    private final IntPredicate control;
    /** Of a prefix tree: the child, and the number of the token that ends with it or {@link #NONE}, by node and character. */
    private final PairTable tree = new PairTable();

    /**
     * @param texts what stands for each of the tokens in a text; of two that are the same, the first counts
     * @param control ids of tokens that count only where that is allowed
     */
    AddedTokens(List<AddedToken> tokens, List<String> texts, IntPredicate control) {
        this.tokens = tokens;
        this.texts = texts;
        this.control = control;
        int nodes = 1;
        for (int number = 0; number < tokens.size(); number++) {
            String text = texts.get(number);
            int node = 0;
            for (int i = 0; i < text.length(); i++) {
                int found = tree.find(node, text.charAt(i));
                int child = found < 0 ? nodes++ : tree.first(found);
                int token = found < 0 ? NONE : tree.second(found);
                boolean ends = i == text.length() - 1 && token == NONE;
                tree.put(node, text.charAt(i), child, ends ? number : token);
                node = child;
            }
        }
    }

    /**
     * Cuts a piece at the tokens in it.
     *
     * @param allowed at which places a character may belong to a control token
     * @param between takes what lies between tokens
     * @param ids takes the tokens
     */
    void split(Piece piece, IntPredicate allowed, Consumer<Piece> between, IntConsumer ids) {
        String text = piece.text();
        int from = 0;
        int at = 0;
        while (at < text.length()) {
            int number = longest(text, at, allowed);
            if (number == NONE) {
                at++;
                continue;
            }
            AddedToken token = tokens.get(number);
            int start = at;
            int end = at + texts.get(number).length();
            at = end;
            if (token.singleWord() && (isWordBefore(text, start) || isWordAt(text, end))) {
                continue;
            }
            if (token.leftStrip()) {
                while (start > from && isSpace(text.charAt(start - 1))) {
                    start--;
                }
                start = Math.max(start, from);
            }
            while (token.rightStrip() && end < text.length() && isSpace(text.charAt(end))) {
                end++;
            }
            if (from < start) {
                between.accept(piece.part(from, start));
            }
            if (start < end) { // unless the one before has taken all of it for its white space
                ids.accept(token.id());
            }
            from = end;
        }
        if (from < text.length()) {
            between.accept(piece.part(from, text.length()));
        }
    }

    private int longest(String text, int start, IntPredicate allowed) {
        int longest = NONE;
        int node = 0;
        boolean all = true;
        for (int at = start; at < text.length(); at++) {
            int found = tree.find(node, text.charAt(at));
            if (found < 0) {
                break;
            }
            all &= allowed.test(at);
            int number = tree.second(found);
            if (number != NONE && (all || !control.test(tokens.get(number).id()))) {
                longest = number;
            }
            node = tree.first(found);
        }
        return longest;
    }

    private static boolean isWordBefore(String text, int at) {
        return at > 0 && isWord(text.codePointBefore(at));
    }

    private static boolean isWordAt(String text, int at) {
        return at < text.length() && isWord(text.codePointAt(at));
    }

    /** Joiners count as well. */
    private static boolean isWord(int point) {
        return CharacterSets.WORD.contains(point) || point == 0x200C || point == 0x200D;
    }

    private static boolean isSpace(char c) {
        return CharacterSets.WHITE_SPACE.contains(c);
    }
}
