package org.steering4j.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.steering4j.checkpoint.JsonFiles;

/**
 * How a text without chat template begins.
 *
 * @param token the beginning-of-text token, if the model has one
 * @param always whether the model's tokenizer puts it before every text
 */
record TextBeginning(OptionalInt token, boolean always) {

    /** @param content {@code bos_token} of {@code tokenizer_config.json}, or null */
    static TextBeginning read(Path folder, TextTokenizer tokenizer, String content, TokenIds ids) {
        OptionalInt token = content == null ? OptionalInt.empty() : tokenizer.controlToken(content);
        for (String file : new String[] {"config.json", "generation_config.json"}) {
            Path path = folder.resolve(file);
            OptionalInt id = ids.one(path, readIfPresent(path), "bos_token_id");
            token = token.isPresent() ? token : id;
        }
        return new TextBeginning(token, token.isPresent() && putBeforeEveryText(folder, tokenizer, content));
    }

    /** Either the configuration says so, or the tokenizer's post-processor names the token. */
    private static boolean putBeforeEveryText(Path folder, TextTokenizer tokenizer, String content) {
        JsonNode asked = readIfPresent(folder.resolve("tokenizer_config.json")).path("add_bos_token");
        if (asked.isBoolean()) {
            return asked.asBoolean();
        }
        return content != null && tokenizer.postProcessor().toString().contains("\"" + content + "\"");
    }

    private static JsonNode readIfPresent(Path file) {
        return Files.exists(file) ? JsonFiles.readObject(file) : MissingNode.getInstance();
    }
}
