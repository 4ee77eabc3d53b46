package org.steering4j.vector;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.steering4j.internal.FolderName;

/**
 * A direction in a model's residual stream that stands for one behaviour: per layer L (numbered from 0), one float32 array of shape
 * [hiddenSize], to be added to the output of decoder block L at every position, times a multiplier. Its magnitude is learned and is part
 * of it: never normalise it. See "Personalized Steering of Large Language Models: Versatile Steering Vectors Through Bi-directional
 * Preference Optimization" (Cao et al. 2024, arXiv 2406.00045).
 *
 * <p>A vector describes itself: behaviour, training method, and the model it was made on, as far as these are known. It knows nothing of
 * how a model is run. All values are finite. Immutable; may be shared between threads.
 */
public final class SteeringVector {

    /** Where a vector is added: the only hook point there is so far. */
    public static final String RESIDUAL_STREAM_AFTER_BLOCK = "residual stream after the block";

    /** How a vector is combined with the activation: the only operator there is so far. */
    public static final String ADD = "add";

    private final String behavior;
    private final LayerSteering values;
    private final String method;
    private final String modelName;
    private final String modelFingerprint;
    private final String architecture;
    private final Integer numberOfLayers;
    private final String systemPrompt;
    private final List<Double> evaluatedMultipliers;
    private final SortedMap<String, String> settings;

