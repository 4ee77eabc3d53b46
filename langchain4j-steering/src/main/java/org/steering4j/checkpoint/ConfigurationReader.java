package org.steering4j.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Reads config.json strictly: a key that changes the computation and is not understood is refused by name. */
final class ConfigurationReader {

    private static final Map<String, Boolean> PROJECTION_BIAS_BY_ARCHITECTURE =
            Map.of("LlamaForCausalLM", false, "Qwen2ForCausalLM", true);

    private final Path file;
    private final JsonNode json;

    private ConfigurationReader(Path file, JsonNode json) {
        this.file = file;
        this.json = json;
    }

    static ModelConfiguration read(Path file) {
        return new ConfigurationReader(file, JsonFiles.readObject(file)).read();
    }

    private ModelConfiguration read() {
        String architecture = architecture();
        refuseWhatChangesTheComputation();
        int hiddenSize = positive("hidden_size");
        int queryHeads = positive("num_attention_heads");
        int keyValueHeads = json.hasNonNull("num_key_value_heads") ? positive("num_key_value_heads") : queryHeads;
        if (queryHeads % keyValueHeads != 0) {
            throw wrong("num_attention_heads %d is not a multiple of num_key_value_heads %d"
                    .formatted(queryHeads, keyValueHeads));
        }
        if (!json.hasNonNull("head_dim") && hiddenSize % queryHeads != 0) {
            throw wrong("hidden_size %d is not a multiple of num_attention_heads %d and head_dim is not given"
                    .formatted(hiddenSize, queryHeads));
        }
        int headSize = json.hasNonNull("head_dim") ? positive("head_dim") : hiddenSize / queryHeads;
        if (headSize % 2 != 0) {
            throw wrong("the head size is %d; the rotary position embedding needs an even one".formatted(headSize));
        }
        return new ModelConfiguration(
                name(),
                architecture,
                json.path("model_type").asText(architecture),
                positive("num_hidden_layers"),
                hiddenSize,
                positive("intermediate_size"),
                queryHeads,
                keyValueHeads,
                headSize,
                positive("vocab_size"),
                positive("max_position_embeddings"),
                number(json, "rms_norm_eps", 1e-6),
                number(rotary(), "rope_theta", number(json, "rope_theta", 10000)),
                rotaryScaling(),
                PROJECTION_BIAS_BY_ARCHITECTURE.get(architecture),
                json.path("tie_word_embeddings").asBoolean(false));
    }

    private String architecture() {
        JsonNode architectures = json.path("architectures");
        if (!architectures.isArray() || architectures.isEmpty()) {
            throw wrong("architectures is missing; supported are " + supported());
        }
        String architecture = architectures.get(0).asText();
        if (!PROJECTION_BIAS_BY_ARCHITECTURE.containsKey(architecture)) {
            throw wrong("the architecture %s is not supported; supported are %s".formatted(architecture, supported()));
        }
        return architecture;
    }

    private static String supported() {
        return String.join(
                ", ", PROJECTION_BIAS_BY_ARCHITECTURE.keySet().stream().sorted().toList());
    }

    private void refuseWhatChangesTheComputation() {
        String activation = json.path("hidden_act").asText("silu");
        if (!List.of("silu", "swish").contains(activation)) {
            throw wrong("hidden_act %s is not supported; expected silu".formatted(activation));
        }
        for (String key : List.of("attention_bias", "mlp_bias", "use_sliding_window")) {
            if (json.path(key).asBoolean(false)) {
                throw wrong(key + " is true, which is not supported");
            }
        }
        if (json.hasNonNull("quantization_config")) {
            String method =
                    json.path("quantization_config").path("quant_method").asText("unknown");
            throw wrong("the weights are quantised (quant_method %s), which is not supported; use the unquantised model"
                    .formatted(method));
        }
        if (json.path("pretraining_tp").asInt(1) != 1) {
            throw wrong("pretraining_tp other than 1 is not supported");
        }
        if (number(json, "partial_rotary_factor", 1) != 1) {
            throw wrong("partial_rotary_factor other than 1 is not supported");
        }
    }

    /** Older folders hold {@code rope_scaling} and {@code rope_theta}, newer ones {@code rope_parameters} with both. */
    private JsonNode rotary() {
        return json.hasNonNull("rope_parameters") ? json.get("rope_parameters") : json.path("rope_scaling");
    }

    private RotaryScaling rotaryScaling() {
        JsonNode scaling = rotary();
        if (scaling.isMissingNode() || scaling.isNull()) {
            return new RotaryScaling.None();
        }
        String type = scaling.path("rope_type").asText(scaling.path("type").asText("default"));
        return switch (type) {
            case "default" -> new RotaryScaling.None();
            case "linear" -> new RotaryScaling.Linear(atLeastOne(scaling, "factor"));
            case "llama3" -> {
                double low = required(scaling, "low_freq_factor");
                double high = required(scaling, "high_freq_factor");
                if (!(low > 0 && high > low)) {
                    throw wrong("rope_scaling needs 0 < low_freq_factor < high_freq_factor, but they are %s and %s"
                            .formatted(low, high));
                }
                yield new RotaryScaling.Llama3(atLeastOne(scaling, "factor"), low, high, (int)
                        atLeastOne(scaling, "original_max_position_embeddings"));
            }
            default ->
                throw wrong("rope_scaling of type %s is not supported; supported are default, linear, llama3"
                        .formatted(type));
        };
    }

    private String name() {
        String name = json.path("_name_or_path").asText("");
        return name.isBlank() ? String.valueOf(file.toAbsolutePath().getParent().getFileName()) : name;
    }

    private int positive(String key) {
        JsonNode value = json.path(key);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
            throw wrong("%s must be a positive integer but is %s"
                    .formatted(key, value.isMissingNode() ? "missing" : value));
        }
        return value.intValue();
    }

    private double number(JsonNode parent, String key, double otherwise) {
        return parent.hasNonNull(key) ? required(parent, key) : otherwise;
    }

    private double required(JsonNode parent, String key) {
        JsonNode value = parent.path(key);
        if (!value.isNumber() || !Double.isFinite(value.doubleValue()) || value.doubleValue() <= 0) {
            throw wrong(
                    "%s must be a positive number but is %s".formatted(key, value.isMissingNode() ? "missing" : value));
        }
        return value.doubleValue();
    }

    private double atLeastOne(JsonNode parent, String key) {
        double value = required(parent, key);
        if (value < 1) {
            throw wrong("%s must be at least 1 but is %s".formatted(key, value));
        }
        return value;
    }

    private ModelFolderException wrong(String problem) {
        return new ModelFolderException("%s: %s".formatted(file, problem));
    }
}
