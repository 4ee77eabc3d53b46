package org.steering4j.checkpoint;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The families of models that are supported, a row each: what the architecture's name in config.json says that no key does, which keys
 * change the computation beside those that every family has, and what transformers takes where a key is missing. All families are one
 * decoder program with other {@linkplain DecoderSwitches switches}.
 */
enum Family {
    /** Llama 2, 3, 3.1 and 3.2, and what was trained in their form. */
    LLAMA("LlamaForCausalLM", row().reads("attention_bias", "mlp_bias").keyValueHeadsOfQueries()),

    MISTRAL("MistralForCausalLM", row().windows(Windows.EVERY_LAYER).requires("sliding_window")),

    /** Qwen2 and 2.5. */
    QWEN2(
            "Qwen2ForCausalLM",
            row().projectionBias()
                    .windows(Windows.FROM_A_LAYER)
                    .reads("use_sliding_window", "sliding_window", "max_window_layers", "layer_types")),

    QWEN3(
            "Qwen3ForCausalLM",
            row().queryKeyNorm(QueryKeyNorm.HEAD)
                    .windows(Windows.FROM_A_LAYER)
                    .requires("head_dim")
                    .reads(
                            "attention_bias",
                            "use_sliding_window",
                            "sliding_window",
                            "max_window_layers",
                            "layer_types")),

    GEMMA2(
            "Gemma2ForCausalLM",
            row().gemma()
                    .windows(Windows.ALL_BUT_EVERY_NTH)
                    .windowPattern(2)
                    .ignores("sliding_window_size")
                    .requires("attn_logit_softcapping", "final_logit_softcapping")),

    /** The text models; two rotary position embeddings, one for layers with a window. */
    GEMMA3(
            "Gemma3ForCausalLM",
            row().gemma()
                    .queryKeyNorm(QueryKeyNorm.HEAD)
                    .windows(Windows.ALL_BUT_EVERY_NTH)
                    .windowPattern(6)
                    .reads("sliding_window_pattern", "final_logit_softcapping", "rope_local_base_freq")
                    .ignores("_sliding_window_pattern")
                    .rotaryBase(1_000_000)
                    .localRotaryBase(10_000)),

    /** Phi-3, 3.5 and 4-mini. */
    PHI3(
            "Phi3ForCausalLM",
            row().fusedProjections()
                    .windows(Windows.EVERY_LAYER)
                    .reads("sliding_window", "original_max_position_embeddings", "partial_rotary_factor")
                    .keyValueHeadsOfQueries()
                    .normEpsilon(1e-5)),

    /** Granite 3. */
    GRANITE(
            "GraniteForCausalLM",
            row().requires("embedding_multiplier", "attention_multiplier", "residual_multiplier", "logits_scaling")
                    .reads("attention_bias", "mlp_bias")
                    .keyValueHeadsOfQueries()),

    /** Some layers without a rotary position embedding. */
    SMOLLM3(
            "SmolLM3ForCausalLM",
            row().windows(Windows.WITHOUT_ROTARY)
                    .reads(
                            "no_rope_layers",
                            "no_rope_layer_interval",
                            "use_sliding_window",
                            "sliding_window",
                            "layer_types",
                            "attention_bias",
                            "mlp_bias")
                    .ignores("max_window_layers")
                    .rotaryBase(2_000_000)
                    .tiedEmbeddings()),

    OLMO2(
            "Olmo2ForCausalLM",
            row().norms(Norms.AFTER)
                    .queryKeyNorm(QueryKeyNorm.PROJECTION)
                    .reads("attention_bias")
                    .keyValueHeadsOfQueries()
                    .normEpsilon(1e-5));

    /** Where a block's two halves are normalised. */
    enum Norms {
        BEFORE,
        AFTER,
        BOTH
    }

    /** Which layers see but the last tokens, if a window is given. */
    enum Windows {
        NO_LAYER,
        EVERY_LAYER,
        /** Those from {@code max_window_layers} on, unless {@code layer_types} says otherwise. */
        FROM_A_LAYER,
        /** All but every nth, unless {@code layer_types} says otherwise. */
        ALL_BUT_EVERY_NTH,
        /** Those without a rotary position embedding, unless {@code layer_types} says otherwise. */
        WITHOUT_ROTARY
    }

    /** Sizes and the like. */
    private static final Set<String> EVERY_FAMILY_READS = Set.of(
            "architectures",
            "model_type",
            "_name_or_path",
            "hidden_size",
            "intermediate_size",
            "num_hidden_layers",
            "num_attention_heads",
            "num_key_value_heads",
            "head_dim",
            "vocab_size",
            "max_position_embeddings",
            "rms_norm_eps",
            "hidden_act",
            "tie_word_embeddings",
            "rope_theta",
            "rope_scaling",
            "rope_parameters");

