package org.steering4j.engine;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.steering4j.engine.PromptLookup.Draft;
import org.steering4j.vector.LayerSteering;

/**
 * One request on its way through the batch: the batch's thread samples its tokens ({@link #accept}), the caller's hears them ({@link #deliver}).
 * The one never waits for the other; what is between them is bounded by the request's maximum number of tokens.
 */
final class GenerationRow {

    private static final int NO_TOKEN = -1;

    private final GenerationRequest request;
    private final TokenListener listener;
    private final int contextLength;
    private final Sampler sampler;
    /** For the batch's thread. */
    private final TokenConstraint constraint;
    /** For the batch's thread. */
    private final PromptLookup lookup;

    private final long start = System.nanoTime();

    /** What is run before the next token is chosen. For the batch's thread. */
    private int[] prompt;
    /** How much of it is run or known already. For the batch's thread. */
    private int promptDone;

    private boolean wasPutBack;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    // Guarded by the lock; the batch's thread alone writes them.
    private int[] tokens = new int[16];
    private int count;
    private StopCause cause;
    private Throwable failure;
    private Duration timeToFirstToken;
    private Duration total;
    private int cachedTokens;
    private int draftedTokens;
    private int acceptedTokens;

    private volatile boolean cancelled;

    GenerationRow(GenerationRequest request, TokenListener listener, int contextLength) {
        this.request = request;
        this.listener = listener;
        this.contextLength = contextLength;
        this.prompt = request.prompt();
        this.sampler = new Sampler(request.sampling(), request.prompt());
        int room = contextLength - request.prompt().length;
        this.constraint = request.constraint().start(Math.min(request.maximumTokens(), room));
        this.lookup = new PromptLookup(request.prompt());
    }

    /** When it came, in nanoseconds. */
    long start() {
        return start;
    }

    int[] prompt() {
        return prompt;
    }

    LayerSteering steering() {
        return request.steering();
    }

    CachePartition partition() {
        return request.partition();
    }

    // The batch's side.

    /** The first tokens of the prompt need not be run. */
    void skip(int knownTokens) {
        promptDone = knownTokens;
        if (wasPutBack) {
            return; // what is known now was run for this row itself
        }
        lock.lock();
        try {
            cachedTokens = knownTokens;
        } finally {
            lock.unlock();
        }
    }

    /** The row leaves the batch and will come again: the tokens so far are then a part of its prompt, and the next is chosen as if it had stayed. */
    void putBack() {
        wasPutBack = true;
        lock.lock();
        try {
            prompt = Arrays.copyOf(request.prompt(), request.prompt().length + count);
            System.arraycopy(tokens, 0, prompt, request.prompt().length, count);
        } finally {
            lock.unlock();
        }
    }

    /** The next tokens of the prompt; they count as run. */
    int[] takePrompt(int atMost) {
        int end = promptDone + promptLeft(atMost);
        int[] next = Arrays.copyOfRange(prompt, promptDone, end);
        promptDone = end;
        return next;
    }

    /** How many {@link #takePrompt} would give. */
    int promptLeft(int atMost) {
        return Math.min(prompt.length - promptDone, atMost);
    }

    boolean promptIsDone() {
        return promptDone == prompt.length;
    }

    /** A guess at the tokens after the last one, to be run together with it: as many as asked for or as may come, or none. */
    Draft draft(int atMost) {
        return lookup.draft(Math.min(atMost, tokensLeft() - 1));
    }

