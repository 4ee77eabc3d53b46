package org.steering4j.checkpoint;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The weights of a decoder, by the names that Hugging Face gives them. The ordinal is the number by
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
    DOWN("model.layers.%d.mlp.down_proj.weight"),
    QUERY_NORM("model.layers.%d.self_attn.q_norm.weight"),
    KEY_NORM("model.layers.%d.self_attn.k_norm.weight"),
    ATTENTION_OUTPUT_BIAS("model.layers.%d.self_attn.o_proj.bias"),
    ATTENTION_OUTPUT_NORM("model.layers.%d.post_attention_layernorm.weight"),
    GATE_BIAS("model.layers.%d.mlp.gate_proj.bias"),
    UP_BIAS("model.layers.%d.mlp.up_proj.bias"),
    DOWN_BIAS("model.layers.%d.mlp.down_proj.bias"),
    FEED_FORWARD_OUTPUT_NORM("model.layers.%d.post_feedforward_layernorm.weight");

    private static final String NORM_BETWEEN = "model.layers.%d.pre_feedforward_layernorm.weight";
    private static final String FUSED_ATTENTION = "model.layers.%d.self_attn.qkv_proj.weight";
    private static final String FUSED_FEED_FORWARD = "model.layers.%d.mlp.gate_up_proj.weight";

    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d+)\\..*");

    private final String pattern;

    Weight(String pattern) {
        this.pattern = pattern;
    }

    /** Whether every block has one of its own. */
    public boolean perLayer() {
        return pattern.contains("%d");
    }

    /** The tensor's name in a plain Llama; {@code layer} is ignored where {@link #perLayer()} is false. */
    public String tensorName(int layer) {
        return named(pattern, layer);
    }

    /**
     * The name of the stored tensor that is or holds the weight: families give names of their own to the norms between, and fused
     * projections hold several weights, one below the other.
     */
    String storedName(ModelConfiguration configuration, int layer) {
        return named(storedPattern(configuration), layer);
    }

    private String named(String pattern, int layer) {
        return perLayer() ? String.format(Locale.ROOT, pattern, layer) : pattern;
    }

    private String storedPattern(ModelConfiguration configuration) {
        boolean fused = configuration.switches().fusedProjections();
        return switch (this) {
            case QUERY, KEY, VALUE -> fused ? FUSED_ATTENTION : pattern;
            case GATE, UP -> fused ? FUSED_FEED_FORWARD : pattern;
            case FEED_FORWARD_NORM -> configuration.switches().normsAfter() ? NORM_BETWEEN : pattern;
            default -> pattern;
        };
    }

    /** The first row of the weight in the stored tensor. */
    long firstRow(ModelConfiguration configuration) {
        if (!configuration.switches().fusedProjections()) {
            return 0;
        }
        return switch (this) {
            case KEY -> QUERY.rows(configuration);
            case VALUE -> QUERY.rows(configuration) + KEY.rows(configuration);
            case UP -> GATE.rows(configuration);
            default -> 0;
        };
    }

    private long rows(ModelConfiguration configuration) {
        return shape(configuration).get(0);
    }

    /** The shape of the stored tensor that is or holds the weight. */
    List<Long> storedShape(ModelConfiguration configuration) {
        if (!configuration.switches().fusedProjections()) {
            return shape(configuration);
        }
        return switch (this) {
            case QUERY, KEY, VALUE ->
                List.of(QUERY.rows(configuration) + KEY.rows(configuration) + VALUE.rows(configuration), (long)
                        configuration.hiddenSize());
            case GATE, UP ->
                List.of(GATE.rows(configuration) + UP.rows(configuration), (long) configuration.hiddenSize());
            default -> shape(configuration);
        };
    }

    /** Whether a tensor belongs to the architecture, in whatever layer and whether or not the configuration asks for it. */
    static boolean knows(String tensorName, ModelConfiguration configuration) {
        Matcher matcher = LAYER.matcher(tensorName);
        String pattern = matcher.matches() ? tensorName.replaceFirst("\\d+", "%d") : tensorName;
        for (Weight weight : values()) {
            boolean optional = weight.name().endsWith("BIAS") || weight == OUTPUT_HEAD;
            if ((optional || weight.isIn(configuration))
                    && weight.storedPattern(configuration).equals(pattern)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a model of this configuration has the weight. */
    public boolean isIn(ModelConfiguration configuration) {
        DecoderSwitches switches = configuration.switches();
        return switch (this) {
            case OUTPUT_HEAD -> !configuration.tiedEmbeddings();
            case QUERY_BIAS, KEY_BIAS, VALUE_BIAS -> configuration.projectionBias();
            case ATTENTION_OUTPUT_BIAS -> switches.attentionOutputBias();
            case GATE_BIAS, UP_BIAS, DOWN_BIAS -> switches.feedForwardBias();
            case QUERY_NORM, KEY_NORM -> switches.queryKeyNorm() != QueryKeyNorm.NONE;
            case ATTENTION_NORM, FEED_FORWARD_NORM -> switches.normsBefore();
            case ATTENTION_OUTPUT_NORM, FEED_FORWARD_OUTPUT_NORM -> switches.normsAfter();
            default -> true;
        };
    }

    /** The shape that the configuration demands: one length for a vector, two for a matrix. */
    public List<Long> shape(ModelConfiguration configuration) {
        long hidden = configuration.hiddenSize();
        long head = configuration.headSize();
        long queries = configuration.queryHeads() * head;
        long keys = configuration.keyValueHeads() * head;
        long feedForward = configuration.feedForwardSize();
        long vocabulary = configuration.vocabularySize();
        boolean normByHead = configuration.switches().queryKeyNorm() == QueryKeyNorm.HEAD;
        return switch (this) {
            case TOKEN_EMBEDDING, OUTPUT_HEAD -> List.of(vocabulary, hidden);
            case OUTPUT_NORM,
                    ATTENTION_NORM,
                    FEED_FORWARD_NORM,
                    ATTENTION_OUTPUT_NORM,
                    FEED_FORWARD_OUTPUT_NORM,
                    ATTENTION_OUTPUT_BIAS,
                    DOWN_BIAS -> List.of(hidden);
            case QUERY -> List.of(queries, hidden);
            case KEY, VALUE -> List.of(keys, hidden);
            case QUERY_BIAS -> List.of(queries);
            case KEY_BIAS, VALUE_BIAS -> List.of(keys);
            case QUERY_NORM -> List.of(normByHead ? head : queries);
            case KEY_NORM -> List.of(normByHead ? head : keys);
            case ATTENTION_OUTPUT -> List.of(hidden, queries);
            case GATE, UP -> List.of(feedForward, hidden);
            case GATE_BIAS, UP_BIAS -> List.of(feedForward);
            case DOWN -> List.of(hidden, feedForward);
        };
    }
}
