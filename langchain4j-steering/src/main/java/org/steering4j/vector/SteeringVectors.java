package org.steering4j.vector;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A library of steering vectors under names: the behaviour of each, unless it was added under another name. It knows no model and no
 * multipliers until it is asked to {@link #resolve}. Immutable; may be shared between threads.
 */
public final class SteeringVectors {

    private static final Logger LOGGER = LoggerFactory.getLogger(SteeringVectors.class);
    private static final SteeringVectors EMPTY = new SteeringVectors(new TreeMap<>(), false);

    private final SortedMap<String, SteeringVector> vectors;
    private final boolean otherModelsAllowed;
    /** Warnings already logged, so that a thousand requests do not repeat them a thousand times. */
    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    private SteeringVectors(SortedMap<String, SteeringVector> vectors, boolean otherModelsAllowed) {
        this.vectors = vectors;
        this.otherModelsAllowed = otherModelsAllowed;
    }

    public static SteeringVectors empty() {
        return EMPTY;
    }

    /** @throws IllegalArgumentException if two have the same behaviour */
    public static SteeringVectors of(SteeringVector... vectors) {
        SteeringVectors library = EMPTY;
        for (SteeringVector vector : vectors) {
            library = library.with(vector);
        }
        return library;
    }

    /**
     * Reads every {@code .safetensors} and {@code .gguf} file of a folder whose name begins with no dot, not of folders within. Other files are ignored, but for
     * {@code .pt} files, which are named in a warning: they do not say what they are for, see {@link SteeringVector#readPyTorch}.
     *
     * @throws InvalidFileException if the folder is missing, a file is damaged, or two hold the same behaviour
     */
    public static SteeringVectors fromFolder(Path folder) {
        return VectorFolder.read(folder);
    }

    /**
     * Like {@link #fromFolder}, for a folder on the class path, such as {@code steering} for files in {@code src/main/resources/steering};
     * or, if the name ends like one, for a single vector file. A folder that occurs several times (in several jars) is read from each.
     *
     * @throws InvalidFileException if there is no such resource, a file is damaged, or two hold the same behaviour
     */
    public static SteeringVectors fromClassPath(String resource) {
        return VectorResources.read(resource);
    }

    /** @throws IllegalArgumentException if the name is taken */
    public SteeringVectors with(SteeringVector vector) {
        return with(vector.behavior(), vector);
    }

    /**
     * This library and one more vector, under a name of its own.
     *
     * @throws IllegalArgumentException if the name is blank or taken
     */
    public SteeringVectors with(String name, SteeringVector vector) {
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException("a vector in a library needs a name that is not blank");
        }
        if (vectors.containsKey(name)) {
            throw new IllegalArgumentException("there already is a vector named \"" + name
                    + "\": add this one under another name, with(name, vector)");
        }
        SortedMap<String, SteeringVector> more = new TreeMap<>(vectors);
        more.put(name, vector);
        return new SteeringVectors(more, otherModelsAllowed);
    }

    /**
     * The same library, but its vectors may also steer other models than those they were made on: vectors often carry over to fine-tuned variants.
     * Shape and architecture must be the same all the same; that the models differ is logged as a warning.
     */
    public SteeringVectors allowingOtherModels() {
        return new SteeringVectors(vectors, true);
    }

    /** @throws UnknownSteeringVectorException if there is none of that name; the message lists the names there are */
    public SteeringVector get(String name) {
        SteeringVector vector = vectors.get(name);
        if (vector == null) {
            throw new UnknownSteeringVectorException(name, names());
        }
        return vector;
    }

    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(vectors.keySet()));
    }

    /**
     * Adds up the named vectors, each times its multiplier, layer by layer. Sums are taken in float64, in the order of names, and rounded to
     * float32 once. What is named with multiplier 0 must exist and fit, but adds nothing, not even a layer.
     *
     * <p>What a vector's {@link SteeringVector#notes} say of the model is logged as a warning, once per library. A vector that was made on a
     * model may steer it with an adapter too; then that is logged as information.
     *
     * @throws UnknownSteeringVectorException if the steering names a vector that is not here
     * @throws IncompatibleVectorException if a named vector does not fit the model, or says that it was made on another model, unless that is
     *     {@linkplain #allowingOtherModels allowed}. Models are told by their {@linkplain ModelShape#fingerprint weights}; where a vector of an
     *     older version does not say them, by name, of which counts what follows the last slash, in any case
     * @throws IllegalArgumentException if multipliers are so large that a sum leaves the range of float32
     */
    public LayerSteering resolve(Steering steering, ModelShape model) {
        SortedMap<Integer, double[]> sums = new TreeMap<>();
        steering.multipliers().forEach((name, multiplier) -> {
            SteeringVector vector = get(name);
            vector.requireFits(name, model);
            if (!otherModelsAllowed) {
                vector.requireMadeOn(name, model);
            }
            warn(name, vector, model);
            if (multiplier != 0.0) {
                add(vector, multiplier, sums);
            }
        });
        SortedMap<Integer, float[]> rounded = new TreeMap<>();
        sums.forEach((layer, sum) -> rounded.put(layer, round(sum, steering)));
        return LayerSteering.of(rounded);
    }

    private static void add(SteeringVector vector, double multiplier, Map<Integer, double[]> sums) {
        for (int layer : vector.layers()) {
            float[] values = vector.values().values(layer);
            double[] sum = sums.computeIfAbsent(layer, unused -> new double[values.length]);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += multiplier * values[i];
            }
        }
    }

    private static float[] round(double[] sum, Steering steering) {
        float[] rounded = new float[sum.length];
        for (int i = 0; i < sum.length; i++) {
            rounded[i] = (float) sum[i];
            if (!Float.isFinite(rounded[i])) {
                throw new IllegalArgumentException("the steering " + steering
                        + " leaves the range of float32: use multipliers mostly between -2 and 2");
            }
        }
        return rounded;
    }

    private void warn(String name, SteeringVector vector, ModelShape model) {
        for (String note : vector.notes(model)) {
            if (!warned.add(name + model + note)) {
                continue;
            }
            if (vector.isMadeOnBaseOf(model)) {
                LOGGER.info("Steering vector \"{}\" on model {}: {}", name, model.name(), note);
            } else {
                LOGGER.warn("Steering vector \"{}\" on model {}: {}", name, model.name(), note);
            }
        }
    }

    @Override
    public String toString() {
        return "SteeringVectors" + vectors.keySet();
    }
}
