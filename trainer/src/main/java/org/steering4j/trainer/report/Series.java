package org.steering4j.trainer.report;

import java.util.List;

/**
 * One line of a plot.
 *
 * @param name as the legend shows it
 * @param points in the order of x
 */
public record Series(String name, List<Point> points) {

    public Series {
        points = List.copyOf(points);
    }
}
