package org.steering4j.recipe.pretraining;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.steering4j.checkpoint.ModelConfiguration;
import org.steering4j.checkpoint.RotaryScaling;
import org.steering4j.checkpoint.Weight;
import org.steering4j.internal.DataType;
import org.steering4j.internal.SafetensorsWriter;

/** The sizes of the tiny model, its config.json and its weights before training. */
final class TinyModelShape {

    private static final String NAME = "steering4j-tiny";
    private static final int HIDDEN_SIZE = 192;
    private static final int LAYERS = 6;
    private static final int FEED_FORWARD_SIZE = 576;
    private static final int HEAD_SIZE = 32;
    private static final int KEY_VALUE_HEADS = 3;
    private static final int CONTEXT_LENGTH = 512;
    private static final double INITIAL_DEVIATION = 0.02;

    private TinyModelShape() {}

    static ModelConfiguration configuration(int vocabularySize) {
        return new ModelConfiguration(
                NAME,
                "LlamaForCausalLM",
                "llama",
                LAYERS,
                HIDDEN_SIZE,
                FEED_FORWARD_SIZE,
                HIDDEN_SIZE / HEAD_SIZE,
                KEY_VALUE_HEADS,
                HEAD_SIZE,
                vocabularySize,
                CONTEXT_LENGTH,
                1e-5,
                10000,
                new RotaryScaling.None(),
                false,
                true);
    }

    static long parameters(ModelConfiguration configuration) {
        long sum = 0;
        for (Weight weight : Weight.values()) {
            if (weight.isIn(configuration)) {
                long size = weight.shape(configuration).stream().reduce(1L, (a, b) -> a * b);
                sum += size * (weight.perLayer() ? configuration.numberOfLayers() : 1);
            }
        }
        return sum;
    }

    static void writeConfiguration(ModelConfiguration configuration, int beginToken, int endToken, Path folder) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode json = mapper.createObjectNode();
        json.put("_name_or_path", configuration.name());
        json.putArray("architectures").add(configuration.architecture());
        json.put("model_type", configuration.modelType());
        json.put("hidden_size", configuration.hiddenSize());
        json.put("intermediate_size", configuration.feedForwardSize());
        json.put("num_hidden_layers", configuration.numberOfLayers());
        json.put("num_attention_heads", configuration.queryHeads());
        json.put("num_key_value_heads", configuration.keyValueHeads());
        json.put("head_dim", configuration.headSize());
        json.put("vocab_size", configuration.vocabularySize());
        json.put("max_position_embeddings", configuration.contextLength());
        json.put("rms_norm_eps", configuration.normEpsilon());
        json.put("rope_theta", configuration.rotaryBase());
        json.putNull("rope_scaling");
        json.put("hidden_act", "silu");
        json.put("attention_bias", false);
        json.put("mlp_bias", false);
        json.put("tie_word_embeddings", configuration.tiedEmbeddings());
        json.put("torch_dtype", "bfloat16");
        json.put("bos_token_id", beginToken);
        json.put("eos_token_id", endToken);
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    folder.resolve("config.json"),
                    mapper.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Normal values of deviation 0.02, less for what is added to the residual stream (GPT-2); norms begin at one. */
    static void writeInitialWeights(ModelConfiguration configuration, long seed, Path folder) {
        Random random = new Random(seed);
        SafetensorsWriter writer = new SafetensorsWriter();
        double residualDeviation = INITIAL_DEVIATION / Math.sqrt(2.0 * configuration.numberOfLayers());
        for (Weight weight : Weight.values()) {
            if (!weight.isIn(configuration)) {
                continue;
            }
            List<Long> shape = weight.shape(configuration);
            boolean residual = weight == Weight.ATTENTION_OUTPUT || weight == Weight.DOWN;
            double deviation = residual ? residualDeviation : INITIAL_DEVIATION;
            for (int layer = 0; layer < (weight.perLayer() ? configuration.numberOfLayers() : 1); layer++) {
                float[] values = new float[Math.toIntExact(shape.stream().reduce(1L, (a, b) -> a * b))];
                for (int i = 0; i < values.length; i++) {
                    values[i] = shape.size() == 1 ? 1 : (float) (random.nextGaussian() * deviation);
                }
                writer.tensor(weight.tensorName(layer), DataType.F32, shape, values);
            }
        }
        writer.write(folder.resolve("model.safetensors"));
    }
}
