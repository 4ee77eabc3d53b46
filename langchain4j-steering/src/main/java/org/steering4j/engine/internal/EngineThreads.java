package org.steering4j.engine.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The threads that compute in libtorch. Whichever thread does gets OpenMP workers of its own and keeps them as long as it lives; once all of
 * them together, idle or not, are more than the cores, libgomp no longer lets workers spin between two operations but puts them to sleep.
 * On two cores that made a token of eight rows take 11 ms instead of 4. So an application's own threads, which live on, never compute:
 * their calls are handed to a thread that ends when it has been idle for a second.
 */
public final class EngineThreads {

    private static final long IDLE_SECONDS = 1;

    private static final ExecutorService CALLS = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            work -> create("steered-engine-call", work));

    private EngineThreads() {}

    private static final class EngineThread extends Thread {

        private EngineThread(Runnable work, String name) {
            super(work, name);
            setDaemon(true);
            // Not that of whoever called first: it would be kept from being unloaded, and may know nothing of DJL.
            setContextClassLoader(EngineThreads.class.getClassLoader());
        }
    }

    /** A daemon thread, to be started by the caller, whose own calls compute on it. It should end when it has nothing to do. */
    public static Thread create(String name, Runnable work) {
        return new EngineThread(work, name);
    }

    /** Runs on an engine thread: this one, if it is one. An interrupt is left for later; libtorch cannot be stopped within an operation. */
    static <T> T call(Supplier<T> work) {
        if (Thread.currentThread() instanceof EngineThread) {
            return work.get();
        }
        return join(CompletableFuture.supplyAsync(work, CALLS));
    }

    /** Waits, and throws what the work threw. An interrupt is left for later. */
    static <T> T join(CompletableFuture<T> work) {
        try {
            return work.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw e;
        }
    }
}
