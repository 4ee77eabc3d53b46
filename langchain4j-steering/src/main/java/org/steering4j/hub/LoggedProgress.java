package org.steering4j.hub;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** Logs a line when a download begins and for every tenth of it. Thread-safe. */
final class LoggedProgress implements DownloadListener {

    private static final int LINES = 10;

    private final Consumer<String> log;
    private final Map<ModelName, Long> loggedTenths = new ConcurrentHashMap<>();

    LoggedProgress() {
        this(LoggerFactory.getLogger(ModelHub.class)::info);
    }

    LoggedProgress(Consumer<String> log) {
        this.log = log;
    }

    @Override
    public void progressed(DownloadProgress progress) {
        long tenth = LINES * progress.bytes() / Math.max(progress.bytesInAll(), 1);
        Long logged = progress.isComplete()
                ? loggedTenths.remove(progress.model())
                : loggedTenths.put(progress.model(), tenth);
        if (logged == null || tenth > logged) {
            log.accept(String.format(
                    Locale.ROOT,
                    "Downloading %s: %.1f of %.1f MB",
                    progress.model(),
                    progress.bytes() / 1e6,
                    progress.bytesInAll() / 1e6));
        }
    }
}