    /** That may come yet, at least 1 unless it has ended. */
    int tokensLeft() {
        lock.lock();
        try {
            return Math.min(request.maximumTokens(), contextLength - request.prompt().length) - count;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Chooses the next token, and those after it as long as they are what the draft says, each as if it came alone. What is wrong with this
     * row's logits ends this row alone.
     *
     * @param draft what was run after the last token
     * @param logits after the last token and after each of the draft
     * @return how many of the draft's tokens were chosen
     */
    int accept(Draft draft, float[][] logits) {
        countDrafted(draft.length());
        int right = 0;
        while (right < draft.length() && accept(logits[right], draft.tokens()[right])) {
            right++;
            if (hasEnded()) {
                break;
            }
        }
        if (right == draft.length() && !hasEnded()) {
            accept(logits[right], NO_TOKEN);
        }
        draft.rate().record(draft.length(), right);
        return right;
    }

    private void countDrafted(int count) {
        lock.lock();
        try {
            draftedTokens += count;
        } finally {
            lock.unlock();
        }
    }

    /** @return whether the chosen token is the guessed one */
    private boolean accept(float[] logits, int guessed) {
        int token;
        boolean ends;
        boolean mayGoOn;
        try {
            token = sampler.next(logits, constraint);
            ends = request.endTokens().contains(token);
            mayGoOn = ends || constraint.advance(token);
        } catch (RuntimeException e) {
            fail(e);
            return false;
        }
        lookup.append(token);
        lock.lock();
        try {
            acceptedTokens += token == guessed ? 1 : 0;
            total = Duration.ofNanos(System.nanoTime() - start);
            if (timeToFirstToken == null) {
                timeToFirstToken = total;
            }
            if (ends) {
                cause = constraint.isCutShort() ? StopCause.MAXIMUM_TOKENS : StopCause.END_TOKEN;
            } else {
                if (count == tokens.length) {
                    tokens = Arrays.copyOf(tokens, 2 * count);
                }
                tokens[count++] = token;
                if (!mayGoOn) {
                    cause = constraint.isCutShort() ? StopCause.MAXIMUM_TOKENS : StopCause.CONSTRAINT_MET;
                } else if (count == request.maximumTokens()) {
                    cause = StopCause.MAXIMUM_TOKENS;
                } else if (request.prompt().length + count == contextLength) {
                    cause = StopCause.CONTEXT_FULL;
                }
            }
            if (cause != null || listens()) {
                news.signal();
            }
            return token == guessed;
        } finally {
            lock.unlock();
        }
    }

    /** Does nothing if the row has ended. */
    void fail(Throwable e) {
        lock.lock();
        try {
            if (!hasEnded()) {
                failure = e;
                news.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    int lastToken() {
        lock.lock();
        try {
            return tokens[count - 1];
        } finally {
            lock.unlock();
        }
    }

    boolean hasEnded() {
        lock.lock();
        try {
            return cause != null || failure != null;
        } finally {
            lock.unlock();
        }
    }

    boolean hasFailed() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    /** Nobody waits for this row any more. */
    boolean isCancelled() {
        return cancelled;
    }

    // The caller's side.

    void cancel() {
        cancelled = true;
    }

    /**
     * Tells the listener every token as it comes, until the end.
     *
     * @param requireOpen throws if the model is closed
     */
    GenerationResult deliver(Runnable requireOpen) {
        int delivered = 0;
        while (awaitToken(delivered)) {
            requireOpen.run();
            if (!listener.onToken(token(delivered++))) {
                return result(delivered, StopCause.LISTENER, Duration.ofNanos(System.nanoTime() - start));
            }
        }
        lock.lock();
        try {
            if (failure == null) {
                return result(count, cause, total);
            }
        } finally {
            lock.unlock();
        }
        if (failure instanceof ModelClosedException) {
            requireOpen.run();
            throw ModelClosedException.atExit();
        }
        // A new exception, for several callers may have the same cause.
        if (failure instanceof NotEnoughMemoryException) {
            throw new NotEnoughMemoryException(failure.getMessage(), failure);
        }
        throw new EngineException(
                failure instanceof EngineException ? failure.getMessage() : "the generation failed: " + failure,
                failure);
    }

    /** Waits for a token that is not delivered yet; false if none will come. Who does not listen is told of the end only. */
    private boolean awaitToken(int delivered) {
        lock.lock();
        try {
            while (true) {
                if (hasEnded()) {
                    return listens() && delivered < count;
                }
                long left = request.timeout() == null
                        ? Long.MAX_VALUE
                        : saturatedNanoseconds(request.timeout()) - (System.nanoTime() - start);
                if (left <= 0) {
                    throw new GenerationTimeoutException(request.timeout(), count);
                }
                if (listens() && delivered < count) {
                    return true;
                }
                news.await(left, TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException(
                    "the thread that waited for the answer was interrupted; the answer is given up", e);
        } finally {
            lock.unlock();
        }
    }

    private static long saturatedNanoseconds(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    private boolean listens() {
        return listener != TokenListener.NONE;
    }

    private int token(int index) {
        lock.lock();
        try {
            return tokens[index];
        } finally {
            lock.unlock();
        }
    }

    private GenerationResult result(int length, StopCause stopCause, Duration time) {
        lock.lock();
        try {
            return new GenerationResult(
                    Arrays.copyOf(tokens, length),
                    stopCause,
                    timeToFirstToken,
                    time,
                    cachedTokens,
                    draftedTokens,
                    acceptedTokens);
        } finally {
            lock.unlock();
        }
    }
}
