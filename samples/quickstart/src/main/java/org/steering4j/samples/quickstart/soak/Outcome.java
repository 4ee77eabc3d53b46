package org.steering4j.samples.quickstart.soak;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How a request ended: with an answer, a failure, the beginning of an answer that was cancelled, or, all three null, not at all. Immutable.
 */
record Outcome(Answer answer, Throwable failure, String beginning) {

    /** No request of this load takes a tenth of it, even on a slow machine. */
    static final long MOST_SECONDS = 120;

    private static final Outcome NONE = new Outcome(null, null, null);

    static Outcome answered(Answer answer) {
        return new Outcome(answer, null, null);
    }

    static Outcome failed(Throwable failure) {
        return new Outcome(null, failure, null);
    }

    static Outcome cancelled(String beginning) {
        return new Outcome(null, null, beginning);
    }

    static Outcome await(CompletableFuture<Outcome> end) throws InterruptedException {
        return await(end, TimeUnit.SECONDS.toNanos(MOST_SECONDS));
    }

    static Outcome await(CompletableFuture<Outcome> end, long mostNanoseconds) throws InterruptedException {
        try {
            return end.get(mostNanoseconds, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return NONE;
        } catch (ExecutionException e) {
            throw new IllegalStateException("outcomes are never completed by an exception", e);
        }
    }

    boolean hangs() {
        return this.equals(NONE);
    }

    boolean failedWith(Class<? extends Throwable> type) {
        return failure != null && failure.getClass() == type;
    }
}
