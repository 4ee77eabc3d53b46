package org.steering4j.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.steering4j.internal.FolderName;

/**
 * Reads config.json strictly: a key that changes the computation and is not understood is refused by name, as is one of which nothing is
 * known, and a value of the wrong type. What the file says of sizes is believed only as far as {@link WeightFiles} finds it true.
 */
final class ConfigurationReader {

    /** Far more than any model has, and few enough to list. */
    private static final int MAXIMUM_LAYERS = 10_000;

    private final ConfigurationValues values;
    private final Family family;

    private ConfigurationReader(ConfigurationValues values) {
        this.values = values;
        this.family = family();
    }

    static ModelConfiguration read(Path file) {
        return new ConfigurationReader(new ConfigurationValues(file, JsonFiles.readObject(file))).read();
    }

    private ModelConfiguration read() {
        refuseQuantisedWeights();
        refuseUnknownKeys();
        int hiddenSize = values.positive("hidden_size");
        int queryHeads = values.positive("num_attention_heads");
        int keyValueHeads = keyValueHeads(queryHeads);
        int headSize = headSize(hiddenSize, queryHeads);
        int layers = layers();
        RotaryReader rotary = new RotaryReader(values, family, headSize);
        RotaryScaling scaling = rotary.scaling();
        return new ModelConfiguration(
                name(),
                family.architecture(),
                values.text("model_type", family.architecture()),
                layers,
                hiddenSize,
                values.positive("intermediate_size"),
                queryHeads,
                keyValueHeads,
                headSize,
                values.positive("vocab_size"),
                scaling.usualContext(values.positive("max_position_embeddings")),
                normEpsilon(),
                rotary.base(),
                scaling,
                family.projectionBias() || reads("attention_bias", false),
                values.flag("tie_word_embeddings", family.tiedEmbeddings()),
                switches(hiddenSize, headSize, layers, rotary));
    }

    private DecoderSwitches switches(int hiddenSize, int headSize, int layers, RotaryReader rotary) {
        requireActivation();
        List<Boolean> rotaryLayers = rotaryLayers(layers);
        int window = window();
        return new DecoderSwitches(
                family.normsBefore(),
                family.normsAfter(),
                family.queryKeyNorm(),
                family.isGemma() ? 1 : 0,
                reads("attention_bias", false),
                reads("mlp_bias", false),
                family.isGemma(),
                family.fusedProjections(),
                family.isGemma() ? Math.sqrt(hiddenSize) : reads("embedding_multiplier", 1),
                attentionScale(headSize),
                reads("attn_logit_softcapping", 0),
                reads("residual_multiplier", 1),
                reads("logits_scaling", 1),
                reads("final_logit_softcapping", 0),
                rotary.size(),
                rotary.localBase(),
                window,
                windowedLayers(layers, window, rotaryLayers),
                rotaryLayers);
    }

    private Family family() {
        JsonNode architectures = values.get("architectures");
        if (!architectures.isArray() || architectures.isEmpty()) {
            throw values.wrong("architectures must be a list of one name but is %s; supported are %s"
                    .formatted(values.quoted("architectures"), Family.supported()));
        }
        Family found = Family.of(architectures.get(0).asText());
        if (found == null) {
            throw values.unsupported("the architecture %s is not supported; supported are %s"
                    .formatted(ConfigurationValues.quoted(architectures.get(0)), Family.supported()));
        }
        return found;
    }

    private void refuseQuantisedWeights() {
        JsonNode quantization = values.get("quantization_config");
        JsonNode method = quantization.path("quant_method");
        boolean mlx = method.isMissingNode() && (isOfMlx(quantization) || isOfMlx(values.get("quantization")));
        if (mlx || values.has("quantization_config")) {
            throw values.unsupported(
                    "the weights are quantised (%s), which is not supported; use the unquantised model, which can be opened in int8 or int4"
                            .formatted(mlx ? "by MLX" : "quant_method " + ConfigurationValues.quoted(method)));
        }
    }

    /** MLX names no method; other schemes that have these keys, too, do. */
    private static boolean isOfMlx(JsonNode quantization) {
        return quantization.has("bits") && quantization.has("group_size");
    }

