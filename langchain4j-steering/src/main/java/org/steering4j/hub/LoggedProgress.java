package org.steering4j.hub;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs a line when a download begins and for every tenth of it. Thread-safe. */
final class LoggedProgress implements DownloadListener {

    private static final Logger LOGGER = LoggerFactory.getLogger(ModelHub.class);
    private static final int LINES = 10;

    private final Map<ModelName, Long> loggedTenths = new ConcurrentHashMap<>();

    @Override
    public void progressed(DownloadProgress progress) {
        long tenth = LINES * progress.bytes() / Math.max(progress.bytesInAll(), 1);
        Long logged = progress.isComplete()
                ? loggedTenths.remove(progress.model())
                : loggedTenths.put(progress.model(), tenth);
        if (logged == null || tenth > logged) {
            LOGGER.info(
                    "Downloading {}: {} of {} MB",
                    progress.model(),
                    megabytes(progress.bytes()),
                    megabytes(progress.bytesInAll()));
        }
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / 1e6);
    }
}
