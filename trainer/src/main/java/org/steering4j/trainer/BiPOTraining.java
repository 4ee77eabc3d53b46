package org.steering4j.trainer;

import java.util.Arrays;
import java.util.Random;

/**
 * The loop of bi-directional preference optimisation (Cao et al. 2024, arXiv 2406.00045, equation 3) over numbered answers. Knows
 * nothing of text, tokens or files. Runs on one thread.
 *
 * <p>For a pair with matching answer r+ and other answer r-, the vector v and a direction d, drawn once per batch:
 *
 * <pre>
 *   margin = d [ (log p(r+ | q; d v) - log p(r+ | q)) - (log p(r- | q; d v) - log p(r- | q)) ]
 *   loss   = -log sigmoid(beta margin),      d loss / d margin = -beta sigmoid(-beta margin)
 * </pre>
 */
final class BiPOTraining {

    private final SteerableAnswers answers;
    private final PairSplit split;
    private final BiPOSettings settings;
    private final TrainingListener listener;
    private final TrainingState state;
    private final AdamW optimizer;
    private volatile boolean stopRequested;
    /** Guarded by the state: once true, the state changes no more. */
    private boolean frozen;

    BiPOTraining(
            SteerableAnswers answers,
            PairSplit split,
            BiPOSettings settings,
            TrainingListener listener,
            TrainingState state) {
        this.answers = answers;
        this.split = split;
        this.settings = settings;
        this.listener = listener;
        this.state = state;
        this.optimizer = new AdamW(settings.weightDecay(), state.stepsDone(), state.firstMoment, state.secondMoment);
    }

    /** Signals from any thread that the training shall end before its next forward pass. */
    void requestStop() {
        stopRequested = true;
    }

    /**
     * Lets the state change no more and then saves it, from any thread: for the end of the JVM, when the training thread may be held in
     * the engine for good.
     */
    void freeze(Runnable save) {
        stopRequested = true;
        synchronized (state) {
            if (!frozen) {
                frozen = true;
                save.run();
            }
        }
    }

    /** Changes or saves the state, unless it is frozen. */
    private void whileNotFrozen(Runnable action) {
        synchronized (state) {
            if (frozen) {
                throw new StopRequested();
            }
            action.run();
        }
    }

    /**
     * Trains to the end, or to where the patience ends. The state is whole whenever this returns or throws.
     *
     * @param afterEpoch called at the end of every epoch, after its evaluation
     * @throws StopRequested if a stop was requested or the thread was interrupted
     * @throws TrainingDivergedException if a number became infinite or NaN; the state is that of the step before
     */
    void run(Runnable afterEpoch) {
        while (true) {
            int done = state.stepsDone();
            boolean epochEnded = done > 0 && done % stepsPerEpoch() == 0;
            if (evaluationDue(epochEnded)) {
                evaluate();
            }
            if (epochEnded) {
                whileNotFrozen(afterEpoch);
            }
            if (done == totalSteps() || patienceExhausted()) {
                return;
            }
            step();
        }
    }

    int totalSteps() {
        return Math.multiplyExact(stepsPerEpoch(), settings.epochs());
    }

    private int stepsPerEpoch() {
        return divideUp(batchesPerEpoch(), settings.accumulationSteps());
    }

    private int batchesPerEpoch() {
        return divideUp(split.training().length, settings.batchSize());
    }

    private static int divideUp(int dividend, int divisor) {
        return (dividend + divisor - 1) / divisor;
    }

    private boolean patienceExhausted() {
        return settings.patience() > 0 && state.evaluationsWithoutImprovement() >= settings.patience();
    }

    /** Also true for an evaluation that a stop kept from being made. */
    private boolean evaluationDue(boolean epochEnded) {
        int done = state.stepsDone();
        TrainingEvaluation last = state.lastEvaluation();
        if (done == 0 || last != null && last.step() == done) {
            return false;
        }
        return settings.evaluateEvery() == 0
                ? epochEnded
                : done % settings.evaluateEvery() == 0 || done == totalSteps();
    }

    private void step() {
        int step = state.stepsDone();
        int epoch = step / stepsPerEpoch();
        int firstBatch = step % stepsPerEpoch() * settings.accumulationSteps();
        int endBatch = Math.min(firstBatch + settings.accumulationSteps(), batchesPerEpoch());

        int[] order = order(epoch);
        double[][] gradient = new double[state.vector.length][state.vector[0].length];
        PreferenceMetrics metrics = PreferenceMetrics.NONE;
        for (int batch = firstBatch; batch < endBatch; batch++) {
            int from = batch * settings.batchSize();
            int[] pairs = Arrays.copyOfRange(order, from, Math.min(from + settings.batchSize(), order.length));
            int direction = direction((long) epoch * batchesPerEpoch() + batch);
            DirectionMetrics measured =
                    forward(pairs, direction, gradient, 1.0 / (pairs.length * (endBatch - firstBatch)));
            metrics = metrics.plus(
                    direction > 0
                            ? new PreferenceMetrics(measured, DirectionMetrics.NONE)
                            : new PreferenceMetrics(DirectionMetrics.NONE, measured));
        }

        double gradientNorm = clip(gradient);
        requireFinite("the loss", metrics.both().loss());
        requireFinite("the gradient's norm", gradientNorm);
        double learningRate =
                settings.learningRate() * settings.schedule().factor(step, settings.warmUpSteps(), totalSteps());
        TrainingStep taken = take(gradient, step, epoch, learningRate, gradientNorm, metrics);
        listener.onStep(taken);
    }

