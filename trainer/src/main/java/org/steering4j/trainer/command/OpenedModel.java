package org.steering4j.trainer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.steering4j.checkpoint.ModelFolderException;
import org.steering4j.engine.GenerationRequest;
import org.steering4j.engine.LanguageModel;
import org.steering4j.prompt.PromptRenderer;
import org.steering4j.prompt.TokenDecoder;

/**
 * A model that a command works with.
 *
 * @param endTokens ids with which it ends its turn
 * @param beginningOfText {@code bos_token_id} of config.json, if it has one
 * @param beginsTexts whether its tokenizer puts that token before every text
 */
record OpenedModel(
        LanguageModel model,
        PromptRenderer prompts,
        Set<Integer> endTokens,
        OptionalInt beginningOfText,
        boolean beginsTexts)
        implements AutoCloseable {

    /** Opens a Hugging Face folder. */
    static OpenedModel open(Path folder) {
        Set<Integer> endTokens = endTokens(folder);
        PromptRenderer prompts = PromptRenderer.open(folder);
        try {
            return new OpenedModel(
                    LanguageModel.open(folder), prompts, endTokens, beginningOfText(folder), beginsTexts(folder));
        } catch (RuntimeException e) {
            prompts.close();
            throw e;
        }
    }

    /** {@code eos_token_id} of generation_config.json, or of config.json; a number or a list. */
    private static Set<Integer> endTokens(Path folder) {
        for (String name : new String[] {"generation_config.json", "config.json"}) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                Set<Integer> tokens = new LinkedHashSet<>();
                JsonNode found = read(file).path("eos_token_id");
                if (found.isInt()) {
                    tokens.add(found.asInt());
                }
                found.forEach(token -> tokens.add(token.asInt()));
                if (!tokens.isEmpty()) {
                    return tokens;
                }
            }
        }
        throw new ModelFolderException(folder
                + " does not say with which token the model ends its turn: add eos_token_id to generation_config.json");
    }

    private static OptionalInt beginningOfText(Path folder) {
        JsonNode found = read(folder.resolve("config.json")).path("bos_token_id");
        return found.isInt() ? OptionalInt.of(found.asInt()) : OptionalInt.empty();
    }

    /** Either the configuration says it, or the tokenizer's post-processor holds the token. */
    private static boolean beginsTexts(Path folder) {
        Path file = folder.resolve("tokenizer_config.json");
        JsonNode configuration = Files.exists(file) ? read(file) : MissingNode.getInstance();
        if (configuration.path("add_bos_token").isBoolean()) {
            return configuration.get("add_bos_token").asBoolean();
        }
        JsonNode token = configuration.path("bos_token");
        String content = token.isObject() ? token.path("content").asText() : token.asText("");
        return !content.isEmpty()
                && read(folder.resolve("tokenizer.json"))
                        .path("post_processor")
                        .toString()
                        .contains("\"" + content + "\"");
    }

    private static JsonNode read(Path file) {
        try {
            return new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new ModelFolderException(file + " cannot be read as JSON: " + e.getMessage(), e);
        }
    }

    /** The tokens of a text without chat template, after the beginning-of-text token if its tokenizer puts one there. */
    int[] rawPrompt(String text) {
        int[] tokens = prompts.tokenizer().encode(text);
        if (tokens.length > 0 && !beginsTexts || beginningOfText.isEmpty()) {
            if (tokens.length == 0) {
                throw new IllegalArgumentException("the prompt is empty, and the model names no beginning-of-text token"
                        + " (bos_token_id) to stand for it: give a prompt");
            }
            return tokens;
        }
        int[] whole = new int[tokens.length + 1];
        whole[0] = beginningOfText.getAsInt();
        System.arraycopy(tokens, 0, whole, 1, tokens.length);
        return whole;
    }

    /** Generates and hands out the text as it comes; ends early when asked to. Returns the whole text. */
    String generate(GenerationRequest request, Consumer<String> piece, BooleanSupplier stop) {
        TokenDecoder decoder = prompts.tokenizer().decoder();
        StringBuilder whole = new StringBuilder();
        Consumer<String> out = text -> {
            whole.append(text);
            piece.accept(text);
        };
        model.generate(request, token -> {
            out.accept(decoder.append(token));
            return !stop.getAsBoolean();
        });
        out.accept(decoder.finish());
        return whole.toString();
    }

    @Override
    public void close() {
        prompts.close();
        model.close();
    }
}
