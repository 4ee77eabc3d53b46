package org.steering4j.trainer.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sizes of a decoder of the Llama or Qwen2 family. Immutable.
 *
 * @param modelType llama or qwen2; the latter has biases on query, key and value
 * @param tied whether the output head is the token embedding
 */
public record ModelSizes(
        String modelType,
        int layers,
        int hidden,
        int feedForward,
        int queryHeads,
        int keyValueHeads,
        int vocabulary,
        int contextLength,
        boolean tied) {

    int headSize() {
        return hidden / queryHeads;
    }

    boolean hasBias() {
        return modelType.equals("qwen2");
    }

    /** The shape of each tensor by its name, in the order of a file; a matrix is [outputs, inputs]. */
    Map<String, List<Long>> tensors() {
        Map<String, List<Long>> tensors = new LinkedHashMap<>();
        long inner = feedForward;
        long width = hidden;
        long keys = (long) keyValueHeads * headSize();
        tensors.put("model.embed_tokens.weight", List.of((long) vocabulary, width));
        for (int layer = 0; layer < layers; layer++) {
            String prefix = "model.layers." + layer + ".";
            tensors.put(prefix + "input_layernorm.weight", List.of(width));
            tensors.put(prefix + "self_attn.q_proj.weight", List.of(width, width));
            tensors.put(prefix + "self_attn.k_proj.weight", List.of(keys, width));
            tensors.put(prefix + "self_attn.v_proj.weight", List.of(keys, width));
            if (hasBias()) {
                tensors.put(prefix + "self_attn.q_proj.bias", List.of(width));
                tensors.put(prefix + "self_attn.k_proj.bias", List.of(keys));
                tensors.put(prefix + "self_attn.v_proj.bias", List.of(keys));
            }
            tensors.put(prefix + "self_attn.o_proj.weight", List.of(width, width));
            tensors.put(prefix + "post_attention_layernorm.weight", List.of(width));
            tensors.put(prefix + "mlp.gate_proj.weight", List.of(inner, width));
            tensors.put(prefix + "mlp.up_proj.weight", List.of(inner, width));
            tensors.put(prefix + "mlp.down_proj.weight", List.of(width, inner));
        }
        tensors.put("model.norm.weight", List.of(width));
        if (!tied) {
            tensors.put("lm_head.weight", List.of((long) vocabulary, width));
        }
        return tensors;
    }

    /** How many numbers all tensors have. */
    long parameters() {
        return tensors().values().stream().mapToLong(ModelSizes::elements).sum();
    }

    static long elements(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** As config.json has it. */
    Map<String, Object> configuration(String name) {
        return Map.ofEntries(
                Map.entry("_name_or_path", name),
                Map.entry("architectures", List.of(hasBias() ? "Qwen2ForCausalLM" : "LlamaForCausalLM")),
                Map.entry("model_type", modelType),
                Map.entry("hidden_size", hidden),
                Map.entry("intermediate_size", feedForward),
                Map.entry("num_hidden_layers", layers),
                Map.entry("num_attention_heads", queryHeads),
                Map.entry("num_key_value_heads", keyValueHeads),
                Map.entry("vocab_size", vocabulary),
                Map.entry("max_position_embeddings", contextLength),
                Map.entry("rms_norm_eps", 1e-6),
                Map.entry("rope_theta", 1e6),
                Map.entry("hidden_act", "silu"),
                Map.entry("torch_dtype", "bfloat16"),
                Map.entry("tie_word_embeddings", tied));
    }
}
