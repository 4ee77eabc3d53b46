package org.steering4j.trainer;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Everything that decides which vector BiPO makes of given pairs and a given model. Immutable and thread-safe.
 *
 * <p>The defaults are those of the authors' code (github.com/CaoYuanpu/BiPO, made for models of 7 billion parameters), with 20
 * epochs, as most of their published vectors had, and a tenth of the pairs held out. Small models with short answers want a
 * greater beta (about 1), a greater learning rate and a shorter warm-up.
 */
public final class BiPOSettings {

    /** The system prompt of the authors' code. */
    public static final String REFERENCE_SYSTEM_PROMPT = "You are a helpful, honest and concise assistant.";

    private final SortedSet<Integer> layers;
    private final double beta;
    private final double learningRate;
    private final int epochs;
    private final int batchSize;
    private final int accumulationSteps;
    private final int warmUpSteps;
    private final LearningRateSchedule schedule;
    private final double weightDecay;
    private final double gradientClipping;
    private final long seed;
    private final int maximumTokens;
    private final Truncation truncation;
    private final String systemPrompt;
    private final double validationShare;
    private final int evaluateEvery;
    private final int patience;

    private BiPOSettings(Builder builder) {
        layers = Collections.unmodifiableSortedSet(new TreeSet<>(builder.layers));
        require(!layers.isEmpty(), "layers", layers, "at least one layer");
        require(layers.first() >= 0, "layers", layers, "layers counted from 0");
        beta = positive("beta", builder.beta);
        learningRate = positive("learningRate", builder.learningRate);
        epochs = atLeast(1, "epochs", builder.epochs);
        batchSize = atLeast(1, "batchSize", builder.batchSize);
        accumulationSteps = atLeast(1, "accumulationSteps", builder.accumulationSteps);
        warmUpSteps = atLeast(0, "warmUpSteps", builder.warmUpSteps);
        schedule = builder.schedule;
        weightDecay = notNegative("weightDecay", builder.weightDecay);
        gradientClipping = notNegative("gradientClipping", builder.gradientClipping);
        seed = builder.seed;
        maximumTokens = atLeast(2, "maximumTokens", builder.maximumTokens);
        truncation = builder.truncation;
        systemPrompt = builder.systemPrompt;
        validationShare = builder.validationShare;
        require(
                validationShare >= 0 && validationShare <= 0.9,
                "validationShare",
                validationShare,
                "a share from 0 to 0.9");
        evaluateEvery = atLeast(0, "evaluateEvery", builder.evaluateEvery);
        patience = atLeast(0, "patience", builder.patience);
        require(
                patience == 0 || validationShare > 0,
                "patience",
                patience,
                "0 when validationShare is 0, for there is nothing to stop by");
    }

    /** Settings for the given layers (decoder blocks, counted from 0) and otherwise the reference's. */
    public static Builder forLayers(Integer... layers) {
        return new Builder(new TreeSet<>(Arrays.asList(layers)));
    }

    /** The decoder blocks, counted from 0, to whose output a vector is added; one array is trained for each. */
    public SortedSet<Integer> layers() {
        return layers;
    }

    /** The sharpness of the preference: the greater, the sooner a pair counts as learnt and stops pushing the vector. */
    public double beta() {
        return beta;
    }

    /** The peak learning rate. */
    public double learningRate() {
        return learningRate;
    }

    /** How often every training pair is shown. */
    public int epochs() {
        return epochs;
    }

    /** Pairs that share one forward pass and one direction. */
    public int batchSize() {
        return batchSize;
    }

    /** Batches whose gradients are averaged into one step of the optimiser. */
    public int accumulationSteps() {
        return accumulationSteps;
    }

    /** Steps of the optimiser over which the learning rate rises from 0. */
    public int warmUpSteps() {
        return warmUpSteps;
    }

    public LearningRateSchedule schedule() {
        return schedule;
    }

    /** AdamW's decoupled decay of the vector; 0 for none. */
    public double weightDecay() {
        return weightDecay;
    }

    /** The greatest Euclidean norm of a step's gradient, over all layers; 0 for no limit. */
    public double gradientClipping() {
        return gradientClipping;
    }

    /** Decides the held-out pairs, the order of the pairs and the directions. */
    public long seed() {
        return seed;
    }

    /** The most tokens of prompt and answer together; the model's context length applies as well. */
    public int maximumTokens() {
        return maximumTokens;
    }

    public Truncation truncation() {
        return truncation;
    }

    /** The system message above every question; empty for none. */
    public String systemPrompt() {
        return systemPrompt;
    }

    /** The share of the questions that are never trained on and decide which vector is kept; 0 keeps the last vector. */
    public double validationShare() {
        return validationShare;
    }

    /** Steps between evaluations; 0 evaluates at the end of every epoch. */
    public int evaluateEvery() {
        return evaluateEvery;
    }

    /** Evaluations without a better validation loss after which the training stops; 0 never stops early. */
    public int patience() {
        return patience;
    }

