package org.steering4j.trainer.report;

/**
 * One axis of a plot.
 *
 * @param label what it shows, with the unit
 * @param percent whether values are shares from 0 to 1, to be shown as 0% to 100%; such an axis shows that whole range
 */
public record Axis(String label, boolean percent) {

    /** An axis of plain numbers. */
    public static Axis of(String label) {
        return new Axis(label, false);
    }

    /** An axis of shares from 0 to 1. */
    public static Axis percent(String label) {
        return new Axis(label, true);
    }
}
