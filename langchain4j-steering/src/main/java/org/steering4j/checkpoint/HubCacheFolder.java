package org.steering4j.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A model's folder in the Hugging Face cache, {@code models--OWNER--NAME}: it holds {@code snapshots/COMMIT}, a folder for each commit that was
 * downloaded, and {@code refs/REVISION}, files with the commit that a branch or tag stood at.
 *
 * @param path of the folder itself
 * @param model {@code OWNER/NAME}, or the name alone where the model has no owner
 */
record HubCacheFolder(Path path, String model) {

    private static final Pattern MODEL = Pattern.compile("models--(?:([^/]+?)--)?([^/]+)");
    private static final Pattern COMMIT = Pattern.compile("[0-9A-Za-z._-]{1,100}");
    private static final String SNAPSHOTS = "snapshots";

    /** {@code OWNER/NAME} of a snapshot: the folder's own name would be a commit, and what config.json says is often a path of those who made it. */
    static Optional<String> modelName(Path snapshot) {
        if (snapshot.getNameCount() < 3 || !snapshot.getParent().endsWith(SNAPSHOTS)) {
            return Optional.empty();
        }
        return named(snapshot.getParent().getParent()).map(HubCacheFolder::model);
    }

    /** Of that folder, or of the folder of snapshots in it. */
    static Optional<HubCacheFolder> of(Path given) {
        Path path = given.toAbsolutePath().normalize();
        if (path.endsWith(SNAPSHOTS)) {
            path = path.getParent();
        }
        return named(path).filter(cache -> Files.isDirectory(cache.path.resolve(SNAPSHOTS)));
    }

    private static Optional<HubCacheFolder> named(Path path) {
        if (path == null || path.getFileName() == null) {
            return Optional.empty();
        }
        Matcher name = MODEL.matcher(path.getFileName().toString());
        if (!name.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                new HubCacheFolder(path, name.group(1) == null ? name.group(2) : name.group(1) + "/" + name.group(2)));
    }

    /**
     * What the branch {@code main} stood at, else the only one.
     *
     * @throws ModelFolderException if there is none, or there are several and nothing says which
     */
    Path snapshot() {
        Path snapshots = path.resolve(SNAPSHOTS);
        Optional<Path> main = commit(path.resolve("refs").resolve("main"))
                .map(snapshots::resolve)
                .filter(Files::isDirectory);
        if (main.isPresent()) {
            return main.get();
        }
        List<Path> all = list(snapshots, Files::isDirectory);
        if (all.isEmpty()) {
            throw new ModelFolderException(
                    "%s is the folder of %s in the Hugging Face cache and holds no snapshot of it; download the model"
                            .formatted(path, model));
        }
        if (all.size() > 1) {
            throw new ModelFolderException(
                    "%s is the folder of %s in the Hugging Face cache and holds %d snapshots of it, of which refs/main names none; open one of %s"
                            .formatted(path, model, all.size(), described(all)));
        }
        return all.get(0);
    }

    private String described(List<Path> snapshots) {
        List<String> described = new ArrayList<>();
        for (Path snapshot : snapshots) {
            List<String> revisions = list(path.resolve("refs"), Files::isRegularFile).stream()
                    .filter(ref -> commit(ref).stream().anyMatch(snapshot::endsWith))
                    .map(ref -> ref.getFileName().toString())
                    .toList();
            described.add(snapshot + (revisions.isEmpty() ? "" : " (" + String.join(", ", revisions) + ")"));
        }
        return String.join(", ", described);
    }

    private static List<Path> list(Path folder, Predicate<Path> kind) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(kind).sorted().toList();
        } catch (IOException e) {
            throw new ModelFolderException("%s cannot be listed: %s".formatted(folder, e), e);
        }
    }

    /** That a file of {@code refs} names; empty if there is no such file, or it names none. */
    private static Optional<String> commit(Path reference) {
        if (!Files.isRegularFile(reference)) {
            return Optional.empty();
        }
        try (InputStream input = Files.newInputStream(reference)) {
            String commit = new String(input.readNBytes(200), StandardCharsets.US_ASCII).strip();
            return Optional.of(commit).filter(text -> COMMIT.matcher(text).matches() && !text.matches("\\.+"));
        } catch (IOException e) {
            throw new ModelFolderException("%s cannot be read: %s".formatted(reference, e), e);
        }
    }
}
