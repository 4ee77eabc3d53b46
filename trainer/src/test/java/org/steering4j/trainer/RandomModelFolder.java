package org.steering4j.trainer;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.steering4j.internal.DataType;
import org.steering4j.internal.SafetensorsWriter;

/** Writes a tiny Llama with random weights, a tokenizer of single bytes and the ChatML template: a whole model folder. */
public final class RandomModelFolder {

    private static final int HIDDEN_SIZE = 16;
    private static final int LAYERS = 3;
    private static final int BYTES = 256;
    private static final List<String> CONTROL_TOKENS = List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");
    private static final int VOCABULARY_SIZE = BYTES + CONTROL_TOKENS.size();
    private static final String TEMPLATE = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' +"
            + " message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{"
            + " '<|im_start|>assistant\\n' }}{% endif %}";
    private static final ObjectMapper JSON = new ObjectMapper();

    private RandomModelFolder() {}

    public static Path write(Path folder) throws IOException {
        return write(folder, 1);
    }

    public static Path write(Path folder, long seed) throws IOException {
        Files.createDirectories(folder);
        writeJson(
                folder.resolve("config.json"),
                Map.ofEntries(
                        Map.entry("architectures", List.of("LlamaForCausalLM")),
                        Map.entry("model_type", "llama"),
                        Map.entry("hidden_size", HIDDEN_SIZE),
                        Map.entry("intermediate_size", 32),
                        Map.entry("num_attention_heads", 4),
                        Map.entry("num_key_value_heads", 2),
                        Map.entry("num_hidden_layers", LAYERS),
                        Map.entry("vocab_size", VOCABULARY_SIZE),
                        Map.entry("max_position_embeddings", 256),
                        Map.entry("tie_word_embeddings", true),
                        Map.entry("_name_or_path", "random-llama")));
        writeWeights(folder, new Random(seed));
        writeTokenizer(folder);
        int endOfText = BYTES;
        int endOfTurn = BYTES + 2;
        writeJson(
                folder.resolve("generation_config.json"),
                Map.of("eos_token_id", List.of(endOfTurn, endOfText), "bos_token_id", endOfText));
        return folder;
    }

    private static void writeWeights(Path folder, Random random) {
        SafetensorsWriter writer = new SafetensorsWriter();
        add(writer, random, "model.embed_tokens.weight", VOCABULARY_SIZE, HIDDEN_SIZE);
        for (int layer = 0; layer < LAYERS; layer++) {
            String prefix = "model.layers." + layer + ".";
            add(writer, random, prefix + "self_attn.q_proj.weight", HIDDEN_SIZE, HIDDEN_SIZE);
            add(writer, random, prefix + "self_attn.k_proj.weight", HIDDEN_SIZE / 2, HIDDEN_SIZE);
            add(writer, random, prefix + "self_attn.v_proj.weight", HIDDEN_SIZE / 2, HIDDEN_SIZE);
            add(writer, random, prefix + "self_attn.o_proj.weight", HIDDEN_SIZE, HIDDEN_SIZE);
            add(writer, random, prefix + "mlp.gate_proj.weight", 32, HIDDEN_SIZE);
            add(writer, random, prefix + "mlp.up_proj.weight", 32, HIDDEN_SIZE);
            add(writer, random, prefix + "mlp.down_proj.weight", HIDDEN_SIZE, 32);
            add(writer, random, prefix + "input_layernorm.weight", HIDDEN_SIZE);
            add(writer, random, prefix + "post_attention_layernorm.weight", HIDDEN_SIZE);
        }
        add(writer, random, "model.norm.weight", HIDDEN_SIZE);
        writer.write(folder.resolve("model.safetensors"));
    }

    /** Matrices are random, vectors (the norms' weights) are ones. */
    private static void add(SafetensorsWriter writer, Random random, String name, int... shape) {
        int size = 1;
        List<Long> sizes = new ArrayList<>();
        for (int dimension : shape) {
            size *= dimension;
            sizes.add((long) dimension);
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = shape.length == 1 ? 1 : (float) (0.4 * random.nextGaussian());
        }
        writer.tensor(name, DataType.F32, sizes, values);
    }

    /** Byte-level BPE without merges. */
    private static void writeTokenizer(Path folder) throws IOException {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        int unprintable = 0;
        for (int value = 0; value < BYTES; value++) {
            boolean printable =
                    value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xAC || value >= 0xAE && value <= 0xFF;
            vocabulary.put(String.valueOf((char) (printable ? value : BYTES + unprintable++)), value);
        }
        List<Map<String, Object>> added = new ArrayList<>();
        for (String token : CONTROL_TOKENS) {
            int id = BYTES + added.size();
            added.add(Map.of(
                    "id", id,
                    "content", token,
                    "single_word", false,
                    "lstrip", false,
                    "rstrip", false,
                    "normalized", false,
                    "special", true));
        }
        Map<String, Object> byteLevel =
                Map.of("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", false, "use_regex", true);
        Map<String, Object> tokenizer = new LinkedHashMap<>();
        tokenizer.put("version", "1.0");
        tokenizer.put("truncation", null);
        tokenizer.put("padding", null);
        tokenizer.put("added_tokens", added);
        tokenizer.put("normalizer", null);
        tokenizer.put("pre_tokenizer", byteLevel);
        tokenizer.put("post_processor", null);
        tokenizer.put("decoder", byteLevel);
        tokenizer.put("model", Map.of("type", "BPE", "vocab", vocabulary, "merges", List.of()));
        writeJson(folder.resolve("tokenizer.json"), tokenizer);
        writeJson(
                folder.resolve("tokenizer_config.json"),
                Map.of("chat_template", TEMPLATE, "eos_token", "<|im_end|>", "bos_token", "<|endoftext|>"));
    }

    private static void writeJson(Path file, Object content) throws IOException {
        JSON.writeValue(file.toFile(), content);
    }
}
