package org.steering4j.hub;

/**
 * How far the download of a model has come. Of a file whose bytes turned out wrong, they are counted no more.
 *
 * @param bytesBefore what earlier downloads had left of the files that are missing
 * @param bytes what is there by now of the files that were missing, {@code bytesBefore} included
 * @param bytesInAll of all files that were missing
 */
public record DownloadProgress(ModelName model, long bytesBefore, long bytes, long bytesInAll) {

    public boolean isComplete() {
        return bytes == bytesInAll;
    }
}
