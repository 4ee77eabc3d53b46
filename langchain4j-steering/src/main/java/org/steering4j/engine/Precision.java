package org.steering4j.engine;

/** The type in which weights are kept and multiplied. Log-probabilities, logits and steering are float32 in both. */
public enum Precision {
    FLOAT32(6),
    BFLOAT16(15);

    private final int torchType;

    Precision(int torchType) {
        this.torchType = torchType;
    }

    /** The number by which TorchScript names the type. */
    int torchType() {
        return torchType;
    }
}
