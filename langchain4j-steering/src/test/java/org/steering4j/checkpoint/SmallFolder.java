package org.steering4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A model folder of two blocks, eight wide, all weights zero; a test changes it before it writes it. */
final class SmallFolder {

    static final String QUERY = "model.layers.1.self_attn.q_proj.weight";
    static final String EMBEDDING = "model.embed_tokens.weight";

    final Path path;
    final ObjectNode configuration;
    final RawSafetensors weights = new RawSafetensors();

    private SmallFolder(Path path, String configuration, boolean bias) {
        this.path = path;
        try {
            this.configuration = (ObjectNode) new ObjectMapper().readTree(configuration);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        add(EMBEDDING, 16, 8);
        for (int layer = 0; layer < 2; layer++) {
            String prefix = "model.layers." + layer + ".";
            add(prefix + "input_layernorm.weight", 8);
            add(prefix + "self_attn.q_proj.weight", 8, 8);
            add(prefix + "self_attn.k_proj.weight", 4, 8);
            add(prefix + "self_attn.v_proj.weight", 4, 8);
            if (bias) {
                add(prefix + "self_attn.q_proj.bias", 8);
                add(prefix + "self_attn.k_proj.bias", 4);
                add(prefix + "self_attn.v_proj.bias", 4);
            }
            add(prefix + "self_attn.o_proj.weight", 8, 8);
            add(prefix + "post_attention_layernorm.weight", 8);
            add(prefix + "mlp.gate_proj.weight", 12, 8);
            add(prefix + "mlp.up_proj.weight", 12, 8);
            add(prefix + "mlp.down_proj.weight", 8, 12);
        }
        add("model.norm.weight", 8);
    }

    static SmallFolder llama(Path path) {
        return new SmallFolder(path, """
                {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":8,"intermediate_size":12,
                 "num_hidden_layers":2,"num_attention_heads":2,"num_key_value_heads":1,"vocab_size":16,"hidden_act":"silu",
                 "max_position_embeddings":32,"rms_norm_eps":1e-05,"rope_theta":10000.0,"rope_scaling":null,
                 "attention_bias":false,"mlp_bias":false,"pretraining_tp":1,"tie_word_embeddings":true,
                 "torch_dtype":"float32","transformers_version":"4.44.0"}""", false);
    }

    static SmallFolder qwen2(Path path) {
        return new SmallFolder(path, """
                {"architectures":["Qwen2ForCausalLM"],"model_type":"qwen2","hidden_size":8,"intermediate_size":12,
                 "num_hidden_layers":2,"num_attention_heads":2,"num_key_value_heads":1,"vocab_size":16,"hidden_act":"silu",
                 "max_position_embeddings":32,"max_window_layers":21,"rms_norm_eps":1e-06,"rope_theta":1000000.0,
                 "sliding_window":16,"use_sliding_window":false,"tie_word_embeddings":true,"torch_dtype":"bfloat16",
                 "transformers_version":"4.40.1"}""", true);
    }

    private void add(String name, long... shape) {
        weights.zeros(name, "F32", 4, java.util.Arrays.stream(shape).boxed().toList());
    }

    /** Puts the keys of a JSON object into config.json. */
    SmallFolder configure(String json) {
        try {
            configuration.setAll((ObjectNode) new ObjectMapper().readTree(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    SmallFolder without(String... keys) {
        configuration.remove(List.of(keys));
        return this;
    }

    Path singleFile() {
        return path.resolve("model.safetensors");
    }

    Path configurationFile() {
        return path.resolve("config.json");
    }

    Path indexFile() {
        return path.resolve("model.safetensors.index.json");
    }

    SmallFolder write() {
        writeText(configurationFile(), configuration.toString());
        weights.write(singleFile());
        return this;
    }

    /** Every other tensor in a.safetensors, the rest in b.safetensors; gives the index, not yet written. */
    ObjectNode writeShards() {
        writeText(configurationFile(), configuration.toString());
        ObjectNode index = new ObjectMapper().createObjectNode();
        for (String shard : List.of("a", "b")) {
            List<String> names = weights.names().stream()
                    .filter(name -> weights.names().indexOf(name) % 2 == (shard.equals("a") ? 0 : 1))
                    .toList();
            weights.only(names).write(path.resolve(shard + ".safetensors"));
            names.forEach(name -> index.withObject("/weight_map").put(name, shard + ".safetensors"));
        }
        return index;
    }

    static void writeText(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ModelFolder open() {
        return ModelFolder.open(path);
    }

    /** Opening must fail with a message that names all of this. */
    void assertRefused(String... parts) {
        assertThat(catchThrowable(this::open))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll(parts);
    }
}