    private TrainingStep take(
            double[][] gradient,
            int step,
            int epoch,
            double learningRate,
            double gradientNorm,
            PreferenceMetrics metrics) {
        whileNotFrozen(() -> {
            optimizer.update(state.vector, gradient, learningRate);
            state.steps.add(new TrainingStep(
                    step + 1, epoch + 1, learningRate, gradientNorm, TrainingState.norm(state.vector), metrics));
        });
        return state.steps.get(step);
    }

    private void evaluate() {
        PreferenceMetrics validation = PreferenceMetrics.NONE;
        for (int from = 0; from < split.validation().length; from += settings.batchSize()) {
            int[] pairs = Arrays.copyOfRange(
                    split.validation(), from, Math.min(from + settings.batchSize(), split.validation().length));
            validation =
                    validation.plus(new PreferenceMetrics(forward(pairs, 1, null, 0), forward(pairs, -1, null, 0)));
        }
        double loss = validation.both().loss();
        requireFinite("the validation loss", loss);

        TrainingEvaluation best = state.bestEvaluation();
        boolean better = split.validation().length == 0
                || best == null
                || loss < best.validation().both().loss();
        TrainingEvaluation evaluation = new TrainingEvaluation(
                state.stepsDone(),
                divideUp(state.stepsDone(), stepsPerEpoch()),
                TrainingState.norm(state.vector),
                metricsSinceLastEvaluation(),
                validation,
                better);
        whileNotFrozen(() -> {
            if (better) {
                state.keepAsBest();
            }
            state.evaluations.add(evaluation);
        });
        listener.onEvaluation(evaluation);
    }

    private PreferenceMetrics metricsSinceLastEvaluation() {
        int from = state.lastEvaluation() == null ? 0 : state.lastEvaluation().step();
        PreferenceMetrics sum = PreferenceMetrics.NONE;
        for (TrainingStep step : state.steps.subList(from, state.stepsDone())) {
            sum = sum.plus(step.metrics());
        }
        return sum;
    }

    /** Measures the pairs in one direction and adds {@code scale} times the gradient of their summed loss, if it is wanted. */
    private DirectionMetrics forward(int[] pairs, int direction, double[][] gradient, double scale) {
        if (stopRequested || Thread.currentThread().isInterrupted()) {
            throw new StopRequested();
        }
        requireFinite("the vector's norm", TrainingState.norm(state.vector));
        int[] numbers = new int[2 * pairs.length];
        for (int i = 0; i < pairs.length; i++) {
            numbers[2 * i] = 2 * pairs[i];
            numbers[2 * i + 1] = 2 * pairs[i] + 1;
        }
        try (SteerableAnswers.Pass pass = answers.forward(numbers, state.vector, direction)) {
            double[] logProbabilities = pass.logProbabilities();
            double[] weights = new double[numbers.length];
            DirectionMetrics metrics = DirectionMetrics.NONE;
            for (int i = 0; i < pairs.length; i++) {
                double matching = logProbabilities[2 * i] - answers.unsteeredLogProbability(numbers[2 * i]);
                double notMatching = logProbabilities[2 * i + 1] - answers.unsteeredLogProbability(numbers[2 * i + 1]);
                double favoured = direction > 0 ? matching : notMatching;
                double opposed = direction > 0 ? notMatching : matching;
                double x = settings.beta() * (favoured - opposed);
                metrics = metrics.plus(
                        new DirectionMetrics(1, minusLogSigmoid(x), favoured > opposed ? 1 : 0, favoured, opposed));
                double push = -settings.beta() * sigmoid(-x) * scale;
                weights[2 * i] = direction * push;
                weights[2 * i + 1] = -direction * push;
            }
            if (gradient != null) {
                add(pass.gradient(weights), gradient);
            }
            return metrics;
        }
    }

    /** Stable for margins of hundreds of nats. */
    static double minusLogSigmoid(double x) {
        return Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    private static double sigmoid(double x) {
        return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
    }

    private static void add(float[][] summand, double[][] sum) {
        for (int layer = 0; layer < sum.length; layer++) {
            for (int i = 0; i < sum[layer].length; i++) {
                sum[layer][i] += summand[layer][i];
            }
        }
    }

    /** Scales the gradient down to the greatest norm allowed, as {@code torch.nn.utils.clip_grad_norm_}; returns its norm before. */
    private double clip(double[][] gradient) {
        double squares = 0;
        for (double[] layer : gradient) {
            for (double value : layer) {
                squares += value * value;
            }
        }
        double norm = Math.sqrt(squares);
        double factor = settings.gradientClipping() / (norm + 1e-6);
        if (settings.gradientClipping() > 0 && factor < 1) {
            for (double[] layer : gradient) {
                for (int i = 0; i < layer.length; i++) {
                    layer[i] *= factor;
                }
            }
        }
        return norm;
    }

    private void requireFinite(String name, double value) {
        if (!Double.isFinite(value)) {
            throw new TrainingDivergedException(name, value, state.stepsDone() + 1);
        }
    }

    /** +1 or -1, by the flip of a coin that depends on the seed and on the number of the batch in the whole training. */
    private int direction(long batch) {
        return Seeds.mix(settings.seed(), batch) < 0 ? -1 : 1;
    }

    /** The training pairs, shuffled anew for every epoch. */
    private int[] order(int epoch) {
        int[] order = split.training().clone();
        Random random = new Random(Seeds.mix(Seeds.mix(settings.seed(), Seeds.ORDER), epoch));
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }

    /** Ends the loop between two forward passes. */
    static final class StopRequested extends RuntimeException {
        private StopRequested() {
            super("stop requested", null, false, false);
        }
    }
}
