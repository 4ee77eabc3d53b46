package org.steering4j.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.prompt.jinja.Text;

/**
 * Tokenizers in the style of each family, against what Hugging Face's own tokenizers make of the same texts. The files, the script that made
 * them and its answers are in {@code tokenizers}.
 */
class TokenizerStylesTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path folder;

    private static InputStream resource(String name) {
        return TokenizerStylesTest.class.getResourceAsStream("/tokenizers/" + name);
    }

    private TextTokenizer open(String style) throws IOException {
        try (InputStream json = resource(style + ".json")) {
            Files.copy(json, folder.resolve("tokenizer.json"));
        }
        return TextTokenizer.open(
                folder, "", List.of("<tool_call>", "</tool_call>", "<think>", "</think>"), OptionalInt.empty());
    }

    private static JsonNode expected(String style) throws IOException {
        try (InputStream json = resource("expected.json")) {
            return MAPPER.readTree(json).get(style);
        }
    }

    private static int[] ids(JsonNode expected) {
        return MAPPER.convertValue(expected.get("ids"), int[].class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-2", "llama-3", "mistral-metaspace", "tekken", "qwen", "gemma", "phi-3", "gpt-2"})
    void should_encode_and_decode_as_hugging_face_does(String style) throws IOException {
        try (TextTokenizer tokenizer = open(style)) {
            for (JsonNode text : expected(style).get("texts")) {
                String plain = text.get("text").asText();
                assertThat(tokenizer.encode(plain)).as(plain).containsExactly(ids(text));
                assertThat(tokenizer.decode(ids(text)))
                        .as(plain)
                        .isEqualTo(text.get("decoded").asText());
            }
        }
    }

    /** With the tokens that the template writes, and no other before it. */
    @ParameterizedTest
    @ValueSource(strings = {"llama-2", "llama-3", "mistral-metaspace", "tekken", "qwen", "gemma", "phi-3", "gpt-2"})
    void should_encode_a_prompt_as_hugging_face_does(String style) throws IOException {
        try (TextTokenizer tokenizer = open(style)) {
            JsonNode prompt = expected(style).get("prompt");
            String text = prompt.get("text").asText();
            assertThat(tokenizer.encode(Text.own(text))).containsExactly(ids(prompt));
            assertThat(tokenizer.encode(Text.foreign(text)))
                    .doesNotContain(tokenizer.controlTokens().stream()
                            .mapToInt(token -> tokenizer.controlToken(token).getAsInt())
                            .toArray());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-2", "llama-3", "mistral-metaspace", "tekken", "qwen", "gemma", "phi-3", "gpt-2"})
    void should_stream_whole_characters_that_make_the_same_text(String style) throws IOException {
        try (TextTokenizer tokenizer = open(style)) {
            for (JsonNode text : expected(style).get("texts")) {
                String decoded = text.get("decoded").asText();
                List<String> pieces = pieces(tokenizer, ids(text));
                assertThat(String.join("", pieces)).isEqualTo(decoded);
                if (!decoded.contains("\uFFFD")) {
                    assertThat(pieces).noneMatch(piece -> piece.contains("\uFFFD"));
                }
                assertThat(pieces).noneMatch(TokenizerStylesTest::endsWithinCharacter);
            }
        }
    }

    private static boolean endsWithinCharacter(String piece) {
        return !piece.isEmpty() && Character.isHighSurrogate(piece.charAt(piece.length() - 1));
    }

    private static List<String> pieces(TextTokenizer tokenizer, int[] ids) {
        TokenDecoder decoder = tokenizer.decoder();
        return IntStream.range(0, ids.length + 1)
                .mapToObj(i -> i < ids.length ? decoder.append(ids[i]) : decoder.finish())
                .toList();
    }

    /**
     * What a steered model may write is no text that anybody would: bytes that make no character, tokens that there are none of. Of a run of
     * byte tokens that is no text as a whole, Hugging Face's decoder loses all, and a stream those at fault: so it may hold more.
     */
    @ParameterizedTest
    @ValueSource(strings = {"llama-2", "llama-3", "mistral-metaspace", "tekken", "qwen", "gemma", "phi-3", "gpt-2"})
    void should_lose_nothing_of_any_tokens_that_are_streamed(String style) throws IOException {
        try (TextTokenizer tokenizer = open(style)) {
            int padded = expected(style).get("size").asInt() + 20;
            Random random = new Random(7);
            for (int run = 0; run < 30; run++) {
                int[] ids = random.ints(40, 0, padded).toArray();
                String streamed = String.join("", pieces(tokenizer, ids));
                int from = 0;
                for (char c : tokenizer.decode(ids).replace("\uFFFD", "").toCharArray()) {
                    from = streamed.indexOf(c, from) + 1;
                    assertThat(from).as("%s in %s", c, streamed).isPositive();
                }
            }
        }
    }

    /** Models that would find them in their own vocabulary. */
    @ParameterizedTest
    @ValueSource(strings = {"unigram", "word-piece"})
    void should_not_find_control_tokens_in_the_vocabulary_either(String style) throws IOException {
        try (TextTokenizer tokenizer = open(style)) {
            for (String token : List.of("<s>", "</s>", "[CLS]", "[SEP]")) {
                if (tokenizer.controlToken(token).isPresent()) {
                    int id = tokenizer.controlToken(token).getAsInt();
                    assertThat(tokenizer.encode(token)).isNotEmpty().doesNotContain(id);
                    assertThat(tokenizer.encode("a " + token + " b")).doesNotContain(id);
                    assertThat(tokenizer.encodeWithControlTokens("a " + token)).contains(id);
                }
            }
            assertThat(tokenizer.controlTokens()).hasSizeGreaterThan(2);
        }
    }
}
