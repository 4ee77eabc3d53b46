package org.steering4j.engine;

/** Is told how far the loading of a model has come, on the thread that loads. */
@FunctionalInterface
public interface LoadingListener {

    /**
     * After each weight.
     *
     * @param loadedBytes of the weight files, from 0 to {@code totalBytes}
     */
    void onProgress(long loadedBytes, long totalBytes);
}
