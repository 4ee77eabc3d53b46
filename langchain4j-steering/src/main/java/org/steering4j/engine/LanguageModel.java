package org.steering4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.steering4j.checkpoint.LoraAdapter;
import org.steering4j.checkpoint.ModelConfiguration;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.engine.UseCount.Use;
import org.steering4j.engine.internal.DecoderProgram;
import org.steering4j.engine.internal.Projections;
import org.steering4j.vector.LayerSteering;
import org.steering4j.vector.ModelShape;

/**
 * An open-weights transformer in this JVM: generates, scores, and gives hidden states and derivatives, each steered or
 * not. Knows token ids only; text is the prompt package's matter.
 *
 * <p>May be shared between threads. Generations that run at the same time share one batch, in which a further row costs little; other calls
 * take turns with it at the processor, token by token. Weights lie in native memory until {@link #close}; a call that runs then ends with
 * {@link ModelClosedException} at its next token.
 *
 * <p>Whatever else is in the batch, whatever is known from earlier requests, and with or without {@linkplain Builder#speculation speculation}, a
 * generation gives the same tokens as alone, but for this: sums of many numbers are rounded differently in passes of different sizes. Where two
 * tokens are equally likely up to the last bits of a logit, or a draw falls between two tokens by as little, either may come. In float32 that is
 * rare (none of 48 answers of the embedded model changed), in bfloat16, with its 8 bits, it is not (of 24 greedy answers none changed in a batch
 * and one after reuse; of 24 sampled ones three and three). Alone, the same request takes the same passes, and gives the same tokens, every time.
 */
public final class LanguageModel implements TokenGenerator, AutoCloseable {

    /** Keys and values of the running batch; while they would take more, the youngest requests wait, but never the last one. */
    private static final long BATCH_BYTES = 4L << 30;

    /**
     * What the way back may keep of one pass, by estimate. With 3 million parameters passes of a GiB were no faster, with 500 million by at most
     * a fifth, and took up to a GiB more.
     */
    private static final long GRAPH_BYTES = 256L << 20;

    private final ModelConfiguration configuration;
    private final ModelShape shape;
    private final Precision precision;
    private final Projections projections;
    private final TrainingMemory trainingMemory;
    private final LongSupplier freeBytes;
    private final String description;
    private final DecoderProgram program;
    private final PrefixCache prefixes;
    private final UseCount uses;
    private final ContinuousBatch batch;
    /** Fair: conversations take turns. One call uses all cores, so two at once would only disturb each other. */
    private final ReentrantLock turn = new ReentrantLock(true);

    private LanguageModel(
            NeededMemory memory,
            Precision precision,
            Projections projections,
            LongSupplier freeBytes,
            LoadingListener listener,
            int maximumRows,
            int maximumWaiting,
            long cacheBytes,
            boolean speculates,
            long startNanos) {
        ModelFolder folder = memory.folder();
        Optional<LoraAdapter> adapter = memory.adapter();
        this.configuration = folder.configuration();
        this.shape = adapter.map(found -> shapeOf(folder, found)).orElseGet(() -> shapeOf(folder));
        this.precision = precision;
        this.projections = projections;
        this.trainingMemory = new TrainingMemory(memory, precision, projections, freeBytes);
        this.freeBytes = freeBytes;
        this.program = DecoderProgram.open(folder, precision, projections, adapter, listener);
        this.prefixes = new PrefixCache(this, cacheBytes);
        this.uses = new UseCount(configuration.name(), () -> {
            prefixes.close();
            program.close();
        });
        this.batch = new ContinuousBatch(
                configuration.name(),
                uses,
                configuration.contextLength(),
                new ContinuousBatch.Limits(maximumRows, maximumWaiting, BATCH_BYTES / cacheBytesPerToken()),
                speculates,
                () -> new KeyValueRows(this, prefixes));
        this.description = LoadingLog.opened(folder, shape, precision, startNanos);
    }

    /** Whether so much more would fit into the memory that is free. */
    boolean hasRoomFor(long bytes) {
        return bytes <= freeBytes.getAsLong();
    }

