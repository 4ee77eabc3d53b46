package org.steering4j.checkpoint;

/**
 * Two factors whose product B A is added to a matrix [outputs, inputs]. The arrays are not copied.
 *
 * @param inputsToRank A, row-major [rank, inputs]
 * @param rankToOutputs B times the adapter's scale, row-major [outputs, rank]
 */
public record LowRankFactors(int rank, int inputs, int outputs, float[] inputsToRank, float[] rankToOutputs) {

    /**
     * A row of the matrix with the product added, in float64.
     *
     * @param matrix that holds the row from element {@code first} on
     * @param output the row's number in the product
     */
    double[] adapted(float[] matrix, int first, int output) {
        double[] sums = new double[inputs];
        for (int input = 0; input < inputs; input++) {
            sums[input] = matrix[first + input];
        }
        for (int k = 0; k < rank; k++) {
            double factor = rankToOutputs[output * rank + k];
            for (int input = 0; input < inputs; input++) {
                sums[input] += factor * inputsToRank[k * inputs + input];
            }
        }
        return sums;
    }
}
