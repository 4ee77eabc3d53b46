package org.steering4j.trainer.evaluation;

import java.util.List;
import java.util.stream.IntStream;
import org.steering4j.engine.Continuation;
import org.steering4j.vector.LayerSteering;

/**
 * Log-probabilities of answers, one of each answer: of all its tokens together, the end of the turn included, in nats.
 *
 * @param sums the natural logarithm of the answer's probability
 * @param means the same divided by the number of the answer's tokens
 */
record ScoredAnswers(double[] sums, double[] means) {

    /** In the order of the answers. */
    static ScoredAnswers of(AnswerScores scores, List<Continuation> answers, LayerSteering steering) {
        double[] sums = scores.logProbabilities(answers, steering);
        double[] means = IntStream.range(0, sums.length)
                .mapToDouble(i -> sums[i] / answers.get(i).answer().length)
                .toArray();
        return new ScoredAnswers(sums, means);
    }

    /** The number, from 0, of the first answer whose log-probability is infinite or NaN; -1 if there is none. */
    int firstNotFinite() {
        return IntStream.range(0, sums.length)
                .filter(i -> !Double.isFinite(sums[i]))
                .findFirst()
                .orElse(-1);
    }
}
