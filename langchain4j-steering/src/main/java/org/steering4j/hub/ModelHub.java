package org.steering4j.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.hub.ModelHubException.Problem;
import org.steering4j.vector.FileNotWrittenException;

/**
 * Turns a model's name into a model folder: that of the Hugging Face cache folder, into which it downloads what is not there. What Python's
 * {@code huggingface_hub} has downloaded is found here, and the other way round.
 *
 * <p>{@link #ofEnvironment()} follows the environment variables of {@code huggingface_hub}: {@code HF_HUB_CACHE}, {@code HF_HOME} and
 * {@code XDG_CACHE_HOME} (else {@code ~/.cache/huggingface/hub}), {@code HF_ENDPOINT}, {@code HF_TOKEN} and {@code HF_TOKEN_PATH},
 * {@code HF_HUB_OFFLINE}, {@code HF_HUB_DISABLE_SYMLINKS}. A proxy is taken from Java's own settings ({@code -Dhttps.proxyHost=...}).
 *
 * <p>A download that breaks goes on where it ended: by itself a few times, then when it is asked for again, by whatever process. Every file is
 * held against its checksum. Immutable; may be shared between threads. Threads and processes that want the same model wait for the one that
 * downloads it. An interrupt ends a download; what has arrived is kept.
 */
public final class ModelHub {

    private static final Logger LOGGER = LoggerFactory.getLogger(ModelHub.class);

    private final Path cacheFolder;
    private final URI endpoint;
    private final HubEnvironment environment;
    private final String token;
    private final boolean offline;
    private final boolean linksFiles;
    private final DownloadListener listener;
    private final Waiting waiting;

    private ModelHub(Builder builder) {
        this.environment = builder.environment;
        this.cacheFolder = builder.cacheFolder == null ? environment.cacheFolder() : builder.cacheFolder;
        this.endpoint = builder.endpoint == null ? environment.endpoint() : builder.endpoint;
        this.token = builder.token;
        this.offline = builder.offline || environment.isOffline();
        this.linksFiles = environment.linksFiles();
        this.listener = builder.listener;
        this.waiting = builder.waiting;
    }

    /** @throws IllegalArgumentException if {@code HF_ENDPOINT} is no address */
    public static ModelHub ofEnvironment() {
        return builder().build();
    }

    /** Everything as the environment says, until it is set otherwise. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; for one thread. */
    public static final class Builder {

        private HubEnvironment environment = HubEnvironment.ofThisProcess();
        private Path cacheFolder;
        private URI endpoint;
        private String token;
        private boolean offline;
        private DownloadListener listener = new LoggedProgress();
        private Waiting waiting = Waiting.really();

        private Builder() {}

        /** Where models are kept; the folder is made when it is needed. */
        public Builder cacheFolder(Path cacheFolder) {
            this.cacheFolder = Objects.requireNonNull(cacheFolder, "cacheFolder");
            return this;
        }

        /**
         * The hub's address, such as {@code https://huggingface.co}.
         *
         * @throws IllegalArgumentException if it is none
         */
        public Builder endpoint(String endpoint) {
            this.endpoint = HubClient.endpoint(endpoint);
            return this;
        }

        /** What proves to the hub who asks; sent to no other host. */
        public Builder token(String token) {
            this.token = Objects.requireNonNull(token, "token");
            return this;
        }

        /** Whether to leave the network alone; it is left alone, too, where the environment says so. */
        public Builder offline(boolean offline) {
            this.offline = offline;
            return this;
        }

        /** Gets to know how downloads go; unless set, log lines tell. */
        public Builder listener(DownloadListener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        Builder environment(HubEnvironment environment) {
            this.environment = environment;
            return this;
        }

        Builder waiting(Waiting waiting) {
            this.waiting = waiting;
            return this;
        }

        /** @throws IllegalArgumentException if {@code HF_ENDPOINT} is no address */
        public ModelHub build() {
            return new ModelHub(this);
        }
    }

    /**
     * A model's folder. If the cache folder has the model, the network is not touched, so a branch that has moved on is not followed;
     * {@link #download} does. Where another program has left out the chat template or the configuration of tokenizer or generation, these
     * are asked for once.
     *
     * @throws ModelHubException if it is not there and cannot be had
     */
    public Path folder(ModelName model) {
        return guarded(model, () -> presentOrFetched(model, true));
    }

