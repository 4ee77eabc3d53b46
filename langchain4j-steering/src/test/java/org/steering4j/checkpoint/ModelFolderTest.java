package org.steering4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.internal.DataType;

class ModelFolderTest {

    @TempDir
    Path path;

    @Test
    void should_open_llama() {
        ModelFolder folder = SmallFolder.llama(path).write().open();

        ModelConfiguration configuration = folder.configuration();
        assertThat(configuration.name()).isEqualTo(path.getFileName().toString());
        assertThat(configuration.architecture()).isEqualTo("LlamaForCausalLM");
        assertThat(configuration.headSize()).isEqualTo(4);
        assertThat(configuration.rotaryBase()).isEqualTo(10_000);
        assertThat(configuration.projectionBias()).isFalse();
        assertThat(folder.weights()).hasSize(2 + 2 * 9);
        assertThat(folder.weights())
                .allSatisfy(stored -> assertThat(stored.tensor().shape())
                        .isEqualTo(stored.weight().shape(configuration)));
        assertThat(folder.path()).isEqualTo(path);
    }

    @Test
    void should_open_qwen2_whose_sliding_window_is_switched_off() {
        ModelFolder folder = SmallFolder.qwen2(path).write().open();

        assertThat(folder.configuration().projectionBias()).isTrue();
        assertThat(folder.configuration().rotaryBase()).isEqualTo(1e6);
        assertThat(folder.weights()).hasSize(2 + 2 * 12);
    }

    @Test
    void should_open_folder_of_transformers_5() {
        ModelConfiguration configuration = SmallFolder.qwen2(path)
                .without("rope_theta", "torch_dtype", "num_key_value_heads")
                .configure("""
                        {"dtype":"bfloat16","layer_types":["full_attention","full_attention"],"num_key_value_heads":1,
                         "sliding_window":null,"rope_parameters":{"rope_theta":1000000.0,"rope_type":"default"}}""")
                .write()
                .open()
                .configuration();

        assertThat(configuration.rotaryBase()).isEqualTo(1e6);
        assertThat(configuration.rotaryScaling()).isEqualTo(new RotaryScaling.None());
    }

    @Test
    void should_read_llama3_scaling_in_old_and_new_style() {
        String scaling =
                "\"factor\":32.0,\"high_freq_factor\":4.0,\"low_freq_factor\":1.0,\"original_max_position_embeddings\":8192,\"rope_type\":\"llama3\"";
        ModelConfiguration old = SmallFolder.llama(path)
                .configure("{\"rope_theta\":500000.0,\"rope_scaling\":{" + scaling + "}}")
                .write()
                .open()
                .configuration();
        ModelConfiguration current = SmallFolder.llama(path)
                .without("rope_theta", "rope_scaling")
                .configure("{\"rope_parameters\":{\"rope_theta\":500000.0," + scaling + "}}")
                .write()
                .open()
                .configuration();

        assertThat(current).isEqualTo(old);
        assertThat(old.rotaryScaling()).isEqualTo(new RotaryScaling.Llama3(32, 1, 4, 8192));
        assertThat(old.rotaryFrequencies()[0]).isEqualTo(1);
        assertThat(old.rotaryFrequencies()[1]).isCloseTo(0.30374 / Math.sqrt(500_000), within(1e-8));
    }

    @Test
    void should_read_linear_scaling_by_its_older_name() {
        assertThat(SmallFolder.llama(path)
                        .configure("{\"rope_scaling\":{\"type\":\"linear\",\"factor\":2}}")
                        .write()
                        .open()
                        .configuration()
                        .rotaryScaling())
                .isEqualTo(new RotaryScaling.Linear(2));
    }

    @Test
    void should_take_the_defaults_of_transformers_for_what_is_not_given() {
        ModelConfiguration configuration = SmallFolder.llama(path)
                .without("rms_norm_eps", "rope_theta", "rope_scaling", "hidden_act", "model_type", "attention_bias")
                .write()
                .open()
                .configuration();

        assertThat(configuration.normEpsilon()).isEqualTo(1e-6);
        assertThat(configuration.rotaryBase()).isEqualTo(10_000);
        assertThat(configuration.modelType()).isEqualTo("LlamaForCausalLM");
    }

