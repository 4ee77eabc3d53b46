package org.steering4j.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads what config.json says of the rotary position embedding. Older folders hold {@code rope_theta} and {@code rope_scaling}, newer ones
 * {@code rope_parameters} with both, which may be given by the type of layer (Gemma 3).
 */
final class RotaryReader {

    private static final String GLOBAL = "full_attention";
    private static final String LOCAL = "sliding_attention";

    /** What each type reads beside its name, {@code rope_theta} and {@code partial_rotary_factor}. */
    private static final Map<String, List<String>> KEYS_BY_TYPE = Map.of(
            "default",
            List.of("factor"),
            "linear",
            List.of("factor"),
            "dynamic",
            List.of("factor"),
            "llama3",
            List.of("factor", "low_freq_factor", "high_freq_factor"),
            "yarn",
            List.of("factor", "attention_factor", "beta_fast", "beta_slow", "mscale", "mscale_all_dim", "truncate"),
            "longrope",
            List.of("factor", "attention_factor", "short_factor", "long_factor"));

    /** Written beside every type, and read where it is needed. */
    private static final Set<String> KEYS_OF_ALL_TYPES = Set.of(
            "rope_type",
            "type",
            "rope_theta",
            "partial_rotary_factor",
            "original_max_position_embeddings",
            "finetuned"); // of the models of YaRN's authors; it says nothing of the computation

    private final ConfigurationValues values;
    private final Family family;
    private final int headSize;
    private final int positions;

    RotaryReader(ConfigurationValues values, Family family, int headSize) {
        this.values = values;
        this.family = family;
        this.headSize = headSize;
        this.positions = values.positive("max_position_embeddings");
    }

    /** Those of the layers of a type, as the file may give them in several places. */
    private List<ConfigurationValues> settings(String layers) {
        List<ConfigurationValues> settings = new ArrayList<>();
        if (values.has("rope_parameters")) {
            ConfigurationValues parameters = object("rope_parameters", values);
            if (family.localRotaryBase() == 0) {
                settings.add(parameters);
            } else {
                requireLayerTypes(parameters);
                if (parameters.has(layers)) {
                    settings.add(object(layers, parameters));
                }
            }
        }
        if (values.has("rope_scaling") && layers.equals(GLOBAL)) {
            settings.add(object("rope_scaling", values));
        }
        return settings;
    }

    private static void requireLayerTypes(ConfigurationValues parameters) {
        parameters.json().fieldNames().forEachRemaining(key -> {
            if (!key.equals(GLOBAL) && !key.equals(LOCAL)) {
                throw parameters.unsupported("rope_parameters holds %s, which is not supported; expected %s and %s"
                        .formatted(ConfigurationValues.abridged(key), GLOBAL, LOCAL));
            }
        });
    }

    private static ConfigurationValues object(String key, ConfigurationValues holder) {
        if (!holder.get(key).isObject()) {
            throw holder.wrong("%s must be an object or null but is %s".formatted(key, holder.quoted(key)));
        }
        return holder.of(holder.get(key));
    }

    double base() {
        return base(GLOBAL, "rope_theta", family.rotaryBase());
    }

    /** Of layers with a window; 0 if they share the others'. */
    double localBase() {
        if (family.localRotaryBase() == 0) {
            return 0;
        }
        for (ConfigurationValues setting : settings(LOCAL)) {
            if (!(scaling(setting) instanceof RotaryScaling.None)) {
                throw values.unsupported(
                        "layers with a window have the rotary scaling %s, which is not supported; expected default"
                                .formatted(setting.quoted("rope_type")));
            }
        }
        return base(LOCAL, "rope_local_base_freq", family.localRotaryBase());
    }