    NotEnoughMemoryException tooLittleMemoryForCache(int rows, int positions, long bytes) {
        return new NotEnoughMemoryException(
                "keys and values of %d rows of %d tokens of %s take %s GiB of memory, but %s GiB are free: free some, shorten the conversations, or open the model in a smaller precision"
                        .formatted(
                                rows,
                                positions,
                                configuration.name(),
                                NeededMemory.gib(bytes),
                                NeededMemory.gib(freeBytes.getAsLong())));
    }

    /** What a steering vector must fit to steer a model, for which the model need not be open. Reads a few rows of every matrix. */
    public static ModelShape shapeOf(ModelFolder folder) {
        ModelConfiguration configuration = folder.configuration();
        String fingerprint = folder.fingerprint();
        return new ModelShape(
                configuration.name(),
                configuration.name(),
                folder.origin(),
                configuration.modelType(),
                configuration.numberOfLayers(),
                configuration.hiddenSize(),
                fingerprint,
                fingerprint);
    }

    /** {@link #shapeOf(ModelFolder)} of the model that an adapter is merged into; its name says so. */
    public static ModelShape shapeOf(ModelFolder folder, LoraAdapter adapter) {
        return shapeOf(folder).adapted(adapter.name(), folder.fingerprint(adapter));
    }

    /** Keys and values of all layers, and one block's hidden states. */
    long cacheBytesPerToken() {
        return cacheBytesPerToken(furtherLayers());
    }

    long cacheBytesPerToken(int furtherLayers) {
        return (configuration.numberOfLayers() + furtherLayers) * layerBytesPerToken();
    }

    /** How many layers of a key-value cache hold the hidden states of one block. */
    int furtherLayers() {
        int valuesPerLayer = 2 * configuration.keyValueHeads() * configuration.headSize();
        return (configuration.hiddenSize() + valuesPerLayer - 1) / valuesPerLayer;
    }

    long layerBytesPerToken() {
        return 2L * configuration.keyValueHeads() * configuration.headSize() * precision.bytesBetweenMatrices();
    }

