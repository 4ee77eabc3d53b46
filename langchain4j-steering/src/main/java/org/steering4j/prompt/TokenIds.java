package org.steering4j.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.steering4j.checkpoint.ModelFolderException;

/**
 * Reads token ids out of a model folder's settings, such as {@code eos_token_id}. Immutable.
 *
 * @param embeddingRows how many tokens the model has; empty where that is not known
 */
record TokenIds(OptionalInt embeddingRows) {

    private static final int QUOTED_CHARACTERS = 80;

    /**
     * None where the key is missing or null.
     *
     * @throws ModelFolderException if it is neither an id nor a list of ids
     */
    List<Integer> list(Path file, JsonNode settings, String key) {
        JsonNode value = settings.path(key);
        List<Integer> ids = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(id -> ids.add(id(file, key, value, id)));
        } else if (settings.hasNonNull(key)) {
            ids.add(id(file, key, value, value));
        }
        return ids;
    }

    /**
     * Empty where the key is missing or null.
     *
     * @throws ModelFolderException if it is no id
     */
    OptionalInt one(Path file, JsonNode settings, String key) {
        JsonNode value = settings.path(key);
        return settings.hasNonNull(key) ? OptionalInt.of(id(file, key, value, value)) : OptionalInt.empty();
    }

    private int id(Path file, String key, JsonNode value, JsonNode id) {
        int end = embeddingRows.orElse(Integer.MAX_VALUE);
        if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0 || id.intValue() >= end) {
            String text = value.toString();
            throw new ModelFolderException(
                    "%s says %s for \"%s\": expected the id of a token%s, or none; correct it, or remove the key"
                            .formatted(
                                    file,
                                    text.length() > QUOTED_CHARACTERS
                                            ? text.substring(0, QUOTED_CHARACTERS) + "..."
                                            : text,
                                    key,
                                    embeddingRows.isPresent() ? ", 0 to " + (end - 1) : ""));
        }
        return id.intValue();
    }
}