    /**
     * {@link #folder} of a model whose text alone is wanted, not its weights: what is not there is downloaded without them.
     *
     * @throws ModelHubException if it is not there and cannot be had
     */
    public Path folderWithoutWeights(ModelName model) {
        return guarded(model, () -> presentOrFetched(model, false));
    }

    /**
     * A model's folder as the hub has it now: asks for the commit that the revision stands at, and downloads of it what is not there.
     *
     * @throws ModelHubException if it cannot be had
     */
    public Path download(ModelName model) {
        return guarded(model, () -> fetch(model, true, true));
    }

    private interface Work {
        Path run() throws IOException, InterruptedException;
    }

    private Path guarded(ModelName model, Work work) {
        try {
            return work.run();
        } catch (InterruptedException | ClosedByInterruptException e) {
            Thread.currentThread().interrupt();
            throw new ModelHubException(
                    Problem.INTERRUPTED,
                    "the download of " + model + " was interrupted; what has arrived is kept: ask again to go on",
                    e);
        } catch (IOException | FileNotWrittenException e) {
            throw new ModelHubException(
                    Problem.DISK,
                    "the cache folder %s cannot be used: %s; free some space, make it writable, or set HF_HUB_CACHE to another folder; what has arrived is kept"
                            .formatted(cacheFolder, e),
                    e);
        }
    }

    private ModelCache cache(ModelName model) {
        return new ModelCache(cacheFolder, model, linksFiles);
    }

    private Path presentOrFetched(ModelName model, boolean withWeights) throws IOException, InterruptedException {
        Optional<Path> present = present(model, withWeights);
        if (present.isEmpty()) {
            return fetch(model, withWeights, false);
        }
        if (!offline) {
            complete(model, present.get());
        }
        return present.get();
    }

    private Optional<Path> present(ModelName model, boolean withWeights) throws IOException {
        return cache(model)
                .snapshot()
                .filter(folder -> ModelFiles.missingIn(folder, withWeights).isEmpty());
    }

    /** Asks for what the model can be opened without, unless it is known that its commit has no such files. */
    private void complete(ModelName model, Path folder) throws ClosedByInterruptException, InterruptedException {
        String commit = folder.getFileName().toString();
        List<String> unknown = ModelFiles.optionalMissingIn(folder).stream()
                .filter(name -> !cache(model).isKnownToLack(commit, name))
                .toList();
        if (unknown.isEmpty()) {
            return;
        }
        ModelName pinned = new ModelName(model.owner(), model.name(), commit);
        try (ModelLock lock = ModelLock.take(cache(pinned).lockFile(), waiting)) {
            fetchLocked(pinned, false, waiting.once());
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException | ModelHubException | FileNotWrittenException e) {
            LOGGER.warn(
                    "{} is opened without {}, which could not be asked for: {}. In offline mode (HF_HUB_OFFLINE) this is not tried",
                    folder,
                    String.join(", ", unknown),
                    e.toString());
        }
    }

    private Path fetch(ModelName model, boolean withWeights, boolean newest) throws IOException, InterruptedException {
        if (offline) {
            return requirePresent(model, withWeights);
        }
        try (ModelLock lock = ModelLock.take(cache(model).lockFile(), waiting)) {
            Optional<Path> present = newest ? Optional.empty() : present(model, withWeights);
            return present.isPresent() ? present.get() : fetchLocked(model, withWeights, waiting);
        }
    }

    private Path requirePresent(ModelName model, boolean withWeights) throws IOException {
        Path folder = cache(model).snapshot().orElse(null);
        List<String> missing = folder == null ? List.of() : ModelFiles.missingIn(folder, withWeights);
        if (folder == null || !missing.isEmpty()) {
            throw new ModelHubException(
                    Problem.OFFLINE,
                    "the model %s is not in %s%s, and the network may not be used (offline mode, HF_HUB_OFFLINE): download it where it may, with `hf download %s` or `java -jar steering.jar download %s`, or leave offline mode"
                            .formatted(
                                    model,
                                    folder == null ? cache(model).folder() : folder,
                                    folder == null ? "" : " as a whole (" + String.join(", ", missing) + " missing)",
                                    model.id(),
                                    model));
        }
        return folder;
    }

    private Path fetchLocked(ModelName model, boolean withWeights, Waiting waiting)
            throws IOException, InterruptedException {
        String known = token == null ? environment.token().orElse(null) : token;
        HubClient client = new HubClient(endpoint, known, model, waiting);
        return new ModelDownload(model, client, cache(model), listener, waiting).run(withWeights);
    }
}
