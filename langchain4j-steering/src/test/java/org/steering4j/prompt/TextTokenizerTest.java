package org.steering4j.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.checkpoint.ModelFolderException;

class TextTokenizerTest {

    @TempDir
    Path folder;

    private TextTokenizer byteLevel() {
        return TextTokenizer.open(
                SmallTokenizers.byteLevel(folder, ""), "'<tool_call>'", Set.of(), OptionalInt.empty());
    }

    private TextTokenizer byteFallback() {
        return TextTokenizer.open(SmallTokenizers.byteFallback(folder, ""), "", Set.of(), OptionalInt.empty());
    }

    @Test
    void should_encode_text_with_the_merges_of_the_file() {
        try (TextTokenizer tokenizer = byteLevel()) {
            assertThat(tokenizer.encode("hello world")).hasSize(2);
            assertThat(tokenizer.decode(tokenizer.encode("hello world"))).isEqualTo("hello world");
            assertThat(tokenizer.encode("")).isEmpty();
        }
    }

    @Test
    void should_not_add_or_cut_tokens() {
        try (TextTokenizer tokenizer = byteFallback()) {
            assertThat(tokenizer.encode("hello")).hasSize(1);
            assertThat(tokenizer.encode("x".repeat(5000))).hasSizeGreaterThanOrEqualTo(5000);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void should_encode_every_control_token_in_text_as_ordinary_characters(boolean bytes) {
        try (TextTokenizer tokenizer = bytes ? byteLevel() : byteFallback()) {
            Set<Integer> control = Set.copyOf(tokenizer.controlTokens().stream()
                    .map(t -> tokenizer.controlToken(t).getAsInt())
                    .toList());
            assertThat(control).isNotEmpty();
            for (String token : tokenizer.controlTokens()) {
                String half = token.substring(0, token.length() / 2);
                for (String text : List.of(
                        token, "a" + token + "b", token + token, half + token + token.substring(half.length()))) {
                    int[] ids = tokenizer.encode(text);
                    assertThat(Arrays.stream(ids).boxed().toList()).as(text).doesNotContainAnyElementsOf(control);
                    assertThat(tokenizer.decode(ids)).isEqualTo(text);
                }
                assertThat(tokenizer.encodeWithControlTokens(token))
                        .contains(tokenizer.controlToken(token).getAsInt());
            }
        }
    }

    @Test
    void should_keep_the_ids_of_the_file() {
        try (TextTokenizer tokenizer = byteFallback()) {
            assertThat(tokenizer.encodeWithControlTokens("<s>hello</s>"))
                    .startsWith(1)
                    .endsWith(2);
            assertThat(tokenizer.controlToken("</s>")).hasValue(2);
            assertThat(tokenizer.controlToken("hello")).isEmpty();
        }
        try (TextTokenizer tokenizer = byteLevel()) {
            assertThat(tokenizer.encodeWithControlTokens(
                            "<|endoftext|><|im_start|><|im_end|><|im_end|>x<tool_call><b>"))
                    .containsExactly(268, 269, 270, 271, 273, 275);
        }
    }

    @Test
    void should_leave_added_tokens_that_control_nothing_to_text() {
        try (TextTokenizer tokenizer = byteLevel()) {
            assertThat(tokenizer.encode("<b>")).containsExactly(275);
            assertThat(tokenizer.encode("<tool_call>")).hasSizeGreaterThan(1);
            assertThat(tokenizer.encode("</tool_call>")).containsExactly(274);
        }
    }

    @Test
    void should_leave_special_tokens_out_of_decoded_text_unless_shown() {
        try (TextTokenizer tokenizer = byteLevel()) {
            int[] ids = tokenizer.encodeWithControlTokens("<|im_start|>hello<|im_end|> <tool_call>");
            assertThat(tokenizer.decode(ids)).isEqualTo("hello <tool_call>");
        }
        try (TextTokenizer tokenizer = byteLevel()) {
            TokenDecoder decoder = tokenizer.decoder(Map.of("<|im_end|>", "(end)", "unknown", "?"));
            StringBuilder text = new StringBuilder();
            for (int id : tokenizer.encodeWithControlTokens("<|im_start|>hello<|im_end|>")) {
                text.append(decoder.append(id));
            }
            assertThat(text.append(decoder.finish())).hasToString("hello(end)");
        }
    }

    @Test
    void should_take_marks_for_control_tokens_although_the_tokenizer_does_not_call_them_special() {
        Path path = SmallTokenizers.byteLevel(folder, "");
        try (TextTokenizer tokenizer = TextTokenizer.open(path, "", Set.of("<tool_call>"), OptionalInt.empty())) {
            int mark = tokenizer.controlToken("<tool_call>").getAsInt();
            assertThat(tokenizer.encode("<tool_call>")).doesNotContain(mark).hasSizeGreaterThan(1);
            assertThat(tokenizer.encodeWithControlTokens("<tool_call>")).containsExactly(mark);
        }
    }

    @Test
    void should_encode_a_continuation_without_the_space_of_a_first_word() {
        try (TextTokenizer tokenizer = byteFallback()) {
            assertThat(tokenizer.decode(tokenizer.encodeContinuation("lo"))).isEqualTo("lo");
            assertThat(tokenizer.encodeContinuation("lo")).hasSize(1);
            assertThat(tokenizer.encode("lo")).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void should_decode_piece_by_piece_what_it_decodes_at_once(boolean bytes) {
        try (TextTokenizer tokenizer = bytes ? byteLevel() : byteFallback()) {
            for (String text : List.of(
                    "hello world",
                    " hello",
                    "  two  spaces ",
                    "naïve 你好 😀👩‍👩‍👧 end",
                    "\n\nlines\n",
                    "",
                    "tab\tand \u0000 nul",
                    "a<|im_end|>b")) {
                int[] ids = tokenizer.encode(text);
                TokenDecoder decoder = tokenizer.decoder();
                StringBuilder pieces = new StringBuilder();
                for (int id : ids) {
                    String piece = decoder.append(id);
                    assertThat(piece).doesNotContain("\uFFFD");
                    pieces.append(piece);
                }
                pieces.append(decoder.finish());
                assertThat(pieces).hasToString(tokenizer.decode(ids)).hasToString(text);
            }
        }
    }

    @Test
    void should_give_out_an_incomplete_character_only_at_the_end() {
        try (TextTokenizer tokenizer = byteLevel()) {
            int[] ids = tokenizer.encode("😀");
            TokenDecoder decoder = tokenizer.decoder();
            for (int id : Arrays.copyOf(ids, 3)) {
                assertThat(decoder.append(id)).isEmpty();
            }
            assertThat(decoder.finish()).contains("\uFFFD");
            assertThat(decoder.finish()).isEmpty();
        }
    }

    @Test
    void should_come_out_of_random_tokens_without_losing_any() {
        try (TextTokenizer tokenizer = byteLevel()) {
            Random random = new Random(7);
            for (int run = 0; run < 50; run++) {
                int[] ids = random.ints(60, 0, 276).toArray();
                TokenDecoder decoder = tokenizer.decoder();
                String pieces =
                        IntStream.of(ids).mapToObj(decoder::append).reduce("", String::concat) + decoder.finish();
                assertThat(pieces.replace("\uFFFD", ""))
                        .isEqualTo(tokenizer.decode(ids).replace("\uFFFD", ""));
            }
        }
    }

    /** U+FFFD, as a model may write it, is held back as if it were the beginning of a character, and given out when there are eight. */
    @Test
    void should_not_give_out_half_a_character_after_many_that_cannot_be_read() {
        try (TextTokenizer tokenizer = byteLevel()) {
            int[] rat = tokenizer.encode("\uD83D\uDC00");
            assertThat(rat).hasSize(4);
            for (int unreadable = 1; unreadable < 12; unreadable++) {
                int[] ids = IntStream.concat(IntStream.generate(() -> rat[1]).limit(unreadable), IntStream.of(rat))
                        .toArray();
                TokenDecoder decoder = tokenizer.decoder();
                List<String> pieces = new ArrayList<>();
                IntStream.of(ids).mapToObj(decoder::append).forEach(pieces::add);
                pieces.add(decoder.finish());
                assertThat(pieces).as("%d before", unreadable).allMatch(TextTokenizerTest::isWellFormed);
                assertThat(String.join("", pieces)).endsWith("\uD83D\uDC00");
            }
        }
    }

    private static boolean isWellFormed(String text) {
        return text.codePoints().noneMatch(point -> Character.getType(point) == Character.SURROGATE);
    }

    /** In Qwen's tokenizers, the tokens for the middle of a text are among the added tokens, but not special. */
    @Test
    void should_take_added_tokens_for_control_tokens_that_look_like_them() throws IOException {
        Path file = SmallTokenizers.byteLevel(folder, "").resolve("tokenizer.json");
        String bar = "\uFF5C";
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("\"</tool_call>\"", "\"<|fim_prefix|>\"")
                        .replace("\"<tool_call>\"", "\"<" + bar + "fim_hole" + bar + ">\""));
        try (TextTokenizer tokenizer = TextTokenizer.open(folder, "", Set.of(), OptionalInt.empty())) {
            for (String token : List.of("<|fim_prefix|>", "<" + bar + "fim_hole" + bar + ">")) {
                int id = tokenizer.controlToken(token).getAsInt();
                assertThat(tokenizer.encode("a" + token)).doesNotContain(id);
                assertThat(tokenizer.encodeWithControlTokens("a" + token)).contains(id);
                assertThat(tokenizer.decode(id)).isEqualTo(token);
            }
            assertThat(tokenizer.encode("<b>")).containsExactly(275);
        }
    }

    @Test
    void should_replace_lone_surrogates() {
        try (TextTokenizer tokenizer = byteLevel()) {
            assertThat(tokenizer.decode(tokenizer.encode("a\uD83Db"))).isEqualTo("a\uFFFDb");
        }
    }

    @Test
    void should_say_that_it_is_closed() {
        TextTokenizer tokenizer = byteLevel();
        tokenizer.close();
        tokenizer.close();
        assertThatThrownBy(() -> tokenizer.encode("hello"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void should_name_the_file_that_is_missing_or_damaged() throws Exception {
        assertThatThrownBy(() -> TextTokenizer.open(folder, "", Set.of(), OptionalInt.empty()))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll("tokenizer.json is missing", "save_pretrained");
        for (String damaged : List.of("", "{", "[]", "{\"model\": {\"type\": \"BPE\"}}")) {
            Files.writeString(folder.resolve("tokenizer.json"), damaged);
            assertThatThrownBy(() -> TextTokenizer.open(folder, "", Set.of(), OptionalInt.empty()))
                    .as(damaged)
                    .isInstanceOf(ModelFolderException.class)
                    .hasMessageContaining("tokenizer.json");
        }
    }
}
