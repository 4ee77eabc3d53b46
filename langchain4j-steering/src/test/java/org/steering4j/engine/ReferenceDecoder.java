package org.steering4j.engine;

import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The same architecture in plain Java and float64, written from the definitions of the papers and without a look at the
 * decoder program: one token at a time, loops only.
 */
final class ReferenceDecoder {

    private final RandomCheckpoint checkpoint;
    private final Map<String, LowRank> adapter;
    private final UnaryOperator<double[]> inputs;
    private final int hiddenSize;
    private final int headSize;
    private final int queryHeads;
    private final int keyValueHeads;

    /** What an adapter adds to a projection: scale B (A x), with A [rank, inputs] and B [outputs, rank]. */
    record LowRank(float[] a, float[] b, int rank, double scale) {

        double[] multiply(double[] x) {
            double[] product = new double[b.length / rank];
            for (int k = 0; k < rank; k++) {
                double inner = 0;
                for (int i = 0; i < x.length; i++) {
                    inner += a[k * x.length + i] * x[i];
                }
                for (int row = 0; row < product.length; row++) {
                    product[row] += scale * b[row * rank + k] * inner;
                }
            }
            return product;
        }
    }

    ReferenceDecoder(RandomCheckpoint checkpoint) {
        this(checkpoint, Map.of());
    }

    /** @param adapter by the names of the weights that it adapts */
    ReferenceDecoder(RandomCheckpoint checkpoint, Map<String, LowRank> adapter) {
        this(checkpoint, adapter, UnaryOperator.identity());
    }

    /** @param inputs what becomes of a vector before it is multiplied with a matrix */
    ReferenceDecoder(RandomCheckpoint checkpoint, UnaryOperator<double[]> inputs) {
        this(checkpoint, Map.of(), inputs);
    }

    private ReferenceDecoder(
            RandomCheckpoint checkpoint, Map<String, LowRank> adapter, UnaryOperator<double[]> inputs) {
        this.checkpoint = checkpoint;
        this.adapter = adapter;
        this.inputs = inputs;
        this.hiddenSize = checkpoint.number("hidden_size");
        this.headSize = checkpoint.headSize();
        this.queryHeads = checkpoint.number("num_attention_heads");
        this.keyValueHeads = checkpoint.number("num_key_value_heads");
    }

    /** Hidden states after each block, [layers][tokens][hidden size]; steering by layer is added to a block's output. */
    double[][][] hiddenStates(int[] tokens, Map<Integer, float[]> steering) {
        int layers = checkpoint.number("num_hidden_layers");
        double[][][] states = new double[layers][][];
        double[][] x = new double[tokens.length][hiddenSize];
        for (int t = 0; t < tokens.length; t++) {
            for (int i = 0; i < hiddenSize; i++) {
                x[t][i] = weight("model.embed_tokens.weight")[tokens[t] * hiddenSize + i];
            }
        }
        for (int layer = 0; layer < layers; layer++) {
            x = block(layer, x);
            if (steering.containsKey(layer)) {
                for (double[] state : x) {
                    for (int i = 0; i < hiddenSize; i++) {
                        state[i] += steering.get(layer)[i];
                    }
                }
            }
            states[layer] = x;
        }
        return states;
    }

    /** Logits after every token, [tokens][vocabulary]. */
    double[][] logits(int[] tokens, Map<Integer, float[]> steering) {
        double[][][] states = hiddenStates(tokens, steering);
        double[][] last = states[states.length - 1];
        boolean tied = checkpoint.configuration.get("tie_word_embeddings").booleanValue();
        double[][] logits = new double[tokens.length][];
        for (int t = 0; t < tokens.length; t++) {
            logits[t] = multiply(
                    tied ? "model.embed_tokens.weight" : "lm_head.weight", null, norm("model.norm.weight", last[t]));
        }
        return logits;
    }

    /** log p of each token of the answer. */
    double[] logProbabilities(int[] prompt, int[] answer, Map<Integer, float[]> steering) {
        int[] tokens = new int[prompt.length + answer.length];
        System.arraycopy(prompt, 0, tokens, 0, prompt.length);
        System.arraycopy(answer, 0, tokens, prompt.length, answer.length);
        double[][] logits = logits(tokens, steering);
        double[] scores = new double[answer.length];
        for (int i = 0; i < answer.length; i++) {
            double[] row = logits[prompt.length + i - 1];
            double sum = 0;
            for (double logit : row) {
                sum += Math.exp(logit);
            }
            scores[i] = row[answer[i]] - Math.log(sum);
        }
        return scores;
    }

