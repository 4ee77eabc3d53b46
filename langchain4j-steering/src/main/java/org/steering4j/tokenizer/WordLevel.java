package org.steering4j.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/** A token for each word. Immutable and thread-safe. */
final class WordLevel implements Model {

    private final Map<String, Integer> vocabulary;
    private final int unknown;

    /**
     * @param unknownToken stands for all words that are not in the vocabulary
     * @param hidden tokens that no text may become
     * @throws IllegalArgumentException if {@code unknownToken} is not in the vocabulary
     */
    WordLevel(Map<String, Integer> vocabulary, String unknownToken, IntPredicate hidden) {
        this.unknown = unknown(vocabulary, unknownToken);
        this.vocabulary = new HashMap<>(vocabulary);
        this.vocabulary.values().removeIf(hidden::test);
    }

    static int unknown(Map<String, Integer> vocabulary, String token) {
        Integer id = vocabulary.get(token);
        if (id == null) {
            throw new IllegalArgumentException("unk_token \"%s\" is not in its vocabulary".formatted(token));
        }
        return id;
    }

    @Override
    public int mostCharactersPerToken() {
        return 0;
    }

    @Override
    public void encode(String piece, TokenList tokens) {
        tokens.add(vocabulary.getOrDefault(piece, unknown));
    }
}
