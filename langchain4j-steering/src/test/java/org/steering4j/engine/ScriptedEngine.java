package org.steering4j.engine;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.steering4j.vector.LayerSteering;

/**
 * A token source that would say what a script says. Only the network is replaced: the batch, the sampler, the constraint, end tokens and limits
 * are those of {@link LanguageModel}. So a script may offer several answers, and what a request allows decides which of them is given. It knows
 * token ids; it knows nothing of text. Thread-safe.
 */
public final class ScriptedEngine implements TokenGenerator, AutoCloseable {

    /** Between the logits of two answers: so much that no temperature mixes them up. */
    private static final float STEP = 1000;

    private static final ContinuousBatch.Limits LIMITS = new ContinuousBatch.Limits(8, 64, 1_000_000);

    private final int contextLength;
    private final int vocabularySize;
    private final Function<List<Integer>, List<List<Integer>>> answers;
    private final UseCount uses = new UseCount("scripted", () -> {});
    private final ContinuousBatch batch;

    /** @param answers from a prompt to the answers to it, each with its end token, the preferred one first */
    public ScriptedEngine(int contextLength, int vocabularySize, Function<List<Integer>, List<List<Integer>>> answers) {
        this.contextLength = contextLength;
        this.vocabularySize = vocabularySize;
        this.answers = answers;
        this.batch = new ContinuousBatch("scripted", uses, contextLength, LIMITS, true, Rows::new);
    }

    private final class Rows extends ScriptedRows {

        Rows() {
            super(new Log());
        }

        @Override
        float[] logits(List<Integer> tokens, int promptLength, LayerSteering steering) {
            List<Integer> prompt = tokens.subList(0, promptLength);
            List<Integer> begun = tokens.subList(promptLength, tokens.size());
            return logits(answers.apply(prompt), begun);
        }

        /** What was begun is gone on with; where answers part, the preferred one has the highest logit. */
        private float[] logits(List<List<Integer>> wanted, List<Integer> begun) {
            int next = begun.size();
            List<List<Integer>> left = wanted.stream()
                    .filter(answer ->
                            answer.size() > next && answer.subList(0, next).equals(begun))
                    .toList();
            float[] logits = new float[vocabularySize];
            if (left.isEmpty()) {
                // After a wrong guess of the batch's, nobody looks here; else the request allows no answer of the
                // script, and fails.
                Arrays.fill(logits, Float.NaN);
            }
            for (int i = 0; i < left.size(); i++) {
                int token = left.get(i).get(next);
                logits[token] = Math.max(logits[token], STEP * (left.size() - i));
            }
            return logits;
        }
    }

    @Override
    public GenerationResult generate(GenerationRequest request, TokenListener listener) {
        if (request.prompt().length >= contextLength) {
            throw new PromptTooLongException(request.prompt().length, contextLength);
        }
        return batch.generate(List.of(request), List.of(listener)).get(0);
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public void close() {
        uses.close();
        batch.close();
    }
}
