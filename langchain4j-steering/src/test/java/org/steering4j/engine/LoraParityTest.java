package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steering4j.checkpoint.ModelFolderException;
import org.steering4j.internal.SafetensorsFile;
import org.steering4j.vector.LayerSteering;

/** Adapters merged while a model is loaded, against PEFT's own merge: src/test/python/lora.py made what is expected. */
class LoraParityTest {

    private static Path resource(String name) {
        try {
            return Path.of(LoraParityTest.class.getResource("/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static LanguageModel open(String model, String adapter, Precision precision) {
        return LanguageModel.builder()
                .folder(resource("parity/" + model))
                .adapter(resource("lora/" + adapter))
                .precision(precision)
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "plain, llama, FLOAT32, 1e-4",
        "plain, llama, FLOAT16, 2e-2",
        "plain, llama, BFLOAT16, 0.3",
        "plain, llama, INT8, 0.6",
        "rank-stabilised, qwen2, FLOAT32, 1e-4",
        "patterns, llama, FLOAT32, 1e-4",
        "fused, phi3-window, FLOAT32, 1e-4"
    })
    void should_compute_what_peft_computes_with_the_adapter_merged(
            String adapter, String variant, Precision precision, double tolerance) {
        SafetensorsFile expected = SafetensorsFile.open(resource("lora/" + adapter + "/expected.safetensors"));
        float[] tokens = expected.readFloats("tokens");
        float[] logits = expected.readFloats("logits");
        int vocabulary = logits.length / tokens.length;
        int[] sequence = new int[tokens.length];
        for (int i = 0; i < sequence.length; i++) {
            sequence[i] = (int) tokens[i];
        }
        try (LanguageModel model = open(variant, adapter, precision);
                LanguageModel base = LanguageModel.builder()
                        .folder(resource("parity/" + variant))
                        .precision(Precision.FLOAT32)
                        .build()) {
            List<Continuation> answers = new ArrayList<>();
            for (int last = 4; last < sequence.length; last += 7) {
                for (int token = 0; token < vocabulary; token++) {
                    answers.add(new Continuation(Arrays.copyOf(sequence, last + 1), new int[] {token}));
                }
            }
            List<double[]> scores = model.logProbabilities(answers, LayerSteering.none());
            List<double[]> unadapted = base.logProbabilities(answers, LayerSteering.none());
            double largestChange = 0;
            for (int i = 0; i < answers.size(); i++) {
                int last = answers.get(i).prompt().length - 1;
                double[] row = new double[vocabulary];
                for (int token = 0; token < vocabulary; token++) {
                    row[token] = logits[last * vocabulary + token];
                }
                double expectedScore = row[answers.get(i).answer()[0]]
                        - Math.log(Arrays.stream(row).map(Math::exp).sum());
                assertThat(scores.get(i)[0]).isCloseTo(expectedScore, within(tolerance));
                largestChange = Math.max(largestChange, Math.abs(unadapted.get(i)[0] - expectedScore));
            }
            // Else the coarser precisions would not show whether anything was merged.
            assertThat(largestChange).isGreaterThan(1);
            assertThat(model.shape().name()).isEqualTo(base.shape().name() + " + " + adapter);
            assertThat(model.shape().base()).isEqualTo(base.shape().name());
        }
    }

    @Test
    void should_differentiate_the_adapted_model() {
        int[] prompt = {3, 14, 15, 9};
        int[] answer = {2, 6, 5};
        float step = 1e-2f;
        try (LanguageModel model = open("llama", "plain", Precision.FLOAT32);
                SteeredContinuations steered =
                        model.continuations(List.of(new Continuation(prompt, answer)), new TreeSet<>(List.of(1)))) {
            float[] direction = new float[model.shape().hiddenSize()];
            float[] opposite = new float[direction.length];
            for (int i = 0; i < direction.length; i++) {
                direction[i] = step * (i % 3 - 1);
                opposite[i] = -direction[i];
            }
            double ahead = sum(model, prompt, answer, LayerSteering.of(new TreeMap<>(Map.of(1, direction))));
            double behind = sum(model, prompt, answer, LayerSteering.of(new TreeMap<>(Map.of(1, opposite))));
            try (SteeredContinuations.ForwardPass pass =
                    steered.forward(new int[] {0}, new float[][] {new float[direction.length]})) {
                float[] gradient = pass.gradient(new double[] {1})[0];
                double slope = 0;
                for (int i = 0; i < gradient.length; i++) {
                    slope += gradient[i] * direction[i];
                }
                assertThat(slope).isCloseTo((ahead - behind) / 2, withinPercentage(2));
            }
        }
    }

    private static double sum(LanguageModel model, int[] prompt, int[] answer, LayerSteering steering) {
        return Arrays.stream(model.logProbabilities(prompt, answer, steering)).sum();
    }

    @Test
    void should_refuse_an_adapter_of_another_base() {
        assertThatThrownBy(() -> open("qwen2", "fused", Precision.FLOAT32))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll("qkv_proj", "take the model that it was made for, phi3-window");
    }
}
