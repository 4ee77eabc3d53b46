package org.steering4j.trainer;

/**
 * How well a vector separates the answers in both directions.
 *
 * @param positive with the vector added
 * @param negative with the vector subtracted
 */
public record PreferenceMetrics(DirectionMetrics positive, DirectionMetrics negative) {

    static final PreferenceMetrics NONE = new PreferenceMetrics(DirectionMetrics.NONE, DirectionMetrics.NONE);

    /** Both directions together, each pair weighing the same. */
    public DirectionMetrics both() {
        return positive.plus(negative);
    }

    PreferenceMetrics plus(PreferenceMetrics other) {
        return new PreferenceMetrics(positive.plus(other.positive), negative.plus(other.negative));
    }
}
