package org.steering4j.tokenizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import org.steering4j.checkpoint.JsonFiles;
import org.steering4j.checkpoint.ModelFolderException;

/**
 * A {@code tokenizer.json} that was read, of which a {@link Tokenizer} can be made. Types and parameters of components that are known are allowed,
 * everything else is refused by name: no file, however it was made, leads to more than a refusal. Immutable and thread-safe.
 */
public final class TokenizerFile {

    private static final int MAXIMUM_ADDED_TOKEN = 1_000;
    private static final Set<String> ADDED_TOKEN_FIELDS =
            Set.of("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");

    private final String name;
    private final ObjectNode parts;
    private final ModelData model;
    private final List<AddedToken> addedTokens;
    /** Texts by id; null where there is none. */
    private final String[] tokens;

    private TokenizerFile(String name, ObjectNode parts, ModelData model, List<AddedToken> addedTokens) {
        this.name = name;
        this.parts = parts;
        this.model = model;
        this.addedTokens = addedTokens;
        int highest = model.highestId();
        for (AddedToken token : addedTokens) {
            highest = Math.max(highest, token.id());
        }
        this.tokens = new String[highest + 1];
        model.fill(tokens);
        addedTokens.forEach(token -> tokens[token.id()] = token.content());
    }

    /** @throws ModelFolderException if it is no such file; components are looked at when a tokenizer is made */
    public static TokenizerFile read(Path file) {
        return JsonFiles.read(file, values -> checked(file.toString(), values));
    }

    /**
     * As {@link #read(Path)}.
     *
     * @param input is not closed
     * @param name of the file, for what is wrong with it
     * @throws IOException if it cannot be read
     */
    public static TokenizerFile read(InputStream input, String name) throws IOException {
        return JsonFiles.read(input, name, values -> checked(name, values));
    }

    private static TokenizerFile checked(String name, JsonParser values) throws IOException {
        try {
            return read(name, values);
        } catch (IllegalArgumentException e) {
            throw refused(name, e);
        }
    }

    private static TokenizerFile read(String file, JsonParser values) throws IOException {
        if (values.nextToken() != JsonToken.START_OBJECT) {
            throw new IllegalArgumentException("it is no JSON object");
        }
        ObjectNode parts = JsonNodeFactory.instance.objectNode();
        ModelData model = null;
        while (values.nextToken() == JsonToken.FIELD_NAME) {
            String name = values.currentName();
            values.nextToken();
            if (name.equals("model")) {
                model = ModelData.read(values);
            } else {
                parts.set(name, values.<JsonNode>readValueAsTree());
            }
        }
        if (model == null) {
            throw new IllegalArgumentException("it has no field \"model\"");
        }
        if (parts.has("version") && !parts.get("version").asText().equals("1.0")) {
            throw new IllegalArgumentException(
                    "its version is %s, where \"1.0\" is expected".formatted(Component.shown(parts.get("version"))));
        }
        return new TokenizerFile(file, parts, model, List.copyOf(addedTokens(parts.path("added_tokens"), model)));
    }

    private static ModelFolderException refused(String name, IllegalArgumentException cause) {
        return new ModelFolderException(
                "%s is not a tokenizer that can be run: %s; take the file that was published with the model, or convert the model's tokenizer anew"
                        .formatted(name, cause.getMessage()),
                cause);
    }

    private static List<AddedToken> addedTokens(JsonNode json, ModelData model) {
        if (!json.isMissingNode() && !json.isNull() && !json.isArray()) {
            throw new IllegalArgumentException("its added_tokens are %s, no list".formatted(Component.shown(json)));
        }
        Map<String, AddedToken> tokens = new HashMap<>();
        List<AddedToken> inOrder = new ArrayList<>();
        BitSet ids = new BitSet();
        String[] vocabulary = new String[model.highestId() + 1];
        model.fill(vocabulary);
        for (JsonNode item : json) {
            AddedToken token = addedToken(item);
            if (token.content().isEmpty() || token.equals(tokens.get(token.content()))) {
                continue;
            }
            Integer known = model.id(token.content());
            String holder = token.id() < vocabulary.length ? vocabulary[token.id()] : null;
            if (tokens.put(token.content(), token) != null
                    || ids.get(token.id())
                    || known != null && known != token.id()
                    || known == null && holder != null) {
                throw new IllegalArgumentException("its added token %s has an id or a text that another token has, too"
                        .formatted(Component.shown(item)));
            }
            ids.set(token.id());
            inOrder.add(token);
        }
        return inOrder;
    }

