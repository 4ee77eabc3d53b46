package org.steering4j.checkpoint;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the JSON files of a model folder; a key that is given twice is refused, as is text after the object's end. Stateless. */
public final class JsonFiles {

    /** The index of the largest open models has about 10 MB. */
    private static final int MAXIMUM_BYTES = 1 << 26;

    /** It keeps no table of names: the hundred thousand of a vocabulary are each met once. */
    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private JsonFiles() {}

    /** What to do with the values of a file, one after the other. */
    @FunctionalInterface
    public interface Reading<T> {

        /** @param values not begun yet; not to be closed */
        T read(JsonParser values) throws IOException;
    }

    public static JsonNode readObject(Path file) {
        JsonNode json = read(file, MAPPER::readTree);
        if (json == null || !json.isObject()) {
            throw new ModelFolderException("%s does not hold a JSON object; download it again".formatted(file));
        }
        return json;
    }

    /** Reads a file that is too large for a tree of it all. Values that are read as a tree are held to the same rules as elsewhere. */
    public static <T> T read(Path file, Reading<T> reading) {
        try (InputStream input = Files.newInputStream(file)) {
            return read(input, file.toString(), reading);
        } catch (NoSuchFileException e) {
            throw new ModelFolderException(
                    "%s is missing; a model folder holds config.json, model.safetensors, tokenizer.json and tokenizer_config.json"
                            .formatted(file),
                    e);
        } catch (IOException e) {
            throw new ModelFolderException("%s cannot be read: %s; expected a readable file".formatted(file, e), e);
        }
    }

    /**
     * As {@link #read(Path, Reading)}.
     *
     * @param input is not closed
     * @param name of the file, for what is wrong with it
     */
    public static <T> T read(InputStream input, String name, Reading<T> reading) throws IOException {
        try (JsonParser values = MAPPER.createParser(readBytes(input, name))) {
            T read = reading.read(values);
            if (values.nextToken() != null) {
                throw new ModelFolderException(
                        "%s is not valid JSON: something follows its end; download it again".formatted(name));
            }
            return read;
        } catch (JacksonException e) {
            throw new ModelFolderException(
                    "%s is not valid JSON: %s; download it again".formatted(name, e.getOriginalMessage()), e);
        }
    }

    private static byte[] readBytes(InputStream input, String name) throws IOException {
        byte[] bytes = input.readNBytes(MAXIMUM_BYTES + 1);
        if (bytes.length > MAXIMUM_BYTES) {
            throw new ModelFolderException(
                    "%s has more than %d bytes; it is not a JSON file of a model folder: download it again"
                            .formatted(name, MAXIMUM_BYTES));
        }
        return bytes;
    }
}
