package org.steering4j.trainer;

/**
 * The loss of a pair as a function of its margin m (Cao et al. 2024, arXiv 2406.00045, equation 3): -log sigmoid(beta m). Stable for
 * margins of hundreds of nats, and the same bits on every machine.
 */
final class BiPOLoss {

    private BiPOLoss() {}

    static double value(double beta, double margin) {
        double x = beta * margin;
        return Math.max(-x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    }

    /** The derivative by the margin: -beta sigmoid(-beta m). */
    static double slope(double beta, double margin) {
        double x = beta * margin;
        double sigmoid = x >= 0 ? StrictMath.exp(-x) / (1 + StrictMath.exp(-x)) : 1 / (1 + StrictMath.exp(x));
        return -beta * sigmoid;
    }
}
