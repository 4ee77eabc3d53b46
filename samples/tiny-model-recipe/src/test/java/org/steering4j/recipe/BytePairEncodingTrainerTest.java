package org.steering4j.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BytePairEncodingTrainerTest {

    private static final int VOCABULARY_SIZE = 2048;

    @TempDir
    static Path folder;

    private static BytePairEncoding encoding;
    private static HuggingFaceTokenizer tokenizer;

    @BeforeAll
    static void train() throws IOException {
        encoding = trained(2_000);
        encoding.writeTo(folder);
        tokenizer = HuggingFaceTokenizer.newInstance(
                folder.resolve("tokenizer.json"), Map.of("truncation", "false", "maxLength", "4096"));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void should_start_with_special_tokens_and_bytes() {
        assertThat(encoding.vocabulary()).hasSize(VOCABULARY_SIZE).doesNotHaveDuplicates();
        assertThat(encoding.vocabulary().subList(0, 9))
                .containsExactly(
                        "<|endoftext|>",
                        "<|im_start|>",
                        "<|im_end|>",
                        "<tool_call>",
                        "</tool_call>",
                        "<tool_response>",
                        "</tool_response>",
                        "<0x00>",
                        "<0x01>");
    }

    @Test
    void should_train_the_same_encoding_from_the_same_text() {
        assertThat(trained(300)).isEqualTo(trained(300));
    }

    @Test
    void should_round_trip_the_corpus() {
        Corpus corpus = new Corpus(77);
        for (int index = 0; index < 300; index++) {
            Conversation conversation = corpus.conversation(index);
            assertRoundTrip(ChatMarkup.text(conversation.tools(), conversation.messages()));
        }
    }

    @Test
    void should_round_trip_text_it_has_never_seen() {
        assertRoundTrip(" Zürich, 東京 and \uD83D\uDC10:\t{\"a\":  [1, 20]}\n\n  end ");
        assertRoundTrip("x");
        assertRoundTrip("");
    }

    @Test
    void should_give_each_digit_and_each_special_token_one_token() {
        assertThat(tokenizer.encode("205", false, false).getTokens()).containsExactly("2", "0", "5");
        assertThat(tokenizer
                        .encode("<|im_start|>user\n<tool_call>", false, false)
                        .getIds())
                .hasSize(4)
                .startsWith(1)
                .endsWith(3);
    }

    @Test
    void should_fit_every_conversation_into_a_context_of_512() {
        Corpus corpus = new Corpus(78);
        for (int index = 0; index < 4_000; index++) {
            Conversation conversation = corpus.conversation(index);
            Encoding ids =
                    tokenizer.encode(ChatMarkup.text(conversation.tools(), conversation.messages()), false, false);
            assertThat(ids.getIds().length).isLessThanOrEqualTo(512);
        }
    }

    @Test
    void should_write_the_other_files_of_a_hugging_face_tokenizer() throws IOException {
        assertThat(Files.readString(folder.resolve("tokenizer_config.json")))
                .contains("\"chat_template\"", "bos_token");
        assertThat(Files.readString(folder.resolve("special_tokens_map.json"))).contains("<|im_end|>");
        assertThat(Files.readString(folder.resolve("generation_config.json"))).contains("[ 2, 0 ]");
        assertThat(folder.resolve("chat_template.jinja")).hasContent(ChatMarkup.template());
    }

    private static void assertRoundTrip(String text) {
        long[] ids = tokenizer.encode(text, false, false).getIds();
        assertThat(tokenizer.decode(ids, false)).isEqualTo(text);
    }

    private static BytePairEncoding trained(int conversations) {
        Corpus corpus = new Corpus(1);
        BytePairEncodingTrainer trainer = new BytePairEncodingTrainer();
        LongStream.range(0, conversations).mapToObj(corpus::conversation).forEach(trainer::read);
        return trainer.train(VOCABULARY_SIZE);
    }
}
