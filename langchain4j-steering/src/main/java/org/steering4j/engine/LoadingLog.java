package org.steering4j.engine;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs how far a loading has come, if it takes long. For one loading. */
final class LoadingLog implements LoadingListener {

    private static final Logger LOG = LoggerFactory.getLogger(LoadingLog.class);
    private static final Duration INTERVAL = Duration.ofSeconds(3);

    private final String model;
    private long last = System.nanoTime();

    private LoadingLog(String model) {
        this.model = model;
    }

    /** Logs, and then tells the listener, if there is one. */
    static LoadingListener before(LoadingListener listener, String model) {
        LoadingLog log = new LoadingLog(model);
        return listener == null
                ? log
                : (loaded, total) -> {
                    log.onProgress(loaded, total);
                    listener.onProgress(loaded, total);
                };
    }

    @Override
    public void onProgress(long loadedBytes, long totalBytes) {
        if (System.nanoTime() - last > INTERVAL.toNanos()) {
            last = System.nanoTime();
            LOG.info("loading {}: {}%", model, 100 * loadedBytes / totalBytes);
        }
    }
}