    /** Opens a Hugging Face folder in the precision that a short measurement finds faster here. */
    public static LanguageModel open(Path folder) {
        return builder().folder(folder).build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects what to open; for one thread. */
    public static final class Builder {

        private Path folder;
        private Path adapter;
        private Precision precision;
        private Integer contextLength;
        private LoadingListener loadingListener;
        private Projections projections;
        private LongSupplier freeBytes = FreeMemory::bytes;
        private int maximumRows = 32;
        private int maximumWaiting = 256;
        private long cacheBytes = 256L << 20;
        private boolean speculation = true;

        private Builder() {}

        /** A folder with config.json and model.safetensors (or its shards), or what {@link ModelFolder#find} takes for one. Required. */
        public Builder folder(Path folder) {
            this.folder = folder;
            return this;
        }

        /**
         * A folder with a LoRA adapter as Hugging Face's PEFT writes it, which is merged into the weights, in float32, while they are
         * loaded; none unless set. Vectors that were made on the model without the adapter are accepted, and so are those made on it with the
         * adapter. An adapter whose modules or shapes do not fit the model is refused; one that only names another base is merged with a
         * warning: see {@link LoraAdapter#requireFit}.
         */
        public Builder adapter(Path adapter) {
            this.adapter = adapter;
            return this;
        }

        /** Is told how far the loading has come. A loading that takes seconds is logged as well. */
        public Builder loadingListener(LoadingListener loadingListener) {
            this.loadingListener = loadingListener;
            return this;
        }

        /** How to keep the matrices; unless set, by the memory there is. */
        Builder projections(Projections projections) {
            this.projections = projections;
            return this;
        }

        /** How much memory is free. */
        Builder freeBytes(LongSupplier freeBytes) {
            this.freeBytes = freeBytes;
            return this;
        }

        /**
         * Default: measured, the faster one of {@link Precision#FLOAT32} and {@link Precision#BFLOAT16} on this machine for this model's
         * sizes; bfloat16 where float32 would not fit into memory.
         */
        public Builder precision(Precision precision) {
            this.precision = precision;
            return this;
        }

        /**
         * The most tokens that prompt and answer may have together, at least 1. Default: what config.json says the model was made for. Models
         * whose rotary position embedding is scaled by the length of the context (LongRoPE, as Phi-3.5 and Phi-4-mini with 128 thousand
         * tokens have it, and dynamic scaling) are opened for their original length: for a longer one they compute otherwise, and short
         * prompts lose by it; see {@link org.steering4j.checkpoint.RotaryScaling}.
         */
        public Builder contextLength(int contextLength) {
            this.contextLength = requireAtLeast(1, contextLength, "contextLength");
            return this;
        }

        /** How many generations run at the same time, at least 1; default 32. The others wait, first come, first served. */
        public Builder maximumRows(int maximumRows) {
            this.maximumRows = requireAtLeast(1, maximumRows, "maximumRows");
            return this;
        }

        /**
         * How many requests may wait before a further call gets {@link EngineOverloadedException}, at least 1; default 256. A call with
         * several requests is let in whole or not at all.
         */
        public Builder maximumWaiting(int maximumWaiting) {
            this.maximumWaiting = requireAtLeast(1, maximumWaiting, "maximumWaiting");
            return this;
        }

        /**
         * Native memory for keys and values of finished generations, so that a request that begins with the same tokens, such as the next
         * turn of a conversation, runs its new tokens only; under another steering, the blocks above the lowest steered one run for all
         * tokens. What requests have in common, such as a system prompt, is kept once under one steering; under several, the blocks up to
         * the {@linkplain LanguageModel#expectSteeringFrom lowest steered one} are kept once and those above once for each. Requests of different
         * {@linkplain CachePartition partitions} find nothing of each other's. 0: off; default 256 MiB, of all partitions together. Those not asked for the
         * longest go first.
         */
        public Builder cacheBytes(long cacheBytes) {
            this.cacheBytes = requireAtLeast(0, cacheBytes, "cacheBytes");
            return this;
        }

        /**
         * Whether tokens that the context suggests are run ahead of their turn, several in one pass of the model (prompt-lookup speculation); on
         * unless set. Where the last tokens stood before, in the prompt or in the answer, those that followed there are run together with the
         * last one, and taken as far as the model, by the same sampling with the same random numbers, chooses them itself. So an answer that quotes its
         * context comes in fewer passes and is the same but for rounding (see above); one whose tokens were often guessed wrong is
         * guessed rarely.
         */
        public Builder speculation(boolean speculation) {
            this.speculation = speculation;
            return this;
        }

        private static <N extends Number> N requireAtLeast(int least, N value, String name) {
            if (value.longValue() < least) {
                throw new IllegalArgumentException("%s is %s but must be at least %d".formatted(name, value, least));
            }
            return value;
        }

        /**
         * @throws org.steering4j.checkpoint.ModelFolderException if the folder is incomplete, broken or not supported, or the adapter is, or
         *     is one for another model
         * @throws NotEnoughMemoryException if the weights would not fit into the memory that is free
         * @throws EngineException if libtorch has no kernels for the precision on this platform
         * @throws IllegalArgumentException if the context length is more than the model can do
         */
        public LanguageModel build() {
            if (folder == null) {
                throw new IllegalArgumentException("folder is missing: say which model folder to open");
            }
            long start = System.nanoTime();
            ModelFolder given = contextLength == null
                    ? ModelFolder.open(folder)
                    : ModelFolder.open(folder).withContextLength(contextLength);
            given.requireAdapterOfItsOwn(adapter);
            Optional<LoraAdapter> found = Optional.ofNullable(adapter).map(LoraAdapter::read);
            found.ifPresent(fitting -> fitting.requireFit(given));
            ModelFolder opened = found.map(fitting -> fitting.baseOf(given)).orElse(given);
            NeededMemory memory = new NeededMemory(opened, found);
            long free = freeBytes.getAsLong();
            Precision chosen = precision == null
                    ? memory.fitting(FasterPrecision.measure(opened.configuration()), free)
                    : precision;
            return new LanguageModel(
                    memory,
                    chosen,
                    projections == null ? memory.projections(chosen, free) : projections,
                    freeBytes,
                    LoadingLog.before(loadingListener, opened.configuration().name()),
                    maximumRows,
                    maximumWaiting,
                    cacheBytes,
                    speculation,
                    start);
        }
    }

    public ModelShape shape() {
        return shape;
    }

    /**
     * What was opened, and how, for a person: the model's name, its family, the number of its parameters, precision, libtorch's threads and the time
     * that opening it took, such as {@code steered-tiny (llama, 3.1 million parameters) in float32 on 2 threads, opened in 0.9 s}.
     */
    public String description() {
        return description;
    }

    public Precision precision() {
        return precision;
    }

    /**
     * What the last bits of results depend on beside the model, its precision and the input: the number of threads that libtorch computes on,
     * the processor, the version of libtorch, how the matrices are kept, and settings of MKL and oneDNN in the environment. Where all of these
     * are the same, scores, hidden states and derivatives are the same bit for bit in every process; where one differs, sums of many numbers
     * may be rounded otherwise. On macOS processors of the same architecture are not told apart.
     *
     * @return values by their names, in a fixed order
     */
    public Map<String, String> computeEnvironment() {
        return ComputeEnvironment.of(projections);
    }

    @Override
    public int contextLength() {
        return configuration.contextLength();
    }

    @Override
    public int longestContext() {
        return configuration.longestContext();
    }

    @Override
    public int vocabularySize() {
        return configuration.vocabularySize();
    }

    @Override
    public void expectSteeringFrom(int block) {
        SteeringArrays.requireLayer(block, shape);
        prefixes.expectSteeringFrom(block);
    }

    @Override
    public GenerationResult generate(GenerationRequest request, TokenListener listener) {
        return generate(List.of(request), List.of(listener)).get(0);
    }

    /**
     * Generates several answers side by side, each as if alone; far faster than one after the other. If one fails, so does the call, and the
     * others are given up.
     */
    public List<GenerationResult> generate(List<GenerationRequest> requests) {
        return generate(requests, Collections.nCopies(requests.size(), TokenListener.NONE));
    }

    private List<GenerationResult> generate(List<GenerationRequest> requests, List<TokenListener> listeners) {
        if (requests.isEmpty()) {
            return List.of();
        }
        for (GenerationRequest request : requests) {
            requireTokens(request.prompt());
            if (request.prompt().length >= contextLength()) {
                throw tooLong(request.prompt().length);
            }
            SteeringArrays.requireFit(request.steering(), shape);
        }
        return batch.generate(requests, listeners);
    }

    /**
     * Natural logarithms of the probabilities of an answer's tokens, each given the prompt and the tokens before it.
     *
     * @return one value per token of the answer
     * @throws PromptTooLongException if prompt and answer exceed the context
     */
    public double[] logProbabilities(int[] prompt, int[] answer, LayerSteering steering) {
        return logProbabilities(List.of(new Continuation(prompt, answer)), steering)
                .get(0);
    }

    /** {@link #logProbabilities(int[], int[], LayerSteering)} of several, each as if alone. */
    public List<double[]> logProbabilities(List<Continuation> continuations, LayerSteering steering) {
        continuations.forEach(this::requireFit);
        List<double[]> all = new ArrayList<>();
        try (Use use = uses.enter()) {
            for (List<Continuation> rows : batches().cut(continuations)) {
                uses.requireOpen();
                all.addAll(score(rows, steering));
            }
        }
        return all;
    }

    private List<double[]> score(List<Continuation> rows, LayerSteering steering) {
        try (NDManager scope = newScope()) {
            Sequences sequences = Sequences.of(scope, rows);
            SteeringArrays arrays = SteeringArrays.of(scope, List.of(steering), shape);
            float[] scores = run(
                            "score",
                            sequences.tokens(),
                            sequences.selected(),
                            sequences.targets(),
                            arrays.layers(),
                            arrays.vectors())
                    .get(0)
                    .toFloatArray();
            return byAnswer(scores, rows);
        }
    }

    static List<double[]> byAnswer(float[] scores, List<Continuation> rows) {
        List<double[]> byAnswer = new ArrayList<>();
        int next = 0;
        for (Continuation row : rows) {
            double[] values = new double[row.answer().length];
            for (int i = 0; i < values.length; i++) {
                values[i] = scores[next++];
            }
            byAnswer.add(values);
        }
        return byAnswer;
    }

    /**
     * Hidden states after some blocks, unsteered, each summed over the positions of its sequence with weights: the state of one position, or
     * a mean over some. Sequences of like length beside each other are the fastest.
     *
     * @return float32 [sequences][layers, ascending][hidden size]
     * @throws PromptTooLongException if a sequence exceeds the context
     */
    public List<float[][]> summedStates(List<WeightedTokens> sequences, SortedSet<Integer> layers) {
        requireLayers(layers);
        // A batch is cut by its continuations' lengths; each of them here has one token that is not run.
        List<Continuation> rows = new ArrayList<>();
        for (WeightedTokens sequence : sequences) {
            requireTokens(sequence.tokens());
            if (sequence.tokens().length > contextLength()) {
                throw tooLong(sequence.tokens().length);
            }
            rows.add(new Continuation(sequence.tokens(), new int[] {0}));
        }
        List<float[][]> all = new ArrayList<>();
        try (Use use = uses.enter()) {
            for (List<Continuation> batch : batches().cut(rows)) {
                all.addAll(summedStates(batch, sequences.subList(all.size(), all.size() + batch.size()), layers));
            }
        }
        return all;
    }

    private List<float[][]> summedStates(
            List<Continuation> rows, List<WeightedTokens> sequences, SortedSet<Integer> layers) {
        int hiddenSize = shape.hiddenSize();
        try (NDManager scope = newScope()) {
            Sequences padded = Sequences.of(scope, rows);
            float[] weights = new float[rows.size() * padded.longest()];
            for (int row = 0; row < rows.size(); row++) {
                float[] own = sequences.get(row).weights();
                System.arraycopy(own, 0, weights, row * padded.longest(), own.length);
            }
            float[] flat = run(
                            "summed_states",
                            padded.tokens(),
                            scope.create(layers.stream()
                                    .mapToLong(Integer::longValue)
                                    .toArray()),
                            scope.create(weights, new Shape(rows.size(), padded.longest())))
                    .get(0)
                    .toFloatArray();
            List<float[][]> states = new ArrayList<>();
            for (int row = 0; row < rows.size(); row++) {
                float[][] byLayer = new float[layers.size()][hiddenSize];
                for (int layer = 0; layer < byLayer.length; layer++) {
                    System.arraycopy(flat, (layer * rows.size() + row) * hiddenSize, byLayer[layer], 0, hiddenSize);
                }
                states.add(byLayer);
            }
            return states;
        }
    }

    /**
     * Runs answers, each under its own intervention on the output of some blocks, to learn how a vector changes them token by token. Keeps
     * nothing between calls; the rows run as one pass, which {@link #tokensPerPass} bounds: their number times the longest.
     *
     * @param rows at least one
     * @param interventions one per row
     * @param layers the blocks, at least one
     * @param vector float32 [layers, ascending][hidden size], finite; no layer all zero where an intervention nulls it out
     * @throws PromptTooLongException if an answer with its prompt exceeds the context
     * @throws NotEnoughMemoryException if the matrices that derivatives need would not fit into the memory that is free
     */
    public IntervenedAnswers intervene(
            List<Continuation> rows, List<Intervention> interventions, SortedSet<Integer> layers, float[][] vector) {
        requireDifferentiable();
        requireLayers(layers);
        rows.forEach(this::requireFit);
        trainingMemory.require(layers.first());
        return new IntervenedAnswers(this, rows, interventions, layers, vector);
    }

    private void requireDifferentiable() {
        if (!precision.isDifferentiable()) {
            throw new EngineException(
                    "vectors cannot be trained in %s, for no derivatives can be taken there: open the model in %s or %s. The vector can then be used in any precision"
                            .formatted(precision, Precision.FLOAT32, Precision.BFLOAT16));
        }
    }

    private void requireLayers(SortedSet<Integer> layers) {
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("no layers are given; name one block or more");
        }
        layers.forEach(layer -> SteeringArrays.requireLayer(layer, shape));
    }