    private double[][] block(int layer, double[][] x) {
        String prefix = "model.layers." + layer + ".";
        int tokens = x.length;
        double[][] query = new double[tokens][];
        double[][] key = new double[tokens][];
        double[][] value = new double[tokens][];
        for (int t = 0; t < tokens; t++) {
            double[] normed = norm(prefix + "input_layernorm.weight", x[t]);
            query[t] = multiply(prefix + "self_attn.q_proj.weight", prefix + "self_attn.q_proj.bias", normed);
            key[t] = multiply(prefix + "self_attn.k_proj.weight", prefix + "self_attn.k_proj.bias", normed);
            value[t] = multiply(prefix + "self_attn.v_proj.weight", prefix + "self_attn.v_proj.bias", normed);
            rotate(query[t], t);
            rotate(key[t], t);
        }
        double[][] result = new double[tokens][];
        for (int t = 0; t < tokens; t++) {
            double[] attended = new double[queryHeads * headSize];
            for (int head = 0; head < queryHeads; head++) {
                attend(attended, head, t, query, key, value);
            }
            double[] afterAttention = add(x[t], multiply(prefix + "self_attn.o_proj.weight", null, attended));
            double[] normed = norm(prefix + "post_attention_layernorm.weight", afterAttention);
            double[] gate = multiply(prefix + "mlp.gate_proj.weight", null, normed);
            double[] up = multiply(prefix + "mlp.up_proj.weight", null, normed);
            for (int i = 0; i < gate.length; i++) {
                gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
            }
            result[t] = add(afterAttention, multiply(prefix + "mlp.down_proj.weight", null, gate));
        }
        return result;
    }

    private void attend(double[] attended, int head, int t, double[][] query, double[][] key, double[][] value) {
        int queryStart = head * headSize;
        int keyStart = head / (queryHeads / keyValueHeads) * headSize;
        double[] weights = new double[t + 1];
        double sum = 0;
        for (int s = 0; s <= t; s++) {
            double product = 0;
            for (int i = 0; i < headSize; i++) {
                product += query[t][queryStart + i] * key[s][keyStart + i];
            }
            weights[s] = Math.exp(product / Math.sqrt(headSize));
            sum += weights[s];
        }
        for (int s = 0; s <= t; s++) {
            for (int i = 0; i < headSize; i++) {
                attended[queryStart + i] += weights[s] / sum * value[s][keyStart + i];
            }
        }
    }

    private void rotate(double[] heads, int position) {
        int half = headSize / 2;
        for (int start = 0; start < heads.length; start += headSize) {
            for (int i = 0; i < half; i++) {
                double angle = position * frequency(i);
                double first = heads[start + i];
                double second = heads[start + half + i];
                heads[start + i] = first * Math.cos(angle) - second * Math.sin(angle);
                heads[start + half + i] = second * Math.cos(angle) + first * Math.sin(angle);
            }
        }
    }

    private double frequency(int i) {
        double base = checkpoint.configuration.get("rope_theta").doubleValue();
        double frequency = 1 / Math.pow(base, 2.0 * i / headSize);
        var scaling = checkpoint.configuration.path("rope_scaling");
        String type = scaling.path("rope_type").asText("none");
        double factor = scaling.path("factor").asDouble(1);
        if (type.equals("linear")) {
            return frequency / factor;
        }
        if (type.equals("llama3")) {
            double low = scaling.get("low_freq_factor").doubleValue();
            double high = scaling.get("high_freq_factor").doubleValue();
            double turns = scaling.get("original_max_position_embeddings").doubleValue() * frequency / (2 * Math.PI);
            double share = Math.max(0, Math.min(1, (turns - low) / (high - low)));
            return frequency * share + frequency / factor * (1 - share);
        }
        return frequency;
    }

    private double[] norm(String name, double[] x) {
        double squares = 0;
        for (double value : x) {
            squares += value * value;
        }
        double epsilon = checkpoint.configuration.get("rms_norm_eps").doubleValue();
        double scale = 1 / Math.sqrt(squares / x.length + epsilon);
        double[] normed = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            normed[i] = x[i] * scale * weight(name)[i];
        }
        return normed;
    }

    private double[] multiply(String name, String bias, double[] x) {
        float[] matrix = weight(name);
        double[] input = inputs.apply(x);
        double[] product = new double[matrix.length / x.length];
        for (int row = 0; row < product.length; row++) {
            for (int i = 0; i < x.length; i++) {
                product[row] += matrix[row * x.length + i] * input[i];
            }
            if (bias != null && checkpoint.weights.containsKey(bias)) {
                product[row] += weight(bias)[row];
            }
        }
        return adapter.containsKey(name) ? add(product, adapter.get(name).multiply(x)) : product;
    }

    private static double[] add(double[] a, double[] b) {
        double[] sum = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            sum[i] = a[i] + b[i];
        }
        return sum;
    }

    private float[] weight(String name) {
        return checkpoint.weights.get(name);
    }
}
