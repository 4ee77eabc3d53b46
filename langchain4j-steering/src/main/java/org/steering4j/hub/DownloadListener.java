package org.steering4j.hub;

/** Gets to know how far a download has come, on the thread that downloads. What it throws ends the download; what has arrived is kept. */
@FunctionalInterface
public interface DownloadListener {

    /** Called when the download of a model begins, about once per MiB, and when it has ended. */
    void progressed(DownloadProgress progress);
}
