package org.steering4j;

import dev.langchain4j.exception.TimeoutException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.steering4j.constraint.AnswerConstraint;
import org.steering4j.engine.EngineException;

/**
 * The constraints of the forms that were asked for last: applications ask for the same ones again and again. A large schema takes a second to
 * make one of; meanwhile those wait that ask for the same form, and nobody else. May be shared between threads.
 */
final class RecentForms {

    /** Some megabytes each, of a large vocabulary. */
    private static final int MOST_FORMS = 16;

    /** Longer than anything takes, and short enough to be counted in nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private final Function<AnswerForm, AnswerConstraint> make;

    /** Held only to look something up. */
    private final Map<AnswerForm, CompletableFuture<AnswerConstraint>> recent = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<AnswerForm, CompletableFuture<AnswerConstraint>> eldest) {
            return size() > MOST_FORMS;
        }
    };

    RecentForms(Function<AnswerForm, AnswerConstraint> make) {
        this.make = make;
    }

    /**
     * @param timeout how long to wait for it at most; null for as long as it takes
     * @param executor runs what makes one, on another thread than the caller's, who may give up before it is done
     * @throws dev.langchain4j.exception.UnsupportedFeatureException if answers cannot be held to the form
     * @throws TimeoutException if it takes longer than the timeout
     */
    AnswerConstraint constraint(AnswerForm form, Duration timeout, Consumer<Runnable> executor) {
        form.requireDepth();
        CompletableFuture<AnswerConstraint> made = new CompletableFuture<>();
        CompletableFuture<AnswerConstraint> known;
        synchronized (recent) {
            known = recent.putIfAbsent(form, made);
        }
        if (known == null) {
            start(form, made, executor);
        }
        return get(known == null ? made : known, timeout);
    }

    private void start(AnswerForm form, CompletableFuture<AnswerConstraint> made, Consumer<Runnable> executor) {
        made.whenComplete((constraint, failure) -> {
            if (failure != null) {
                synchronized (recent) {
                    recent.remove(form, made);
                }
            }
        });
        try {
            executor.accept(() -> {
                try {
                    made.complete(make.apply(form));
                } catch (RuntimeException | Error e) {
                    made.completeExceptionally(e);
                }
            });
        } catch (RuntimeException e) {
            made.completeExceptionally(e);
            throw e;
        }
    }

    private static AnswerConstraint get(CompletableFuture<AnswerConstraint> future, Duration timeout) {
        try {
            return timeout == null || timeout.compareTo(LONGEST) > 0
                    ? future.get()
                    : future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new TimeoutException(
                    "within %s it could not be worked out what the answer is held to; allow more time, try again, or ask for a smaller form"
                            .formatted(timeout));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException(
                    "the thread that waited for the answer was interrupted; the answer is given up", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new EngineException("the JSON schema could not be read", e.getCause());
        }
    }
}
