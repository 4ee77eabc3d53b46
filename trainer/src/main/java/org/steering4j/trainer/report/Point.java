package org.steering4j.trainer.report;

/**
 * A measured value, with its confidence interval if there is one.
 *
 * @param low the interval's lower end, or null
 * @param high the interval's upper end, or null
 */
public record Point(double x, double y, Double low, Double high) {

    /** @throws IllegalArgumentException if a number is infinite or NaN, or only one end of the interval is given */
    public Point {
        if (!Double.isFinite(x) || !Double.isFinite(y)) {
            throw new IllegalArgumentException("point (" + x + ", " + y + "): expected finite numbers");
        }
        if ((low == null) != (high == null) || low != null && !(Double.isFinite(low) && Double.isFinite(high))) {
            throw new IllegalArgumentException(
                    "interval " + low + " to " + high + ": expected two finite numbers or none");
        }
    }

    /** A value without an interval. */
    public static Point of(double x, double y) {
        return new Point(x, y, null, null);
    }
}
