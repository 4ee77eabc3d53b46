package org.steering4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class BiPOSettingsTest {

    @Test
    void should_default_to_the_reference() {
        assertThat(BiPOSettings.forLayers(15).build().describe())
                .containsEntry("layers", "15")
                .containsEntry("beta", "0.1")
                .containsEntry("learning rate", "5.0E-4")
                .containsEntry("schedule", "cosine")
                .containsEntry("warm-up steps", "100")
                .containsEntry("batch size", "4")
                .containsEntry("weight decay", "0.0")
                .containsEntry("system prompt", "You are a helpful, honest and concise assistant.");
    }

    @Test
    void should_order_layers() {
        assertThat(BiPOSettings.forLayers(3, 1, 3).build().layers()).containsExactly(1, 3);
    }

    @Test
    void should_refuse_values_out_of_range_and_name_them() {
        expectRefusal("beta is 0.0", settings -> settings.beta(0));
        expectRefusal("beta is NaN", settings -> settings.beta(Double.NaN));
        expectRefusal("learningRate is -1.0", settings -> settings.learningRate(-1));
        expectRefusal("epochs is 0: expected at least 1", settings -> settings.epochs(0));
        expectRefusal("batchSize is 0", settings -> settings.batchSize(0));
        expectRefusal("accumulationSteps is 0", settings -> settings.accumulationSteps(0));
        expectRefusal("warmUpSteps is -1", settings -> settings.warmUpSteps(-1));
        expectRefusal("weightDecay is -0.1", settings -> settings.weightDecay(-0.1));
        expectRefusal("gradientClipping is Infinity", settings -> settings.gradientClipping(1.0 / 0));
        expectRefusal("maximumTokens is 1", settings -> settings.maximumTokens(1));
        expectRefusal("validationShare is 1.0", settings -> settings.validationShare(1));
        expectRefusal("patience is 2", settings -> settings.validationShare(0).patience(2));
        assertThatThrownBy(() -> BiPOSettings.forLayers().build()).hasMessageContaining("at least one layer");
        assertThatThrownBy(() -> BiPOSettings.forLayers(-1).build()).hasMessageContaining("counted from 0");
    }

    private static void expectRefusal(String message, UnaryOperator<BiPOSettings.Builder> change) {
        assertThatThrownBy(() -> change.apply(BiPOSettings.forLayers(1)).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
