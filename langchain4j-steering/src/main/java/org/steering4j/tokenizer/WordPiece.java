package org.steering4j.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/** BERT's way to cut words: the longest token that a word begins with, then the longest of the rest, and so on. Immutable and thread-safe. */
final class WordPiece implements Model {

    /** A word of more characters is unknown; the time for a word grows with their square. */
    static final int MAXIMUM_WORD_LENGTH = 1_000;

    private final Map<String, Integer> vocabulary;
    private final int unknown;
    private final String prefix;
    private final int longestWord;
    private final int longestToken;

    /**
     * @param unknownToken stands for words that cannot be cut into tokens
     * @param prefix of tokens that do not begin a word
     * @param longestWord in code points; longer ones are unknown
     * @param hidden tokens that no text may become
     * @throws IllegalArgumentException if {@code unknownToken} is not in the vocabulary
     */
    WordPiece(
            Map<String, Integer> vocabulary, String unknownToken, String prefix, int longestWord, IntPredicate hidden) {
        this.unknown = WordLevel.unknown(vocabulary, unknownToken);
        this.vocabulary = new HashMap<>(vocabulary);
        this.vocabulary.values().removeIf(hidden::test);
        this.prefix = prefix;
        this.longestWord = longestWord;
        this.longestToken =
                this.vocabulary.keySet().stream().mapToInt(String::length).max().orElse(0);
    }

    @Override
    public int mostCharactersPerToken() {
        return 0;
    }

    @Override
    public void encode(String piece, TokenList tokens) {
        TokenList found = new TokenList();
        if (piece.codePointCount(0, piece.length()) > longestWord || !cut(piece, found)) {
            tokens.add(unknown);
            return;
        }
        for (int id : found.toArray()) {
            tokens.add(id);
        }
    }

    private boolean cut(String piece, TokenList found) {
        int start = 0;
        while (start < piece.length()) {
            int end = (int) Math.min(piece.length(), (long) start + longestToken);
            Integer id = null;
            for (; end > start; end--) {
                String part = piece.substring(start, end);
                id = vocabulary.get(start > 0 ? prefix + part : part);
                if (id != null) {
                    break;
                }
            }
            if (id == null) {
                return false;
            }
            found.add(id);
            start = end;
        }
        return true;
    }
}
