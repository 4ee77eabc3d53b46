package org.steering4j.trainer.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.steering4j.checkpoint.ModelFolderException;

/** The model that comes as an artifact on the class path. */
final class EmbeddedModel {

    private static final String RESOURCES = "/org/steering4j/embedded/";
    private static final String NAME = "embedded";
    private static final List<String> FILES = List.of(
            "config.json",
            "generation_config.json",
            "model.safetensors",
            "tokenizer.json",
            "tokenizer_config.json",
            "chat_template.jinja");

    private EmbeddedModel() {}

    /**
     * Copies it into a folder, for the engine maps files.
     *
     * @throws ModelFolderException if it is not on the class path
     */
    static Path copyInto(Path parent) {
        if (EmbeddedModel.class.getResource(RESOURCES + FILES.get(0)) == null) {
            throw new ModelFolderException("the embedded model is not on the class path: add the artifact"
                    + " org.steering4j:langchain4j-steering-tiny-model, or name a model folder");
        }
        Path folder = parent.resolve(NAME);
        try {
            Files.createDirectories(folder);
            for (String name : FILES) {
                try (InputStream resource = EmbeddedModel.class.getResourceAsStream(RESOURCES + name)) {
                    if (resource != null) {
                        Files.copy(resource, folder.resolve(name));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the embedded model cannot be copied to " + folder + ": " + e, e);
        }
        return folder;
    }
}