    /**
     * The residual stream after a block, its steering included.
     *
     * @param block from 0 to the number of layers minus one
     * @return float32 [tokens][hidden size]
     */
    public float[][] hiddenStates(int[] tokens, int block, LayerSteering steering) {
        SteeringArrays.requireLayer(block, shape);
        if (tokens.length == 0) {
            throw new IllegalArgumentException("there are no tokens; give at least one");
        }
        requireTokens(tokens);
        if (tokens.length > contextLength()) {
            throw tooLong(tokens.length);
        }
        try (Use use = uses.enter();
                NDManager scope = newScope()) {
            SteeringArrays arrays = SteeringArrays.of(scope, List.of(steering), shape);
            float[] flat = run(
                            "hidden_states",
                            scope.create(widen(tokens), new Shape(1, tokens.length)),
                            scope.create(new long[] {block}),
                            arrays.layers(),
                            arrays.vectors())
                    .get(0)
                    .toFloatArray();
            float[][] states = new float[tokens.length][shape.hiddenSize()];
            for (int i = 0; i < states.length; i++) {
                System.arraycopy(flat, i * shape.hiddenSize(), states[i], 0, shape.hiddenSize());
            }
            return states;
        }
    }

    /** {@link #continuations(List, SortedSet, long, Runnable)} with {@link SteeredContinuations#defaultMemoryBytes}. */
    public SteeredContinuations continuations(List<Continuation> examples, SortedSet<Integer> layers) {
        return continuations(examples, layers, SteeredContinuations.defaultMemoryBytes(), () -> {});
    }

