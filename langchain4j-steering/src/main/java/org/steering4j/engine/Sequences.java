package org.steering4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Prompts with their answers as a padded batch, and where the answers' tokens lie in it. Rows are padded at the end, where
 * no token of the row looks. They are padded with a token of their own: the embedding of another may be no number, and zero times that is not zero.
 *
 * @param tokens int64 [rows, longest], the sequences without their last token, which predicts nothing
 * @param selected int64 [answer tokens], indices into rows * longest of the positions that predict an answer's token
 * @param targets int64 [answer tokens], the tokens that they are to predict
 */
record Sequences(NDArray tokens, NDArray selected, NDArray targets, int longest) {

    static Sequences of(NDManager scope, List<Continuation> rows) {
        int longest = rows.stream().mapToInt(Continuation::length).max().orElseThrow() - 1;
        int answers = rows.stream().mapToInt(row -> row.answer().length).sum();
        long[] tokens = new long[rows.size() * longest];
        long[] selected = new long[answers];
        long[] targets = new long[answers];
        int next = 0;
        for (int row = 0; row < rows.size(); row++) {
            int[] prompt = rows.get(row).prompt();
            int[] answer = rows.get(row).answer();
            int start = row * longest;
            Arrays.fill(tokens, start, start + longest, prompt[prompt.length - 1]);
            for (int i = 0; i < prompt.length; i++) {
                tokens[start + i] = prompt[i];
            }
            for (int i = 0; i < answer.length; i++) {
                if (i + 1 < answer.length) {
                    tokens[start + prompt.length + i] = answer[i];
                }
                selected[next] = start + prompt.length + i - 1;
                targets[next++] = answer[i];
            }
        }
        return new Sequences(
                scope.create(tokens, new Shape(rows.size(), longest)),
                scope.create(selected),
                scope.create(targets),
                longest);
    }
}
