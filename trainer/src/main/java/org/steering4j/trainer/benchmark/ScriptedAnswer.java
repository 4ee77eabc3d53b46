package org.steering4j.trainer.benchmark;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.steering4j.engine.TokenConstraint;

/**
 * A prompt, and the answer to which generation is held, whatever the model would say.
 *
 * @param task how much of the prompt the answer quotes
 */
record ScriptedAnswer(String task, int[] prompt, int[] answer) {

    /** Tokens of the prompt. */
    private static final int PROMPT_TOKENS = 256;

    /** Of a passage that is quoted, and of one that is not, where half is. */
    private static final int PASSAGE_TOKENS = 16;

    /** Where nothing is quoted, one token in so many begins a pair that stands in the prompt, and goes on otherwise there. */
    private static final int BETWEEN_MISLEADING_PAIRS = 16;

    /** Of another token every time: nothing stands twice, so nothing is guessed. It takes as many tokens as prompt and answer have. */
    static ScriptedAnswer withNothingToGuess(int tokens) {
        return new ScriptedAnswer(
                "has nothing to guess",
                IntStream.range(0, PROMPT_TOKENS).toArray(),
                IntStream.range(PROMPT_TOKENS, PROMPT_TOKENS + tokens).toArray());
    }

    static ScriptedAnswer quotingAll(int tokens, int vocabulary, long seed) {
        return of("quotes its prompt", tokens, vocabulary, seed, i -> i % PROMPT_TOKENS);
    }

    static ScriptedAnswer quotingHalf(int tokens, int vocabulary, long seed) {
        return of(
                "quotes half the time",
                tokens,
                vocabulary,
                seed,
                i -> i / PASSAGE_TOKENS % 2 == 0 ? (7 * PASSAGE_TOKENS + i) % PROMPT_TOKENS : -1);
    }

    static ScriptedAnswer quotingNothing(int tokens, int vocabulary, long seed) {
        return of(
                "quotes nothing",
                tokens,
                vocabulary,
                seed,
                i -> i % BETWEEN_MISLEADING_PAIRS < 2
                        ? (5 * (i / BETWEEN_MISLEADING_PAIRS) + i % BETWEEN_MISLEADING_PAIRS) % PROMPT_TOKENS
                        : -1);
    }

    /** @param quoted which token of the prompt stands at a place of the answer; below 0: a random one */
    private static ScriptedAnswer of(String task, int tokens, int vocabulary, long seed, IntUnaryOperator quoted) {
        Random random = new Random(seed);
        int[] prompt = random.ints(PROMPT_TOKENS, 0, vocabulary).toArray();
        int[] answer = new int[tokens];
        for (int i = 0; i < tokens; i++) {
            int place = quoted.applyAsInt(i);
            answer[i] = place < 0 ? random.nextInt(vocabulary) : prompt[place];
        }
        return new ScriptedAnswer(task, prompt, answer);
    }

    int length() {
        return prompt.length + answer.length;
    }

    /** Allows the answer's tokens only, one after the other. */
    TokenConstraint constraint() {
        return new TokenConstraint() {
            private int next;

            @Override
            public void exclude(float[] logits) {
                float kept = logits[answer[next]];
                Arrays.fill(logits, Float.NEGATIVE_INFINITY);
                logits[answer[next]] = kept;
            }

            @Override
            public boolean advance(int token) {
                return ++next < answer.length;
            }

            @Override
            public boolean isCutShort() {
                return false;
            }
        };
    }
}