    /** Keys of the computation that a family may not have, and the value that stands for not having it. */
    private static final Map<String, Object> NEUTRAL = Map.ofEntries(
            Map.entry("attention_bias", false),
            Map.entry("mlp_bias", false),
            Map.entry("lm_head_bias", false),
            Map.entry("use_sliding_window", false),
            Map.entry("use_bidirectional_attention", false),
            Map.entry("use_mrope", false),
            Map.entry("rope_interleaved", false),
            Map.entry("is_encoder_decoder", false),
            Map.entry("add_cross_attention", false),
            Map.entry("partial_rotary_factor", 1),
            Map.entry("full_attn_mod", 1),
            Map.entry("interpolate_factor", 1));

    /** What says nothing of the computation of a forward pass: bookkeeping, training, generation. */
    private static final Set<String> HARMLESS = Set.of(
            "transformers_version",
            "torch_dtype",
            "dtype",
            "auto_map",
            "use_cache",
            "cache_implementation",
            "initializer_range",
            "attention_dropout",
            "hidden_dropout",
            "embd_pdrop",
            "resid_pdrop",
            "hidden_dropout_prob",
            "attention_probs_dropout_prob",
            "gradient_checkpointing",
            "neftune_noise_alpha",
            "bos_token_id",
            "eos_token_id",
            "pad_token_id",
            "sep_token_id",
            "unk_token_id",
            "cls_token_id",
            "mask_token_id",
            "decoder_start_token_id",
            "forced_bos_token_id",
            "forced_eos_token_id",
            "bad_words_ids",
            "suppress_tokens",
            "begin_suppress_tokens",
            "tokenizer_class",
            "prefix",
            "id2label",
            "label2id",
            "num_labels",
            "problem_type",
            "finetuning_task",
            "task_specific_params",
            "output_attentions",
            "output_hidden_states",
            "output_scores",
            "return_dict",
            "return_dict_in_generate",
            "is_decoder",
            "tie_encoder_decoder",
            "cross_attention_hidden_size",
            "chunk_size_feed_forward",
            "torchscript",
            "tf_legacy_loss",
            "use_bfloat16",
            "remove_invalid_values",
            "typical_p",
            "temperature",
            "top_k",
            "top_p",
            "do_sample",
            "early_stopping",
            "num_beams",
            "num_beam_groups",
            "diversity_penalty",
            "length_penalty",
            "repetition_penalty",
            "encoder_repetition_penalty",
            "no_repeat_ngram_size",
            "encoder_no_repeat_ngram_size",
            "exponential_decay_length_penalty",
            "max_length",
            "min_length",
            "max_new_tokens",
            "min_new_tokens",
            "max_time",
            "stop_strings",
            "min_p",
            "top_h",
            "epsilon_cutoff",
            "eta_cutoff",
            "penalty_alpha",
            "guidance_scale",
            "sequence_bias",
            "constraints",
            "force_words_ids",
            "token_healing",
            "watermarking_config",
            "dola_layers",
            "num_return_sequences",
            "assistant_confidence_threshold",
            "assistant_early_exit",
            "assistant_ensemble_weight",
            "assistant_lookbehind",
            "cache_config",
            "compile_config",
            "continuous_batching_config",
            "disable_compile",
            "is_assistant",
            "low_memory",
            "max_cache_len",
            "max_matching_ngram_size",
            "num_assistant_tokens",
            "num_assistant_tokens_schedule",
            "output_logits",
            "prefill_chunk_size",
            "prompt_lookup_num_tokens",
            "renormalize_logits",
            "return_legacy_cache",
            "speculation_type",
            "target_lookbehind",
            "use_model_defaults",
            "max_sequence_length",
            "model_max_length",
            "tokenizer_model_max_length",
            "seq_length",
            "max_seq_len",
            "classifier_dropout",
            "fp16",
            "bf16",
            "fp32",
            "is_llama_config",
            "transformers.js_config",
            "_attn_implementation",
            "attn_implementation",
            "_attn_implementation_autoset",
            "_attn_implementation_internal",
            "_experts_implementation",
            "_experts_implementation_internal",
            "_flash_attn_2_enabled",
            "_use_flash_attention_2",
            "use_flash_attn",
            "use_flash_attn_2",
            "use_flash_attention",
            "use_flash_attention_2",
            "pretraining_tp",
            "_output_attentions",
            "_post_init_done",
            "_from_model_config",
            "_commit_hash",
            "unsloth_version",
            "unsloth_fixed",
            "unsloth_tokenizer_class");

    /** Keys that only say how windows are laid out: without a window nothing depends on them. */
    private static final Set<String> OF_WINDOWS = Set.of("sliding_window", "max_window_layers");

    private final String architecture;
    private final Row row;

    Family(String architecture, Row row) {
        this.architecture = architecture;
        this.row = row;
    }

