package org.steering4j.checkpoint;

import java.util.Collections;
import java.util.List;

/**
 * What a decoder does beside, or other than, plain Llama. Zero stands for the lack of a cap, a window or a second base, one for that of a
 * multiplier. Immutable.
 *
 * @param normsBefore whether what goes into attention and into the feed-forward network is normalised (all but OLMo 2)
 * @param normsAfter whether what comes out of them is normalised before it joins the residual stream (Gemma, OLMo 2)
 * @param normOffset added to the weights of every norm (Gemma: 1)
 * @param attentionOutputBias whether attention's output projection has a bias
 * @param feedForwardBias whether the feed-forward network's projections have biases
 * @param geluActivation GELU by tanh (Gemma) in place of SiLU
 * @param fusedProjections whether query, key and value are stored as one matrix, and gate and up as another (Phi-3)
 * @param embeddingMultiplier of the token embedding (Gemma, Granite)
 * @param attentionScale of the products of queries and keys
 * @param attentionSoftCap c of c tanh(score / c) (Gemma 2)
 * @param residualMultiplier of what joins the residual stream (Granite)
 * @param logitDivisor of the logits (Granite)
 * @param logitSoftCap as the attention's, of the logits (Gemma 2)
 * @param rotarySize elements of a head that are rotated, from the first on; even (Phi-4-mini: not all)
 * @param localRotaryBase of the rotary position embedding of layers with a window (Gemma 3)
 * @param slidingWindow how many tokens, itself and those before it, a token sees in layers with a window
 * @param windowed by layer: whether it has the window
 * @param rotary by layer: whether it has a rotary position embedding (SmolLM3: not all)
 */
public record DecoderSwitches(
        boolean normsBefore,
        boolean normsAfter,
        QueryKeyNorm queryKeyNorm,
        double normOffset,
        boolean attentionOutputBias,
        boolean feedForwardBias,
        boolean geluActivation,
        boolean fusedProjections,
        double embeddingMultiplier,
        double attentionScale,
        double attentionSoftCap,
        double residualMultiplier,
        double logitDivisor,
        double logitSoftCap,
        int rotarySize,
        double localRotaryBase,
        int slidingWindow,
        List<Boolean> windowed,
        List<Boolean> rotary) {

    public DecoderSwitches {
        windowed = List.copyOf(windowed);
        rotary = List.copyOf(rotary);
    }

    /** Plain Llama. */
    static DecoderSwitches none(int layers, int headSize) {
        return new DecoderSwitches(
                true,
                false,
                QueryKeyNorm.NONE,
                0,
                false,
                false,
                false,
                false,
                1,
                1 / Math.sqrt(headSize),
                0,
                1,
                1,
                0,
                headSize,
                0,
                0,
                Collections.nCopies(layers, false),
                Collections.nCopies(layers, true));
    }
}
