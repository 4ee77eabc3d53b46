package org.steering4j.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** That the benchmark tells a promise that is kept from one that is missed. */
class ServingTest {

    @Test
    void should_promise_four_times_the_throughput_for_eight_conversations() {
        assertThat(Serving.throughputOfEight(4))
                .hasToString("[ok] eight conversations: 4.00 times the throughput of one (at least 4)");
        assertThat(Serving.throughputOfEight(3.9).holds()).isFalse();
    }

    @Test
    void should_promise_a_fifth_of_the_time_to_first_token_when_the_turn_before_is_kept() {
        assertThat(Serving.reuse(0.2))
                .hasToString("[ok] time to first token with the turn before kept: 20.0% of that without (at most 20%)");
        assertThat(Serving.reuse(0.21).holds()).isFalse();
    }

    @Test
    void should_promise_at_most_a_tenth_of_the_speed_for_a_schema() {
        assertThat(MaskingCost.cost(8, 9, 10))
                .hasToString("[ok] a schema for 8: 10.0% fewer tokens a second (at most 10%)");
        assertThat(MaskingCost.cost(8, 8.9, 10).holds()).isFalse();
    }

    @Test
    void should_call_a_cost_that_noise_turned_around_none() {
        assertThat(MaskingCost.cost(1, 10, 9.8)).hasToString("[ok] a schema for 1: no measurable cost (at most 10%)");
    }
}
