package org.steering4j.trainer.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.steering4j.internal.DataType;
import org.steering4j.internal.SafetensorsWriter;

/**
 * A model folder whose weights are random bfloat16 numbers: as fast, and as large, as a real one of its sizes. There is no tokenizer in it. All
 * layers have the same values, so that writing seven billion takes the memory of a few matrices; the same sizes give the same bytes.
 */
public final class RandomWeights {

    private static final String CONFIGURATION_FILE = "config.json";
    private static final String WEIGHTS_FILE = "model.safetensors";

    private RandomWeights() {}

    /** Writes config.json and model.safetensors. */
    public static void write(Path folder, String name, ModelSizes sizes) throws IOException {
        Files.createDirectories(folder);
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        int hidden = sizes.hidden();
        int keys = sizes.keyValueHeads() * sizes.headSize();
        float[] table = random(sizes.vocabulary() * hidden);
        float[] square = random(hidden * hidden);
        float[] narrow = random(keys * hidden);
        float[] wide = random(sizes.feedForward() * hidden);
        float[] ones = new float[hidden];
        Arrays.fill(ones, 1);
        add(writer, "model.embed_tokens.weight", table, sizes.vocabulary(), hidden);
        for (int layer = 0; layer < sizes.layers(); layer++) {
            String prefix = "model.layers." + layer + ".";
            add(writer, prefix + "input_layernorm.weight", ones, hidden);
            add(writer, prefix + "self_attn.q_proj.weight", square, hidden, hidden);
            add(writer, prefix + "self_attn.k_proj.weight", narrow, keys, hidden);
            add(writer, prefix + "self_attn.v_proj.weight", narrow, keys, hidden);
            if (sizes.hasBias()) {
                add(writer, prefix + "self_attn.q_proj.bias", new float[hidden], hidden);
                add(writer, prefix + "self_attn.k_proj.bias", new float[keys], keys);
                add(writer, prefix + "self_attn.v_proj.bias", new float[keys], keys);
            }
            add(writer, prefix + "self_attn.o_proj.weight", square, hidden, hidden);
            add(writer, prefix + "post_attention_layernorm.weight", ones, hidden);
            add(writer, prefix + "mlp.gate_proj.weight", wide, sizes.feedForward(), hidden);
            add(writer, prefix + "mlp.up_proj.weight", wide, sizes.feedForward(), hidden);
            add(writer, prefix + "mlp.down_proj.weight", wide, hidden, sizes.feedForward());
        }
        add(writer, "model.norm.weight", ones, hidden);
        if (!sizes.tied()) {
            add(writer, "lm_head.weight", table, sizes.vocabulary(), hidden);
        }
        writer.write(folder.resolve(WEIGHTS_FILE));
        // Last, for a folder without it is not taken for a whole one.
        Files.write(
                folder.resolve(CONFIGURATION_FILE), new ObjectMapper().writeValueAsBytes(sizes.configuration(name)));
    }

    /** Whether {@link #write} has been here and come to its end. */
    public static boolean areIn(Path folder) {
        return Files.exists(folder.resolve(CONFIGURATION_FILE));
    }

    /** Removes what {@link #write} has written, and the folder, in which nothing else may be. */
    public static void delete(Path folder) throws IOException {
        for (String file : List.of(CONFIGURATION_FILE, WEIGHTS_FILE)) {
            Files.deleteIfExists(folder.resolve(file));
        }
        Files.delete(folder);
    }

    private static void add(SafetensorsWriter writer, String name, float[] values, long... shape) {
        writer.tensor(name, DataType.BF16, Arrays.stream(shape).boxed().toList(), values);
    }

    private static float[] random(int size) {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (0.1 * (random.nextDouble() - 0.5));
        }
        return values;
    }
}
