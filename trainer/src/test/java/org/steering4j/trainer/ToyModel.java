package org.steering4j.trainer;

import java.util.Random;

/**
 * A model small enough to check by hand: an answer is three words drawn from {@code softmax(W (tanh(h + v0) + v1))}, where h
 * stands for the question. With one layer there is no v0.
 */
final class ToyModel implements SteerableAnswers {

    static final int HIDDEN_SIZE = 6;
    private static final int WORDS = 9;

    private final int layers;
    private final double[][] output = new double[WORDS][HIDDEN_SIZE];
    private final double[][] question;
    private final int[][] answer;
    private int passesUntilFailure = Integer.MAX_VALUE;
    private Runnable failure = () -> {};

    ToyModel(int pairs, int layers) {
        this.layers = layers;
        Random random = new Random(5);
        for (double[] row : output) {
            fill(row, random);
        }
        question = new double[pairs][HIDDEN_SIZE];
        answer = new int[2 * pairs][3];
        for (int pair = 0; pair < pairs; pair++) {
            fill(question[pair], random);
            for (int position = 0; position < 3; position++) {
                answer[2 * pair][position] = random.nextInt(4);
                answer[2 * pair + 1][position] = 5 + random.nextInt(4);
            }
        }
    }

    private static void fill(double[] row, Random random) {
        for (int i = 0; i < row.length; i++) {
            row[i] = random.nextGaussian();
        }
    }

    /** Runs the action instead of the pass with that number, counted from 1. */
    void atPass(int number, Runnable action) {
        passesUntilFailure = number;
        failure = action;
    }

    @Override
    public double unsteeredLogProbability(int number) {
        return logProbability(number, new double[layers][HIDDEN_SIZE], null);
    }

    @Override
    public Pass forward(int[] answers, float[][] vector, double sign) {
        if (--passesUntilFailure == 0) {
            failure.run();
        }
        double[][] steering = new double[layers][HIDDEN_SIZE];
        for (int layer = 0; layer < layers; layer++) {
            for (int i = 0; i < HIDDEN_SIZE; i++) {
                steering[layer][i] = sign * vector[layer][i];
            }
        }
        double[] logProbabilities = new double[answers.length];
        double[][][] slopes = new double[answers.length][layers][HIDDEN_SIZE];
        for (int i = 0; i < answers.length; i++) {
            logProbabilities[i] = logProbability(answers[i], steering, slopes[i]);
        }
        return new Pass() {
            @Override
            public double[] logProbabilities() {
                return logProbabilities;
            }

            @Override
            public float[][] gradient(double[] weights) {
                float[][] sum = new float[layers][HIDDEN_SIZE];
                for (int i = 0; i < answers.length; i++) {
                    for (int layer = 0; layer < layers; layer++) {
                        for (int j = 0; j < HIDDEN_SIZE; j++) {
                            sum[layer][j] += (float) (sign * weights[i] * slopes[i][layer][j]);
                        }
                    }
                }
                return sum;
            }

            @Override
            public void close() {}
        };
    }

    private double logProbability(int number, double[][] steering, double[][] slope) {
        double[] hidden = question[number / 2].clone();
        double[] tanhSlope = new double[HIDDEN_SIZE];
        for (int i = 0; i < HIDDEN_SIZE; i++) {
            hidden[i] = Math.tanh(hidden[i] + (layers == 2 ? steering[0][i] : 0));
            tanhSlope[i] = 1 - hidden[i] * hidden[i];
            hidden[i] += steering[layers - 1][i];
        }
        double[] probability = new double[WORDS];
        double sum = 0;
        for (int word = 0; word < WORDS; word++) {
            for (int i = 0; i < HIDDEN_SIZE; i++) {
                probability[word] += output[word][i] * hidden[i];
            }
            probability[word] = Math.exp(probability[word]);
            sum += probability[word];
        }
        double logProbability = 0;
        for (int word : answer[number]) {
            logProbability += Math.log(probability[word] / sum);
            for (int i = 0; slope != null && i < HIDDEN_SIZE; i++) {
                double expected = 0;
                for (int other = 0; other < WORDS; other++) {
                    expected += probability[other] / sum * output[other][i];
                }
                double byLast = output[word][i] - expected;
                slope[layers - 1][i] += byLast;
                if (layers == 2) {
                    slope[0][i] += byLast * tanhSlope[i];
                }
            }
        }
        return logProbability;
    }
}
