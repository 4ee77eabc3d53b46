package org.steering4j.checkpoint;

/**
 * What config.json says of a decoder of the Llama family. Sizes are in elements, layers are numbered from 0.
 * Immutable.
 *
 * @param name the model's name: {@code _name_or_path}, else the folder's name
 * @param architecture the first of {@code architectures}, for example {@code LlamaForCausalLM}
 * @param modelType {@code model_type}, for example {@code llama}
 * @param contextLength positions the model was made for ({@code max_position_embeddings})
 * @param projectionBias whether the query, key and value projections have a bias (Qwen2)
 * @param tiedEmbeddings whether the output head is the token embedding
 */
public record ModelConfiguration(
        String name,
        String architecture,
        String modelType,
        int numberOfLayers,
        int hiddenSize,
        int feedForwardSize,
        int queryHeads,
        int keyValueHeads,
        int headSize,
        int vocabularySize,
        int contextLength,
        double normEpsilon,
        double rotaryBase,
        RotaryScaling rotaryScaling,
        boolean projectionBias,
        boolean tiedEmbeddings) {

    /** The rotation of each pair of a head's elements in radians per position, scaled: {@code headSize / 2} values. */
    public double[] rotaryFrequencies() {
        double[] frequencies = new double[headSize / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = rotaryScaling.scale(Math.pow(rotaryBase, -2.0 * i / headSize));
        }
        return frequencies;
    }
}
