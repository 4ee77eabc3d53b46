package org.steering4j.trainer;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds up the end of the JVM, as on Ctrl-C, until the work that is closed by this has been stopped and saved. */
final class ShutdownGuard implements AutoCloseable {

    /** Bounded, for if the guarded thread itself asked for the end of the JVM, it never gets to close this. */
    private static final long PATIENCE_SECONDS = 60;

    static final ShutdownGuard NONE = new ShutdownGuard(null);

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook;

    private ShutdownGuard(Runnable requestStop) {
        hook = requestStop == null ? null : new Thread(() -> stopAndWait(requestStop), "save-training-checkpoint");
    }

    /** @param requestStop called when the JVM is about to end */
    static ShutdownGuard of(Runnable requestStop) {
        ShutdownGuard guard = new ShutdownGuard(requestStop);
        Runtime.getRuntime().addShutdownHook(guard.hook);
        return guard;
    }

    private void stopAndWait(Runnable requestStop) {
        requestStop.run();
        try {
            closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        if (hook != null) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException shuttingDown) {
                // The hook is running and has just been released.
            }
        }
    }
}