    /** All settings by name, as text, in a fixed order: for provenance, reports and comparison. */
    public Map<String, String> describe() {
        Map<String, String> description = new LinkedHashMap<>();
        description.put("layers", layers.stream().map(String::valueOf).collect(Collectors.joining(",")));
        description.put("beta", String.valueOf(beta));
        description.put("learning rate", String.valueOf(learningRate));
        description.put("epochs", String.valueOf(epochs));
        description.put("batch size", String.valueOf(batchSize));
        description.put("accumulation steps", String.valueOf(accumulationSteps));
        description.put("warm-up steps", String.valueOf(warmUpSteps));
        description.put("schedule", schedule.name().toLowerCase(Locale.ROOT));
        description.put("weight decay", String.valueOf(weightDecay));
        description.put("gradient clipping", String.valueOf(gradientClipping));
        description.put("seed", String.valueOf(seed));
        description.put("maximum tokens", String.valueOf(maximumTokens));
        description.put("truncation", truncation.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        description.put("system prompt", systemPrompt);
        description.put("validation share", String.valueOf(validationShare));
        description.put("evaluate every", String.valueOf(evaluateEvery));
        description.put("patience", String.valueOf(patience));
        return description;
    }

    private static void require(boolean condition, String name, Object value, String expected) {
        if (!condition) {
            throw new IllegalArgumentException(name + " is " + value + ": expected " + expected);
        }
    }

    private static int atLeast(int minimum, String name, int value) {
        require(value >= minimum, name, value, "at least " + minimum);
        return value;
    }

    private static double positive(String name, double value) {
        require(value > 0 && Double.isFinite(value), name, value, "a finite number above 0");
        return value;
    }

    private static double notNegative(String name, double value) {
        require(value >= 0 && Double.isFinite(value), name, value, "a finite number, 0 or above");
        return value;
    }

    /** Collects settings; {@link #build()} checks them. Not thread-safe. */
    public static final class Builder {

        private final SortedSet<Integer> layers;
        private double beta = 0.1;
        private double learningRate = 5e-4;
        private int epochs = 20;
        private int batchSize = 4;
        private int accumulationSteps = 1;
        private int warmUpSteps = 100;
        private LearningRateSchedule schedule = LearningRateSchedule.COSINE;
        private double weightDecay = 0;
        private double gradientClipping = 1;
        private long seed = 11;
        private int maximumTokens = 2048;
        private Truncation truncation = Truncation.PROMPT_START;
        private String systemPrompt = REFERENCE_SYSTEM_PROMPT;
        private double validationShare = 0.1;
        private int evaluateEvery = 0;
        private int patience = 0;

        private Builder(SortedSet<Integer> layers) {
            this.layers = layers;
        }

        /** Default 0.1; above 0. See {@link BiPOSettings#beta()}. */
        public Builder beta(double beta) {
            this.beta = beta;
            return this;
        }

        /** Default 0.0005; above 0. See {@link BiPOSettings#learningRate()}. */
        public Builder learningRate(double learningRate) {
            this.learningRate = learningRate;
            return this;
        }

        /** Default 20; at least 1. See {@link BiPOSettings#epochs()}. */
        public Builder epochs(int epochs) {
            this.epochs = epochs;
            return this;
        }

        /** Default 4; at least 1. See {@link BiPOSettings#batchSize()}. */
        public Builder batchSize(int batchSize) {
            this.batchSize = batchSize;
            return this;
        }

        /** Default 1; at least 1. See {@link BiPOSettings#accumulationSteps()}. */
        public Builder accumulationSteps(int accumulationSteps) {
            this.accumulationSteps = accumulationSteps;
            return this;
        }

        /** Default 100; 0 or above. See {@link BiPOSettings#warmUpSteps()}. */
        public Builder warmUpSteps(int warmUpSteps) {
            this.warmUpSteps = warmUpSteps;
            return this;
        }

        /** Default cosine. */
        public Builder schedule(LearningRateSchedule schedule) {
            this.schedule = schedule;
            return this;
        }

        /** Default 0; 0 or above. See {@link BiPOSettings#weightDecay()}. */
        public Builder weightDecay(double weightDecay) {
            this.weightDecay = weightDecay;
            return this;
        }

        /** Default 1; 0 or above. See {@link BiPOSettings#gradientClipping()}. */
        public Builder gradientClipping(double gradientClipping) {
            this.gradientClipping = gradientClipping;
            return this;
        }

        /** Default 11. See {@link BiPOSettings#seed()}. */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /** Default 2048; at least 2. See {@link BiPOSettings#maximumTokens()}. */
        public Builder maximumTokens(int maximumTokens) {
            this.maximumTokens = maximumTokens;
            return this;
        }

        /** Default {@link Truncation#PROMPT_START}. */
        public Builder truncation(Truncation truncation) {
            this.truncation = truncation;
            return this;
        }

        /** Default {@link #REFERENCE_SYSTEM_PROMPT}; empty for none. */
        public Builder systemPrompt(String systemPrompt) {
            this.systemPrompt = systemPrompt;
            return this;
        }

        /** Default 0.1; from 0 to 0.9. See {@link BiPOSettings#validationShare()}. */
        public Builder validationShare(double validationShare) {
            this.validationShare = validationShare;
            return this;
        }

        /** Default 0; 0 or above. See {@link BiPOSettings#evaluateEvery()}. */
        public Builder evaluateEvery(int evaluateEvery) {
            this.evaluateEvery = evaluateEvery;
            return this;
        }

        /** Default 0; 0 or above. See {@link BiPOSettings#patience()}. */
        public Builder patience(int patience) {
            this.patience = patience;
            return this;
        }

        /** @throws IllegalArgumentException naming the setting, its value and the range */
        public BiPOSettings build() {
            return new BiPOSettings(this);
        }
    }
}
