package org.steering4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.internal.FloatFormats;
import org.steering4j.internal.SafetensorsFile;
import org.steering4j.vector.FileNotWrittenException;

class LoraAdapterTest {

    private static final String MODULE = "base_model.model.model.layers.1.self_attn.q_proj";
    private static final String A = MODULE + ".lora_A.weight";
    private static final String B = MODULE + ".lora_B.weight";

    @TempDir
    private Path folder;

    private final RawSafetensors weights = new RawSafetensors();
    private ObjectNode configuration;
    private SmallFolder base;

    @BeforeEach
    void prepare() throws IOException {
        configuration = (ObjectNode) new ObjectMapper().readTree("""
                {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": 2, "lora_alpha": 4, "use_rslora": false, "use_dora": false,
                 "bias": "none", "fan_in_fan_out": false, "modules_to_save": null, "rank_pattern": {}, "alpha_pattern": {},
                 "init_lora_weights": true, "lora_dropout": 0.1, "target_modules": ["q_proj"]}""");
        weights.tensor(A, "F32", List.of(2L, 8L), floats(16, 0.5f));
        weights.tensor(B, "F32", List.of(8L, 2L), floats(16, 3));
        base = SmallFolder.llama(Files.createDirectory(folder.resolve("base")));
    }

    private static byte[] floats(int count, float value) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    private Path write() throws IOException {
        Path adapter = Files.createDirectories(folder.resolve("adapter"));
        Files.writeString(adapter.resolve("adapter_config.json"), configuration.toString());
        weights.write(adapter.resolve("adapter_model.safetensors"));
        return adapter;
    }

    private Path merge() throws IOException {
        Path merged = folder.resolve("merged");
        LoraAdapter.read(write()).merge(base.write().open(), merged);
        return merged;
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(this::merge).isInstanceOf(ModelFolderException.class).hasMessageContainingAll(parts);
        assertThat(folder.resolve("merged")).doesNotExist();
        assertThat(hiddenFiles()).isEmpty();
    }

