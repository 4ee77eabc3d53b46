package org.steering4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.internal.FloatFormats;

/** Where config.json says that the output head is the token embedding, and how tensors are called. */
class StoredHeadTest {

    private static final String HEAD = "lm_head.weight";
    private static final List<Long> SHAPE = List.of(16L, 8L);

    @TempDir
    Path path;

    private static byte[] numbers(int count, String type, int changed) {
        boolean wide = type.equals("F32");
        ByteBuffer bytes = ByteBuffer.allocate(count * (wide ? 4 : 2)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            float value = i == changed ? 3 : i % 5 - 2;
            if (wide) {
                bytes.putFloat(value);
            } else {
                bytes.putShort(type.equals("F16") ? FloatFormats.toFloat16(value) : FloatFormats.toBfloat16(value));
            }
        }
        return bytes.array();
    }

    private SmallFolder folder(String embeddingType, String headType, int changed) {
        SmallFolder folder = SmallFolder.llama(path);
        folder.weights.tensor(SmallFolder.EMBEDDING, embeddingType, SHAPE, numbers(128, embeddingType, -1));
        folder.weights.tensor(HEAD, headType, SHAPE, numbers(128, headType, changed));
        return folder;
    }

    @ParameterizedTest
    @CsvSource({"F32, F32", "BF16, BF16", "F32, BF16", "F16, F32"})
    void should_use_a_stored_head_that_differs_from_the_embedding_it_is_said_to_be(String embedding, String head) {
        for (int changed : new int[] {0, 64, 127}) {
            ModelFolder folder = folder(embedding, head, changed).write().open();

            assertThat(folder.configuration().tiedEmbeddings()).isFalse();
            assertThat(folder.weights())
                    .filteredOn(stored -> stored.weight() == Weight.OUTPUT_HEAD)
                    .singleElement()
                    .satisfies(stored -> assertThat(stored.tensor().dataType()).hasToString(head));
        }
    }

    @ParameterizedTest
    @CsvSource({"F32, F32", "BF16, BF16", "F32, BF16", "F16, F32"})
    void should_tie_a_stored_head_of_the_same_numbers(String embedding, String head) {
        ModelFolder folder = folder(embedding, head, -1).write().open();

        assertThat(folder.configuration().tiedEmbeddings()).isTrue();
        assertThat(folder.weights()).noneMatch(stored -> stored.weight() == Weight.OUTPUT_HEAD);
    }

    @Test
    void should_take_zero_and_its_negative_for_one_number() {
        SmallFolder folder = SmallFolder.llama(path);
        byte[] negative = new byte[16 * 8 * 4];
        negative[3] = (byte) 0x80;
        folder.weights.tensor(HEAD, "F32", SHAPE, negative);

        assertThat(folder.write().open().configuration().tiedEmbeddings()).isTrue();
    }

    @Test
    void should_compare_a_head_in_another_shard() {
        SmallFolder folder = folder("F32", "F32", 127);
        SmallFolder.writeText(folder.indexFile(), folder.writeShards().toString());

        assertThat(folder.open().configuration().tiedEmbeddings()).isFalse();
    }

    /** More than is compared at once. */
    @Test
    void should_find_a_difference_at_the_end_of_a_large_head() {
        SmallFolder folder = SmallFolder.llama(path).configure("{\"vocab_size\":5000}");
        List<Long> shape = List.of(5000L, 8L);
        folder.weights.tensor(SmallFolder.EMBEDDING, "F32", shape, numbers(40_000, "F32", -1));
        folder.weights.tensor(HEAD, "F32", shape, numbers(40_000, "F32", 39_999));
        assertThat(folder.write().open().configuration().tiedEmbeddings()).isFalse();

        folder.weights.tensor(HEAD, "F32", shape, numbers(40_000, "F32", -1));
        assertThat(folder.write().open().configuration().tiedEmbeddings()).isTrue();
    }

    @Test
    void should_refuse_a_head_of_another_shape_than_the_embedding() {
        SmallFolder folder = SmallFolder.llama(path);
        folder.weights.zeros(HEAD, "F32", 4, List.of(15L, 8L));

        folder.write().assertRefused(HEAD, "[15, 8]", "[16, 8]");
    }

    @Test
    void should_open_a_tied_model_that_is_stored_under_its_head_alone() {
        SmallFolder folder = SmallFolder.llama(path);
        folder.weights.remove(SmallFolder.EMBEDDING);
        folder.weights.tensor(HEAD, "F32", SHAPE, numbers(128, "F32", -1));

        ModelFolder opened = folder.write().open();
        assertThat(opened.configuration().tiedEmbeddings()).isTrue();
        assertThat(opened.weights()).hasSize(2 + 2 * 9);

        String fingerprint = opened.fingerprint();
        folder.weights.remove(HEAD).tensor(SmallFolder.EMBEDDING, "F32", SHAPE, numbers(128, "F32", -1));
        assertThat(folder.write().open().fingerprint()).isEqualTo(fingerprint);

        folder.weights.remove(SmallFolder.EMBEDDING).tensor(HEAD, "F32", SHAPE, numbers(128, "F32", -1));
        folder.configure("{\"tie_word_embeddings\":false}").write().assertRefused(SmallFolder.EMBEDDING, "lacks");
    }

    @ParameterizedTest
    @CsvSource({
        "'', lm_head.weight",
        "language_model.model., language_model.lm_head.weight",
        "language_model.model., lm_head.weight",
        "model.language_model., lm_head.weight",
        "model.language_model., model.lm_head.weight",
        "_orig_mod.model., _orig_mod.lm_head.weight",
        "base_model.model.model., base_model.model.lm_head.weight"
    })
    void should_open_a_decoder_whose_tensors_have_another_prefix(String prefix, String head) {
        SmallFolder folder = SmallFolder.llama(path).configure("{\"tie_word_embeddings\":false}");
        folder.weights.tensor(HEAD, "F32", SHAPE, numbers(128, "F32", -1));
        String fingerprint = folder.write().open().fingerprint();
        for (String name : folder.weights.names()) {
            folder.weights.rename(name, name.equals(HEAD) ? head : prefix + name.substring("model.".length()));
        }
        folder.weights.zeros(prefix + "rotary_emb.inv_freq", "F32", 4, List.of(2L));

        ModelFolder opened = folder.write().open();
        assertThat(opened.weights()).hasSize(3 + 2 * 9);
        assertThat(opened.fingerprint()).isEqualTo(fingerprint);

        folder.configure("{\"tie_word_embeddings\":true}");
        assertThat(folder.write().open().configuration().tiedEmbeddings()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"vision_tower.embed.weight", "model.embed_tokens.weight", "lm_head.bias", "v_head.summary.weight"
            })
    void should_refuse_what_lies_beside_such_a_decoder(String other) {
        SmallFolder folder = SmallFolder.llama(path);
        for (String name : folder.weights.names()) {
            folder.weights.rename(name, "language_" + name);
        }
        folder.weights.zeros(other, "F32", 4, SHAPE);

        folder.write().assertRefused(other, "1 tensor that config.json does not account for");
    }

    @Test
    void should_say_what_is_missing_by_the_names_in_the_file() {
        SmallFolder folder = SmallFolder.llama(path);
        for (String name : folder.weights.names()) {
            folder.weights.rename(name, name.substring("model.".length()));
        }
        folder.weights.remove("norm.weight");

        assertThatThrownBy(() -> folder.write().open())
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContaining("config.json asks for: norm.weight;");
    }
}
