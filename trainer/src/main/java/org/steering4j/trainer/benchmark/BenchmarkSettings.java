package org.steering4j.trainer.benchmark;

import java.util.List;

/**
 * What to measure. Immutable.
 *
 * @param rounds of everything, by turns; of each figure the best counts, at least 1
 * @param promptTokens lengths of prompts to run
 * @param rows numbers of answers to generate at once
 * @param vectors numbers of steering vectors to compose
 * @param answerTokens of each answer, at least 2
 * @param speculation whether to measure it, for which the model is opened once more
 * @param seed of tokens and vectors
 */
public record BenchmarkSettings(
        int rounds,
        List<Integer> promptTokens,
        List<Integer> rows,
        List<Integer> vectors,
        int answerTokens,
        boolean speculation,
        long seed) {

    public BenchmarkSettings {
        requireAtLeast(1, rounds, "rounds");
        requireAtLeast(2, answerTokens, "answerTokens");
        promptTokens = List.copyOf(promptTokens);
        rows = List.copyOf(rows);
        vectors = List.copyOf(vectors);
        promptTokens.forEach(tokens -> requireAtLeast(1, tokens, "promptTokens"));
        rows.forEach(number -> requireAtLeast(1, number, "rows"));
        vectors.forEach(number -> requireAtLeast(0, number, "vectors"));
    }

    private static void requireAtLeast(int least, int value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + " but must be at least " + least);
        }
    }
}
