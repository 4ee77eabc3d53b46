package org.steering4j.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.hub.HubClient.Listing;
import org.steering4j.hub.ModelHubException.Problem;

/** Brings a model's revision into the cache folder, as far as it is not there. For one thread, which holds the model's lock. */
final class ModelDownload {

    private static final Logger LOGGER = LoggerFactory.getLogger(ModelHub.class);
    private static final double GIB = 1L << 30;
    private static final long REPORTED_BYTES = 1 << 20;

    private final ModelName model;
    private final HubClient client;
    private final ModelCache cache;
    private final DownloadListener listener;
    private final Waiting waiting;

    ModelDownload(ModelName model, HubClient client, ModelCache cache, DownloadListener listener, Waiting waiting) {
        this.model = model;
        this.client = client;
        this.cache = cache;
        this.listener = listener;
        this.waiting = waiting;
    }

    /** @return the snapshot's folder */
    Path run(boolean withWeights) throws IOException, InterruptedException {
        Listing listing = client.list();
        String commit = listing.commit();
        List<String> names = new ArrayList<>();
        if (withWeights) {
            names.add(ModelFiles.weights(model, listing.files()));
        }
        names.addAll(0, ModelFiles.besideWeights(model, listing.files()));
        if (names.contains(ModelFiles.INDEX)) {
            fetch(commit, List.of(ModelFiles.INDEX), progress -> {});
            Path index = cache.snapshot(commit).resolve(ModelFiles.INDEX);
            names.addAll(ModelFiles.shards(index, model, listing.files()));
        }
        fetch(commit, names, listener);
        cache.writeReference(commit);
        for (String name : ModelFiles.LOOKED_FOR) {
            if (!listing.files().contains(name)) {
                cache.noteAbsence(commit, name);
            }
        }
        return cache.snapshot(commit);
    }

    private void fetch(String commit, List<String> names, DownloadListener listener)
            throws IOException, InterruptedException {
        List<RemoteFile> missing = new ArrayList<>();
        for (String name : names) {
            RemoteFile file = client.describe(commit, name);
            if (cache.hasBlob(file)) {
                cache.place(commit, file, false);
            } else if (!cache.isPlaced(commit, file)) {
                missing.add(file);
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        LOGGER.info("Downloading {} (commit {}) into {}", model, commit, cache.folder());
        Meter meter = new Meter(missing, listener);
        for (RemoteFile file : missing) {
            if (!cache.hasBlob(file)) {
                new BlobDownload(client, waiting, model, cache, commit, file, bytes -> meter.arrived(file, bytes))
                        .run();
            }
            cache.place(commit, file, true);
            meter.finished(file);
        }
    }

    private void requireRoom(long bytes) throws IOException {
        Files.createDirectories(cache.folder());
        long free = Files.getFileStore(cache.folder()).getUsableSpace();
        if (bytes > free) {
            throw new ModelHubException(
                    Problem.DISK,
                    "the download of %s needs %.1f GiB, but %.1f GiB are free in %s: free some space, or set HF_HUB_CACHE to a folder on another disk"
                            .formatted(model, bytes / GIB, free / GIB, cache.folder()));
        }
    }

    /** Adds up what is there of the files. */
    private final class Meter {

        private final DownloadListener listener;
        private final Map<RemoteFile, Long> bytesThere = new HashMap<>();
        private final long before;
        private final long inAll;
        private long reported;

        /** @throws ModelHubException if there is no room for what is missing */
        Meter(List<RemoteFile> files, DownloadListener listener) throws IOException {
            this.listener = listener;
            for (RemoteFile file : files) {
                bytesThere.put(file, BlobDownload.bytesLeft(cache.incomplete(file), file));
            }
            before = there();
            inAll = files.stream().mapToLong(RemoteFile::countedBytes).sum();
            requireRoom(inAll - before);
            report();
        }

        private long there() {
            return bytesThere.values().stream().mapToLong(Long::longValue).sum();
        }

        void arrived(RemoteFile file, long bytes) {
            bytesThere.put(file, Math.min(bytes, file.countedBytes()));
            if (Math.abs(there() - reported) >= REPORTED_BYTES) {
                report();
            }
        }

        void finished(RemoteFile file) {
            bytesThere.put(file, file.countedBytes());
            if (there() != reported) {
                report();
            }
        }

        private void report() {
            reported = there();
            listener.progressed(new DownloadProgress(model, before, reported, inAll));
        }
    }
}
