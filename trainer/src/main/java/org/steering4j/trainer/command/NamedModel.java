package org.steering4j.trainer.command;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiFunction;
import org.steering4j.checkpoint.ModelFolderException;
import org.steering4j.hub.DownloadProgress;
import org.steering4j.hub.ModelHub;
import org.steering4j.hub.ModelHubException;
import org.steering4j.hub.ModelName;
import org.steering4j.trainer.Progress;
import picocli.CommandLine.Model.CommandSpec;

/** Finds the folder of a model that is named, and shows how its download goes, if there is one. */
final class NamedModel {

    /** For options that take a model. */
    static final String LABEL = "DIR|NAME|embedded";

    private static final long MEGABYTE = 1_000_000;

    private NamedModel() {}

    /**
     * @param given a folder, or else a name of the hub, owner/name or owner/name@revision
     * @param command one of {@link Main}'s, to show how a download goes
     * @throws ModelFolderException if it is neither
     * @throws ModelHubException if it is such a name, but cannot be had
     */
    static Path folder(String given, CommandSpec command) {
        return folder(given, command, ModelHub::folder);
    }

    /** {@link #folder} of a model whose text alone is wanted: of a name of the hub, without its weights. */
    static Path folderWithoutWeights(String given, CommandSpec command) {
        return folder(given, command, ModelHub::folderWithoutWeights);
    }

    private static Path folder(String given, CommandSpec command, BiFunction<ModelHub, ModelName, Path> finder) {
        Path path = Path.of(given);
        if (Files.isDirectory(path)) {
            return path;
        }
        ModelName name = parse(given);
        Main main = (Main) command.root().userObject();
        try (Download download = new Download(main.errors())) {
            return finder.apply(download.hub(), name);
        } catch (ModelHubException e) {
            throw new ModelHubException(e.problem(), "there is no folder " + given + " here; " + e.getMessage(), e);
        }
    }

    private static ModelName parse(String given) {
        try {
            return ModelName.parse(given);
        } catch (IllegalArgumentException e) {
            throw new ModelFolderException(
                    given
                            + " is not a folder, nor the name of a model on the hub: expected a folder that holds config.json,"
                            + " or owner/name or owner/name@revision",
                    e);
        }
    }

    /** What the hub has of it now. */
    static Path newest(ModelName name, PrintStream screen) {
        try (Download download = new Download(screen)) {
            return download.hub().download(name);
        }
    }

    /** A bar that appears with the first bytes. */
    private static final class Download implements AutoCloseable {

        private final PrintStream screen;
        private Progress bar;

        Download(PrintStream screen) {
            this.screen = screen;
        }

        ModelHub hub() {
            return ModelHub.builder().listener(this::show).build();
        }

        private void show(DownloadProgress progress) {
            if (bar == null) {
                bar = new Progress(
                        screen,
                        progress.model().name(),
                        roundedUp(progress.bytesInAll()),
                        "MB",
                        progress.bytesBefore() / MEGABYTE);
            }
            bar.stepTo(progress.isComplete() ? roundedUp(progress.bytes()) : progress.bytes() / MEGABYTE);
        }

        private static long roundedUp(long bytes) {
            return (bytes + MEGABYTE - 1) / MEGABYTE;
        }

        @Override
        public void close() {
            if (bar != null) {
                bar.close();
            }
        }
    }
}
