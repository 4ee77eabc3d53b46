package org.steering4j.trainer;

import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.steering4j.SteeredModel;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.vector.SteeringVector;

/**
 * The mean of vectors that were made each on its own (Siddique et al. 2025, "Shifting Perspectives: Steering Vector Ensembles for Robust
 * Bias Mitigation in LLMs", arXiv 2503.05371):
 *
 * <pre>
 *   v = (v_1 + ... + v_n) / n
 * </pre>
 *
 * <p>As in the paper, nothing is normalised before: a member's magnitude is part of it. A member that lacks one of the layers counts as zero
 * there, so that the ensemble at multiplier 1 adds what its members together add at 1/n each. The paper's members are for one bias axis
 * each; here they are of any methods, layers or settings, on the same pairs, or {@linkplain #of of any vectors}. Immutable and thread-safe.
 *
 * @param members at least one
 */
public record Ensemble(List<SteeringMethod> members) implements SteeringMethod {

    public Ensemble {
        members = List.copyOf(members);
        MethodSettings.require(!members.isEmpty(), "members", members, "at least one method");
    }

    @Override
    public String name() {
        return "ensemble";
    }

    @Override
    public SteeringVector makeVector(SteeredModel model, String behavior, PreferenceData data) {
        return makeVector(model, behavior, data, OptimizationListener.NONE);
    }

    @Override
    public SteeringVector makeVector(
            SteeredModel model, String behavior, PreferenceData data, OptimizationListener listener) {
        List<SteeringVector> vectors = members.stream()
                .map(member -> member.makeVector(model, behavior, data, listener))
                .toList();
        return of(behavior, vectors).toBuilder(behavior)
                .setting("data", SourceName.of(data.source()))
                .setting("training pairs", String.valueOf(data.pairs().size()))
                .build();
    }

    /**
     * The mean of vectors that exist already, such as those of several behaviours or seeds.
     *
     * @throws IllegalArgumentException if there is none, or they were made on models of different shape or name
     */
    public static SteeringVector of(String behavior, List<SteeringVector> vectors) {
        MethodSettings.require(!vectors.isEmpty(), "vectors", vectors, "at least one vector");
        SteeringVector first = vectors.get(0);
        for (SteeringVector vector : vectors) {
            if (vector.hiddenSize() != first.hiddenSize()
                    || !isOfSameModel(vector, first)
                    || !vector.architecture().equals(first.architecture())
                    || !vector.numberOfLayers().equals(first.numberOfLayers())) {
                throw new IllegalArgumentException("an ensemble needs vectors of one model, but " + first + " and "
                        + vector + " were made on different ones");
            }
        }
        SteeringVector.Builder builder = SteeringVector.builder(behavior).method("ensemble");
        first.modelName().ifPresent(builder::modelName);
        first.modelFingerprint().ifPresent(builder::modelFingerprint);
        first.architecture().ifPresent(builder::architecture);
        first.numberOfLayers().ifPresent(builder::numberOfLayers);
        if (vectors.stream().allMatch(vector -> vector.systemPrompt().equals(first.systemPrompt()))) {
            first.systemPrompt().ifPresent(builder::systemPrompt);
        }
        for (int layer : layers(vectors)) {
            builder.layer(layer, mean(vectors, layer));
        }
        for (int i = 0; i < vectors.size(); i++) {
            SteeringVector vector = vectors.get(i);
            builder.setting(
                    "member " + (i + 1),
                    vector.behavior()
                            + vector.method().map(method -> " (" + method + ")").orElse("") + " " + vector.settings());
        }
        return builder.build();
    }

    /** By its weights; where vectors of an older version do not say them, by its name. */
    private static boolean isOfSameModel(SteeringVector one, SteeringVector other) {
        return one.modelFingerprint().isPresent() && other.modelFingerprint().isPresent()
                ? one.modelFingerprint().equals(other.modelFingerprint())
                : one.modelName().equals(other.modelName());
    }

    private static SortedSet<Integer> layers(List<SteeringVector> vectors) {
        return vectors.stream()
                .map(SteeringVector::layers)
                .flatMap(Collection::stream)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static float[] mean(List<SteeringVector> vectors, int layer) {
        double[] sum = new double[vectors.get(0).hiddenSize()];
        for (SteeringVector vector : vectors) {
            if (vector.layers().contains(layer)) {
                float[] values = vector.layer(layer);
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += values[i];
                }
            }
        }
        float[] mean = new float[sum.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sum[i] / vectors.size());
        }
        return mean;
    }
}
