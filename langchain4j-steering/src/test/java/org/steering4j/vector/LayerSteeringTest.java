package org.steering4j.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class LayerSteeringTest {

    @Test
    void should_keep_its_arrays_to_itself() {
        float[] given = {1, 2};
        LayerSteering steering = LayerSteering.of(Map.of(3, given));

        given[0] = 9;
        steering.layer(3)[1] = 9;

        assertThat(steering.layer(3)).containsExactly(1, 2);
        assertThat(steering.layers()).containsExactly(3);
        assertThat(steering.hiddenSize()).isEqualTo(2);
        assertThat(steering).isEqualTo(LayerSteering.of(Map.of(3, new float[] {1, 2})));
        assertThat(steering).isNotEqualTo(LayerSteering.of(Map.of(2, new float[] {1, 2})));
    }

    @Test
    void should_be_none_without_layers() {
        assertThat(LayerSteering.of(Map.of())).isSameAs(LayerSteering.none());
        assertThat(LayerSteering.none().isNone()).isTrue();
        assertThat(LayerSteering.none().layers()).isEmpty();
        assertThatThrownBy(() -> LayerSteering.none().layer(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void should_refuse_impossible_arrays() {
        assertThatThrownBy(() -> LayerSteering.of(Map.of(-1, new float[1]))).hasMessageContaining("layer -1");
        assertThatThrownBy(() -> LayerSteering.of(Map.of(1, new float[0]))).hasMessageContaining("no values");
        assertThatThrownBy(() -> LayerSteering.of(Map.of(1, new float[2], 2, new float[3])))
                .hasMessageContaining("hidden size");
        assertThatThrownBy(() -> LayerSteering.of(Map.of(1, new float[] {0, Float.NaN})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer 1 holds NaN at index 1");
    }
}