    private void refuseUnknownKeys() {
        for (Iterator<String> keys = values.json().fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            if (values.has(key) && !family.reads(key) && !Family.isHarmless(key) && !family.ignores(key)) {
                requireNeutral(key);
            }
        }
        for (String key : family.requiredKeys()) {
            if (values.get(key).isMissingNode()) {
                throw values.wrong("%s is missing, which %s models need".formatted(key, family.architecture()));
            }
        }
    }

    private void requireNeutral(String key) {
        Object neutral = Family.neutralValue(key);
        if (neutral instanceof Boolean expected) {
            if (values.flag(key, expected) != expected) {
                throw values.unsupported(
                        "%s is %s, which is not supported; expected %s".formatted(key, values.quoted(key), expected));
            }
        } else if (neutral instanceof Integer expected) {
            if (values.number(key) != expected) {
                throw values.unsupported(
                        "%s is %s, which is not supported; expected %s".formatted(key, values.quoted(key), expected));
            }
        } else if (key.equals("pruned_heads")) {
            if (!values.get(key).isObject() || !values.get(key).isEmpty()) {
                throw values.unsupported(
                        "pruned_heads is %s, which is not supported; expected {}".formatted(values.quoted(key)));
            }
        } else if (key.equals("layer_types")) {
            layerTypes();
        } else if (!Family.isOfWindows(key) || !isWindowSwitchedOff()) {
            throw values.unsupported(
                    "%s is %s, but of that key this version knows nothing for %s; it may change what the model computes. If it does not, take it out of the file"
                            .formatted(ConfigurationValues.abridged(key), values.quoted(key), family.architecture()));
        }
    }

    private boolean isWindowSwitchedOff() {
        return values.has("use_sliding_window") && !values.flag("use_sliding_window", false);
    }

    private int keyValueHeads(int queryHeads) {
        boolean given = values.has("num_key_value_heads");
        if (!given && values.get("num_key_value_heads").isMissingNode() && !family.hasKeyValueHeadsOfQueries()) {
            throw values.wrong("num_key_value_heads is missing, which %s models need".formatted(family.architecture()));
        }
        int keyValueHeads = given ? values.positive("num_key_value_heads") : queryHeads;
        if (queryHeads % keyValueHeads != 0) {
            throw values.wrong("num_attention_heads %d is not a multiple of num_key_value_heads %d"
                    .formatted(queryHeads, keyValueHeads));
        }
        return keyValueHeads;
    }

    private int headSize(int hiddenSize, int queryHeads) {
        if (!values.has("head_dim") && hiddenSize % queryHeads != 0) {
            throw values.wrong("hidden_size %d is not a multiple of num_attention_heads %d and head_dim is not given"
                    .formatted(hiddenSize, queryHeads));
        }
        int headSize = values.positive("head_dim", hiddenSize / queryHeads);
        if (headSize % 2 != 0) {
            throw values.wrong(
                    "the head size (head_dim, else hidden_size / num_attention_heads) is %d;".formatted(headSize)
                            + " the rotary position embedding needs an even one");
        }
        return headSize;
    }

    private int layers() {
        int layers = values.positive("num_hidden_layers");
        if (layers > MAXIMUM_LAYERS) {
            throw values.wrong("num_hidden_layers is %d but can be at most %d".formatted(layers, MAXIMUM_LAYERS));
        }
        return layers;
    }

    private double normEpsilon() {
        double normEpsilon = values.number("rms_norm_eps", family.normEpsilon());
        if (normEpsilon >= 1) {
            throw values.wrong("rms_norm_eps must be below 1 but is " + normEpsilon);
        }
        return normEpsilon;
    }

    private void requireActivation() {
        List<String> names = family.isGemma() ? List.of("gelu_pytorch_tanh") : List.of("silu", "swish");
        for (String key : List.of("hidden_act", "hidden_activation")) {
            String name = values.text(key, names.get(0));
            if (!names.contains(name)) {
                throw values.unsupported("%s %s is not supported; expected %s".formatted(key, name, names.get(0)));
            }
        }
    }

    /** What the family reads of this name, else the other. */
    private boolean reads(String key, boolean otherwise) {
        return family.reads(key) ? values.flag(key, otherwise) : otherwise;
    }

    private double reads(String key, double otherwise) {
        return family.reads(key) ? values.number(key, otherwise) : otherwise;
    }

