package org.steering4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.steering4j.engine.UseCount.Use;

/**
 * log p(answer | prompt; v) of many examples, and its derivative by the steering vector v: what a trainer needs. What v
 * cannot change is computed once, here: the hidden states after the lowest steered block, which are kept on the heap (4
 * bytes * hidden size per token), and the unsteered log-probabilities.
 *
 * <p>May be shared between threads; a {@link ForwardPass} may not.
 */
public final class SteeredContinuations implements AutoCloseable {

    private final LanguageModel model;
    private final List<Continuation> examples;
    private final int[] layers;
    private final float[][] hidden;
    private final double[] unsteered;
    private volatile boolean closed;

    SteeredContinuations(LanguageModel model, List<Continuation> examples, SortedSet<Integer> layers) {
        this.model = model;
        this.examples = List.copyOf(examples);
        this.layers = new TreeSet<>(layers).stream().mapToInt(Integer::intValue).toArray();
        this.hidden = new float[examples.size()][];
        this.unsteered = new double[examples.size()];
        prepare();
    }

    /** Examples of like length go together, so that little is padded. */
    private void prepare() {
        int[] byLength = IntStream.range(0, examples.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> examples.get(i).length()))
                .mapToInt(Integer::intValue)
                .toArray();
        try (Use use = model.enter()) {
            int first = 0;
            for (List<Continuation> rows : model.batches().cut(rows(byLength))) {
                prepare(rows, Arrays.copyOfRange(byLength, first, first + rows.size()));
                first += rows.size();
            }
        }
    }

    private void prepare(List<Continuation> rows, int[] indices) {
        int hiddenSize = model.shape().hiddenSize();
        try (NDManager scope = model.newScope()) {
            Sequences sequences = Sequences.of(scope, rows);
            NDArray states = model.run(
                            "hidden_states",
                            sequences.tokens(),
                            scope.create(new long[] {layers[0]}),
                            scope.create(new long[0], new Shape(0)),
                            scope.create(new float[0], new Shape(1, 0, hiddenSize)))
                    .get(0);
            float[] flat = states.toFloatArray();
            for (int row = 0; row < indices.length; row++) {
                int start = row * sequences.longest() * hiddenSize;
                int length = (rows.get(row).length() - 1) * hiddenSize;
                hidden[indices[row]] = Arrays.copyOfRange(flat, start, start + length);
            }
            NDArray scores = model.run(
                            "score_after_block",
                            states,
                            sequences.selected(),
                            sequences.targets(),
                            scope.create(new long[] {layers[0]}))
                    .get(0);
            double[] sums = sums(scores.toFloatArray(), rows);
            for (int row = 0; row < indices.length; row++) {
                unsteered[indices[row]] = sums[row];
            }
        }
    }

    private List<Continuation> rows(int[] indices) {
        List<Continuation> rows = new ArrayList<>(indices.length);
        for (int index : indices) {
            rows.add(examples.get(index));
        }
        return rows;
    }

    private static double[] sums(float[] scores, List<Continuation> rows) {
        double[] sums = new double[rows.size()];
        int next = 0;
        for (int row = 0; row < sums.length; row++) {
            for (int i = 0; i < rows.get(row).answer().length; i++) {
                sums[row] += scores[next++];
            }
        }
        return sums;
    }

    public int size() {
        return examples.size();
    }

    /** log p(answer | prompt) of the unsteered model in nats, summed over the answer's tokens. */
    public double unsteeredLogProbability(int example) {
        return unsteered[example];
    }

    /** {@link #forward(int[], float[][], double[])} with all signs +1. */
    public ForwardPass forward(int[] indices, float[][] vector) {
        double[] ones = new double[indices.length];
        Arrays.fill(ones, 1);
        return forward(indices, vector, ones);
    }

    /**
     * Runs the blocks above the lowest steered one.
     *
     * @param indices of the examples, at least one; an example may come twice
     * @param vector float32 [steered layers, ascending][hidden size], finite
     * @param multipliers by which the vector is multiplied, one per index
     */
    public ForwardPass forward(int[] indices, float[][] vector, double[] multipliers) {
        requireArguments(indices, vector, multipliers);
        Use use = model.enter();
        NDManager scope = null;
        try {
            scope = model.newScope();
            return new Pass(use, scope, rows(indices), indices, vector, multipliers);
        } catch (Throwable e) {
            if (scope != null) {
                scope.close();
            }
            use.close();
            throw e;
        }
    }

    private void requireArguments(int[] indices, float[][] vector, double[] multipliers) {
        if (closed) {
            throw new IllegalStateException("these continuations are closed; make them anew from the model");
        }
        if (indices.length == 0 || indices.length != multipliers.length) {
            throw new IllegalArgumentException("there are %d examples and %d multipliers; give as many, at least one"
                    .formatted(indices.length, multipliers.length));
        }
        for (int index : indices) {
            if (index < 0 || index >= examples.size()) {
                throw new IllegalArgumentException(
                        "example %d is out of range: there are examples 0 to %d".formatted(index, examples.size() - 1));
            }
        }
        if (vector.length != layers.length) {
            throw new IllegalArgumentException("the vector has %d layers, but the steered layers are %s"
                    .formatted(vector.length, Arrays.toString(layers)));
        }
        for (float[] layer : vector) {
            if (layer.length != model.shape().hiddenSize()) {
                throw new IllegalArgumentException("the vector has %d values a layer, but %s has a hidden size of %d"
                        .formatted(
                                layer.length,
                                model.shape().name(),
                                model.shape().hiddenSize()));
            }
            for (float value : layer) {
                if (!Float.isFinite(value)) {
                    throw new IllegalArgumentException("the vector holds " + value + ": every value must be finite");
                }
            }
        }
        for (double multiplier : multipliers) {
            if (!Float.isFinite((float) multiplier)) {
                throw new IllegalArgumentException(
                        "multiplier " + multiplier + " is not finite in float32; useful ones lie between -2 and 2");
            }
        }
    }

    private static int paddedSize(int rows, int longest, int hiddenSize) {
        try {
            return Math.multiplyExact(Math.multiplyExact(rows, longest), hiddenSize);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    ("%d examples of up to %d tokens with a hidden size of %d do not fit into one pass;"
                                    + " give fewer at a time, or shorter ones")
                            .formatted(rows, longest, hiddenSize),
                    e);
        }
    }

    /** The log-probabilities of one batch and the way back to the vector; holds native memory until closed. */
    public interface ForwardPass extends AutoCloseable {

        /** Per example, in the order given: nats, summed over the answer's tokens. */
        double[] logProbabilities();

        /**
         * The derivative of a weighted sum of the log-probabilities by the vector; may be asked for once.
         *
         * @param weights one per example
         * @return [steered layers][hidden size]: sum over i of weights[i] * d logProbabilities[i] / d vector
         */
        float[][] gradient(double[] weights);

        @Override
        void close();
    }

    private final class Pass implements ForwardPass {

        private final Use use;
        private final NDManager scope;
        private final List<Continuation> rows;
        private final NDList scoresAndLeaf;
        private final double[] logProbabilities;
        private boolean differentiated;
        private boolean passClosed;

        private Pass(
                Use use,
                NDManager scope,
                List<Continuation> rows,
                int[] indices,
                float[][] vector,
                double[] multipliers) {
            this.use = use;
            this.scope = scope;
            this.rows = rows;
            int hiddenSize = model.shape().hiddenSize();
            Sequences sequences = Sequences.of(scope, rows);
            float[] padded = new float[paddedSize(rows.size(), sequences.longest(), hiddenSize)];
            for (int row = 0; row < indices.length; row++) {
                float[] states = hidden[indices[row]];
                System.arraycopy(states, 0, padded, row * sequences.longest() * hiddenSize, states.length);
            }
            long[] steeredLayers = LanguageModel.widen(layers);
            float[] flatVector = new float[layers.length * hiddenSize];
            for (int i = 0; i < layers.length; i++) {
                System.arraycopy(vector[i], 0, flatVector, i * hiddenSize, hiddenSize);
            }
            float[] signs = new float[multipliers.length];
            for (int i = 0; i < signs.length; i++) {
                signs[i] = (float) multipliers[i];
            }
            scoresAndLeaf = model.runDifferentiably(
                    "steered_score",
                    scope.create(padded, new Shape(rows.size(), sequences.longest(), hiddenSize)),
                    sequences.selected(),
                    sequences.targets(),
                    scope.create(steeredLayers),
                    scope.create(flatVector, new Shape(layers.length, hiddenSize)),
                    scope.create(signs));
            logProbabilities = sums(scoresAndLeaf.get(0).toFloatArray(), rows);
        }

        @Override
        public double[] logProbabilities() {
            return logProbabilities.clone();
        }

        @Override
        public float[][] gradient(double[] weights) {
            if (passClosed || differentiated) {
                throw new IllegalStateException(
                        "the derivative of a forward pass can be taken once, before it is closed; run forward again");
            }
            if (weights.length != rows.size()) {
                throw new IllegalArgumentException(
                        "there are %d weights for %d examples".formatted(weights.length, rows.size()));
            }
            differentiated = true;
            float[] perToken = new float[Math.toIntExact(scoresAndLeaf.get(0).size())];
            int next = 0;
            for (int row = 0; row < weights.length; row++) {
                int length = rows.get(row).answer().length;
                Arrays.fill(perToken, next, next + length, (float) weights[row]);
                next += length;
            }
            float[] flat = model.runDifferentiably(
                            "gradient", scoresAndLeaf.get(0), scope.create(perToken), scoresAndLeaf.get(1))
                    .get(0)
                    .toFloatArray();
            int hiddenSize = model.shape().hiddenSize();
            float[][] gradient = new float[layers.length][];
            for (int i = 0; i < layers.length; i++) {
                gradient[i] = Arrays.copyOfRange(flat, i * hiddenSize, (i + 1) * hiddenSize);
            }
            return gradient;
        }

        @Override
        public void close() {
            if (!passClosed) {
                passClosed = true;
                scope.close();
                use.close();
            }
        }
    }

    /** Lets go of the cached hidden states. */
    @Override
    public void close() {
        closed = true;
        Arrays.fill(hidden, null);
    }
}
