package org.steering4j.vector;

import java.util.Objects;

/**
 * What a vector must know of a model to tell whether it fits.
 *
 * @param name what people call it, such as {@code Qwen2.5-0.5B-Instruct}, or with an adapter {@code Qwen2.5-0.5B-Instruct + my-adapter}; models may
 *     share one
 * @param base the name without the adapter; the same as the name if there is none
 * @param origin what its folder says that its training began from, by which older versions called it; empty if it does not say. Vectors that do not
 *     know their model's fingerprint know it by this name, too
 * @param architecture {@code model_type} of its {@code config.json}, such as {@code llama} or {@code qwen2}
 * @param numberOfLayers number of decoder blocks, at least 1; they are numbered from 0
 * @param hiddenSize width of the residual stream, at least 1
 * @param fingerprint what identifies it by its weights: equal texts for equal weights; empty where that is not known
 * @param baseFingerprint the fingerprint without the adapter; the same as the fingerprint if there is none
 */
public record ModelShape(
        String name,
        String base,
        String origin,
        String architecture,
        int numberOfLayers,
        int hiddenSize,
        String fingerprint,
        String baseFingerprint) {

    /** @throws IllegalArgumentException if a number is less than 1 */
    public ModelShape {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(base, "base");
        Objects.requireNonNull(origin, "origin");
        Objects.requireNonNull(architecture, "architecture");
        Objects.requireNonNull(fingerprint, "fingerprint");
        Objects.requireNonNull(baseFingerprint, "baseFingerprint");
        if (numberOfLayers < 1 || hiddenSize < 1) {
            throw new IllegalArgumentException("a model has at least 1 layer and a hidden size of at least 1, not "
                    + numberOfLayers + " layers and hidden size " + hiddenSize);
        }
    }

    /** A model without an adapter, of which no fingerprint is known. */
    public ModelShape(String name, String architecture, int numberOfLayers, int hiddenSize) {
        this(name, architecture, numberOfLayers, hiddenSize, "");
    }

    /** A model without an adapter. */
    public ModelShape(String name, String architecture, int numberOfLayers, int hiddenSize, String fingerprint) {
        this(name, name, "", architecture, numberOfLayers, hiddenSize, fingerprint, fingerprint);
    }

    /**
     * This model with an adapter merged into it.
     *
     * @param fingerprint of the merged model; empty where that is not known
     */
    public ModelShape adapted(String adapter, String fingerprint) {
        return new ModelShape(
                name + " + " + adapter,
                base,
                origin,
                architecture,
                numberOfLayers,
                hiddenSize,
                fingerprint,
                baseFingerprint);
    }
}
