package org.steering4j.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.steering4j.internal.DataType;
import org.steering4j.internal.SafetensorsWriter;

/** Makes tiny model folders with random weights, and keeps the weights for the reference decoder. */
final class RandomCheckpoint {

    final ObjectNode configuration = new ObjectMapper().createObjectNode();
    final Map<String, float[]> weights = new LinkedHashMap<>();
    final Map<String, List<Long>> shapes = new LinkedHashMap<>();

    private final Random random = new Random(7);

    private RandomCheckpoint() {}

    static RandomCheckpoint llama() {
        return make(json -> {});
    }

    /** Bias on query, key and value; no tied embeddings. */
    static RandomCheckpoint qwen2() {
        return make(json -> {
            json.putArray("architectures").add("Qwen2ForCausalLM");
            json.put("model_type", "qwen2");
            json.put("tie_word_embeddings", false);
        });
    }

    static RandomCheckpoint make(Consumer<ObjectNode> change) {
        RandomCheckpoint checkpoint = new RandomCheckpoint();
        ObjectNode json = checkpoint.configuration;
        json.put("_name_or_path", "random");
        json.putArray("architectures").add("LlamaForCausalLM");
        json.put("model_type", "llama");
        json.put("hidden_size", 32);
        json.put("intermediate_size", 48);
        json.put("num_hidden_layers", 4);
        json.put("num_attention_heads", 4);
        json.put("num_key_value_heads", 2);
        json.put("vocab_size", 61);
        json.put("max_position_embeddings", 64);
        json.put("rms_norm_eps", 1e-5);
        json.put("rope_theta", 10000.0);
        json.put("tie_word_embeddings", true);
        change.accept(json);
        checkpoint.fill();
        return checkpoint;
    }

    int number(String key) {
        return configuration.get(key).intValue();
    }

    int headSize() {
        return configuration.has("head_dim")
                ? number("head_dim")
                : number("hidden_size") / number("num_attention_heads");
    }

    private void fill() {
        long hidden = number("hidden_size");
        long inner = number("intermediate_size");
        long queries = (long) number("num_attention_heads") * headSize();
        long keys = (long) number("num_key_value_heads") * headSize();
        boolean bias = configuration.get("model_type").asText().equals("qwen2");
        add("model.embed_tokens.weight", 0.5, number("vocab_size"), hidden);
        for (int layer = 0; layer < number("num_hidden_layers"); layer++) {
            String prefix = "model.layers." + layer + ".";
            add(prefix + "input_layernorm.weight", 0, hidden);
            add(prefix + "self_attn.q_proj.weight", 0.3, queries, hidden);
            add(prefix + "self_attn.k_proj.weight", 0.3, keys, hidden);
            add(prefix + "self_attn.v_proj.weight", 0.3, keys, hidden);
            if (bias) {
                add(prefix + "self_attn.q_proj.bias", 0.3, queries);
                add(prefix + "self_attn.k_proj.bias", 0.3, keys);
                add(prefix + "self_attn.v_proj.bias", 0.3, keys);
            }
            add(prefix + "self_attn.o_proj.weight", 0.2, hidden, queries);
            add(prefix + "post_attention_layernorm.weight", 0, hidden);
            add(prefix + "mlp.gate_proj.weight", 0.2, inner, hidden);
            add(prefix + "mlp.up_proj.weight", 0.2, inner, hidden);
            add(prefix + "mlp.down_proj.weight", 0.2, hidden, inner);
        }
        add("model.norm.weight", 0, hidden);
        if (!configuration.get("tie_word_embeddings").booleanValue()) {
            add("lm_head.weight", 0.3, number("vocab_size"), hidden);
        }
    }

    /** Deviation 0 stands for a norm: values near one. */
    private void add(String name, double deviation, long... shape) {
        long size = 1;
        for (long length : shape) {
            size *= length;
        }
        float[] values = new float[(int) size];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation == 0 ? 1 + 0.1 * random.nextGaussian() : deviation * random.nextGaussian());
        }
        weights.put(name, values);
        shapes.put(name, java.util.Arrays.stream(shape).boxed().toList());
    }

    Path write(Path folder) {
        writeConfiguration(folder);
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        weights.forEach((name, values) -> writer.tensor(name, DataType.F32, shapes.get(name), values));
        writer.write(folder.resolve("model.safetensors"));
        return folder;
    }

    /** Two shards with an index. */
    Path writeSharded(Path folder) {
        writeConfiguration(folder);
        ObjectNode index = new ObjectMapper().createObjectNode();
        ObjectNode map = index.putObject("weight_map");
        List<String> names = List.copyOf(weights.keySet());
        for (int shard = 0; shard < 2; shard++) {
            String file = "model-0000%d-of-00002.safetensors".formatted(shard + 1);
            SafetensorsWriter writer = new SafetensorsWriter();
            for (int i = shard; i < names.size(); i += 2) {
                writer.tensor(names.get(i), DataType.F32, shapes.get(names.get(i)), weights.get(names.get(i)));
                map.put(names.get(i), file);
            }
            writer.write(folder.resolve(file));
        }
        writeText(folder.resolve("model.safetensors.index.json"), index.toString());
        return folder;
    }

    void writeConfiguration(Path folder) {
        writeText(folder.resolve("config.json"), configuration.toPrettyString());
    }

    private static void writeText(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
