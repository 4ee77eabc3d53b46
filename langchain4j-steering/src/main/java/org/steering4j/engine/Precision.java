package org.steering4j.engine;

/** The type in which weights are kept and multiplied. Log-probabilities, logits and steering are float32 in both. */
public enum Precision {
    FLOAT32,
    BFLOAT16
}
