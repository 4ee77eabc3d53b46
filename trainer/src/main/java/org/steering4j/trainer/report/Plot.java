package org.steering4j.trainer.report;

import java.util.List;

/** A line chart of one or several series over common axes. */
public record Plot(String title, Axis x, Axis y, List<Series> series) {

    public Plot {
        series = List.copyOf(series);
    }
}
