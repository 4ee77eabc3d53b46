package org.steering4j;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.steering4j.checkpoint.LoraAdapter;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.checkpoint.ModelFolderException;

/**
 * The model folder on the class path, copied to a temporary folder, because the engine maps files.
 *
 * @param root the temporary folder
 * @param folder the model's: the root or a folder in it
 */
record EmbeddedModel(Path root, Path folder) {

    /** Looked for by the class loader: as a resource of the class, it would have to be in its module. */
    private static final String RESOURCES = "org/steering4j/embedded/";

    private static final String ARTIFACT = "org.steering4j:langchain4j-steering-tiny-model";
    private static final List<String> FILES = List.of(
            "config.json",
            "model.safetensors",
            "tokenizer.json",
            "tokenizer_config.json",
            "generation_config.json",
            "chat_template.jinja");
    private static final String ADAPTER = "variant/";
    private static final List<String> ADAPTER_FILES =
            List.of(ADAPTER + "adapter_config.json", ADAPTER + "adapter_model.safetensors");
    private static final String VARIANT = "steering4j-tiny-seafarer";

    static boolean isPresent() {
        return EmbeddedModel.class.getClassLoader().getResource(RESOURCES + FILES.get(0)) != null;
    }

    static EmbeddedModel unpack() {
        if (!isPresent()) {
            throw new ModelFolderException("there is no embedded model on the class path: add the artifact " + ARTIFACT
                    + ", or open a model folder with modelPath(...)");
        }
        Path folder = createFolder();
        EmbeddedModel model = new EmbeddedModel(folder, folder);
        model.copy(FILES);
        return model;
    }

    /** The model with the adapter that comes with it merged in. */
    static EmbeddedModel unpackVariant() {
        EmbeddedModel model = unpack();
        Path variant = model.root.resolve(VARIANT);
        model.copy(ADAPTER_FILES);
        try {
            LoraAdapter.read(model.root.resolve(ADAPTER)).merge(ModelFolder.open(model.folder), variant);
            deleteOnExit(variant);
            return new EmbeddedModel(model.root, variant);
        } catch (IOException e) {
            model.delete();
            throw new ModelFolderException("the embedded variant cannot be kept in " + variant + ": " + e, e);
        } catch (RuntimeException | Error e) {
            model.delete();
            throw e;
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

    /** Deletes everything if a file cannot be copied. */
    private void copy(List<String> files) {
        try {
            for (String file : files) {
                copy(file);
            }
        } catch (IOException e) {
            delete();
            throw new ModelFolderException(
                    "the embedded model cannot be copied to " + root + ": " + e.getMessage()
                            + "; free some space, or choose another place with -Djava.io.tmpdir=...",
                    e);
        }
    }

    private void copy(String file) throws IOException {
        try (InputStream resource = EmbeddedModel.class.getClassLoader().getResourceAsStream(RESOURCES + file)) {
            if (resource != null) {
                Path copy = root.resolve(file);
                if (Files.notExists(copy.getParent())) {
                    Files.createDirectory(copy.getParent()).toFile().deleteOnExit();
                }
                copy.toFile().deleteOnExit(); // files after their folder: the last registered is the first deleted
                Files.copy(resource, copy);
            }
        }
    }

    private static void deleteOnExit(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.forEach(file -> file.toFile().deleteOnExit());
        }
    }

    /** Deletes the copy; what cannot be deleted yet, as mapped files on Windows, goes when the JVM exits. */
    void delete() {
        try (Stream<Path> files = Files.walk(root)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // Left to the JVM's exit.
        }
    }
}
