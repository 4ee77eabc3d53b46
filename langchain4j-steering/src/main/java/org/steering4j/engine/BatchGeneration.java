package org.steering4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Generates several rows side by side over one key-value cache, each with its own steering, sampling, end tokens and
 * length. Rows that are finished are taken out of the batch. For one thread, once.
 */
final class BatchGeneration {

    /** Positions that the cache is given beyond what is filled, so that it grows rarely. */
    private static final int CACHE_HEADROOM = 128;

    private final LanguageModel model;
    private final List<Row> rows = new ArrayList<>();
    private final long start = System.nanoTime();

    BatchGeneration(LanguageModel model, List<GenerationRequest> requests, List<TokenListener> listeners) {
        this.model = model;
        for (int i = 0; i < requests.size(); i++) {
            rows.add(new Row(requests.get(i), listeners.get(i)));
        }
    }

    /** One sequence and how far it has come. */
    private final class Row {

        private final GenerationRequest request;
        private final TokenListener listener;
        private final Sampler sampler;
        private final TokenConstraint constraint;
        private int[] generated = new int[16];
        private int count;
        private int lastToken;
        private Duration timeToFirstToken;
        private GenerationResult result;

        private Row(GenerationRequest request, TokenListener listener) {
            this.request = request;
            this.listener = listener;
            this.sampler = new Sampler(request.sampling(), request.prompt());
            int room = model.contextLength() - request.prompt().length;
            this.constraint = request.constraint().start(Math.min(request.maximumTokens(), room));
        }

        private void accept(float[] logits) {
            lastToken = sampler.next(logits, constraint);
            if (timeToFirstToken == null) {
                timeToFirstToken = elapsed();
            }
            if (request.endTokens().contains(lastToken)) {
                finish(constraint.isCutShort() ? StopCause.MAXIMUM_TOKENS : StopCause.END_TOKEN);
                return;
            }
            boolean mayGoOn = constraint.advance(lastToken);
            if (count == generated.length) {
                generated = Arrays.copyOf(generated, 2 * count);
            }
            generated[count++] = lastToken;
            if (!listener.onToken(lastToken)) {
                finish(StopCause.LISTENER);
            } else if (!mayGoOn) {
                finish(constraint.isCutShort() ? StopCause.MAXIMUM_TOKENS : StopCause.CONSTRAINT_MET);
            } else if (count == request.maximumTokens()) {
                finish(StopCause.MAXIMUM_TOKENS);
            } else if (request.prompt().length + count == model.contextLength()) {
                finish(StopCause.CONTEXT_FULL);
            }
        }

        private void finish(StopCause cause) {
            result = new GenerationResult(Arrays.copyOf(generated, count), cause, timeToFirstToken, elapsed());
        }

        private int position() {
            return request.prompt().length + count - 1;
        }
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    List<GenerationResult> run() {
        List<Row> running = new ArrayList<>(rows);
        try (NDManager scope = model.newScope()) {
            NDArray cache = null;
            SteeringArrays steering = null;
            int capacity = 0;
            while (!running.isEmpty()) {
                boolean prefill = cache == null;
                int needed = running.stream().mapToInt(Row::position).max().orElseThrow() + 1;
                if (needed > capacity) {
                    capacity = Math.min(model.contextLength(), needed + CACHE_HEADROOM);
                    cache = resize(scope, cache, running.size(), capacity);
                }
                if (steering == null) {
                    steering = SteeringArrays.of(
                            scope,
                            running.stream().map(row -> row.request.steering()).toList(),
                            model.shape());
                }
                float[][] logits = step(scope, running, cache, steering, prefill);
                for (int i = 0; i < running.size(); i++) {
                    running.get(i).accept(logits[i]);
                }
                List<Row> left =
                        running.stream().filter(row -> row.result == null).toList();
                if (left.size() < running.size() && !left.isEmpty()) {
                    cache = select(scope, cache, running, left);
                    steering.layers().close();
                    steering.vectors().close();
                    steering = null;
                }
                running = new ArrayList<>(left);
            }
        }
        return rows.stream().map(row -> row.result).toList();
    }

    private NDArray resize(NDManager scope, NDArray cache, int rowCount, int capacity) {
        if (cache == null) {
            try (NDArray size = scope.create(new long[] {rowCount, capacity})) {
                return model.run("new_cache", size).get(0);
            }
        }
        try (cache;
                NDArray size = scope.create(new long[] {capacity})) {
            return model.run("grow_cache", cache, size).get(0);
        }
    }

    private NDArray select(NDManager scope, NDArray cache, List<Row> from, List<Row> kept) {
        long[] indices = kept.stream().mapToLong(from::indexOf).toArray();
        try (cache;
                NDArray index = scope.create(indices)) {
            return model.run("select_rows", cache, index).get(0);
        }
    }

    /** Runs the prompts, or each row's last token, and gives the logits that follow, [rows][vocabulary]. */
    private float[][] step(
            NDManager scope, List<Row> running, NDArray cache, SteeringArrays steering, boolean prefill) {
        int longest = prefill
                ? running.stream()
                        .mapToInt(row -> row.request.prompt().length)
                        .max()
                        .orElseThrow()
                : 1;
        long[] tokens = new long[running.size() * longest];
        long[] positions = new long[tokens.length];
        long[] last = new long[running.size()];
        for (int i = 0; i < running.size(); i++) {
            Row row = running.get(i);
            int[] prompt = row.request.prompt();
            for (int j = 0; j < longest; j++) {
                tokens[i * longest + j] = prefill ? (j < prompt.length ? prompt[j] : 0) : row.lastToken;
                positions[i * longest + j] = prefill ? j : row.position();
            }
            last[i] = prefill ? prompt.length - 1 : 0;
        }
        try (NDManager step = scope.newSubManager()) {
            Shape shape = new Shape(running.size(), longest);
            NDArray logits = model.run(
                            "next_token_logits",
                            step.create(tokens, shape),
                            step.create(positions, shape),
                            step.create(last),
                            cache,
                            steering.layers(),
                            steering.vectors())
                    .get(0);
            float[] flat = logits.toFloatArray();
            int vocabulary = model.vocabularySize();
            float[][] byRow = new float[running.size()][];
            for (int i = 0; i < byRow.length; i++) {
                byRow[i] = Arrays.copyOfRange(flat, i * vocabulary, (i + 1) * vocabulary);
            }
            return byRow;
        }
    }
}
