package org.steering4j.trainer.benchmark;

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
