package org.steering4j.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.exception.UnsupportedFeatureException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.steering4j.tokenizer.Tokenizer;

/**
 * What each token of a {@code tokenizer.json} writes in the middle of a text, in bytes: a token may be a part of a character only, which no
 * decoding of it alone would tell. It follows the file's decoder, as far as that treats each token by itself.
 */
final class TokenTexts {

    private static final Pattern BYTE = Pattern.compile("<0x([0-9A-Fa-f]{2})>");

    /** GPT-2's way to write every byte as a visible character. */
    private static final Map<Character, Integer> BYTE_BY_VISIBLE_CHARACTER = bytesByVisibleCharacter();

    private final List<UnaryOperator<String>> replacements = new ArrayList<>();
    private boolean byteFallback;
    private boolean byteLevel;

    private TokenTexts(JsonNode decoder) {
        addStep(decoder);
    }

    /**
     * @param decoder as it stands in the file
     * @param unknown the token that stands for what is unknown, which no text is meant by
     * @param control tokens to leave out
     * @throws UnsupportedFeatureException if the decoder does something that we do not know
     */
    static Map<Integer, byte[]> read(Tokenizer tokenizer, JsonNode decoder, OptionalInt unknown, Set<Integer> control) {
        TokenTexts texts = new TokenTexts(decoder);
        Map<Integer, byte[]> bytes = new HashMap<>();
        for (int id = 0; id < tokenizer.idBound(); id++) {
            String token = tokenizer.token(id);
            if (token != null) {
                bytes.put(id, texts.bytes(token));
            }
        }
        if (unknown.isPresent()
                && tokenizer.addedTokens().stream().noneMatch(token -> token.id() == unknown.getAsInt())) {
            bytes.remove(unknown.getAsInt());
        }
        bytes.keySet().removeAll(control);
        return bytes;
    }

    private void addStep(JsonNode step) {
        String type = step.path("type").asText();
        JsonNode replaced = step.path("pattern").path("String");
        if (type.equals("Sequence")) {
            step.path("decoders").forEach(this::addStep);
        } else if (type.equals("Replace") && replaced.isTextual()) {
            replacements.add(piece ->
                    piece.replace(replaced.asText(), step.path("content").asText()));
        } else if (type.equals("Metaspace")) {
            replacements.add(piece -> piece.replace(step.path("replacement").asText("\u2581"), " "));
        } else if (type.equals("ByteFallback")) {
            byteFallback = true;
        } else if (type.equals("ByteLevel")) {
            byteLevel = true;
        } else if (!type.equals("Fuse") && !type.equals("Strip")) { // these look at a whole text
            throw new UnsupportedFeatureException(
                    ("responseFormat JSON and toolChoice REQUIRED are not supported by this model, whose tokenizer has the decoder %s;"
                                    + " leave them out, and ask for JSON in a message")
                            .formatted(step.isObject() ? type : "null"));
        }
    }

    private byte[] bytes(String piece) {
        String text = piece;
        for (UnaryOperator<String> replacement : replacements) {
            text = replacement.apply(text);
        }
        Matcher matcher = BYTE.matcher(text);
        if (byteFallback && matcher.matches()) {
            return new byte[] {(byte) Integer.parseInt(matcher.group(1), 16)};
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return byteLevel ? visibleBytes(text, utf8) : utf8;
    }

    /** Tokens that hold another character than those that stand for bytes are taken as they are. */
    private static byte[] visibleBytes(String text, byte[] otherwise) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (char c : text.toCharArray()) {
            Integer value = BYTE_BY_VISIBLE_CHARACTER.get(c);
            if (value == null) {
                return otherwise;
            }
            bytes.write(value);
        }
        return bytes.toByteArray();
    }

    private static Map<Character, Integer> bytesByVisibleCharacter() {
        Map<Character, Integer> bytes = new HashMap<>();
        char next = 256; // the invisible ones follow Latin-1
        for (int value = 0; value < 256; value++) {
            boolean visible = (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xFF && value != 0xAD);
            bytes.put(visible ? (char) value : next++, value);
        }
        return Map.copyOf(bytes);
    }
}
