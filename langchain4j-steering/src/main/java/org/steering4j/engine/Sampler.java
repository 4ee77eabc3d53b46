package org.steering4j.engine;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
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

    /**
     * @param logits one per token of the vocabulary; changed
     * @throws EngineException if one is infinite or not a number
     */
    int next(float[] logits) {
        return next(logits, TokenConstraint.NONE);
    }

    /**
     * Chooses among what a constraint allows.
     *
     * @throws EngineException if that is nothing
     */
    int next(float[] logits, TokenConstraint constraint) {
        requireFinite(logits);
        penalise(logits);
        constraint.exclude(logits);
        int likeliest = likeliest(logits);
        if (logits[likeliest] == Float.NEGATIVE_INFINITY) {
            throw new EngineException(
                    "none of the %d tokens is allowed next by the constraint %s; this is an error in the constraint"
                            .formatted(logits.length, constraint));
        }
        int token = sampling.temperature() == 0 ? likeliest : draw(logits, logits[likeliest]);
        seen.add(token);
        generated.merge(token, 1, Integer::sum);
        return token;
    }

    private static void requireFinite(float[] logits) {
        for (int token = 0; token < logits.length; token++) {
            if (!Float.isFinite(logits[token])) {
                throw new EngineException(
                        "the model gives the logit %s for token %d, expected a finite number; the steering is too strong (choose a smaller multiplier) or the weights are broken"
                                .formatted(logits[token], token));
            }
        }
    }

    private void penalise(float[] logits) {
        double repetition = sampling.repetitionPenalty();
        if (repetition != 1) {
            for (int token : seen) {
                logits[token] = finite(logits[token] > 0 ? logits[token] / repetition : logits[token] * repetition);
            }
        }
        if (sampling.frequencyPenalty() != 0 || sampling.presencePenalty() != 0) {
            generated.forEach((token, count) -> logits[token] =
                    finite(logits[token] - sampling.frequencyPenalty() * count - sampling.presencePenalty()));
        }
    }

    /** An extreme penalty excludes or forces a token; it must not make the logit infinite, or none would be left. */
    private static float finite(double logit) {
        return (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, logit));
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int token = 1; token < logits.length; token++) {
            if (logits[token] > logits[best]) {
                best = token;
            }
        }
        return best;
    }

    private int draw(float[] logits, double highest) {
        double[] probabilities = probabilities(logits, highest);
        double sum = 0;
        for (double probability : probabilities) {
            sum += probability;
        }
        if (sampling.topP() < 1 || sampling.minP() > 0) {
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

    /**
     * Relative to the likeliest token's; 0 for those that top-k excludes. Among 150,000 tokens the exponentials take longest of all, so these get
     * none.
     */
    private double[] probabilities(float[] logits, double highest) {
        double[] probabilities = new double[logits.length];
        if (sampling.topK() > 0 && sampling.topK() < logits.length) {
            for (int token : greatest(logits, sampling.topK())) {
                probabilities[token] = probability(logits[token], highest);
            }
        } else {
            for (int token = 0; token < logits.length; token++) {
                probabilities[token] = probability(logits[token], highest);
            }
        }
        return probabilities;
    }

    private double probability(float logit, double highest) {
        return Math.exp((logit - highest) / sampling.temperature());
    }

    /** The tokens of the greatest logits. Ties are settled by token id, so that exactly the asked-for number is kept. */
    private static int[] greatest(float[] logits, int count) {
        float threshold = greatestLogit(logits, count);
        int above = 0;
        for (float logit : logits) {
            above += logit > threshold ? 1 : 0;
        }
        int ties = count - above;
        int[] tokens = new int[count];
        int found = 0;
        for (int token = 0; token < logits.length; token++) {
            if (logits[token] > threshold || (logits[token] == threshold && ties-- > 0)) {
                tokens[found++] = token;
            }
        }
        return tokens;
    }

    /**
     * The greatest logit, the second, or whichever it is.
     *
     * @param rank from 1
     */
    private static float greatestLogit(float[] logits, int rank) {
        if (rank > logits.length / 8) {
            float[] ascending = logits.clone();
            Arrays.sort(ascending);
            return ascending[ascending.length - rank];
        }
        PriorityQueue<Float> greatest = new PriorityQueue<>(rank);
        float least = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            if (greatest.size() < rank) {
                greatest.add(logit);
                least = greatest.element();
            } else if (logit > least) {
                greatest.remove();
                greatest.add(logit);
                least = greatest.element();
            }
        }
        return least;
    }

    /** Sets what top-p and min-p exclude to zero; gives the sum of the others. */
    private double keepLikely(double[] probabilities, double sum) {
        double threshold = sampling.minP(); // the likeliest token has weight 1
        int kept = probabilities.length;
        if (sampling.topP() < 1) {
            double[] ascending = likely(probabilities, sum);
            kept = nucleus(ascending, sampling.topP() * sum);
            threshold = Math.max(threshold, ascending[ascending.length - kept]);
        }
        // Ties at the threshold are settled by token id, as above.
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

    /** How many of the likeliest first reach a sum: at least one. */
    private static int nucleus(double[] ascending, double wanted) {
        double reached = 0;
        int count = 0;
        while (count < ascending.length && reached < wanted) {
            reached += ascending[ascending.length - ++count];
        }
        return Math.max(1, count);
    }

    /** The probabilities among which top-p chooses, sorted: those that are less likely add up to less than what it leaves out. */
    private double[] likely(double[] probabilities, double sum) {
        double negligible = (1 - sampling.topP()) * sum / probabilities.length;
        return Arrays.stream(probabilities)
                .filter(probability -> probability >= negligible)
                .sorted()
                .toArray();
    }
}