    /** Null if the architecture is not supported. */
    static Family of(String architecture) {
        return Arrays.stream(values())
                .filter(family -> family.architecture.equals(architecture))
                .findFirst()
                .orElse(null);
    }

    static String supported() {
        return Arrays.stream(values())
                .map(family -> family.architecture)
                .sorted()
                .collect(Collectors.joining(", "));
    }

    String architecture() {
        return architecture;
    }

    /** Whether the key changes the computation of this family. */
    boolean reads(String key) {
        return EVERY_FAMILY_READS.contains(key) || row.keys.containsKey(key);
    }

    /** Whether transformers' own default is not to be relied on: the key must be there, if only as null. */
    List<String> requiredKeys() {
        return row.keys.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    static boolean isHarmless(String key) {
        return HARMLESS.contains(key);
    }

    boolean ignores(String key) {
        return row.ignored.contains(key);
    }

    static boolean isOfWindows(String key) {
        return OF_WINDOWS.contains(key);
    }

    /** The one value a key may have in a family that does not read it; null if the key is not known. */
    static Object neutralValue(String key) {
        return NEUTRAL.get(key);
    }

    boolean normsBefore() {
        return row.norms != Norms.AFTER;
    }

    boolean normsAfter() {
        return row.norms != Norms.BEFORE;
    }

    QueryKeyNorm queryKeyNorm() {
        return row.queryKeyNorm;
    }

    /** RMSNorm by 1 + weight, the embedding times the root of its size, GELU, a scale of attention of its own. */
    boolean isGemma() {
        return row.gemma;
    }

    boolean projectionBias() {
        return row.projectionBias;
    }

    boolean fusedProjections() {
        return row.fusedProjections;
    }

    Windows windows() {
        return row.windows;
    }

    int windowPattern() {
        return row.windowPattern;
    }

    boolean tiedEmbeddings() {
        return row.tiedEmbeddings;
    }

    /** Whether as many key-value heads as query heads are meant where {@code num_key_value_heads} is missing. */
    boolean hasKeyValueHeadsOfQueries() {
        return row.keyValueHeadsOfQueries;
    }

    double normEpsilon() {
        return row.normEpsilon;
    }

    double rotaryBase() {
        return row.rotaryBase;
    }

    /** Of layers with a window; 0 where they share the others'. */
    double localRotaryBase() {
        return row.localRotaryBase;
    }

    private static Row row() {
        return new Row();
    }

    /** Written once, in the table above. */
    private static final class Row {

        /** Key to whether it must be there. */
        private final Map<String, Boolean> keys = new HashMap<>();

        private Set<String> ignored = Set.of();
        private Norms norms = Norms.BEFORE;
        private QueryKeyNorm queryKeyNorm = QueryKeyNorm.NONE;
        private Windows windows = Windows.NO_LAYER;
        private int windowPattern;
        private boolean gemma;
        private boolean projectionBias;
        private boolean fusedProjections;
        private boolean tiedEmbeddings;
        private boolean keyValueHeadsOfQueries;
        private double normEpsilon = 1e-6;
        private double rotaryBase = 10_000;
        private double localRotaryBase;

        Row reads(String... names) {
            Arrays.stream(names).forEach(key -> keys.put(key, false));
            return this;
        }

        Row requires(String... names) {
            Arrays.stream(names).forEach(key -> keys.put(key, true));
            return this;
        }

        /** Keys that other families read, and which transformers leaves aside here. */
        Row ignores(String... keys) {
            ignored = Set.of(keys);
            return this;
        }

        Row gemma() {
            gemma = true;
            tiedEmbeddings = true;
            norms = Norms.BOTH;
            return requires("head_dim", "query_pre_attn_scalar", "sliding_window")
                    .reads("hidden_activation", "attention_bias", "layer_types");
        }

        Row norms(Norms value) {
            norms = value;
            return this;
        }

        Row queryKeyNorm(QueryKeyNorm value) {
            queryKeyNorm = value;
            return this;
        }

        Row windows(Windows value) {
            windows = value;
            return this;
        }

        Row windowPattern(int value) {
            windowPattern = value;
            return this;
        }

        Row projectionBias() {
            projectionBias = true;
            return this;
        }

        Row fusedProjections() {
            fusedProjections = true;
            return this;
        }

        Row tiedEmbeddings() {
            tiedEmbeddings = true;
            return this;
        }

        Row keyValueHeadsOfQueries() {
            keyValueHeadsOfQueries = true;
            return this;
        }

        Row normEpsilon(double value) {
            normEpsilon = value;
            return this;
        }

        Row rotaryBase(double value) {
            rotaryBase = value;
            return this;
        }

        Row localRotaryBase(double value) {
            localRotaryBase = value;
            return this;
        }
    }
}
