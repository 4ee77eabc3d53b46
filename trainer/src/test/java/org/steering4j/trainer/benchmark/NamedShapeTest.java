package org.steering4j.trainer.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamedShapeTest {

    @ParameterizedTest
    @CsvSource({
        "qwen2.5-0.5b, 494032768",
        "qwen2.5-1.5b, 1543714304",
        "llama-3.2-1b, 1235814400",
        "llama-2-7b, 6738415616"
    })
    void should_have_as_many_parameters_as_the_model_of_the_name(String label, long parameters) {
        assertThat(NamedShape.of(label).sizes().parameters()).isEqualTo(parameters);
    }
}