    private static AddedToken addedToken(JsonNode json) {
        JsonNode id = json.path("id");
        JsonNode content = json.path("content");
        boolean valid = id.isIntegralNumber()
                && id.canConvertToInt()
                && id.asInt() >= 0
                && id.asInt() <= ModelData.MAXIMUM_ID
                && content.isTextual()
                && content.asText().length() <= MAXIMUM_ADDED_TOKEN
                && Component.isWellFormed(content.asText());
        if (valid) {
            for (Map.Entry<String, JsonNode> field : json.properties()) {
                valid &= ADDED_TOKEN_FIELDS.contains(field.getKey())
                        && (field.getValue().isBoolean() || field.getValue() == id || field.getValue() == content);
            }
        }
        if (!valid) {
            throw new IllegalArgumentException(
                    "its added token %s is not one with an id of 0 to %d, a text of up to %d characters, and flags"
                            .formatted(Component.shown(json), ModelData.MAXIMUM_ID, MAXIMUM_ADDED_TOKEN));
        }
        boolean special = json.path("special").asBoolean();
        return new AddedToken(
                id.asInt(),
                content.asText(),
                json.path("single_word").asBoolean(),
                json.path("lstrip").asBoolean(),
                json.path("rstrip").asBoolean(),
                json.path("normalized").asBoolean(!special),
                special);
    }

    /** In the order of the file. */
    public List<AddedToken> addedTokens() {
        return addedTokens;
    }

    /** Of the model's vocabulary, added tokens apart; -1 if there is none. */
    public int highestId() {
        return model.highestId();
    }

    /** The token that stands for what is unknown, if there is one. */
    public OptionalInt unknownToken() {
        return model.unknownId() < 0 ? OptionalInt.empty() : OptionalInt.of(model.unknownId());
    }

    /** A part of the file beside the model, such as {@code decoder}, as it stands there; a missing node if it does not. */
    public JsonNode part(String name) {
        return parts.path(name).deepCopy();
    }

    /** @throws ModelFolderException as {@link #tokenizer(Predicate)} */
    public Tokenizer tokenizer() {
        return tokenizer(token -> false);
    }

    /**
     * @param control which added tokens count only where whoever encodes a text allows it; no text becomes one of them otherwise, even if the
     *     model could make it
     * @throws ModelFolderException if a component is of a type or has a parameter that is not known, or could not be run safely on any text
     */
    public Tokenizer tokenizer(Predicate<AddedToken> control) {
        try {
            return make(control);
        } catch (IllegalArgumentException e) {
            throw refused(name, e);
        }
    }

    private Tokenizer make(Predicate<AddedToken> control) {
        BitSet controls = new BitSet();
        for (AddedToken token : addedTokens) {
            if (control.test(token)) {
                controls.set(token.id());
            }
        }
        ComponentReader reader = new ComponentReader();
        Normalizer normalizer = reader.normalizer(parts.path("normalizer"));
        PreTokenizer preTokenizer = reader.preTokenizer(parts.path("pre_tokenizer"));
        boolean visibleBytes = reader.visibleBytes();
        reader.requirePostProcessor(parts.path("post_processor"));
        Decoder decoder = reader.decoder(parts.path("decoder"));
        return new Tokenizer(
                tokens,
                addedTokens,
                controls::get,
                normalizer,
                preTokenizer,
                model.model(visibleBytes, controls::get),
                decoder);
    }
}