    /** What an unfinished merge would leave behind. */
    private List<Path> hiddenFiles() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("."))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"F32", "BF16", "F16", "F64"})
    void should_add_the_scaled_product_and_keep_type_and_all_other_tensors(String type) throws IOException {
        int bytes = type.equals("F64") ? 8 : type.equals("F32") ? 4 : 2;
        base.weights.zeros(SmallFolder.QUERY, type, bytes, List.of(8L, 8L));

        SafetensorsFile merged = SafetensorsFile.open(merge().resolve("model.safetensors"));

        // Every element is 4 / 2 times the sum of two products 0.5 * 3.
        assertThat(merged.readFloats(SmallFolder.QUERY)).containsOnly(6).hasSize(64);
        assertThat(merged.tensors().get(SmallFolder.QUERY).dataType().name()).isEqualTo(type);
        assertThat(merged.tensors().keySet())
                .isEqualTo(base.weights.names().stream().collect(Collectors.toCollection(LinkedHashSet::new)));
        for (String other : base.weights.names()) {
            if (!other.equals(SmallFolder.QUERY)) {
                assertThat(merged.readFloats(other)).containsOnly(0);
            }
        }
    }

    @Test
    void should_copy_tokenizer_and_configuration_and_name_the_model_after_its_folder() throws IOException {
        base.configure("{\"_name_or_path\": \"base-model\"}");
        Files.writeString(base.path.resolve("tokenizer.json"), "{}");
        Files.writeString(base.path.resolve("pytorch_model.bin"), "the same weights once more");

        Path merged = merge();

        assertThat(ModelFolder.open(merged).configuration().name()).isEqualTo(folder.getFileName() + "/merged");
        assertThat(merged.resolve("tokenizer.json")).hasContent("{}");
        assertThat(merged.resolve("pytorch_model.bin")).doesNotExist();
        assertThat(hiddenFiles()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "use_dora | true",
                "use_qalora | true",
                "lora_bias | true",
                "modules_to_save | [\"lm_head\"]",
                "rank_pattern | {\"q_proj\": 0}",
                "rank_pattern | {\"q_(proj\": 2}",
                "alpha_pattern | {\"q_proj\": \"many\"}",
                "layer_replication | [[0, 2]]",
                "bias | \"all\"",
                "init_lora_weights | \"pissa_niter_4\"",
                "init_lora_weights | \"OLoRA\"",
                "use_something_new | true",
                "something_new_config | {\"strength\": 2}",
                "something_new_factor | 0.5",
                "peft_type | \"IA3\"",
                "r | 0",
                "r | 1.5",
                "r | null",
                "lora_alpha | -1",
                "lora_alpha | \"many\""
            })
    void should_refuse_a_setting_that_it_cannot_honour(String key, String value) throws IOException {
        configuration.set(key, new ObjectMapper().readTree(value));
        JsonNode set = configuration.get(key);
        assertRefused("adapter_config.json", set.isObject() ? set.fieldNames().next() : key);
        if (!set.isObject()) {
            assertRefused(set.toString());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fan_in_fan_out | true | 6", // has no effect on these layers, in PEFT as here
                "alpha_pattern | {\"q_proj\": 8} | 12",
                "alpha_pattern | {\"k_proj\": 3, \"model.layers.1.self_attn.q_proj\": 8, \"q_proj\": 3} | 12",
                "alpha_pattern | {\".*layers.[1-9].*q_proj\": 8} | 12",
                "alpha_pattern | {\"proj\": 8} | 6",
                "rank_pattern | {\"k_proj\": 4} | 6",
                "use_rslora | true | 8.485281"
            })
    void should_take_the_scale_that_is_set_for_the_module(String key, String value, float expected) throws IOException {
        configuration.set(key, new ObjectMapper().readTree(value));
        assertThat(SafetensorsFile.open(merge().resolve("model.safetensors")).readFloats(SmallFolder.QUERY))
                .containsOnly(expected);
    }

    @Test
    void should_take_the_rank_that_is_set_for_the_module() throws IOException {
        configuration.set("rank_pattern", new ObjectMapper().readTree("{\"q_proj\": 1}"));
        weights.tensor(A, "F32", List.of(1L, 8L), floats(8, 0.5f));
        weights.tensor(B, "F32", List.of(8L, 1L), floats(8, 3));

        // 4 / 1 times 0.5 * 3
        assertThat(SafetensorsFile.open(merge().resolve("model.safetensors")).readFloats(SmallFolder.QUERY))
                .containsOnly(6);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "base_model.model.model.embed_tokens.lora_embedding_A",
                "base_model.model.model.layers.1.self_attn.q_proj.lora_magnitude_vector.weight",
                "base_model.model.lm_head.weight",
                "base_model.model.model.layers.1.self_attn.q_proj.bias"
            })
    void should_refuse_tensors_that_are_no_factors(String name) throws IOException {
        weights.zeros(name, "F32", 4, List.of(8L, 8L));
        assertRefused("adapter_model.safetensors", name);
    }

    @Test
    void should_refuse_an_adapter_that_lacks_half_of_a_pair() throws IOException {
        weights.remove(B);
        assertRefused(B);
    }

    @Test
    void should_refuse_a_target_that_the_model_has_and_the_adapter_has_no_tensors_of() throws IOException {
        configuration.withArray("target_modules").add("v_proj");
        assertRefused("target_modules", "v_proj", "model.layers.0.self_attn.v_proj");
    }

    /** As PEFT takes it: one list serves models whose projections are fused and others. */
    @Test
    void should_leave_out_targets_that_the_model_does_not_have_or_that_are_excluded() throws IOException {
        configuration.withArray("target_modules").add("qkv_proj").add("lm_head");
        assertThat(merge()).isDirectory();

        configuration.withArray("target_modules").add("v_proj");
        for (String excluded : List.of("[\"v_proj\"]", "\".*v_proj\"")) {
            configuration.set("exclude_modules", new ObjectMapper().readTree(excluded));
            LoraAdapter.read(write()).requireFit(base.open());
        }
    }

    @Test
    void should_merge_an_adapter_that_names_another_base_if_its_shapes_fit() throws IOException {
        configuration.put("base_model_name_or_path", "unsloth/base-bnb-4bit");
        assertThat(merge()).isDirectory();
    }

    /** The folder's own name would be a commit. */
    @Test
    void should_be_called_by_its_name_on_the_hub_if_it_lies_in_the_cache() throws IOException {
        Path commit =
                Files.createDirectories(folder.resolve("models--someone--polite/snapshots/0a1b2c3d4e5f60718293a4b5"));
        Path adapter = write();
        assertThat(LoraAdapter.read(adapter).name()).isEqualTo(folder.getFileName() + "/adapter");
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(adapter.resolve(file), commit.resolve(file));
        }
        assertThat(LoraAdapter.read(commit).name()).isEqualTo("polite");
    }

    @Test
    void should_know_which_weights_it_adapts() throws IOException {
        LoraAdapter adapter = LoraAdapter.read(write());
        assertThat(base.write().open().weights().stream().filter(adapter::adapts))
                .singleElement()
                .satisfies(weight -> assertThat(adapter.factors(weight)).isPresent());
    }

    @Test
    void should_refuse_to_adapt_what_the_model_does_not_have() throws IOException {
        weights.tensor(A.replace("layers.1", "layers.7"), "F32", List.of(2L, 8L), floats(16, 1));
        weights.tensor(B.replace("layers.1", "layers.7"), "F32", List.of(8L, 2L), floats(16, 1));
        assertRefused("model.layers.7.self_attn.q_proj");
    }

    @Test
    void should_refuse_factors_of_another_rank_or_shape() throws IOException {
        weights.tensor(A, "F32", List.of(4L, 8L), floats(32, 1));
        assertRefused(A, "[4, 8]", "r is 2");

        weights.tensor(A, "F32", List.of(2L, 6L), floats(12, 1));
        assertRefused("[8, 6]", "[8, 8]");
    }

    @Test
    void should_refuse_a_result_that_the_type_of_the_base_cannot_hold() throws IOException {
        base.weights.zeros(SmallFolder.QUERY, "F16", 2, List.of(8L, 8L));
        weights.tensor(A, "F32", List.of(2L, 8L), floats(16, 1e5f));
        assertThat(FloatFormats.fromFloat16(FloatFormats.toFloat16(6e5f))).isInfinite();

        assertRefused(SmallFolder.QUERY, "F16");
    }

    @Test
    void should_refuse_an_adapter_without_its_files() throws IOException {
        Files.delete(write().resolve("adapter_config.json"));
        assertThatThrownBy(() -> LoraAdapter.read(folder.resolve("adapter")))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContaining("adapter_config.json");
    }

    @Test
    void should_say_that_weights_in_a_pickle_are_not_read() throws IOException {
        Path adapter = write();
        Files.move(adapter.resolve("adapter_model.safetensors"), adapter.resolve("adapter_model.bin"));

        assertThatThrownBy(() -> LoraAdapter.read(adapter))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll("adapter_model.bin", "safe_serialization=True");
    }

    @ParameterizedTest
    @ValueSource(strings = {"adapter_model", "default", "checkpoint-500"})
    void should_name_the_folder_in_which_the_adapter_lies(String inner) throws IOException {
        Path outer = Files.createDirectory(folder.resolve("outer"));
        Files.move(write(), outer.resolve(inner));

        assertThatThrownBy(() -> LoraAdapter.read(outer))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll(outer.toString(), "these folders in it do: " + inner);
    }

    @Test
    void should_say_that_a_model_is_no_adapter() {
        assertThatThrownBy(() -> LoraAdapter.read(base.write().path))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContaining("holds a model, not a LoRA adapter");
    }

    @Test
    void should_read_the_snapshot_in_a_folder_of_the_cache() throws IOException {
        Path cache = Files.createDirectories(folder.resolve("models--someone--polite/snapshots"));
        Files.move(write(), cache.resolve("0123456789abcdef0123456789abcdef01234567"));

        assertThat(LoraAdapter.read(cache.getParent()).name()).isEqualTo("polite");
    }

    /** PEFT writes it beside factors of the head unless it is told not to. */
    @Test
    void should_take_copies_of_the_models_own_head_and_refuse_others() throws IOException {
        String copy = "base_model.model.lm_head.base_layer.weight";
        base.weights.tensor(SmallFolder.EMBEDDING, "F32", List.of(16L, 8L), floats(128, 0.5f));
        byte[] half = new byte[256];
        for (int i = 1; i < half.length; i += 2) {
            half[i] = 0x3f;
        }
        weights.tensor(copy, "BF16", List.of(16L, 8L), half);
        assertThat(merge()).isDirectory();
        assertThat(ModelFolder.open(folder.resolve("merged")).configuration().tiedEmbeddings())
                .isTrue();

        half[1] = 0x3e;
        LoraAdapter changed = LoraAdapter.read(write());
        assertThatThrownBy(() -> changed.requireFit(base.open()))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll(copy, "is another than that of the model", "save_embedding_layers=False");

        weights.tensor(copy, "F32", List.of(17L, 8L), floats(136, 0.5f));
        LoraAdapter longer = LoraAdapter.read(write());
        assertThatThrownBy(() -> longer.requireFit(base.open())).hasMessageContaining("[17, 8]");
    }

    @Test
    void should_say_that_the_embedding_is_adapted_and_what_to_do() throws IOException {
        String tensor = "base_model.model.model.embed_tokens.lora_embedding_A";
        weights.tensor(tensor, "F32", List.of(2L, 16L), floats(32, 1));

        assertRefused(tensor, "adapts the token embedding", "merge_and_unload", "untie them first");
    }

    @Test
    void should_not_merge_for_good_into_a_head_that_is_the_embedding() throws IOException {
        weights.remove(A).remove(B);
        weights.tensor("base_model.model.lm_head.lora_A.weight", "F32", List.of(2L, 8L), floats(16, 1));
        weights.tensor("base_model.model.lm_head.lora_B.weight", "F32", List.of(16L, 2L), floats(32, 1));
        configuration.putArray("target_modules").add("lm_head");

        assertRefused("adapts the output head", "open the model with the adapter");
    }

    @Test
    void should_copy_a_shard_that_holds_a_copy_of_tied_embeddings_alone() throws IOException {
        base.weights.tensor(SmallFolder.EMBEDDING, "F32", List.of(16L, 8L), floats(128, 0.5f));
        ObjectNode index = base.writeShards();
        new RawSafetensors()
                .tensor("lm_head.weight", "F32", List.of(16L, 8L), floats(128, 0.5f))
                .write(base.path.resolve("c.safetensors"));
        index.withObject("/weight_map").put("lm_head.weight", "c.safetensors");
        Files.writeString(base.indexFile(), index.toString());

        LoraAdapter.read(write()).merge(base.open(), folder.resolve("merged"));

        assertThat(ModelFolder.open(folder.resolve("merged")).configuration().tiedEmbeddings())
                .isTrue();
    }

    @Test
    void should_leave_the_adapters_own_files_and_hidden_ones_out_of_the_merged_model() throws IOException {
        Files.writeString(base.path.resolve("._config.json"), "of macOS");
        base.write();
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(write().resolve(file), base.path.resolve(file));
        }
        LoraAdapter.read(base.path).merge(base.open(), folder.resolve("merged"));

        assertThat(folder.resolve("merged"))
                .isDirectoryContaining("glob:**/config.json")
                .isDirectoryNotContaining("glob:**/adapter_*")
                .isDirectoryNotContaining("glob:**/.*");
        ModelFolder.open(folder.resolve("merged")).requireAdapterOfItsOwn(null);
    }

    @Test
    void should_leave_a_folder_that_exists_as_it_is() throws IOException {
        Files.createDirectory(folder.resolve("merged"));
        assertThatThrownBy(this::merge)
                .isInstanceOf(FileNotWrittenException.class)
                .hasMessageContaining("exists");
        assertThat(folder.resolve("merged")).isEmptyDirectory();
    }
}
