package org.steering4j.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads config.json strictly: a key that changes the computation and is not understood is refused by name, and so is a
 * value of the wrong type. What the file says of sizes is believed only as far as {@link WeightFiles} finds it true.
 */
final class ConfigurationReader {

    private static final Map<String, Boolean> PROJECTION_BIAS_BY_ARCHITECTURE =
            Map.of("LlamaForCausalLM", false, "Qwen2ForCausalLM", true);

    /** Far more than any model has, and few enough to list. */
    private static final int MAXIMUM_LAYERS = 10_000;

    private static final int QUOTED_CHARACTERS = 80;

    /** Others, such as {@code mrope_section} or {@code beta_fast}, belong to types that are not supported. */
    private static final List<String> ROTARY_KEYS = List.of(
            "rope_type",
            "type",
            "rope_theta",
            "factor",
            "low_freq_factor",
            "high_freq_factor",
            "original_max_position_embeddings",
            "partial_rotary_factor");

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
        int hiddenSize = positive(json, "hidden_size");
        int queryHeads = positive(json, "num_attention_heads");
        int keyValueHeads = json.hasNonNull("num_key_value_heads") ? positive(json, "num_key_value_heads") : queryHeads;
        if (queryHeads % keyValueHeads != 0) {
            throw wrong("num_attention_heads %d is not a multiple of num_key_value_heads %d"
                    .formatted(queryHeads, keyValueHeads));
        }
        if (!json.hasNonNull("head_dim") && hiddenSize % queryHeads != 0) {
            throw wrong("hidden_size %d is not a multiple of num_attention_heads %d and head_dim is not given"
                    .formatted(hiddenSize, queryHeads));
        }
        int headSize = json.hasNonNull("head_dim") ? positive(json, "head_dim") : hiddenSize / queryHeads;
        if (headSize % 2 != 0) {
            throw wrong("the head size (head_dim, else hidden_size / num_attention_heads) is %d;".formatted(headSize)
                    + " the rotary position embedding needs an even one");
        }
        int layers = positive(json, "num_hidden_layers");
        if (layers > MAXIMUM_LAYERS) {
            throw wrong("num_hidden_layers is %d but can be at most %d".formatted(layers, MAXIMUM_LAYERS));
        }
        double normEpsilon = number(json, "rms_norm_eps", 1e-6);
        if (normEpsilon >= 1) {
            throw wrong("rms_norm_eps must be below 1 but is " + normEpsilon);
        }
        return new ModelConfiguration(
                name(),
                architecture,
                text("model_type", architecture),
                layers,
                hiddenSize,
                positive(json, "intermediate_size"),
                queryHeads,
                keyValueHeads,
                headSize,
                positive(json, "vocab_size"),
                positive(json, "max_position_embeddings"),
                normEpsilon,
                rotaryBase(),
                rotaryScaling(),
                PROJECTION_BIAS_BY_ARCHITECTURE.get(architecture),
                flag("tie_word_embeddings"));
    }

    private String architecture() {
        JsonNode architectures = json.path("architectures");
        if (!architectures.isArray() || architectures.isEmpty()) {
            throw wrong("architectures must be a list of one name but is %s; supported are %s"
                    .formatted(quoted(architectures), supported()));
        }
        String architecture = architectures.get(0).asText();
        if (!PROJECTION_BIAS_BY_ARCHITECTURE.containsKey(architecture)) {
            throw unsupported("the architecture %s is not supported; supported are %s"
                    .formatted(quoted(architectures.get(0)), supported()));
        }
        return architecture;
    }

    private static String supported() {
        return String.join(
                ", ", PROJECTION_BIAS_BY_ARCHITECTURE.keySet().stream().sorted().toList());
    }

    private void refuseWhatChangesTheComputation() {
        if (json.hasNonNull("quantization_config")) {
            throw unsupported(
                    "the weights are quantised (quant_method %s), which is not supported; use the unquantised model"
                            .formatted(quoted(json.get("quantization_config").path("quant_method"))));
        }
        String activation = text("hidden_act", "silu");
        if (!List.of("silu", "swish").contains(activation)) {
            throw unsupported("hidden_act %s is not supported; expected silu".formatted(activation));
        }
        for (String key : List.of("attention_bias", "mlp_bias", "use_sliding_window")) {
            if (flag(key)) {
                throw unsupported(key + " is true, which is not supported; expected false");
            }
        }
        for (String key : List.of("pretraining_tp", "partial_rotary_factor")) {
            requireOne(json, key);
        }
        JsonNode layerTypes = json.path("layer_types");
        if (json.hasNonNull("layer_types") && !layerTypes.isArray()) {
            throw wrong("layer_types must be a list but is " + quoted(layerTypes));
        }
        for (JsonNode layerType : layerTypes) {
            if (!layerType.asText().equals("full_attention")) {
                throw unsupported("layer_types holds %s, which is not supported; expected full_attention everywhere"
                        .formatted(quoted(layerType)));
            }
        }
    }

    /** Older folders hold {@code rope_theta} and {@code rope_scaling}, newer ones {@code rope_parameters} with both. */
    private List<JsonNode> rotarySettings() {
        List<JsonNode> settings = new ArrayList<>();
        for (String key : List.of("rope_parameters", "rope_scaling")) {
            if (json.hasNonNull(key)) {
                JsonNode setting = json.get(key);
                if (!setting.isObject()) {
                    throw wrong("%s must be an object or null but is %s".formatted(key, quoted(setting)));
                }
                settings.add(setting);
            }
        }
        return settings;
    }

    private double rotaryBase() {
        List<JsonNode> holders = new ArrayList<>(rotarySettings());
        holders.add(json);
        List<Double> bases = holders.stream()
                .filter(holder -> holder.hasNonNull("rope_theta"))
                .map(holder -> atLeastOne(holder, "rope_theta"))
                .distinct()
                .toList();
        if (bases.size() > 1) {
            throw wrong("rope_theta is given twice, as %s and as %s".formatted(bases.get(0), bases.get(1)));
        }
        return bases.isEmpty() ? 10_000 : bases.get(0);
    }

    private RotaryScaling rotaryScaling() {
        List<RotaryScaling> scalings =
                rotarySettings().stream().map(this::rotaryScaling).distinct().toList();
        if (scalings.size() > 1) {
            throw wrong("rope_parameters and rope_scaling contradict each other: %s and %s"
                    .formatted(scalings.get(0), scalings.get(1)));
        }
        return scalings.isEmpty() ? new RotaryScaling.None() : scalings.get(0);
    }

    private RotaryScaling rotaryScaling(JsonNode setting) {
        RotaryScaling scaling = rotaryScalingOfItsType(setting);
        setting.fieldNames().forEachRemaining(key -> {
            if (!ROTARY_KEYS.contains(key)) {
                throw unsupported("the rotary scaling holds %s, which is not supported; supported are %s"
                        .formatted(quoted(key), String.join(", ", ROTARY_KEYS)));
            }
        });
        requireOne(setting, "partial_rotary_factor");
        return scaling;
    }

    private RotaryScaling rotaryScalingOfItsType(JsonNode setting) {
        String type = text(setting, "rope_type", text(setting, "type", "default"));
        if (!text(setting, "type", type).equals(type)) {
            throw wrong("the rotary scaling has the rope_type %s and the type %s; expected one of the two"
                    .formatted(type, setting.get("type")));
        }
        return switch (type) {
            case "default" -> {
                if (setting.hasNonNull("factor")) {
                    throw wrong("the rotary scaling has a factor but no rope_type; expected linear or llama3");
                }
                yield new RotaryScaling.None();
            }
            case "linear" -> new RotaryScaling.Linear(atLeastOne(setting, "factor"));
            case "llama3" -> {
                double low = required(setting, "low_freq_factor");
                double high = required(setting, "high_freq_factor");
                if (!(low < high)) {
                    throw wrong("rope_scaling needs 0 < low_freq_factor < high_freq_factor, but they are %s and %s"
                            .formatted(low, high));
                }
                yield new RotaryScaling.Llama3(
                        atLeastOne(setting, "factor"),
                        low,
                        high,
                        positive(setting, "original_max_position_embeddings"));
            }
            default ->
                throw unsupported(
                        "rotary scaling of the type %s is not supported; supported are default, linear, llama3"
                                .formatted(quoted(type)));
        };
    }

    private void requireOne(JsonNode parent, String key) {
        if (number(parent, key, 1) != 1) {
            throw unsupported("%s is %s, which is not supported; expected 1".formatted(key, quoted(parent.get(key))));
        }
    }

    private String name() {
        Path folder = file.toAbsolutePath().normalize().getParent();
        Optional<String> nameOnHub = HubCacheFolder.modelName(folder);
        if (nameOnHub.isPresent()) {
            return nameOnHub.get();
        }
        String name = text("_name_or_path", "");
        if (!name.isBlank()) {
            return name;
        }
        return folder.getFileName() == null
                ? folder.toString()
                : folder.getFileName().toString();
    }

    private String text(String key, String otherwise) {
        return text(json, key, otherwise);
    }

    private String text(JsonNode parent, String key, String otherwise) {
        if (!parent.hasNonNull(key)) {
            return otherwise;
        }
        if (!parent.get(key).isTextual()) {
            throw wrong("%s must be a text but is %s".formatted(key, quoted(parent.get(key))));
        }
        return parent.get(key).textValue();
    }

    private boolean flag(String key) {
        if (!json.hasNonNull(key)) {
            return false;
        }
        if (!json.get(key).isBoolean()) {
            throw wrong("%s must be true or false but is %s".formatted(key, quoted(json.get(key))));
        }
        return json.get(key).booleanValue();
    }

    private int positive(JsonNode parent, String key) {
        JsonNode value = parent.path(key);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
            throw wrong("%s must be a whole number from 1 to %d but is %s"
                    .formatted(key, Integer.MAX_VALUE, quoted(value)));
        }
        return value.intValue();
    }

    private double number(JsonNode parent, String key, double otherwise) {
        return parent.hasNonNull(key) ? required(parent, key) : otherwise;
    }

    private double required(JsonNode parent, String key) {
        JsonNode value = parent.path(key);
        if (!value.isNumber() || !Double.isFinite(value.doubleValue()) || value.doubleValue() <= 0) {
            throw wrong("%s must be a positive number but is %s".formatted(key, quoted(value)));
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

    private static String quoted(JsonNode value) {
        return value.isMissingNode() ? "missing" : quoted(value.toString());
    }

    private static String quoted(String text) {
        return text.length() > QUOTED_CHARACTERS ? text.substring(0, QUOTED_CHARACTERS) + "..." : text;
    }

    private ModelFolderException wrong(String problem) {
        return new ModelFolderException(
                "%s: %s; correct the file or download the model again".formatted(file, problem));
    }

    /** The problem says what is supported: another model is the way out. */
    private ModelFolderException unsupported(String problem) {
        return new ModelFolderException("%s: %s".formatted(file, problem));
    }
}
