package org.steering4j.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SteeringVectorTest {

    @Test
    void should_say_what_it_was_built_with() {
        SteeringVector vector = TestVectors.complete("safety", 4, 2);

        assertThat(vector.behavior()).isEqualTo("safety");
        assertThat(vector.layers()).containsExactly(2, 4);
        assertThat(vector.hiddenSize()).isEqualTo(5);
        assertThat(vector.method()).contains("BiPO");
        assertThat(vector.hookPoint()).isEqualTo("residual stream after the block");
        assertThat(vector.operator()).isEqualTo("add");
        assertThat(vector.modelName()).contains("small-model");
        assertThat(vector.architecture()).contains("llama");
        assertThat(vector.numberOfLayers()).hasValue(6);
        assertThat(vector.evaluatedMultipliers()).containsExactly(-1.0, 0.1, 2.0);
        assertThat(vector.settings()).containsEntry("seed", "7");
        assertThat(vector).hasToString("SteeringVector[safety, layers=[2, 4], hiddenSize=5, model=small-model]");
        assertThat(vector.toBuilder("safety").build()).isEqualTo(vector).hasSameHashCodeAs(vector);
        assertThat(vector.toBuilder("other").build()).isNotEqualTo(vector);
    }

    @Test
    void should_know_the_system_prompt_of_files_that_say_it_among_their_settings(@TempDir Path folder) {
        for (String ending : List.of(".safetensors", ".gguf")) {
            Path file = folder.resolve("b" + ending);
            SteeringVector.Builder vector = SteeringVector.builder("b").layer(1, new float[] {1});
            vector.build().write(file);
            assertThat(SteeringVector.read(file).systemPrompt()).isEmpty();
            vector.setting("system prompt", "").build().write(file);
            assertThat(SteeringVector.read(file).systemPrompt()).contains("");
            vector.systemPrompt("Be bold.").build().write(file);
            assertThat(SteeringVector.read(file))
                    .isEqualTo(vector.build())
                    .isNotEqualTo(vector.systemPrompt("").build());
            assertThat(SteeringVector.read(file).systemPrompt()).contains("Be bold.");
            assertThat(SteeringVector.read(file).toBuilder("b").build().systemPrompt())
                    .contains("Be bold.");
        }
    }

    @Test
    void should_keep_magnitude() {
        SteeringVector vector =
                SteeringVector.builder("b").layer(0, new float[] {3, -4}).build();

        assertThat(vector.norm(0)).isEqualTo(5.0, within(1e-12));
        assertThat(vector.layer(0)).containsExactly(3, -4);
    }

    @Test
    void should_refuse_impossible_values() {
        SteeringVector.Builder builder = SteeringVector.builder("b").layer(3, new float[] {1});

        assertThatThrownBy(() -> SteeringVector.builder("b").build()).hasMessageContaining("no layer");
        assertThatThrownBy(
                        () -> SteeringVector.builder(" ").layer(0, new float[1]).build())
                .hasMessageContaining("behavior");
        assertThatThrownBy(() -> builder.layer(3, new float[1])).hasMessageContaining("layer 3 is given twice");
        assertThatThrownBy(() -> SteeringVector.builder("b")
                        .layer(0, new float[] {Float.POSITIVE_INFINITY})
                        .build())
                .hasMessageContaining("Infinity");
        assertThatThrownBy(() -> SteeringVector.builder("b")
                        .layer(4, new float[1])
                        .numberOfLayers(4)
                        .build())
                .hasMessageContaining("layer 4 is out of range: a model of 4 layers has layers 0 to 3");
        assertThatThrownBy(() -> builder.evaluatedMultipliers(List.of(Double.NaN)))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> builder.numberOfLayers(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void should_note_another_model_name_and_what_is_not_known() {
        SteeringVector vector = TestVectors.complete("b", 1);
        SteeringVector silent =
                SteeringVector.builder("b").layer(1, new float[5]).build();

        assertThat(vector.notes(TestVectors.MODEL)).isEmpty();
        assertThat(vector.notes(new ModelShape("fine-tuned", "llama", 6, 5)))
                .singleElement()
                .asString()
                .contains("small-model");
        assertThat(silent.notes(TestVectors.MODEL)).hasSize(3);
    }

    @Test
    void should_refuse_file_of_unknown_kind() {
        assertThatThrownBy(() -> SteeringVector.read(Path.of("vector.bin")))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("ends in .safetensors, .gguf or .pt");
        assertThatThrownBy(() -> SteeringVector.read(Path.of("vector.pt")))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("readPyTorch");
        assertThatThrownBy(() -> TestVectors.complete("b", 1).write(Path.of("vector.bin")))
                .isInstanceOf(FileNotWrittenException.class)
                .hasMessageContaining("vector.bin");
    }
}
