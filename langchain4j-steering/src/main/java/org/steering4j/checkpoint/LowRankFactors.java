package org.steering4j.checkpoint;

/**
 * Two factors whose product B A is added to a matrix [outputs, inputs]. The arrays are not copied.
 *
 * @param inputsToRank A, row-major [rank, inputs]
 * @param rankToOutputs B times the adapter's scale, row-major [outputs, rank]
 */
public record LowRankFactors(int rank, int inputs, int outputs, float[] inputsToRank, float[] rankToOutputs) {}
