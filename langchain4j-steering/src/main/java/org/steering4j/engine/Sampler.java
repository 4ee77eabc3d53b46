package org.steering4j.engine;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Chooses one row's tokens, one after the other, as its {@link Sampling} says. For one thread. */
final class Sampler {

    private final Sampling sampling;
    private final SplittableRandom random;
    private final Set<Integer> seen = new HashSet<>();
    private final Map<Integer, Integer> generated = new HashMap<>();

    Sampler(Sampling sampling, int[] prompt) {
        this.sampling = sampling;
        this.random = new SplittableRandom(sampling.seed());
        Arrays.stream(prompt).forEach(seen::add);
    }

    /** @param logits one per token of the vocabulary; changed */
    int next(float[] logits) {
        penalise(logits);
        int token = sampling.temperature() == 0 ? likeliest(logits) : draw(logits);
        seen.add(token);
        generated.merge(token, 1, Integer::sum);
        return token;
    }

    private void penalise(float[] logits) {
        double repetition = sampling.repetitionPenalty();
        if (repetition != 1) {
            for (int token : seen) {
                logits[token] = (float) (logits[token] > 0 ? logits[token] / repetition : logits[token] * repetition);
            }
        }
        if (sampling.frequencyPenalty() != 0 || sampling.presencePenalty() != 0) {
            generated.forEach((token, count) ->
                    logits[token] -= (float) (sampling.frequencyPenalty() * count + sampling.presencePenalty()));
        }
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int token = 0; token < logits.length; token++) {
            if (!(logits[token] <= Float.MAX_VALUE)) {
                throw new EngineException(
                        "the model gives the logit %s for token %d; the steering is too strong or the weights are broken"
                                .formatted(logits[token], token));
            }
            if (logits[token] > logits[best]) {
                best = token;
            }
        }
        return best;
    }

    private int draw(float[] logits) {
        float highest = logits[likeliest(logits)];
        double[] probabilities = new double[logits.length];
        double sum = 0;
        for (int token = 0; token < logits.length; token++) {
            probabilities[token] = Math.exp((logits[token] - highest) / sampling.temperature());
            sum += probabilities[token];
        }
        if (sampling.topK() > 0 || sampling.topP() < 1 || sampling.minP() > 0) {
            sum = keepLikely(probabilities, sum);
        }
        double left = random.nextDouble() * sum;
        int last = -1;
        for (int token = 0; token < probabilities.length; token++) {
            if (probabilities[token] > 0) {
                last = token;
                left -= probabilities[token];
                if (left < 0) {
                    break;
                }
            }
        }
        return last; // rounding may leave a rest: then the last candidate
    }

    /** Sets what top-k, top-p and min-p exclude to zero; gives the sum of the others. */
    private double keepLikely(double[] probabilities, double sum) {
        double threshold = sampling.minP(); // the likeliest token has weight 1
        boolean ranked = sampling.topK() > 0 || sampling.topP() < 1;
        int kept = probabilities.length;
        double keptSum = sum;
        double[] ascending = ranked ? probabilities.clone() : null;
        if (ranked) {
            Arrays.sort(ascending);
        }
        if (sampling.topK() > 0 && sampling.topK() < kept) {
            kept = sampling.topK();
            keptSum = 0;
            for (int i = 0; i < kept; i++) {
                keptSum += ascending[ascending.length - 1 - i];
            }
        }
        if (sampling.topP() < 1) {
            double reached = 0;
            int rank = 0;
            while (rank < kept && reached < sampling.topP() * keptSum) {
                reached += ascending[ascending.length - 1 - rank++];
            }
            kept = Math.max(1, rank);
        }
        if (ranked) {
            threshold = Math.max(threshold, ascending[ascending.length - kept]);
        }
        // Ties at the threshold are settled by token id, so that exactly the asked-for number is kept.
        int above = 0;
        for (double probability : probabilities) {
            above += probability > threshold ? 1 : 0;
        }
        int ties = kept - above;
        double remaining = 0;
        for (int token = 0; token < probabilities.length; token++) {
            boolean keep = probabilities[token] > threshold || (probabilities[token] == threshold && ties-- > 0);
            probabilities[token] = keep ? probabilities[token] : 0;
            remaining += probabilities[token];
        }
        return remaining;
    }
}