    private double base(String layers, String ownKey, double otherwise) {
        Set<Double> bases = new TreeSet<>();
        for (ConfigurationValues setting : settings(layers)) {
            if (setting.has("rope_theta")) {
                bases.add(setting.atLeastOne("rope_theta"));
            }
        }
        if (values.has(ownKey)) {
            bases.add(values.atLeastOne(ownKey));
        }
        if (bases.size() > 1) {
            List<Double> both = List.copyOf(bases);
            throw values.wrong("%s is given twice, as %s and as %s".formatted(ownKey, both.get(1), both.get(0)));
        }
        return bases.isEmpty() ? otherwise : bases.iterator().next();
    }

    /** How many elements of a head are rotated. */
    int size() {
        List<ConfigurationValues> holders = new ArrayList<>(settings(GLOBAL));
        holders.add(values);
        Set<Double> factors = new TreeSet<>();
        for (ConfigurationValues holder : holders) {
            if (holder.has("partial_rotary_factor")) {
                double factor = holder.number("partial_rotary_factor");
                if (!family.reads("partial_rotary_factor") && factor != 1) {
                    throw values.unsupported("partial_rotary_factor is %s, which is not supported; expected 1"
                            .formatted(holder.quoted("partial_rotary_factor")));
                }
                factors.add(factor);
            }
        }
        if (factors.size() > 1) {
            throw values.wrong("partial_rotary_factor is given twice, as " + factors);
        }
        double factor = factors.isEmpty() ? 1 : factors.iterator().next();
        int size = (int) (headSize * factor);
        if (factor > 1 || size < 2 || size % 2 != 0) {
            throw values.wrong(
                    "partial_rotary_factor is %s; of the %d elements of a head an even number from 2 on must be rotated"
                            .formatted(factor, headSize));
        }
        return size;
    }

    RotaryScaling scaling() {
        List<RotaryScaling> scalings =
                settings(GLOBAL).stream().map(this::scaling).distinct().toList();
        if (scalings.size() > 1) {
            throw values.wrong("rope_parameters and rope_scaling contradict each other: %s and %s"
                    .formatted(scalings.get(0), scalings.get(1)));
        }
        return scalings.isEmpty() ? new RotaryScaling.None() : scalings.get(0);
    }

    private RotaryScaling scaling(ConfigurationValues setting) {
        String type = type(setting);
        if (family == Family.PHI3 && !List.of("default", "longrope").contains(type)) {
            throw values.unsupported(
                    "rotary scaling of the type %s is not supported for %s; expected default or longrope"
                            .formatted(ConfigurationValues.abridged(type), family.architecture()));
        }
        RotaryScaling scaling = switch (type) {
            case "default" -> none(setting);
            case "linear" -> new RotaryScaling.Linear(setting.atLeastOne("factor"));
            case "dynamic" -> dynamic(setting);
            case "llama3" -> llama3(setting);
            case "yarn" -> yarn(setting);
            case "longrope" -> longRope(setting);
            default ->
                throw values.unsupported(
                        "rotary scaling of the type %s is not supported; supported are default, dynamic, linear, llama3, longrope, yarn"
                                .formatted(ConfigurationValues.abridged(type)));
        };
        setting.json().fieldNames().forEachRemaining(key -> {
            if (!KEYS_OF_ALL_TYPES.contains(key) && !KEYS_BY_TYPE.get(type).contains(key) && setting.has(key)) {
                throw values.unsupported(
                        "the rotary scaling holds %s, which is not supported; supported with the type %s are %s. If the model was trained without it, take it out of the file"
                                .formatted(
                                        ConfigurationValues.abridged(key),
                                        type,
                                        String.join(", ", KEYS_BY_TYPE.get(type))));
            }
        });
        return scaling;
    }

    private String type(ConfigurationValues setting) {
        String type = setting.text("rope_type", setting.text("type", "default"));
        if (!setting.text("type", type).equals(type)) {
            throw values.wrong("the rotary scaling has the rope_type %s and the type %s; expected one of the two"
                    .formatted(type, setting.quoted("type")));
        }
        // The names that LongRoPE had when Phi-3 came out; transformers reads them so.
        boolean olderName = family == Family.PHI3 && List.of("su", "yarn").contains(type);
        return olderName ? "longrope" : type;
    }

