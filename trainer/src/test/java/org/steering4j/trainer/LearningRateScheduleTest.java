package org.steering4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearningRateScheduleTest {

    // The values of transformers' schedules with 4 warm-up steps of 12.
    @ParameterizedTest
    @CsvSource({
        "COSINE, 0, 0", "COSINE, 1, 0.25", "COSINE, 3, 0.75", "COSINE, 4, 1", "COSINE, 6, 0.853553391",
        "COSINE, 8, 0.5", "COSINE, 11, 0.038060234", "LINEAR, 0, 0", "LINEAR, 2, 0.5", "LINEAR, 4, 1",
        "LINEAR, 8, 0.5", "LINEAR, 11, 0.125", "CONSTANT, 0, 0", "CONSTANT, 2, 0.5", "CONSTANT, 4, 1",
        "CONSTANT, 11, 1"
    })
    void should_equal_transformers_schedules(LearningRateSchedule schedule, int step, double factor) {
        assertThat(schedule.factor(step, 4, 12)).isCloseTo(factor, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({"COSINE", "LINEAR", "CONSTANT"})
    void should_start_at_the_full_rate_without_warm_up(LearningRateSchedule schedule) {
        assertThat(schedule.factor(0, 0, 12)).isEqualTo(1.0);
    }

    @ParameterizedTest
    @CsvSource({"COSINE", "LINEAR", "CONSTANT"})
    void should_only_rise_when_the_warm_up_is_longer_than_the_training(LearningRateSchedule schedule) {
        assertThat(schedule.factor(9, 100, 10)).isEqualTo(0.09);
    }
}
