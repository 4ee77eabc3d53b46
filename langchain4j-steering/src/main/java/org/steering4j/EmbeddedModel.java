package org.steering4j;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.steering4j.checkpoint.ModelFolderException;

/** The model folder on the class path, copied to a temporary folder, because the engine maps files. */
record EmbeddedModel(Path folder) {

    private static final String RESOURCES = "/org/steering4j/embedded/";
    private static final String ARTIFACT = "org.steering4j:langchain4j-steering-tiny-model";
    private static final List<String> FILES = List.of(
            "config.json",
            "model.safetensors",
            "tokenizer.json",
            "tokenizer_config.json",
            "generation_config.json",
            "chat_template.jinja");

    static boolean isPresent() {
        return EmbeddedModel.class.getResource(RESOURCES + FILES.get(0)) != null;
    }

    static EmbeddedModel unpack() {
        if (!isPresent()) {
            throw new ModelFolderException("there is no embedded model on the class path: add the artifact " + ARTIFACT
                    + ", or open a model folder with modelPath(...)");
        }
        EmbeddedModel model = new EmbeddedModel(createFolder());
        try {
            for (String file : FILES) {
                model.copy(file);
            }
            return model;
        } catch (RuntimeException | Error e) {
            model.delete();
            throw e;
        } catch (IOException e) {
            model.delete();
            throw new ModelFolderException(
                    "the embedded model cannot be copied to " + model.folder + ": " + e.getMessage()
                            + "; free some space, or choose another place with -Djava.io.tmpdir=...",
                    e);
        }
    }

    private static Path createFolder() {
        try {
            Path folder = Files.createTempDirectory("steering4j-embedded-");
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new ModelFolderException(
                    "no temporary folder can be made for the embedded model: " + e.getMessage()
                            + "; choose another place with -Djava.io.tmpdir=...",
                    e);
        }
    }

    private void copy(String file) throws IOException {
        try (InputStream resource = EmbeddedModel.class.getResourceAsStream(RESOURCES + file)) {
            if (resource != null) {
                Path copy = folder.resolve(file);
                copy.toFile().deleteOnExit(); // files after their folder: the last registered is the first deleted
                Files.copy(resource, copy);
            }
        }
    }

    /** Deletes the copy; what cannot be deleted yet, as mapped files on Windows, goes when the JVM exits. */
    void delete() {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                file.toFile().delete();
            }
            folder.toFile().delete();
        } catch (IOException e) {
            // Left to the JVM's exit.
        }
    }
}
