package org.steering4j.engine;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How the matrices of a model are kept and multiplied. Log-probabilities, logits and steering are float32 in all of them. A model is opened
 * in {@link #FLOAT32} or {@link #BFLOAT16}, whichever a short measurement finds faster, unless another is asked for; in these two alone can
 * vectors be trained. The token embedding is read in the type that it is stored in.
 *
 * <p>Errors are those of one product of random normal numbers, relative to float32. Divergences are Kullback-Leibler's, in nats a token, of
 * the embedded model from itself in float32, over 3,072 tokens of its own; a wide model with outliers in its hidden states may diverge
 * further in 8 bits, for it is a token's largest input that its grid has to reach.
 */
public enum Precision {
    /** 4 bytes a weight; exact, and the way to results that repeat. */
    FLOAT32("float32", true),
    /** 2 bytes a weight, and all between the matrices in 8 bits of mantissa as well; error 2e-3, divergence 2e-4. */
    BFLOAT16("bfloat16", false),
    /**
     * 2 bytes a weight, all else in float32. Weights that are stored in bfloat16 or float16 lose nothing but what is below 6e-8; error
     * 3e-7, divergence 0. Weights beyond 65504 are cut to that.
     */
    FLOAT16("float16", true),
    /** 1 byte a weight: each row of a matrix has a scale, and so has each token's input, which is rounded to 8 bits as well; error 1e-2, divergence 8e-4. */
    INT8("int8", true),
    /**
     * 0.56 bytes a weight: 64 weights share a scale and a zero point. The output head takes 1 byte a weight as in {@link #INT8}, and all
     * between the matrices is bfloat16. Error 9e-2, divergence 2e-2.
     */
    INT4("int4", false);

    private final String label;
    private final boolean float32Between;

    Precision(String label, boolean float32Between) {
        this.label = label;
        this.float32Between = float32Between;
    }

    /** Whether hidden states, keys and values are float32; else they are bfloat16. */
    public boolean keepsFloat32BetweenMatrices() {
        return float32Between;
    }

    /** Whether derivatives can be taken, which training a vector needs. */
    public boolean isDifferentiable() {
        return this == FLOAT32 || this == BFLOAT16;
    }

    /** Bytes of one hidden state's element, and of a key's or value's. */
    int bytesBetweenMatrices() {
        return float32Between ? Float.BYTES : Short.BYTES;
    }

    /**
     * The precision of a name such as {@code float32}, in any case.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Precision named(String name) {
        for (Precision precision : values()) {
            if (precision.label.equals(name.toLowerCase(Locale.ROOT))) {
                return precision;
            }
        }
        throw new IllegalArgumentException("\"%s\" is not a precision: expected %s".formatted(name, names()));
    }

    /** All names, with commas between. */
    public static String names() {
        return Arrays.stream(values()).map(Precision::toString).collect(Collectors.joining(", "));
    }

    /** Its name, such as {@code float32}. */
    @Override
    public String toString() {
        return label;
    }
}
