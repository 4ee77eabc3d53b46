package org.steering4j.engine;

import java.util.List;
import org.steering4j.engine.PromptLookup.Draft;

/**
 * How many draft tokens a pass should run beside each row's last token: as many as promise the most tokens for their time. All rows of a pass
 * run as many tokens as the longest, so in a large batch a draft costs more and has to be likelier.
 *
 * <p>What a pass takes is an assumption, not a measurement, so that the same request gives the same drafts, and with them the same rounding, on
 * every run: one part for reading the weights, and a part for each token that is computed.
 */
final class DraftLength {

    /** Of one row. Longer drafts gain little: weights are read once for many tokens already. */
    static final int MOST = 15;

    /** Of all rows together: what is computed at once, and whose logits are held at the same time. */
    private static final int MOST_TOKENS = 64;

    /** In parts of what reading the weights takes; 0.04 to 0.1 were measured, and more in float32 where libtorch's few rows are slow. */
    private static final double COST_PER_TOKEN = 1.0 / 16;

    /** Of a pass with drafts: several tokens of a row take other operations than one, and what is wrong is thrown away. */
    private static final double COST_TO_BEGIN = 0.5;

    private DraftLength() {}

    /** @param atMost a further limit */
    static int best(List<Draft> drafts, int atMost) {
        int rows = drafts.size();
        int most = Math.min(Math.min(atMost, MOST), MOST_TOKENS / rows - 1);
        double expected = rows;
        double bestSpeed = expected / cost(rows);
        int best = 0;
        for (int length = 1; length <= most; length++) {
            for (Draft draft : drafts) {
                expected += length <= draft.length() ? Math.pow(draft.rate().get(), length) : 0;
            }
            double speed = expected / (COST_TO_BEGIN + cost(rows * (1 + length)));
            if (speed > bestSpeed) {
                bestSpeed = speed;
                best = length;
            }
        }
        return best;
    }

    private static double cost(int tokens) {
        return 1 + COST_PER_TOKEN * tokens;
    }
}