    /**
     * Prepares examples for training vectors at some blocks: see {@link SteeredContinuations}.
     *
     * @param layers the blocks to whose output a vector is added, at least one
     * @param memoryBytes the most that cached hidden states take of the heap; if they take more, they go to a temporary file
     * @param beforeBatch called before each batch of examples is run; what it throws ends the call
     * @throws PromptTooLongException if an example exceeds the context
     * @throws EngineException if there is too little room on the disk for the temporary file
     * @throws NotEnoughMemoryException if the matrices that derivatives need would not fit into the memory that is free
     */
    public SteeredContinuations continuations(
            List<Continuation> examples, SortedSet<Integer> layers, long memoryBytes, Runnable beforeBatch) {
        requireDifferentiable();
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("no layers are given; a vector is trained at one block or more");
        }
        layers.forEach(layer -> SteeringArrays.requireLayer(layer, shape));
        examples.forEach(this::requireFit);
        trainingMemory.require(layers.first());
        return new SteeredContinuations(this, examples, layers, memoryBytes, beforeBatch);
    }

    /**
     * How many tokens a differentiated pass may have, each row counted as the longest, if what it keeps for the way back to a block's output is
     * to stay within 256 MiB; at least 1.
     *
     * @param longest tokens of the longest row
     */
    public int tokensPerPass(int block, int longest) {
        SteeringArrays.requireLayer(block, shape);
        return (int) Math.max(1, Math.min(1 << 20, GRAPH_BYTES / graphBytesPerToken(block, longest)));
    }

    /** About what the way back from the scores to a block's output keeps for each token: the arrays between the operations of each block. */
    private long graphBytesPerToken(int block, int longest) {
        long values = 16L * configuration.hiddenSize() + 5L * configuration.feedForwardSize();
        return (configuration.numberOfLayers() - block)
                * (values * precision.bytesBetweenMatrices() + batches().attentionBytesPerToken(longest));
    }

    private void requireFit(Continuation continuation) {
        requireTokens(continuation.prompt());
        requireTokens(continuation.answer());
        if (continuation.length() > contextLength()) {
            throw tooLong(continuation.length());
        }
    }

    private PromptTooLongException tooLong(int tokens) {
        return new PromptTooLongException(tokens, contextLength(), longestContext());
    }

    /** An id beyond the vocabulary would read beyond the embedding. */
    private void requireTokens(int[] tokens) {
        for (int token : tokens) {
            if (token < 0 || token >= vocabularySize()) {
                throw new IllegalArgumentException(
                        "token id %d is out of range: %s has ids 0 to %d; is the tokenizer of another model?"
                                .formatted(token, shape.name(), vocabularySize() - 1));
            }
        }
    }

    static long[] widen(int[] values) {
        long[] wide = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    Batches batches() {
        return new Batches(
                shape.hiddenSize(),
                vocabularySize(),
                configuration.queryHeads(),
                configuration.switches().attentionSoftCap() > 0);
    }

    Use enter() {
        return uses.enter();
    }

    NDManager newScope() {
        return program.newScope();
    }

    NDList run(String method, NDArray... arguments) {
        uses.requireOpen();
        turn.lock();
        try {
            return program.run(method, arguments);
        } finally {
            turn.unlock();
        }
    }

    NDList runDifferentiably(String method, NDArray... arguments) {
        uses.requireOpen();
        turn.lock();
        try {
            return program.runDifferentiably(method, arguments);
        } finally {
            turn.unlock();
        }
    }

    /** Returns the native memory, now or when the calls that run have noticed. Further calls are refused. */
    @Override
    public void close() {
        uses.close();
        batch.close();
    }
}
