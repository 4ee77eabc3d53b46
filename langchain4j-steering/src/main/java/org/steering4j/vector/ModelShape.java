package org.steering4j.vector;

import java.util.Objects;

/**
 * What a vector must know of a model to tell whether it fits.
 *
 * @param name what people call it, such as {@code Qwen2.5-0.5B-Instruct}, or with an adapter {@code Qwen2.5-0.5B-Instruct + my-adapter}
 * @param base the name without the adapter; the same as the name if there is none
 * @param architecture {@code model_type} of its {@code config.json}, such as {@code llama} or {@code qwen2}
 * @param numberOfLayers number of decoder blocks, at least 1; they are numbered from 0
 * @param hiddenSize width of the residual stream, at least 1
 */
public record ModelShape(String name, String base, String architecture, int numberOfLayers, int hiddenSize) {

    /** @throws IllegalArgumentException if a number is less than 1 */
    public ModelShape {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(base, "base");
        Objects.requireNonNull(architecture, "architecture");
        if (numberOfLayers < 1 || hiddenSize < 1) {
            throw new IllegalArgumentException("a model has at least 1 layer and a hidden size of at least 1, not "
                    + numberOfLayers + " layers and hidden size " + hiddenSize);
        }
    }

    /** A model without an adapter. */
    public ModelShape(String name, String architecture, int numberOfLayers, int hiddenSize) {
        this(name, name, architecture, numberOfLayers, hiddenSize);
    }

    /** This model with an adapter merged into it. */
    public ModelShape adapted(String adapter) {
        return new ModelShape(name + " + " + adapter, base, architecture, numberOfLayers, hiddenSize);
    }
}
