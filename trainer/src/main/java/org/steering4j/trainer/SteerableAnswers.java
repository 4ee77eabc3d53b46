package org.steering4j.trainer;

/**
 * All that BiPO asks of a model: log-probabilities of answers under a vector, and their gradient. Answers are numbered; the pair
 * {@code i} has the matching answer {@code 2 i} and the other {@code 2 i + 1}.
 */
interface SteerableAnswers {

    /** The natural log-probability of an answer without any vector. */
    double unsteeredLogProbability(int answer);

    /** Computes the answers under {@code sign * vector}; the vector is [layers ascending][hiddenSize]. */
    Pass forward(int[] answers, float[][] vector, double sign);

    /** One forward pass, which keeps what its gradient needs until it is closed. */
    interface Pass extends AutoCloseable {

        /** In the order of the answers given. */
        double[] logProbabilities();

        /** The sum of {@code weights[i]} times the derivative of log-probability i by the vector; at most once. */
        float[][] gradient(double[] weights);

        @Override
        void close();
    }
}