    private SteeringVector(Builder builder) {
        behavior = requireText("behavior", builder.behavior);
        if (builder.layers.isEmpty()) {
            throw new IllegalArgumentException("the vector for \"" + behavior + "\" has no layer: add at least one");
        }
        values = LayerSteering.of(builder.layers);
        method = builder.method;
        modelName = builder.modelName;
        modelFingerprint = builder.modelFingerprint;
        architecture = builder.architecture;
        numberOfLayers = builder.numberOfLayers;
        systemPrompt = builder.systemPrompt;
        evaluatedMultipliers = List.copyOf(builder.evaluatedMultipliers);
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(builder.settings));
        if (numberOfLayers != null && builder.layers.lastKey() >= numberOfLayers) {
            throw new IllegalArgumentException("layer " + builder.layers.lastKey() + " is out of range: a model of "
                    + numberOfLayers + " layers has layers 0 to " + (numberOfLayers - 1));
        }
    }

    /** Starts a vector for one behaviour, such as {@code truthfulness}: also the name it is looked up by. */
    public static Builder builder(String behavior) {
        return new Builder(behavior);
    }

    /** A builder that starts with everything this vector holds, under the same or another behaviour name. */
    public Builder toBuilder(String behavior) {
        Builder builder = new Builder(behavior);
        layers().forEach(layer -> builder.layer(layer, values.values(layer)));
        builder.method = method;
        builder.modelName = modelName;
        builder.modelFingerprint = modelFingerprint;
        builder.architecture = architecture;
        builder.numberOfLayers = numberOfLayers;
        builder.systemPrompt = systemPrompt;
        builder.evaluatedMultipliers = evaluatedMultipliers;
        builder.settings.putAll(settings);
        return builder;
    }

    /**
     * Reads a vector from a file: {@code .safetensors} as {@link #write} makes it, or {@code .gguf}, a llama.cpp control vector from any
     * source. A {@code .gguf} that does not name its behaviour gets the file's name, without the ending.
     *
     * @throws InvalidFileException if the file is missing, of another kind, damaged or inconsistent
     */
    public static SteeringVector read(Path file) {
        return VectorFileFormat.of(file).read(file);
    }

    /**
     * Reads the single tensor of a {@code .pt} file written by {@code torch.save}, such as the BiPO authors publish. Such a file says
     * nothing of itself, so the caller says what it is for. Nothing in the file is ever executed.
     *
     * @param layer the decoder block, numbered from 0, after which the vector belongs
     * @throws InvalidFileException if the file is missing, damaged, or holds anything but one tensor with one dimension longer than 1
     */
    public static SteeringVector readPyTorch(Path file, String behavior, int layer) {
        SortedMap<Integer, float[]> tensors = PyTorchTensorFile.read(file);
        if (!tensors.containsKey(TensorPickle.NO_LAYER)) {
            throw new InvalidFileException(
                    file,
                    "holds a dict of tensors, which says that they are for the layers " + tensors.keySet()
                            + ": read it without naming a layer");
        }
        return pyTorch(file, behavior, new TreeMap<>(Map.of(layer, tensors.get(TensorPickle.NO_LAYER))));
    }

    /**
     * Reads the tensors of a {@code .pt} file that holds a dict from the number of a layer to its tensor, as {@link #write} makes it of a
     * vector with several layers. Such a file does not say which behaviour it is for. Nothing in the file is ever executed.
     *
     * @throws InvalidFileException if the file is missing, damaged, or holds anything but such a dict
     */
    public static SteeringVector readPyTorch(Path file, String behavior) {
        SortedMap<Integer, float[]> tensors = PyTorchTensorFile.read(file);
        if (tensors.containsKey(TensorPickle.NO_LAYER)) {
            throw new InvalidFileException(file, "holds one tensor and does not say for which layer: name the layer");
        }
        return pyTorch(file, behavior, tensors);
    }

    private static SteeringVector pyTorch(Path file, String behavior, SortedMap<Integer, float[]> layers) {
        try {
            Builder builder = builder(behavior);
            layers.forEach(builder::layer);
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new InvalidFileException(file, e.getMessage(), e);
        }
    }

    /**
     * Writes this vector, in the format that the file's ending names: {@code .safetensors}, {@code .gguf}, or {@code .pt} for
     * {@code torch.load(file, weights_only=True)}. A {@code .pt} file holds the float32 tensor of a single layer, or of several layers a dict
     * from layer to tensor, and nothing else that this vector says of itself. Atomic: after a failure the folder is as it was before.
     *
     * @throws FileNotWrittenException if the ending is another one, or the file cannot be written
     * @throws IncompatibleVectorException if it has layer 0, which a {@code .gguf} control vector cannot express
     */
    public void write(Path file) {
        VectorFileFormat.forWriting(file).write(file, this);
    }

    public String behavior() {
        return behavior;
    }

    /** The decoder blocks this vector is for, ascending, numbered from 0; at least one. */
    public SortedSet<Integer> layers() {
        return values.layers();
    }

    /**
     * A copy of the array for one block, shape [hiddenSize].
     *
     * @throws IllegalArgumentException if this vector has nothing for that block
     */
    public float[] layer(int layer) {
        return values.layer(layer);
    }

    /** The Euclidean (L2) norm of one layer's array. */
    public double norm(int layer) {
        double sum = 0;
        for (float value : values.values(layer)) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    /**
     * The cosine of the angle between this vector's array for one block and another vector's: 1 in the same direction, -1 in the opposite
     * one, 0 at right angles, NaN if either is all zeros.
     *
     * @throws IllegalArgumentException if either has nothing for that block, or their hidden sizes differ
     */
    public double cosineSimilarity(SteeringVector other, int layer) {
        float[] mine = values.values(layer);
        float[] others = other.values.values(layer);
        if (mine.length != others.length) {
            throw new IllegalArgumentException("vectors of the hidden sizes " + mine.length + " and " + others.length
                    + " cannot be compared: compare vectors of one model");
        }
        double dotProduct = 0;
        for (int i = 0; i < mine.length; i++) {
            dotProduct += (double) mine[i] * others[i];
        }
        return dotProduct / (norm(layer) * other.norm(layer));
    }

    public int hiddenSize() {
        return values.hiddenSize();
    }

    public String hookPoint() {
        return RESIDUAL_STREAM_AFTER_BLOCK;
    }

    public String operator() {
        return ADD;
    }

    /** How it was made, such as {@code BiPO}. */
    public Optional<String> method() {
        return Optional.ofNullable(method);
    }

    /** What people call the model it was made on, as {@link ModelShape#name()}; others may be called the same. */
    public Optional<String> modelName() {
        return Optional.ofNullable(modelName);
    }

    /** What identifies the model it was made on by its weights, as {@link ModelShape#fingerprint()}; files of older versions do not say it. */
    public Optional<String> modelFingerprint() {
        return Optional.ofNullable(modelFingerprint);
    }

    /** The architecture it was made on, as {@link ModelShape#architecture()}. */
    public Optional<String> architecture() {
        return Optional.ofNullable(architecture);
    }

    /** The number of decoder blocks of the model it was made on. */
    public OptionalInt numberOfLayers() {
        return numberOfLayers == null ? OptionalInt.empty() : OptionalInt.of(numberOfLayers);
    }

    /**
     * The system prompt of the conversations that it was made from: an empty text if they had none, nothing if it does not say. Under another
     * one, or without, it may steer less, or otherwise.
     */
    public Optional<String> systemPrompt() {
        return Optional.ofNullable(systemPrompt);
    }

    /** The multipliers at which its effect was measured; empty if it was not. */
    public List<Double> evaluatedMultipliers() {
        return evaluatedMultipliers;
    }

    /** Where it comes from, in free words by key: seed, data, number of steps. */
    public SortedMap<String, String> settings() {
        return settings;
    }

    /**
     * What is worth knowing before this vector is applied to a model that it fits: that it was made on other weights, that only the model's name
     * tells, or that it does not say what it was made on. Empty if it was made on this very model.
     */
    public List<String> notes(ModelShape model) {
        List<String> notes = new ArrayList<>();
        if (modelName == null && modelFingerprint == null) {
            notes.add("it does not say which model it was made on");
        } else if (isMadeOnBaseOf(model)) {
            notes.add("it was made on " + madeOn() + ", without the adapter that this model has");
        } else if (!isMadeOn(model)) {
            notes.add("it was made on " + madeOn() + ", a model of the same shape but "
                    + (isToldByWeights(model) ? "other weights" : "another name"));
        } else if (modelFingerprint == null && !model.fingerprint().isEmpty()) {
            notes.add("it was made on " + madeOn() + ", "
                    + (isNamed(model.name())
                            ? "as this model is called"
                            : "from which this model says that its training began")
                    + ", but it does not say on which weights: it may be for others of that name, such as those before or after a"
                    + " fine-tuning. Vectors that are trained now say it");
        }
        if (architecture == null) {
            notes.add("it does not say which architecture it was made on");
        }
        if (numberOfLayers == null) {
            notes.add("it does not say how many layers the model had that it was made on");
        }
        return notes;
    }

    private String madeOn() {
        return modelName == null ? "a model that it does not name" : modelName;
    }

    /** Where either does not know its weights, the names must do. */
    private boolean isToldByWeights(ModelShape model) {
        return modelFingerprint != null && !model.fingerprint().isEmpty();
    }

    /** A vector that names no model may be for any. */
    private boolean isMadeOn(ModelShape model) {
        return isToldByWeights(model)
                ? modelFingerprint.equals(model.fingerprint())
                : modelName == null
                        || isNamed(model.name())
                        || model.name().equals(model.base()) && isNamed(model.origin());
    }

    /** A vector that was made on a model steers it with an adapter as well: the adapter changes weights, not what layers are for. */
    boolean isMadeOnBaseOf(ModelShape model) {
        return !isMadeOn(model)
                && (isToldByWeights(model)
                        ? modelFingerprint.equals(model.baseFingerprint())
                        : modelName != null && (isNamed(model.base()) || isNamed(model.origin())));
    }

    /**
     * The same model goes by the name of its folder, of its repository, or of a path to either: what counts is what follows the last slash,
     * unless training programs call every folder so.
     */
    private boolean isNamed(String name) {
        String last = lastSegment(modelName);
        return !name.isBlank()
                && last.equals(lastSegment(name))
                && (!FolderName.saysNothing(last) || modelName.equalsIgnoreCase(name));
    }

    private static String lastSegment(String name) {
        String[] segments = name.split("[/\\\\]+");
        return (segments.length == 0 ? name : segments[segments.length - 1]).toLowerCase(Locale.ROOT);
    }

    /** @throws IncompatibleVectorException if this vector says that it was made on another model */
    void requireMadeOn(String name, ModelShape model) {
        if (!isMadeOn(model) && !isMadeOnBaseOf(model)) {
            throw new IncompatibleVectorException(
                    ("the vector \"%s\" was made on %s, but this model is %s%s. If it is a variant"
                                    + " of that model, such as a fine-tuned one%s, allow it with SteeringVectors.allowingOtherModels();"
                                    + " otherwise open %s, or train a vector on this model")
                            .formatted(
                                    name,
                                    madeOn(),
                                    model.name(),
                                    isToldByWeights(model) ? ", whose weights are others" : "",
                                    isToldByWeights(model) ? " or a copy that was rounded to float16 from float32" : "",
                                    modelName == null ? "the model it was made on" : modelName));
        }
    }

    /** @throws IncompatibleVectorException if this vector cannot be meant for that model; the message lists all that differs */
    void requireFits(String name, ModelShape model) {
        List<String> differences = new ArrayList<>();
        if (hiddenSize() != model.hiddenSize()) {
            differences.add("its hidden size is " + hiddenSize() + ", the model's " + model.hiddenSize());
        }
        if (numberOfLayers != null && numberOfLayers != model.numberOfLayers()) {
            differences.add(
                    "it was made on a model of " + numberOfLayers + " layers, this one has " + model.numberOfLayers());
        }
        if (layers().last() >= model.numberOfLayers()) {
            differences.add("it is for layer " + layers().last() + ", the model has layers 0 to "
                    + (model.numberOfLayers() - 1));
        }
        if (architecture != null && !architecture.equals(model.architecture())) {
            differences.add(
                    "it was made on the architecture " + architecture + ", this one is " + model.architecture());
        }
        if (!differences.isEmpty()) {
            throw new IncompatibleVectorException("the vector \"" + name + "\""
                    + (modelName == null ? "" : ", made on " + modelName + ",") + " does not fit the model "
                    + model.name() + ": "
                    + String.join("; ", differences)
                    + ". Open the model it was made on, or train a vector on this one");
        }
    }

    LayerSteering values() {
        return values;
    }

    private static String requireText(String what, String text) {
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException(
                    "the " + what + " of a steering vector must not be " + (text == null ? "null" : "blank"));
        }
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SteeringVector that
                && behavior.equals(that.behavior)
                && values.equals(that.values)
                && Objects.equals(method, that.method)
                && Objects.equals(modelName, that.modelName)
                && Objects.equals(modelFingerprint, that.modelFingerprint)
                && Objects.equals(architecture, that.architecture)
                && Objects.equals(numberOfLayers, that.numberOfLayers)
                && Objects.equals(systemPrompt, that.systemPrompt)
                && evaluatedMultipliers.equals(that.evaluatedMultipliers)
                && settings.equals(that.settings);
    }

    @Override
    public int hashCode() {
        return Objects.hash(behavior, values);
    }

    @Override
    public String toString() {
        return "SteeringVector[" + behavior + ", layers=" + layers() + ", hiddenSize=" + hiddenSize()
                + (modelName == null ? "" : ", model=" + modelName) + "]";
    }

    /** Collects the parts of a vector; not to be shared between threads. */
    public static final class Builder {

        private final String behavior;
        private final SortedMap<Integer, float[]> layers = new TreeMap<>();
        private final SortedMap<String, String> settings = new TreeMap<>();
        private String method;
        private String modelName;
        private String modelFingerprint;
        private String architecture;
        private Integer numberOfLayers;
        private String systemPrompt;
        private List<Double> evaluatedMultipliers = List.of();

        private Builder(String behavior) {
            this.behavior = behavior;
        }

        /** The array for the output of one decoder block, numbered from 0; it is copied. */
        public Builder layer(int layer, float[] values) {
            if (layers.put(layer, values.clone()) != null) {
                throw new IllegalArgumentException(
                        "layer " + layer + " is given twice: a vector has one array per layer");
            }
            return this;
        }

        public Builder method(String method) {
            this.method = requireText("method", method);
            return this;
        }

        /** Takes name, fingerprint, architecture and number of layers from the model that the vector is made on. */
        public Builder model(ModelShape model) {
            modelFingerprint = model.fingerprint().isEmpty() ? null : model.fingerprint();
            return modelName(model.name()).architecture(model.architecture()).numberOfLayers(model.numberOfLayers());
        }

        public Builder modelName(String modelName) {
            this.modelName = requireText("model name", modelName);
            return this;
        }

        /** As {@link ModelShape#fingerprint()}. */
        public Builder modelFingerprint(String modelFingerprint) {
            this.modelFingerprint = requireText("model fingerprint", modelFingerprint);
            return this;
        }

        public Builder architecture(String architecture) {
            this.architecture = requireText("architecture", architecture);
            return this;
        }

        public Builder numberOfLayers(int numberOfLayers) {
            if (numberOfLayers < 1) {
                throw new IllegalArgumentException("a model has at least 1 layer, not " + numberOfLayers);
            }
            this.numberOfLayers = numberOfLayers;
            return this;
        }

        /** Empty for conversations without one. */
        public Builder systemPrompt(String systemPrompt) {
            this.systemPrompt = Objects.requireNonNull(systemPrompt, "systemPrompt");
            return this;
        }

        public Builder evaluatedMultipliers(List<Double> evaluatedMultipliers) {
            evaluatedMultipliers.forEach(multiplier -> {
                if (!Double.isFinite(multiplier)) {
                    throw new IllegalArgumentException(
                            "evaluated multiplier " + multiplier + ": expected a finite number");
                }
            });
            this.evaluatedMultipliers = List.copyOf(evaluatedMultipliers);
            return this;
        }

        /** One fact of where the vector comes from, in free words. */
        public Builder setting(String key, String value) {
            settings.put(requireText("setting", key), Objects.requireNonNull(value, "value of setting " + key));
            return this;
        }

        /**
         * @throws IllegalArgumentException if there is no layer, layers differ in length, a value is NaN or infinite, a layer is negative or
         *     beyond the number of layers, or the behaviour is blank
         */
        public SteeringVector build() {
            return new SteeringVector(this);
        }
    }
}
