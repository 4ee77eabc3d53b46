package org.steering4j.checkpoint;

import java.nio.file.Path;

/**
 * What config.json says of a decoder. Sizes are in elements, layers are numbered from 0. Immutable.
 *
 * @param name what people call it: its name on the hub if it lies in the Hugging Face cache, else its folder's, with those of the folders around it
 *     where that says nothing, such as {@code my-run/checkpoint-500}; it identifies nothing, see {@link ModelFolder#fingerprint()}
 * @param architecture the first of {@code architectures}, for example {@code LlamaForCausalLM}
 * @param modelType {@code model_type}, for example {@code llama}
 * @param contextLength the most positions that a sequence may have: those that the model was made for ({@code max_position_embeddings}, but
 *     see {@link RotaryScaling#usualContext}), unless another length is {@linkplain #withContextLength asked for}
 * @param rotaryScaling that of the layers without a window, where those with one have a rotary position embedding of their own
 * @param projectionBias whether the query, key and value projections have a bias (Qwen2)
 * @param tiedEmbeddings whether the output head is the token embedding: by config.json, but a {@link ModelFolder} whose file holds a head that
 *     differs says false
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
        boolean tiedEmbeddings,
        DecoderSwitches switches) {

    /** A plain Llama: nothing is switched on. */
    public ModelConfiguration(
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
        this(
                name,
                architecture,
                modelType,
                numberOfLayers,
                hiddenSize,
                feedForwardSize,
                queryHeads,
                keyValueHeads,
                headSize,
                vocabularySize,
                contextLength,
                normEpsilon,
                rotaryBase,
                rotaryScaling,
                projectionBias,
                tiedEmbeddings,
                DecoderSwitches.none(numberOfLayers, headSize));
    }

    /**
     * Of a model folder, whose weights need not be there.
     *
     * @throws ModelFolderException if config.json is missing or broken, or the model is of a kind that is not supported
     */
    public static ModelConfiguration read(Path folder) {
        return ConfigurationReader.read(folder.resolve("config.json"));
    }

    /**
     * The same for sequences of another length. Scalings that depend on the length take it for every sequence's: see {@link RotaryScaling}.
     *
     * @throws IllegalArgumentException if the model cannot do so many
     */
    public ModelConfiguration withContextLength(int length) {
        int longest = longestContext();
        if (length < 1 || length > longest) {
            throw new IllegalArgumentException("contextLength is %d but must be from 1 to %d: %s was made for no more"
                    .formatted(length, longest, name));
        }
        return with(length, tiedEmbeddings);
    }

    /** The same with or without an output head of its own. */
    ModelConfiguration withTiedEmbeddings(boolean tied) {
        return with(contextLength, tied);
    }

    private ModelConfiguration with(int length, boolean tied) {
        return new ModelConfiguration(
                name,
                architecture,
                modelType,
                numberOfLayers,
                hiddenSize,
                feedForwardSize,
                queryHeads,
                keyValueHeads,
                headSize,
                vocabularySize,
                length,
                normEpsilon,
                rotaryBase,
                rotaryScaling,
                projectionBias,
                tied,
                switches);
    }

    /** The most that {@link #withContextLength} takes. */
    public int longestContext() {
        return Math.max(contextLength, rotaryScaling.longestContext(contextLength));
    }

    /**
     * The rotation of each pair of a head's elements in radians per position, scaled: {@link DecoderSwitches#rotarySize} / 2 values.
     */
    public double[] rotaryFrequencies() {
        return rotaryScaling.frequencies(rotaryBase, switches.rotarySize(), contextLength);
    }

    /** The same for layers with a window, if they have their own; else empty. */
    public double[] localRotaryFrequencies() {
        return switches.localRotaryBase() == 0
                ? new double[0]
                : new RotaryScaling.None()
                        .frequencies(switches.localRotaryBase(), switches.rotarySize(), contextLength);
    }
}
