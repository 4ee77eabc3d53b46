package org.steering4j.checkpoint;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the JSON files of a model folder. Stateless. */
public final class JsonFiles {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonFiles() {}

    public static JsonNode readObject(Path file) {
        JsonNode json;
        try {
            json = MAPPER.readTree(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new ModelFolderException(
                    "%s is missing; a model folder holds config.json, model.safetensors, tokenizer.json and tokenizer_config.json"
                            .formatted(file),
                    e);
        } catch (JacksonException e) {
            throw new ModelFolderException("%s is not valid JSON: %s".formatted(file, e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new ModelFolderException("%s cannot be read: %s".formatted(file, e), e);
        }
        if (json == null || !json.isObject()) {
            throw new ModelFolderException("%s does not hold a JSON object".formatted(file));
        }
        return json;
    }
}
