package org.steering4j.trainer.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that names the model. */
final class ModelOption {

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR|embedded",
            description =
                    "A Hugging Face model folder, or the word embedded for the model that ships with this program.")
    private String model;

    OpenedModel open() {
        if (!model.equals("embedded")) {
            return OpenedModel.open(Path.of(model));
        }
        try {
            Path parent = Files.createTempDirectory("steering4j");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteAll(parent)));
            return OpenedModel.open(EmbeddedModel.copyInto(parent));
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary folder can be made: " + e, e);
        }
    }

    private static void deleteAll(Path folder) {
        try (var paths = Files.walk(folder)) {
            paths.sorted(java.util.Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        } catch (IOException leftBehind) {
            // Temporary files that cannot be deleted are the system's to clear.
        }
    }
}
