package org.steering4j.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.UnsupportedFeatureException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.tokenizer.TokenizerFile;

class TokenTextsTest {

    private static final String TEXT = "hello world, hello\n\n  é ü 你好 😀 <b> {\"a\": [1, 2]} <0x0A> \u0001";

    @TempDir
    Path folder;

    private TextTokenizer tokenizer(boolean bytes) {
        return TextTokenizer.open(
                bytes ? SmallTokenizers.byteLevel(folder, "") : SmallTokenizers.byteFallback(folder, ""),
                "<tool_call>",
                Set.of(),
                OptionalInt.empty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void should_give_the_bytes_that_make_up_the_text(boolean bytes) {
        try (TextTokenizer tokenizer = tokenizer(bytes)) {
            Map<Integer, byte[]> texts = tokenizer.tokenTexts();
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            for (int token : tokenizer.encodeContinuation(TEXT)) {
                written.writeBytes(texts.get(token));
            }
            assertThat(written.toString(StandardCharsets.UTF_8)).isEqualTo(TEXT);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void should_leave_control_tokens_out(boolean bytes) {
        try (TextTokenizer tokenizer = tokenizer(bytes)) {
            Map<Integer, byte[]> texts = tokenizer.tokenTexts();
            assertThat(tokenizer.controlTokens())
                    .isNotEmpty()
                    .allSatisfy(token -> assertThat(texts)
                            .doesNotContainKey(tokenizer.controlToken(token).getAsInt()));
            assertThat(texts.values()).anySatisfy(text -> assertThat(text).containsExactly(0x0A));
        }
    }

    @Test
    void should_need_the_file_no_more_once_it_is_open() throws Exception {
        try (TextTokenizer tokenizer = tokenizer(true)) {
            int known = tokenizer.tokenTexts().size();
            Files.delete(folder.resolve("tokenizer.json"));
            assertThat(tokenizer.tokenTexts()).hasSize(known);
        }
    }

    private Map<Integer, byte[]> read(String json) throws Exception {
        TokenizerFile file =
                TokenizerFile.read(Files.writeString(folder.resolve("other.json"), json.replace('\'', '"')));
        return TokenTexts.read(file.tokenizer(), file.part("decoder"), file.unknownToken(), Set.of());
    }

    @Test
    void should_read_pieces_with_scores() throws Exception {
        assertThat(
                        read(
                                "{'model':{'vocab':[['<unk>',0],['▁a',-1],['b▁c',-2]],'unk_id':0},'decoder':{'type':'Metaspace','replacement':'▁'}}"))
                .containsOnlyKeys(1, 2)
                .hasEntrySatisfying(1, text -> assertThat(text).asString().isEqualTo(" a"))
                .hasEntrySatisfying(2, text -> assertThat(text).asString().isEqualTo("b c"));
    }

    @Test
    void should_refuse_decoders_it_does_not_know() {
        assertThatThrownBy(
                        () -> read(
                                "{'model':{'vocab':{'a':0},'unk_token':'a'},'decoder':{'type':'WordPiece','prefix':'##','cleanup':false}}"))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll("WordPiece", "not supported");
        assertThatThrownBy(() -> read("{'model':{'vocab':{'a':0},'unk_token':'a'},'decoder':null}"))
                .isExactlyInstanceOf(UnsupportedFeatureException.class);
    }
}
