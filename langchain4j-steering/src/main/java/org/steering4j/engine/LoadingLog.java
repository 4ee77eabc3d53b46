package org.steering4j.engine;

import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.engine.internal.DecoderProgram;
import org.steering4j.vector.ModelShape;

/** Logs how far a loading has come, if it takes long, and what is open in the end. For one loading. */
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

    /** Logs that a model is open, and returns what it logs. */
    static String opened(ModelFolder folder, ModelShape shape, Precision precision, long startNanos) {
        String description = String.format(
                Locale.ROOT,
                "%s (%s, %s parameters) in %s on %s, opened in %.1f s",
                shape.name(),
                shape.architecture(),
                rounded(folder.weights().stream()
                        .mapToLong(weight -> weight.tensor().elements())
                        .sum()),
                precision.name().toLowerCase(Locale.ROOT),
                threads(DecoderProgram.threads()),
                (System.nanoTime() - startNanos) / 1e9);
        LOG.info("model {}", description);
        return description;
    }

    private static String rounded(long parameters) {
        return parameters < 1_000_000
                ? String.valueOf(parameters)
                : parameters < 1_000_000_000
                        ? String.format(Locale.ROOT, "%.1f million", parameters / 1e6)
                        : String.format(Locale.ROOT, "%.1f billion", parameters / 1e9);
    }

    private static String threads(int threads) {
        return threads + (threads == 1 ? " thread" : " threads");
    }

    @Override
    public void onProgress(long loadedBytes, long totalBytes) {
        if (System.nanoTime() - last > INTERVAL.toNanos()) {
            last = System.nanoTime();
            LOG.info("loading {}: {}%", model, 100 * loadedBytes / totalBytes);
        }
    }
}
