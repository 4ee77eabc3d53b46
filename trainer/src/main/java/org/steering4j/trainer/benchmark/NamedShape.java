package org.steering4j.trainer.benchmark;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The sizes of models that everybody knows. */
public enum NamedShape {
    QWEN_2_5_HALF_BILLION("qwen2.5-0.5b", new ModelSizes("qwen2", 24, 896, 4864, 14, 2, 151936, 32768, true)),
    QWEN_2_5_ONE_AND_A_HALF_BILLION(
            "qwen2.5-1.5b", new ModelSizes("qwen2", 28, 1536, 8960, 12, 2, 151936, 32768, true)),
    LLAMA_3_2_ONE_BILLION("llama-3.2-1b", new ModelSizes("llama", 16, 2048, 8192, 32, 8, 128256, 131072, true)),
    LLAMA_2_SEVEN_BILLION("llama-2-7b", new ModelSizes("llama", 32, 4096, 11008, 32, 32, 32000, 4096, false));

    private final String label;
    private final ModelSizes sizes;

    NamedShape(String label, ModelSizes sizes) {
        this.label = label;
        this.sizes = sizes;
    }

    public String label() {
        return label;
    }

    public ModelSizes sizes() {
        return sizes;
    }

    /** @throws IllegalArgumentException if there is none of that label */
    public static NamedShape of(String label) {
        return Arrays.stream(values())
                .filter(shape -> shape.label.equalsIgnoreCase(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"" + label + "\" is not a known shape: expected "
                        + Arrays.stream(values()).map(NamedShape::label).collect(Collectors.joining(", "))));
    }
}
