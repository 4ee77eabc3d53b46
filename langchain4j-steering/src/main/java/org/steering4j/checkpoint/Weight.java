package org.steering4j.checkpoint;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The weights of a decoder of the Llama family, by the names that Hugging Face gives them. The ordinal is the number by
 * which the decoder program knows the weight. Shapes are as stored: a projection is [outputs, inputs].
 */
public enum Weight {
    TOKEN_EMBEDDING("model.embed_tokens.weight"),
    OUTPUT_NORM("model.norm.weight"),
    OUTPUT_HEAD("lm_head.weight"),
    ATTENTION_NORM("model.layers.%d.input_layernorm.weight"),
    QUERY("model.layers.%d.self_attn.q_proj.weight"),
    KEY("model.layers.%d.self_attn.k_proj.weight"),
    VALUE("model.layers.%d.self_attn.v_proj.weight"),
    QUERY_BIAS("model.layers.%d.self_attn.q_proj.bias"),
    KEY_BIAS("model.layers.%d.self_attn.k_proj.bias"),
    VALUE_BIAS("model.layers.%d.self_attn.v_proj.bias"),
    ATTENTION_OUTPUT("model.layers.%d.self_attn.o_proj.weight"),
    FEED_FORWARD_NORM("model.layers.%d.post_attention_layernorm.weight"),
    GATE("model.layers.%d.mlp.gate_proj.weight"),
    UP("model.layers.%d.mlp.up_proj.weight"),
    DOWN("model.layers.%d.mlp.down_proj.weight");

    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d+)\\..*");

    private final String pattern;

    Weight(String pattern) {
        this.pattern = pattern;
    }

    /** Whether every block has one of its own. */
    public boolean perLayer() {
        return pattern.contains("%d");
    }

    /** The tensor's name; {@code layer} is ignored where {@link #perLayer()} is false. */
    public String tensorName(int layer) {
        return perLayer() ? String.format(Locale.ROOT, pattern, layer) : pattern;
    }

    private static String withoutLayer(String tensorName) {
        Matcher matcher = LAYER.matcher(tensorName);
        return matcher.matches() ? tensorName.replaceFirst("\\d+", "%d") : tensorName;
    }

    /** Whether a tensor belongs to the architecture, in whatever layer. */
    static boolean knows(String tensorName) {
        String pattern = withoutLayer(tensorName);
        for (Weight weight : values()) {
            if (weight.pattern.equals(pattern)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a model of this configuration has the weight. */
    public boolean isIn(ModelConfiguration configuration) {
        return switch (this) {
            case OUTPUT_HEAD -> !configuration.tiedEmbeddings();
            case QUERY_BIAS, KEY_BIAS, VALUE_BIAS -> configuration.projectionBias();
            default -> true;
        };
    }

    /** The shape that the configuration demands: one length for a vector, two for a matrix. */
    public List<Long> shape(ModelConfiguration configuration) {
        long hidden = configuration.hiddenSize();
        long queries = (long) configuration.queryHeads() * configuration.headSize();
        long keys = (long) configuration.keyValueHeads() * configuration.headSize();
        long feedForward = configuration.feedForwardSize();
        long vocabulary = configuration.vocabularySize();
        return switch (this) {
            case TOKEN_EMBEDDING, OUTPUT_HEAD -> List.of(vocabulary, hidden);
            case OUTPUT_NORM, ATTENTION_NORM, FEED_FORWARD_NORM -> List.of(hidden);
            case QUERY -> List.of(queries, hidden);
            case KEY, VALUE -> List.of(keys, hidden);
            case QUERY_BIAS -> List.of(queries);
            case KEY_BIAS, VALUE_BIAS -> List.of(keys);
            case ATTENTION_OUTPUT -> List.of(hidden, queries);
            case GATE, UP -> List.of(feedForward, hidden);
            case DOWN -> List.of(hidden, feedForward);
        };
    }
}
