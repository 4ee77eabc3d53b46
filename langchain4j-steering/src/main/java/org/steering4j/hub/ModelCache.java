package org.steering4j.hub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;
import org.steering4j.internal.AtomicFiles;

/** One model's part of the cache folder, in the layout of {@code huggingface_hub}. Knows no network. */
final class ModelCache {

    private final Path cacheFolder;
    private final ModelName model;
    private final Path folder;
    private final boolean linksFiles;

    /** @param linksFiles false to copy files instead, as where the file system has no symbolic links */
    ModelCache(Path cacheFolder, ModelName model, boolean linksFiles) {
        this.cacheFolder = cacheFolder;
        this.model = model;
        this.folder = cacheFolder.resolve("models--" + model.owner() + "--" + model.name());
        this.linksFiles = linksFiles;
    }

    Path folder() {
        return folder;
    }

    Path lockFile() {
        // Not among huggingface_hub's own, which are locked in a way that Java knows nothing of (flock, not fcntl).
        return cacheFolder.resolve(".locks").resolve(folder.getFileName()).resolve("steering4j.lock");
    }

    Path blob(RemoteFile file) {
        return folder.resolve("blobs").resolve(file.checksum());
    }

    /**
     * What has arrived of a file. It is not {@code CHECKSUM.incomplete}: older releases of huggingface_hub append to that under a lock that Java
     * cannot take; newer ones have a file of their own, too.
     */
    Path incomplete(RemoteFile file) {
        return folder.resolve("blobs").resolve(file.checksum() + ".steering4j.incomplete");
    }

    Path snapshot(String commit) {
        return folder.resolve("snapshots").resolve(commit);
    }

    /** The folder of the model's revision, whole or not. */
    Optional<Path> snapshot() throws IOException {
        Optional<String> commit =
                HubClient.isCommit(model.revision()) ? Optional.of(model.revision()) : readReference();
        return commit.map(this::snapshot).filter(Files::isDirectory);
    }

    private Optional<String> readReference() throws IOException {
        Path reference = reference();
        return Files.isRegularFile(reference)
                ? Optional.of(Files.readString(reference).strip()).filter(HubClient::isCommit)
                : Optional.empty();
    }

    private Path reference() {
        return folder.resolve("refs").resolve(model.revision());
    }

    /** Notes which commit the model's revision stands at. */
    void writeReference(String commit) throws IOException {
        if (!commit.equals(model.revision()) && !readReference().equals(Optional.of(commit))) {
            Files.createDirectories(reference().getParent());
            AtomicFiles.write(reference(), output -> output.write(commit.getBytes(StandardCharsets.US_ASCII)));
        }
    }

    /**
     * Gives a file of a commit, whose blob is there, its place in the snapshot.
     *
     * @param newBlob whether no other snapshot can be in need of the blob
     */
    void place(String commit, RemoteFile file, boolean newBlob) throws IOException {
        Path place = snapshot(commit).resolve(file.name());
        Files.createDirectories(place.getParent());
        if (isPlaced(commit, file)) {
            return;
        }
        Files.deleteIfExists(place);
        if (linksFiles && link(place, blob(file))) {
            return;
        }
        Path moved = blob(file);
        if (!newBlob) {
            moved = place.resolveSibling("." + UUID.randomUUID() + ".tmp");
            Files.copy(blob(file), moved);
        }
        Files.move(moved, place, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Whether the commit's snapshot has the file, of the right length. */
    boolean isPlaced(String commit, RemoteFile file) throws IOException {
        return isWhole(snapshot(commit).resolve(file.name()), file);
    }

    /** Whether a commit is known not to have a file. */
    boolean isKnownToLack(String commit, String name) {
        return Files.exists(absence(commit, name));
    }

    /** Notes that a commit does not have a file. */
    void noteAbsence(String commit, String name) throws IOException {
        if (!isKnownToLack(commit, name)) {
            Files.createDirectories(absence(commit, name).getParent());
            Files.write(absence(commit, name), new byte[0]); // not createFile: another program may note it, too
        }
    }

    /** Where huggingface_hub notes it, too. */
    private Path absence(String commit, String name) {
        return folder.resolve(".no_exist").resolve(commit).resolve(name);
    }

    boolean hasBlob(RemoteFile file) throws IOException {
        return isWhole(blob(file), file);
    }

    private static boolean isWhole(Path path, RemoteFile file) throws IOException {
        return Files.isRegularFile(path) && (!file.hasKnownLength() || Files.size(path) == file.bytes());
    }

    /** False where there are no symbolic links, or no right to make them. */
    private static boolean link(Path place, Path blob) throws IOException {
        try {
            // Relative, so that the cache folder can be moved.
            Files.createSymbolicLink(place, place.getParent().relativize(blob));
            return true;
        } catch (FileAlreadyExistsException e) {
            // Python was quicker.
            return Files.exists(place);
        } catch (UnsupportedOperationException | FileSystemException e) {
            return false;
        }
    }
}
