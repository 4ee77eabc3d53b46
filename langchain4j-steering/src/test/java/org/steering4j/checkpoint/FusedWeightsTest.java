package org.steering4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.internal.TensorInfo;

/** Phi-3 stores query, key and value as one matrix, and gate and up as another: each weight is a part of its rows. */
class FusedWeightsTest {

    @TempDir
    Path path;

    @BeforeEach
    void copy() throws IOException {
        for (String file : List.of("config.json", "model.safetensors")) {
            try (var input = getClass().getResourceAsStream("/parity/phi4-mini/" + file)) {
                Files.copy(input, path.resolve(file));
            }
        }
    }

    private static TensorInfo find(ModelFolder folder, Weight weight, int layer) {
        return folder.weights().stream()
                .filter(stored -> stored.weight() == weight && stored.layer() == layer)
                .findFirst()
                .orElseThrow()
                .tensor();
    }

    /** Two query heads and one key-value head of 8, a hidden size of 16, in bfloat16. */
    @Test
    void should_find_each_weight_below_the_one_before() {
        ModelFolder folder = ModelFolder.open(path);
        for (int layer = 0; layer < 4; layer++) {
            TensorInfo query = find(folder, Weight.QUERY, layer);
            TensorInfo key = find(folder, Weight.KEY, layer);
            TensorInfo value = find(folder, Weight.VALUE, layer);
            assertThat(query.shape()).containsExactly(16L, 16L);
            assertThat(key.shape()).containsExactly(8L, 16L);
            assertThat(value.shape()).containsExactly(8L, 16L);
            assertThat(key.offsetBytes()).isEqualTo(query.offsetBytes() + 16 * 16 * 2);
            assertThat(value.offsetBytes()).isEqualTo(key.offsetBytes() + 8 * 16 * 2);
            assertThat(value.lengthBytes()).isEqualTo(8 * 16 * 2);
            assertThat(find(folder, Weight.UP, layer).offsetBytes())
                    .isEqualTo(find(folder, Weight.GATE, layer).offsetBytes() + 24 * 16 * 2);
        }
    }

    @Test
    void should_name_the_stored_tensor_when_its_shape_is_wrong() throws IOException {
        change("\"intermediate_size\": 24", "\"intermediate_size\": 25");

        assertThatThrownBy(() -> ModelFolder.open(path))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll("model.layers.0.mlp.gate_up_proj.weight", "[48, 16]", "asks for [50, 16]");
    }

    @Test
    void should_name_the_stored_tensor_once_when_it_is_missing() throws IOException {
        change("\"num_hidden_layers\": 4", "\"num_hidden_layers\": 5");

        assertThatThrownBy(() -> ModelFolder.open(path))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll("lacks 6 tensors", "model.layers.4.self_attn.qkv_proj.weight");
    }

    private void change(String from, String to) throws IOException {
        Path file = path.resolve("config.json");
        Files.writeString(file, Files.readString(file).replace(from, to));
    }
}
