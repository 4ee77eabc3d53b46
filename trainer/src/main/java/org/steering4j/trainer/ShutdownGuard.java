package org.steering4j.trainer;

/** Saves what is in the works when the JVM ends, as on Ctrl-C, until it is closed. */
final class ShutdownGuard implements AutoCloseable {

    private final Thread hook;

    /** @param save called on a thread of its own when the JVM is about to end */
    ShutdownGuard(Runnable save) {
        hook = new Thread(save, "save-training-checkpoint");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // The hook is running already.
        }
    }
}
