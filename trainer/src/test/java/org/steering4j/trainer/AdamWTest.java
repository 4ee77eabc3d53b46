package org.steering4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AdamWTest {

    private final float[][] parameter = {{1.0f}};

    private AdamW fresh(double weightDecay) {
        return new AdamW(weightDecay, 0, new float[1][1], new float[1][1]);
    }

    private void expectAfter(AdamW optimizer, double gradient, double learningRate, double expected) {
        optimizer.update(parameter, new double[][] {{gradient}}, learningRate);
        assertThat((double) parameter[0][0]).isCloseTo(expected, within(1e-6 * Math.max(1e-3, Math.abs(expected))));
    }

    @Test
    void should_equal_pytorch_over_several_steps_with_weight_decay() {
        AdamW optimizer = fresh(0.1);

        expectAfter(optimizer, 0.5, 0.1, 0.890000002);
        expectAfter(optimizer, -0.25, 0.1, 0.8544662986878463);
        expectAfter(optimizer, 1e-9, 0.1, 0.8253337058662122);
        expectAfter(optimizer, 2.0, 0.1, 0.7565731451706649);
    }

    @Test
    void should_add_epsilon_after_the_bias_correction_as_pytorch_does() {
        parameter[0][0] = 0;
        AdamW optimizer = fresh(0);

        expectAfter(optimizer, 1e-8, 0.01, -0.005);
        expectAfter(optimizer, 1e-8, 0.01, -0.01);
    }

    @Test
    void should_only_decay_when_the_gradient_is_zero() {
        expectAfter(fresh(0.5), 0, 0.1, 0.95);
    }

    @Test
    void should_leave_the_parameter_when_the_learning_rate_is_zero() {
        AdamW optimizer = fresh(0.5);
        optimizer.update(parameter, new double[][] {{3.0}}, 0);

        assertThat(parameter[0][0]).isEqualTo(1.0f);
        assertThat(optimizer.firstMoment()[0][0]).isEqualTo(0.3f);
    }
}