    @Test
    void should_name_the_model_by_its_folder_whatever_the_training_began_from() {
        SmallFolder folder = SmallFolder.llama(path)
                .configure("{\"_name_or_path\":\"/home/somebody/base\"}")
                .write();

        assertThat(folder.open().configuration().name())
                .isEqualTo(ModelFolder.open(path.resolve(".")).configuration().name())
                .isEqualTo(path.getFileName().toString());
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "my-run/checkpoint-500, my-run/checkpoint-500",
                "my-run/final, my-run/final",
                "my-run/merged, my-run/merged",
                "my-run/checkpoint-500/merged, my-run/checkpoint-500/merged",
                "my-run/step_20, my-run/step_20",
                "my-run/., my-run",
                "my-run/final/../polite, polite",
                "models--org--polite/snapshots/0123456789abcdef0123456789abcdef01234567, org/polite",
                "models--polite/snapshots/0123456789abcdef0123456789abcdef01234567, polite"
            })
    void should_name_the_model_with_the_folders_around_where_its_own_says_nothing(String folder, String name)
            throws IOException {
        Files.createDirectories(path.resolve("my-run/final"));
        Path made = Files.createDirectories(path.resolve(folder).normalize());
        SmallFolder.llama(made).write();

        assertThat(ModelFolder.open(path.resolve(folder)).configuration().name())
                .isEqualTo(name);
    }

    @Test
    void should_open_the_snapshot_of_main_in_a_folder_of_the_cache() throws IOException {
        Path cache = path.resolve("models--org--polite");
        Path one = snapshot(cache, "1111111111111111111111111111111111111111");
        assertThat(ModelFolder.open(cache).path()).isEqualTo(one);

        Path two = snapshot(cache, "2222222222222222222222222222222222222222");
        Files.createDirectories(cache.resolve("refs"));
        Files.writeString(cache.resolve("refs/v1"), one.getFileName() + "\n");
        for (Path given : List.of(cache, cache.resolve("snapshots"))) {
            assertThatThrownBy(() -> ModelFolder.open(given))
                    .isInstanceOf(ModelFolderException.class)
                    .hasMessageContainingAll(one + " (v1)", two.toString(), "open one of");
        }

        Files.writeString(cache.resolve("refs/main"), two.getFileName().toString());
        assertThat(ModelFolder.open(cache).path()).isEqualTo(two);
        assertThat(ModelFolder.open(cache.resolve("snapshots")).configuration().name())
                .isEqualTo("org/polite");

        Files.writeString(cache.resolve("refs/main"), "../../elsewhere");
        assertThatThrownBy(() -> ModelFolder.open(cache)).hasMessageContaining("refs/main names none");
    }

    private static Path snapshot(Path cache, String commit) throws IOException {
        Path folder = Files.createDirectories(cache.resolve("snapshots").resolve(commit));
        SmallFolder.llama(folder).write();
        return folder;
    }

    @Test
    void should_say_that_a_folder_of_the_cache_is_empty() throws IOException {
        Files.createDirectories(path.resolve("models--org--polite/snapshots"));

        assertThatThrownBy(() -> ModelFolder.open(path.resolve("models--org--polite")))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll("org/polite", "no snapshot", "download");
    }

    @Test
    void should_say_that_an_adapter_is_no_model_and_what_to_do() throws IOException {
        Files.writeString(
                path.resolve("adapter_config.json"), "{\"base_model_name_or_path\":\"Qwen/Qwen2.5-0.5B-Instruct\"}");

        assertThatThrownBy(() -> ModelFolder.open(path))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll(
                        "LoRA adapter, not a model", "Qwen/Qwen2.5-0.5B-Instruct", "--adapter", "steering.adapter");
    }

    @Test
    void should_say_that_an_adapter_beside_the_configuration_of_its_base_is_no_model() throws IOException {
        SmallFolder folder = SmallFolder.llama(path).write();
        Files.delete(folder.singleFile());
        Files.writeString(path.resolve("adapter_config.json"), "{}");

        folder.assertRefused("LoRA adapter, not a model");
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "adapter_config.json"})
    void should_name_the_folders_in_which_what_is_meant_lies(String file) throws IOException {
        for (String checkpoint : List.of("checkpoint-500", "checkpoint-1000")) {
            Files.createDirectories(path.resolve(checkpoint));
            Files.writeString(path.resolve(checkpoint).resolve(file), "{}");
        }

        assertThatThrownBy(() -> ModelFolder.open(path))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll("checkpoint-1000, checkpoint-500", "one of them");
    }

    @Test
    void should_refuse_to_leave_out_an_adapter_beside_the_model() throws IOException {
        ModelFolder folder = SmallFolder.llama(path).write().open();
        folder.requireAdapterOfItsOwn(null);
        Path other = Files.createDirectories(path.resolve("other"));
        for (Path adapter : List.of(path, other)) {
            Files.writeString(adapter.resolve("adapter_config.json"), "{}");
            Files.writeString(adapter.resolve("adapter_model.safetensors"), "");
        }

        folder.requireAdapterOfItsOwn(path.resolve("."));
        for (Path adapter : Arrays.asList(null, other)) {
            assertThatThrownBy(() -> folder.requireAdapterOfItsOwn(adapter))
                    .isInstanceOf(ModelFolderException.class)
                    .hasMessageContainingAll("a model and a LoRA adapter", "--adapter", "move the adapter's files");
        }
    }

    @Test
    void should_prefer_the_single_file_where_an_index_is_present_too() {
        SmallFolder folder = SmallFolder.llama(path).write();
        SmallFolder.writeText(
                folder.indexFile(), "{\"weight_map\":{\"" + SmallFolder.QUERY + "\":\"no.safetensors\"}}");

        assertThat(folder.open().weights())
                .allSatisfy(stored -> assertThat(stored.file()).isEqualTo(folder.singleFile()));
    }

    @Test
    void should_open_shards() {
        SmallFolder folder = SmallFolder.llama(path);
        SmallFolder.writeText(folder.indexFile(), folder.writeShards().toString());

        assertThat(folder.open().weights().stream().map(StoredWeight::file).distinct())
                .containsExactlyInAnyOrder(path.resolve("a.safetensors"), path.resolve("b.safetensors"));
    }

    @Test
    void should_ignore_a_stored_copy_of_tied_embeddings_and_stored_rotary_frequencies() {
        SmallFolder folder = SmallFolder.llama(path);
        folder.weights.zeros("lm_head.weight", "F32", 4, List.of(16L, 8L));
        folder.weights.zeros("model.layers.0.self_attn.rotary_emb.inv_freq", "F32", 4, List.of(2L));

        assertThat(folder.write().open().weights())
                .noneMatch(stored -> stored.weight() == Weight.OUTPUT_HEAD)
                .hasSize(2 + 2 * 9);
    }

    @Test
    void should_use_an_output_head_of_its_own() {
        SmallFolder folder = SmallFolder.llama(path).configure("{\"tie_word_embeddings\":false}");
        folder.weights.zeros("lm_head.weight", "BF16", 2, List.of(16L, 8L));

        assertThat(folder.write().open().weights())
                .filteredOn(stored -> stored.weight() == Weight.OUTPUT_HEAD)
                .singleElement()
                .satisfies(stored -> assertThat(stored.tensor().dataType()).isEqualTo(DataType.BF16));
    }

    @Test
    void should_refuse_a_path_that_is_no_folder() throws IOException {
        assertThatThrownBy(() -> ModelFolder.open(path.resolve("none")))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll(path.resolve("none").toString(), "is not a folder", "config.json");
        Path file = Files.createFile(path.resolve("file"));
        assertThatThrownBy(() -> ModelFolder.open(file))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContaining("is not a folder");
    }

    @Test
    void should_refuse_missing_files() throws IOException {
        SmallFolder folder = SmallFolder.llama(path).write();
        Files.delete(folder.singleFile());
        folder.assertRefused(path.toString(), "neither model.safetensors nor", "convert to safetensors");
        Files.delete(folder.configurationFile());
        folder.assertRefused("config.json is missing", "a model folder holds");
    }

    @Test
    void should_list_missing_tensors() {
        SmallFolder folder = SmallFolder.llama(path);
        folder.weights.remove(SmallFolder.QUERY).remove("model.norm.weight");

        folder.write().assertRefused("lacks 2 tensors", SmallFolder.QUERY, "model.norm.weight", "download");
    }

    @Test
    void should_list_some_of_many_missing_tensors() {
        SmallFolder.llama(path)
                .configure("{\"num_hidden_layers\":10000}")
                .write()
                .assertRefused("lacks 89982 tensors", "model.layers.2.input_layernorm.weight", ", ...");
    }

    @Test
    void should_refuse_a_missing_output_head() {
        SmallFolder.llama(path)
                .configure("{\"tie_word_embeddings\":false}")
                .write()
                .assertRefused("lacks 1 tensor that", "lm_head.weight", "correct config.json");
    }

    @Test
    void should_refuse_tensors_of_another_variant() {
        SmallFolder folder = SmallFolder.llama(path);
        folder.weights.zeros("model.layers.0.self_attn.q_norm.weight", "F32", 4, List.of(4L));

        folder.write()
                .assertRefused("holds 1 tensor that", "q_norm", "this variant of the architecture is not supported");
    }

    @Test
    void should_refuse_layers_and_biases_that_the_configuration_does_not_have() {
        SmallFolder.llama(path)
                .configure("{\"num_hidden_layers\":1}")
                .write()
                .assertRefused("holds 9 tensors", "model.layers.1.", "correct config.json");
        SmallFolder.qwen2(path)
                .configure("{\"architectures\":[\"LlamaForCausalLM\"]}")
                .write()
                .assertRefused("holds 6 tensors", "q_proj.bias", "correct config.json");
    }

    @ParameterizedTest
    @CsvSource({
        "self_attn.q_proj.qweight, GPTQ",
        "self_attn.q_proj.qweight, AWQ",
        "self_attn.q_proj.biases, MLX",
        "self_attn.q_proj.weight.absmax, bitsandbytes",
        "self_attn.q_proj.SCB, bitsandbytes",
        "self_attn.q_proj.weight_packed, compressed-tensors",
        "self_attn.q_proj.weight_scale_inv, fp8"
    })
    void should_refuse_weights_that_others_have_quantised_by_the_name_of_the_scheme(String tensor, String scheme) {
        SmallFolder folder = SmallFolder.llama(path);
        folder.weights.zeros("model.layers.0." + tensor, "U8", 1, List.of(8L, 4L));
        folder.write().assertRefused(tensor, scheme, "int8");
    }

    @Test
    void should_refuse_a_tensor_of_another_type() {
        for (String type : List.of("I8", "U8", "BOOL", "F8_E4M3")) {
            SmallFolder folder = SmallFolder.llama(path);
            folder.weights.zeros(SmallFolder.QUERY, type, 1, List.of(8L, 8L));

            folder.write().assertRefused(SmallFolder.QUERY, "of type " + type, "F32, F16, BF16 and F64");
        }
    }

    @Test
    void should_refuse_a_tensor_of_an_unknown_type() {
        SmallFolder folder = SmallFolder.llama(path);
        folder.weights.zeros(SmallFolder.QUERY, "F4", 1, List.of(8L, 8L));

        folder.write().assertRefused(folder.singleFile().toString(), SmallFolder.QUERY, "F4");
    }

    @Test
    void should_refuse_a_tensor_of_another_shape() {
        for (List<Long> shape : List.of(List.of(8L, 4L), List.of(64L), List.of(8L, 8L, 1L), List.<Long>of())) {
            SmallFolder folder = SmallFolder.llama(path);
            folder.weights.zeros(SmallFolder.QUERY, "F32", 4, shape);

            folder.write().assertRefused(folder.singleFile().toString(), SmallFolder.QUERY, shape.toString(), "[8, 8]");
        }
    }

    @Test
    void should_refuse_an_embedding_whose_rows_are_not_the_vocabulary() {
        SmallFolder.llama(path)
                .configure("{\"vocab_size\":17}")
                .write()
                .assertRefused(SmallFolder.EMBEDDING, "[16, 8]", "[17, 8]", "correct config.json");
    }

    @Test
    void should_refuse_a_tensor_that_does_not_start_at_a_multiple_of_its_element() {
        SmallFolder folder = SmallFolder.llama(path);
        folder.weights.shift(2);

        folder.write()
                .assertRefused(SmallFolder.EMBEDDING, "not a multiple of its element size", "save the file again");
    }

    @Test
    void should_open_halves_that_start_at_an_even_byte() {
        SmallFolder folder = SmallFolder.llama(path);
        folder.weights.shift(2);
        for (StoredWeight stored : SmallFolder.llama(path).write().open().weights()) {
            folder.weights.zeros(
                    stored.weight().tensorName(stored.layer()),
                    "F16",
                    2,
                    stored.tensor().shape());
        }

        assertThat(folder.write().open().weights())
                .allSatisfy(stored -> assertThat(stored.tensor().dataType()).isEqualTo(DataType.F16));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1L << 20, 2L << 30, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void should_refuse_a_header_length_that_lies(long length) throws IOException {
        SmallFolder folder = SmallFolder.llama(path).write();
        try (RandomAccessFile file = new RandomAccessFile(folder.singleFile().toFile(), "rw")) {
            file.write(RawSafetensors.length(length));
        }

        folder.assertRefused(folder.singleFile().toString(), "download the model again");
    }

    @Test
    void should_refuse_offsets_that_overlap_leave_holes_or_lie_beyond_the_file() {
        for (long moved : new long[] {-4, 4, 1L << 40, Long.MAX_VALUE - 2000}) {
            SmallFolder folder = SmallFolder.llama(path);
            folder.weights.headerChange(header -> {
                ObjectNode entry = (ObjectNode) header.get(SmallFolder.QUERY);
                long begin = entry.get("data_offsets").get(0).longValue() + moved;
                entry.putArray("data_offsets").add(begin).add(begin + 256);
            });

            folder.write().assertRefused(folder.singleFile().toString(), "header is wrong", "download the model again");
        }
    }

    @Test
    void should_refuse_a_size_that_does_not_follow_from_the_shape() {
        SmallFolder folder = SmallFolder.llama(path);
        folder.weights.headerChange(header -> ((ObjectNode) header.get(SmallFolder.QUERY))
                .putArray("shape")
                .add(1L << 62)
                .add(8));

        folder.write().assertRefused(folder.singleFile().toString(), SmallFolder.QUERY);
    }

    @Test
    void should_tell_a_large_file_pointer_from_a_damaged_file() {
        SmallFolder folder = SmallFolder.llama(path).write();
        SmallFolder.writeText(
                folder.singleFile(), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 988097824\n");

        folder.assertRefused(folder.singleFile().toString(), "Git LFS pointer", "git lfs pull");
    }

    @Test
    void should_refuse_a_missing_shard() throws IOException {
        SmallFolder folder = SmallFolder.llama(path);
        SmallFolder.writeText(folder.indexFile(), folder.writeShards().toString());
        Files.delete(path.resolve("b.safetensors"));

        folder.assertRefused(folder.indexFile().toString(), "b.safetensors", "missing", "download");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"../b.safetensors\"",
                "\"/etc/b.safetensors\"",
                "\"C:b.safetensors\"",
                "\"x\\\\b.safetensors\"",
                "\"b.safetensors\\u0000\"",
                "\"\\u0000.safetensors\"",
                "\"..\"",
                "\"\"",
                "\"config.json\"",
                "5",
                "null",
                "{}"
            })
    void should_refuse_an_index_that_names_something_else_than_a_file_in_the_folder(String shard) {
        SmallFolder folder = SmallFolder.llama(path);
        ObjectNode index = folder.writeShards();
        SmallFolder.writeText(
                folder.indexFile(),
                index.toString()
                        .replace(
                                "\"" + SmallFolder.QUERY + "\":\"b.safetensors\"",
                                "\"" + SmallFolder.QUERY + "\":" + shard)
                        .replace(
                                "\"" + SmallFolder.QUERY + "\":\"a.safetensors\"",
                                "\"" + SmallFolder.QUERY + "\":" + shard));

        folder.assertRefused(folder.indexFile().toString(), shard, "a .safetensors file in the same folder");
    }

    @Test
    void should_refuse_a_shard_name_that_the_file_system_cannot_hold() {
        SmallFolder folder = SmallFolder.llama(path);
        folder.writeShards();
        SmallFolder.writeText(folder.indexFile(), "{\"weight_map\":{\"a\":\"\\ud800.safetensors\"}}");

        folder.assertRefused(folder.indexFile().toString(), "is missing");
    }

    @Test
    void should_refuse_an_index_that_contradicts_its_shards() {
        SmallFolder folder = SmallFolder.llama(path);
        String index = folder.writeShards().toString();
        SmallFolder.writeText(
                folder.indexFile(), index.replace("{\"model.embed", "{\"x\":\"a.safetensors\",\"model.embed"));
        folder.assertRefused(folder.indexFile().toString(), "a.safetensors", "tensor x", "download");

        folder.weights.write(path.resolve("b.safetensors"));
        SmallFolder.writeText(folder.indexFile(), index);
        folder.assertRefused(SmallFolder.EMBEDDING, "in both", "a.safetensors", "b.safetensors");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "{\"weight_map\":{}}", "{\"weight_map\":[\"a.safetensors\"]}", "[]", "", "{\"weight_map\":"
            })
    void should_refuse_an_index_without_a_map(String text) {
        SmallFolder folder = SmallFolder.llama(path);
        folder.writeShards();
        SmallFolder.writeText(folder.indexFile(), text);

        folder.assertRefused(folder.indexFile().toString(), "download");
    }

    @Test
    void should_refuse_a_shard_that_is_a_folder() throws IOException {
        SmallFolder folder = SmallFolder.llama(path).write();
        Files.delete(folder.singleFile());
        Files.createDirectory(folder.singleFile());

        folder.assertRefused(folder.singleFile().toString(), "it is a folder");
    }

    @Test
    void should_refuse_every_truncation_of_the_weights() throws IOException {
        SmallFolder folder = SmallFolder.llama(path).write();
        byte[] bytes = Files.readAllBytes(folder.singleFile());
        for (int length = 0; length < bytes.length; length += length < 40 || length > bytes.length - 40 ? 1 : 13) {
            Files.write(folder.singleFile(), Arrays.copyOf(bytes, length));
            folder.assertRefused(folder.singleFile().toString());
        }
    }

    @Test
    void should_refuse_every_truncation_of_the_configuration() throws IOException {
        SmallFolder folder = SmallFolder.llama(path).write();
        byte[] bytes = Files.readAllBytes(folder.configurationFile());
        for (int length = 0; length < bytes.length; length++) {
            Files.write(folder.configurationFile(), Arrays.copyOf(bytes, length));
            folder.assertRefused(folder.configurationFile().toString(), "download it again");
        }
    }

    @Test
    void should_open_or_refuse_a_damaged_folder_but_never_break() throws IOException {
        SmallFolder folder = SmallFolder.llama(path).write();
        byte[] configuration = Files.readAllBytes(folder.configurationFile());
        byte[] weights = Files.readAllBytes(folder.singleFile());
        int headerBytes = weights.length - 4 * (16 * 8 + 8 + 2 * (8 + 64 + 32 + 32 + 64 + 8 + 96 + 96 + 96));
        Damage damage = new Damage(4);
        int refused = 0;
        for (int trial = 0; trial < 600; trial++) {
            boolean inConfiguration = trial % 2 == 0;
            Files.write(
                    folder.configurationFile(),
                    inConfiguration ? damage.of(configuration, configuration.length) : configuration);
            // Damage to the data itself cannot be seen: it goes into the header and the few bytes before it.
            Files.write(folder.singleFile(), inConfiguration ? weights : damage.of(weights, headerBytes));
            try {
                folder.open();
            } catch (ModelFolderException e) {
                assertThat(e).hasMessageContaining(path.toString());
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(400);
    }

    /** Changes one to three bytes. */
    private static final class Damage {

        private static final byte[] TELLING = {
            0, 1, 0x7f, (byte) 0x80, (byte) 0xff, '"', '{', '[', '9', '-', ',', '.', 'e'
        };

        private final java.util.Random random;

        Damage(long seed) {
            random = new java.util.Random(seed);
        }

        byte[] of(byte[] bytes, int within) {
            byte[] damaged = bytes.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                int at = random.nextInt(within);
                damaged[at] = random.nextBoolean()
                        ? TELLING[random.nextInt(TELLING.length)]
                        : (byte) (damaged[at] ^ 1 << random.nextInt(8));
            }
            return damaged;
        }
    }
}