    private RotaryScaling none(ConfigurationValues setting) {
        if (setting.has("factor") && setting.number("factor") != 1) {
            throw values.wrong(
                    "the rotary scaling has the factor %s, but the rope_type default or none, which scales nothing; expected one that does, such as linear or llama3"
                            .formatted(setting.quoted("factor")));
        }
        return new RotaryScaling.None();
    }

    private RotaryScaling dynamic(ConfigurationValues setting) {
        if (headSize < 4) {
            throw values.wrong("the rotary scaling dynamic needs heads of at least 4 elements, not " + headSize);
        }
        return new RotaryScaling.Dynamic(setting.atLeastOne("factor"), positions);
    }

    private RotaryScaling llama3(ConfigurationValues setting) {
        double low = setting.number("low_freq_factor");
        double high = setting.number("high_freq_factor");
        if (!(low < high)) {
            throw values.wrong("rope_scaling needs 0 < low_freq_factor < high_freq_factor, but they are %s and %s"
                    .formatted(low, high));
        }
        return new RotaryScaling.Llama3(
                setting.atLeastOne("factor"), low, high, setting.positive("original_max_position_embeddings"));
    }

    private RotaryScaling yarn(ConfigurationValues setting) {
        int original = originalPositions(setting);
        double factor = factor(setting, original);
        double attentionFactor;
        if (setting.has("attention_factor")) {
            attentionFactor = setting.number("attention_factor");
        } else if (setting.has("mscale") && setting.has("mscale_all_dim")) {
            attentionFactor = RotaryScaling.Yarn.recommendedAttentionFactor(factor, setting.number("mscale"))
                    / RotaryScaling.Yarn.recommendedAttentionFactor(factor, setting.number("mscale_all_dim"));
        } else {
            attentionFactor = RotaryScaling.Yarn.recommendedAttentionFactor(factor, 1);
        }
        double fast = setting.number("beta_fast", 32);
        double slow = setting.number("beta_slow", 1);
        if (!(slow < fast)) {
            throw values.wrong("the rotary scaling yarn needs 0 < beta_slow < beta_fast, but they are %s and %s"
                    .formatted(slow, fast));
        }
        return new RotaryScaling.Yarn(factor, original, fast, slow, setting.flag("truncate", true), attentionFactor);
    }

    private RotaryScaling longRope(ConfigurationValues setting) {
        int original = originalPositions(setting);
        double factor = factor(setting, original);
        double attentionFactor = setting.number(
                "attention_factor", factor == 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original)));
        int pairs = size() / 2;
        return new RotaryScaling.LongRope(
                setting.numbers("short_factor", pairs),
                setting.numbers("long_factor", pairs),
                original,
                positions,
                attentionFactor);
    }

    /**
     * Phi-3 gives it beside the scaling; then that is the one that counts, and a copy must not differ. Where it is missing there, transformers
     * takes 4096 whatever the scaling says.
     */
    private int originalPositions(ConfigurationValues setting) {
        String key = "original_max_position_embeddings";
        int inside = setting.positive(key, positions);
        int original = family == Family.PHI3 ? values.positive(key) : values.positive(key, inside);
        if (setting.has(key) && original != inside) {
            throw values.wrong("%s is given twice, as %d and as %d".formatted(key, original, inside));
        }
        if (original < 2 || original > positions && family == Family.PHI3) {
            throw values.wrong(
                    "%s is %d but must be from 2 to max_position_embeddings %d".formatted(key, original, positions));
        }
        return original;
    }

    private double factor(ConfigurationValues setting, int original) {
        return setting.has("factor") ? setting.atLeastOne("factor") : Math.max(1, (double) positions / original);
    }
}
