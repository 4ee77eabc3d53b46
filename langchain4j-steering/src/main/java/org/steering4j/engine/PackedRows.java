package org.steering4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Packed rows as a padded batch, and where the answers' tokens lie in it: row by row, answer by answer.
 *
 * @param tokens int64 [rows, longest]
 * @param layout int64 [2, rows, longest]: the positions, and the segments, 0 for the prompt, 1 and above for the answers, -1 for padding
 * @param selected int64 [answer tokens], indices into rows * longest of the positions that predict an answer's token
 * @param targets int64 [answer tokens], the tokens that they are to predict
 */
record PackedRows(NDArray tokens, NDArray layout, NDArray selected, NDArray targets, int longest) {

    static PackedRows of(NDManager scope, List<PackedRow> rows) {
        int longest = rows.stream().mapToInt(PackedRow::length).max().orElseThrow();
        int answerTokens = rows.stream().mapToInt(PackedRow::answerTokens).sum();
        int size = rows.size() * longest;
        long[] tokens = new long[size];
        long[] layout = new long[2 * size];
        Arrays.fill(layout, size, 2 * size, -1);
        long[] selected = new long[answerTokens];
        long[] targets = new long[answerTokens];
        int nextTarget = 0;
        for (int row = 0; row < rows.size(); row++) {
            int[] prompt = rows.get(row).prompt();
            int start = row * longest;
            Arrays.fill(tokens, start, start + longest, prompt[prompt.length - 1]); // see Sequences
            for (int i = 0; i < prompt.length; i++) {
                tokens[start + i] = prompt[i];
                layout[start + i] = i;
                layout[size + start + i] = 0;
            }
            int place = start + prompt.length;
            int segment = 0;
            for (int[] answer : rows.get(row).answers()) {
                segment++;
                selected[nextTarget] = start + prompt.length - 1;
                targets[nextTarget++] = answer[0];
                for (int i = 0; i + 1 < answer.length; i++) {
                    tokens[place] = answer[i];
                    layout[place] = prompt.length + i;
                    layout[size + place] = segment;
                    selected[nextTarget] = place++;
                    targets[nextTarget++] = answer[i + 1];
                }
            }
        }
        Shape shape = new Shape(rows.size(), longest);
        return new PackedRows(
                scope.create(tokens, shape),
                scope.create(layout, new Shape(2, rows.size(), longest)),
                scope.create(selected),
                scope.create(targets),
                longest);
    }
}
