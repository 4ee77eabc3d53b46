package org.steering4j.trainer;

import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import org.steering4j.SteeredModel;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.vector.SteeringVector;

/** Gives the numbers that a method made their provenance, after a look whether they can steer at all. */
final class FinishedVector {

    private FinishedVector() {}

    /**
     * @param values [layers, ascending][hidden size]
     * @param pairs how many were learnt from
     * @throws TrainingException if a layer is all zero, or holds what float32 cannot
     */
    static SteeringVector of(
            SteeringMethod method,
            Map<String, String> settings,
            SteeredModel model,
            String behavior,
            PreferenceData data,
            int pairs,
            SortedSet<Integer> layers,
            double[][] values) {
        SteeringVector.Builder builder =
                SteeringVector.builder(behavior).method(method.name()).model(model.shape());
        Iterator<Integer> layer = layers.iterator();
        for (double[] row : values) {
            int number = layer.next();
            builder.layer(number, narrow(method, number, row));
        }
        UsedSystemPrompt.addTo(builder, settings, data);
        return builder.setting("data", SourceName.of(data.source()))
                .setting("training pairs", String.valueOf(pairs))
                .setting("precision", model.languageModel().precision().name().toLowerCase(Locale.ROOT))
                .build();
    }

    private static float[] narrow(SteeringMethod method, int layer, double[] row) {
        float[] narrow = new float[row.length];
        boolean zero = true;
        for (int i = 0; i < row.length; i++) {
            narrow[i] = (float) row[i];
            zero &= narrow[i] == 0;
            if (!Float.isFinite(narrow[i])) {
                throw new TrainingException("the vector of " + method.name() + " holds " + row[i] + " at layer " + layer
                        + ": the model's hidden states there do not fit into its numbers; open it in float32");
            }
        }
        if (zero) {
            throw new TrainingException("the vector of " + method.name() + " is zero at layer " + layer
                    + ": matching and not matching answers have the same mean there. Look for pairs that take each"
                    + " other's place, read the answers at another position, or take another layer");
        }
        return narrow;
    }
}
