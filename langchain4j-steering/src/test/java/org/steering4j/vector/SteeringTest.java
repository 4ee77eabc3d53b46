package org.steering4j.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SteeringTest {

    @Test
    void should_add_up_by_name() {
        Steering steering = Steering.of("truthfulness", 1.0)
                .plus("safety", 0.5)
                .plus(Steering.of("truthfulness", 0.25).plus("wealth", -1));

        assertThat(steering.multipliers())
                .containsExactly(entry("safety", 0.5), entry("truthfulness", 1.25), entry("wealth", -1.0));
        assertThat(steering).hasToString("safety*0.5 + truthfulness*1.25 + wealth*-1.0");
    }

    @Test
    void should_multiply_all() {
        assertThat(Steering.of("a", 1.5).plus("b", -1).times(-2))
                .isEqualTo(Steering.of("b", 2).plus("a", -3));
    }

    @Test
    void should_be_none_when_nothing_is_named_or_everything_is_zero() {
        assertThat(Steering.none().isNone()).isTrue();
        assertThat(Steering.none()).hasToString("none");
        assertThat(Steering.of("a", 0).isNone()).isTrue();
        assertThat(Steering.of("a", 1).times(0).isNone()).isTrue();
        assertThat(Steering.of("a", 1).plus("a", -1).isNone()).isTrue();
        assertThat(Steering.of("a", 1e-300).isNone()).isFalse();
        assertThat(Steering.of("a", 1).times(-0.0))
                .isEqualTo(Steering.of("a", 0))
                .hasSameHashCodeAs(Steering.of("a", 0));
    }

    @Test
    void should_not_change_when_added_to() {
        Steering steering = Steering.of("a", 1);

        steering.plus("a", 1);

        assertThat(steering).isEqualTo(Steering.of("a", 1));
        assertThatThrownBy(() -> steering.multipliers().put("b", 1.0))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void should_refuse_multiplier_that_is_not_finite(double multiplier) {
        assertThatThrownBy(() -> Steering.of("a", multiplier))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("multiplier " + multiplier + " for \"a\"");
        assertThatThrownBy(() -> Steering.none().times(multiplier)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void should_refuse_overflow_and_blank_names() {
        Steering large = Steering.of("a", Double.MAX_VALUE);

        assertThatThrownBy(() -> large.plus(large)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> large.times(2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Steering.of(" ", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Steering.of(null, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void should_be_read_from_text() {
        assertThat(Steering.parse(" power-seeking:-1.5, truthfulness : 1 "))
                .isEqualTo(Steering.of("power-seeking", -1.5).plus("truthfulness", 1));
        assertThat(Steering.parse("urn:a:2")).isEqualTo(Steering.of("urn:a", 2));
        assertThat(Steering.parse(" none ")).isEqualTo(Steering.none());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a", "a:", ":1", "a:one", "a:1,", "a:1,a:2", "a:NaN", "a:Infinity", "a:-Infinity", "a:1e999"
            })
    void should_refuse_text_that_is_no_steering(String text) {
        assertThatThrownBy(() -> Steering.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .message()
                .isNotBlank();
    }
}
