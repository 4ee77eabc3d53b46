package org.steering4j.engine;

/**
 * Lets many threads use a native resource and frees it once: at {@link #close} if nobody uses it, else when the last
 * user leaves. Nobody waits, so a listener may close the model that calls it.
 */
final class UseCount {

    private final String name;
    private final Runnable free;
    private int users;
    private boolean closed;

    UseCount(String name, Runnable free) {
        this.name = name;
        this.free = free;
    }

    /** Held while the resource is used. */
    interface Use extends AutoCloseable {
        @Override
        void close();
    }

    synchronized Use enter() {
        requireOpen();
        users++;
        return this::leave;
    }

    /** For long uses: called between steps. */
    synchronized void requireOpen() {
        if (closed) {
            throw new ModelClosedException(name);
        }
    }

    synchronized boolean isOpen() {
        return !closed;
    }

    private void leave() {
        boolean last;
        synchronized (this) {
            last = --users == 0 && closed;
        }
        if (last) {
            free.run();
        }
    }

    void close() {
        boolean now;
        synchronized (this) {
            now = !closed && users == 0;
            closed = true;
        }
        if (now) {
            free.run();
        }
    }
}
