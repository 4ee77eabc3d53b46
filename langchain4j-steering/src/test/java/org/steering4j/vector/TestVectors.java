package org.steering4j.vector;

import java.util.List;
import java.util.Random;

/** Small vectors for tests, and a model they fit. */
final class TestVectors {

    static final ModelShape MODEL = new ModelShape("small-model", "llama", 6, 5);

    private TestVectors() {}

    /** Says the weights it was made on, too, which vectors of the first version did not. */
    static SteeringVector withFingerprint(String behavior, int... layers) {
        return complete(behavior, layers).toBuilder(behavior)
                .modelFingerprint("0123456789abcdef0123456789abcdef")
                .build();
    }

    /** For the given layers of {@link #MODEL}, with everything a vector can say of itself. */
    static SteeringVector complete(String behavior, int... layers) {
        SteeringVector.Builder builder = SteeringVector.builder(behavior)
                .model(MODEL)
                .method("BiPO")
                .evaluatedMultipliers(List.of(-1.0, 0.1, 2.0))
                .setting("seed", "7")
                .setting("note", "\u00fcber, \"alles\" = {}\n\ud83d\ude00");
        for (int layer : layers) {
            builder.layer(layer, random(behavior.hashCode() + layer));
        }
        return builder.build();
    }

    static float[] random(int seed) {
        Random random = new Random(seed);
        float[] values = new float[MODEL.hiddenSize()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