    private double attentionScale(int headSize) {
        if (family.reads("query_pre_attn_scalar")) {
            return 1 / Math.sqrt(values.number("query_pre_attn_scalar"));
        }
        return reads("attention_multiplier", 1 / Math.sqrt(headSize));
    }

    private List<Boolean> rotaryLayers(int layers) {
        if (!family.reads("no_rope_layers")) {
            return Collections.nCopies(layers, true);
        }
        if (!values.has("no_rope_layers")) {
            int interval = values.positive("no_rope_layer_interval", 4);
            return IntStream.range(0, layers)
                    .mapToObj(layer -> (layer + 1) % interval != 0)
                    .toList();
        }
        // Against the name, 1 stands for a layer that has one.
        return values.list("no_rope_layers", layers, value -> {
            if (!value.isInt() || value.intValue() != 0 && value.intValue() != 1) {
                throw values.wrong("no_rope_layers must hold 0 and 1 only but holds " + value);
            }
            return value.intValue() == 1;
        });
    }

    /** 0: none. */
    private int window() {
        boolean on = family.reads("use_sliding_window")
                ? values.flag("use_sliding_window", false)
                : family.reads("sliding_window");
        // Here null stands for no window, but transformers takes 4096 where the key is missing.
        if (on
                && family.windows() == Family.Windows.FROM_A_LAYER
                && values.get("sliding_window").isMissingNode()) {
            throw values.wrong("sliding_window is missing, but use_sliding_window is true");
        }
        return on && values.has("sliding_window") ? values.positive("sliding_window") : 0;
    }

    private List<Boolean> windowedLayers(int layers, int window, List<Boolean> rotaryLayers) {
        if (family.reads("layer_types") && values.has("layer_types")) {
            List<Boolean> windowed = layerTypes();
            if (windowed.size() != layers) {
                throw values.wrong("layer_types has %d values for %d layers".formatted(windowed.size(), layers));
            }
            if (window == 0 && windowed.contains(true)) {
                throw values.wrong(
                        "layer_types holds sliding_attention, but sliding_window is %s and use_sliding_window %s"
                                .formatted(values.quoted("sliding_window"), values.quoted("use_sliding_window")));
            }
            return windowed;
        }
        if (window == 0) {
            return Collections.nCopies(layers, false);
        }
        return IntStream.range(0, layers)
                .mapToObj(layer -> switch (family.windows()) {
                    case NO_LAYER -> false;
                    case EVERY_LAYER -> true;
                    case FROM_A_LAYER -> layer >= firstWindowedLayer();
                    case ALL_BUT_EVERY_NTH -> (layer + 1) % windowPattern() != 0;
                    case WITHOUT_ROTARY -> !rotaryLayers.get(layer);
                })
                .toList();
    }

    private int firstWindowedLayer() {
        JsonNode first = values.get("max_window_layers");
        if (!first.isIntegralNumber() || !first.canConvertToInt() || first.intValue() < 0) {
            throw values.wrong(
                    "max_window_layers must be a whole number from 0 on but is " + values.quoted("max_window_layers"));
        }
        return first.intValue();
    }

    private int windowPattern() {
        return family.reads("sliding_window_pattern")
                ? values.positive("sliding_window_pattern", family.windowPattern())
                : family.windowPattern();
    }

    /** By layer: whether it has a window. */
    private List<Boolean> layerTypes() {
        if (!values.get("layer_types").isArray()) {
            throw values.wrong("layer_types must be a list but is " + values.quoted("layer_types"));
        }
        boolean windows = family.reads("layer_types");
        List<Boolean> windowed = new ArrayList<>();
        for (JsonNode type : values.get("layer_types")) {
            boolean sliding = type.asText().equals("sliding_attention");
            if (!type.asText().equals("full_attention") && !(sliding && windows)) {
                throw values.unsupported("layer_types holds %s, which is not supported; expected %s"
                        .formatted(
                                ConfigurationValues.quoted(type),
                                windows ? "full_attention and sliding_attention" : "full_attention everywhere"));
            }
            windowed.add(sliding);
        }
        return windowed;
    }

    /** Not {@code _name_or_path}: that is where the training began, or a path on the machine where it ran. */
    private String name() {
        Path folder = values.file().toAbsolutePath().normalize().getParent();
        return HubCacheFolder.modelName(folder)
                .or(() -> FolderName.of(folder))
                .orElse("unnamed " + values.text("model_type", "model"));
    }
}
