package org.steering4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The config.json of published models opens, with all of its keys. The files are those of the models but for the factors of LongRoPE, which are
 * made up.
 */
class PublishedConfigurationsTest {

    @TempDir
    Path path;

    static Stream<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(file -> file.getFileName().toString().replace(".json", "")).sorted().toList().stream();
        }
    }

    private static Path folder() {
        try {
            return Path.of(PublishedConfigurationsTest.class
                    .getResource("/configurations")
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ModelConfiguration read(String name) {
        return ConfigurationReader.read(folder().resolve(name + ".json"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Llama-2-7b-chat-hf       | 32 | 32 | 32 | 128 | 4096  | 0     | false | 6738415616",
                "Llama-3.2-1B             | 16 | 32 | 8  | 64  | 131072 | 0    | true  | 1235814400",
                "Mistral-7B-v0.1          | 32 | 32 | 8  | 128 | 32768 | 4096  | false | 7241732096",
                "Mistral-7B-Instruct-v0.3 | 32 | 32 | 8  | 128 | 32768 | 0     | false | 7248023552",
                "Qwen2.5-0.5B             | 24 | 14 | 2  | 64  | 32768 | 0     | true  | 494032768",
                "Qwen2.5-7B-Instruct      | 28 | 28 | 4  | 128 | 32768 | 0     | false | 7615616512",
                "Qwen2.5-7B-Instruct-yarn | 28 | 28 | 4  | 128 | 32768 | 0     | false | 7615616512",
                "Qwen3-0.6B               | 28 | 16 | 8  | 128 | 40960 | 0     | true  | 596049920",
                "gemma-2-2b               | 26 | 8  | 4  | 256 | 8192  | 4096  | true  | 2614341888",
                "gemma-2-9b               | 42 | 16 | 8  | 256 | 8192  | 4096  | true  | 9241705984",
                "gemma-3-1b-it            | 26 | 4  | 1  | 256 | 32768 | 512   | true  | 999885952",
                "Phi-3-mini-4k-instruct   | 32 | 32 | 32 | 96  | 4096  | 2047  | false | 3821079552",
                "Phi-3-mini-128k-instruct | 32 | 32 | 32 | 96  | 4096  | 262144 | false | 3821079552",
                "Phi-3.5-mini-instruct    | 32 | 32 | 32 | 96  | 4096  | 262144 | false | 3821079552",
                "Phi-4-mini-instruct      | 32 | 24 | 8  | 128 | 4096  | 262144 | true  | 3836021760",
                "granite-3.1-2b-instruct  | 40 | 32 | 8  | 64  | 131072 | 0    | true  | 2533531648",
                "SmolLM3-3B               | 36 | 16 | 4  | 128 | 65536 | 0     | true  | 3075098624",
                "OLMo-2-0425-1B           | 16 | 16 | 16 | 128 | 4096  | 0     | false | 1484916736"
            })
    void should_open(
            String name,
            int layers,
            int queryHeads,
            int keyValueHeads,
            int headSize,
            int context,
            int window,
            boolean tied,
            long parameters) {
        ModelConfiguration configuration = read(name);

        assertThat(configuration.numberOfLayers()).isEqualTo(layers);
        assertThat(configuration.queryHeads()).isEqualTo(queryHeads);
        assertThat(configuration.keyValueHeads()).isEqualTo(keyValueHeads);
        assertThat(configuration.headSize()).isEqualTo(headSize);
        assertThat(configuration.contextLength()).isEqualTo(context);
        assertThat(configuration.switches().slidingWindow()).isEqualTo(window);
        assertThat(configuration.tiedEmbeddings()).isEqualTo(tied);
        assertThat(parameters(configuration)).isEqualTo(parameters);
    }

    /** As many as the model cards say. */
    private static long parameters(ModelConfiguration configuration) {
        long sum = 0;
        for (Weight weight : Weight.values()) {
            if (weight.isIn(configuration)) {
                long size = weight.shape(configuration).stream().reduce(1L, (a, b) -> a * b);
                sum += size * (weight.perLayer() ? configuration.numberOfLayers() : 1);
            }
        }
        return sum;
    }

    @Test
    void should_read_the_switches_of_gemma() {
        DecoderSwitches gemma2 = read("gemma-2-2b").switches();
        assertThat(gemma2.embeddingMultiplier()).isEqualTo(48);
        assertThat(gemma2.attentionScale()).isEqualTo(1 / 16.0);
        assertThat(gemma2.attentionSoftCap()).isEqualTo(50);
        assertThat(gemma2.logitSoftCap()).isEqualTo(30);
        assertThat(gemma2.windowed()).startsWith(true, false, true, false);

        ModelConfiguration gemma3 = read("gemma-3-1b-it");
        assertThat(gemma3.rotaryBase()).isEqualTo(1e6);
        assertThat(gemma3.switches().localRotaryBase()).isEqualTo(1e4);
        assertThat(layers(gemma3.switches().windowed(), false)).containsExactly(5, 11, 17, 23);
    }

    private static List<Integer> layers(List<Boolean> flags, boolean value) {
        return IntStream.range(0, flags.size())
                .filter(layer -> flags.get(layer) == value)
                .boxed()
                .toList();
    }

    @Test
    void should_read_the_layers_of_smollm3_without_a_rotary_position_embedding() {
        assertThat(layers(read("SmolLM3-3B").switches().rotary(), false))
                .containsExactly(3, 7, 11, 15, 19, 23, 27, 31, 35);
    }

    @Test
    void should_read_the_multipliers_of_granite() {
        DecoderSwitches granite = read("granite-3.1-2b-instruct").switches();
        assertThat(granite.embeddingMultiplier()).isEqualTo(12);
        assertThat(granite.attentionScale()).isEqualTo(0.015625);
        assertThat(granite.residualMultiplier()).isEqualTo(0.22);
        assertThat(granite.logitDivisor()).isEqualTo(8);
    }

    @Test
    void should_open_longrope_for_its_original_length_and_for_longer_ones_when_asked() {
        ModelConfiguration usual = read("Phi-4-mini-instruct");
        assertThat(usual.switches().rotarySize()).isEqualTo(96);
        assertThat(usual.rotaryScaling().attentionFactor()).isCloseTo(Math.sqrt(1 + 5.0 / 12), within(1e-12));
        assertThat(usual.rotaryFrequencies()[47]).isCloseTo(Math.pow(1e4, -94 / 96.0), within(1e-12));

        ModelConfiguration longer = usual.withContextLength(4097);
        assertThat(longer.rotaryFrequencies()[47]).isCloseTo(Math.pow(1e4, -94 / 96.0) / 47.8, within(1e-12));
        assertThat(usual.withContextLength(131072).contextLength()).isEqualTo(131072);
        assertThatThrownBy(() -> usual.withContextLength(131073))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("contextLength is 131073", "from 1 to 131072");
    }

    @Test
    void should_open_yarn_for_as_many_times_its_original_length_as_it_stretches() {
        ModelConfiguration yarn = read("Qwen2.5-7B-Instruct-yarn");
        assertThat(yarn.rotaryScaling())
                .isEqualTo(new RotaryScaling.Yarn(4, 32768, 32, 1, true, 0.1 * Math.log(4) + 1));
        assertThat(yarn.longestContext()).isEqualTo(131072);
        assertThat(yarn.withContextLength(131072).rotaryFrequencies()).isEqualTo(yarn.rotaryFrequencies());
    }

    @ParameterizedTest
    @MethodSource("names")
    void should_refuse_a_key_of_which_nothing_is_known(String name) {
        assertRefused(name, json -> json.put("attention_sinks", 4), "attention_sinks is 4", "take it out");
    }

    /** Of every family the keys without which it would compute something else. */
    @ParameterizedTest
    @CsvSource({
        "Mistral-7B-v0.1, sliding_window",
        "Mistral-7B-v0.1, num_key_value_heads",
        "Qwen2.5-0.5B, num_key_value_heads",
        "Qwen3-0.6B, head_dim",
        "gemma-2-2b, query_pre_attn_scalar",
        "gemma-2-2b, attn_logit_softcapping",
        "gemma-2-2b, final_logit_softcapping",
        "gemma-2-2b, sliding_window",
        "gemma-2-2b, head_dim",
        "gemma-3-1b-it, query_pre_attn_scalar",
        "gemma-3-1b-it, sliding_window",
        "granite-3.1-2b-instruct, embedding_multiplier",
        "granite-3.1-2b-instruct, attention_multiplier",
        "granite-3.1-2b-instruct, residual_multiplier",
        "granite-3.1-2b-instruct, logits_scaling"
    })
    void should_refuse_without(String name, String key) {
        assertRefused(
                name, json -> json.remove(key), key + " is missing", read(name).architecture());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Qwen2.5-0.5B | {'layer_types':['sliding_attention']} | layer_types has 1 values for 24 layers",
                "Qwen2.5-0.5B | {'use_sliding_window':true,'max_window_layers':null} | max_window_layers must be",
                "Qwen2.5-0.5B | {'use_sliding_window':true,'sliding_window':0} | sliding_window must be",
                "Phi-4-mini-instruct | {'rope_scaling':{'type':'dynamic','factor':2}} | type dynamic is not supported for Phi3ForCausalLM; expected default or longrope",
                "Phi-4-mini-instruct | {'rope_scaling':{'type':'linear','factor':2}} | type linear is not supported for Phi3ForCausalLM",
                "Llama-3.2-1B | {'pruned_heads':{'0':[1]}} | pruned_heads is; expected {}",
                "Qwen2.5-0.5B | {'use_mrope':true} | use_mrope is true; expected false",
                "SmolLM3-3B | {'no_rope_layers':[1,0]} | no_rope_layers must be a list of 36 values",
                "SmolLM3-3B | {'no_rope_layers':null,'no_rope_layer_interval':0} | no_rope_layer_interval must be",
                "gemma-2-2b | {'hidden_activation':'gelu'} | hidden_activation gelu is not supported; expected gelu_pytorch_tanh",
                "gemma-2-2b | {'use_bidirectional_attention':true} | use_bidirectional_attention is true",
                "gemma-2-2b | {'attn_logit_softcapping':-1} | attn_logit_softcapping must be a positive number",
                "gemma-3-1b-it | {'attn_logit_softcapping':50.0} | attn_logit_softcapping is 50.0; Gemma3ForCausalLM",
                "gemma-3-1b-it | {'rope_parameters':{'rope_type':'default'}} | rope_parameters holds rope_type; full_attention and sliding_attention",
                "gemma-3-1b-it | {'rope_parameters':{'sliding_attention':{'rope_type':'linear','factor':2}}} | layers with a window have the rotary scaling; expected default",
                "gemma-3-1b-it | {'rope_parameters':{'sliding_attention':{'rope_theta':5}}} | rope_local_base_freq is given twice",
                "Phi-4-mini-instruct | {'partial_rotary_factor':0.01} | partial_rotary_factor is 0.01; an even number",
                "Phi-4-mini-instruct | {'partial_rotary_factor':0.5} | short_factor must be a list of 32 values",
                "Phi-4-mini-instruct | {'lm_head_bias':true} | lm_head_bias is true; expected false",
                "Phi-4-mini-instruct | {'full_attn_mod':2} | full_attn_mod is 2; expected 1",
                "Phi-4-mini-instruct | {'original_max_position_embeddings':262144} | original_max_position_embeddings is 262144; 131072",
                "OLMo-2-0425-1B | {'clip_qkv':8.0} | clip_qkv is 8.0; Olmo2ForCausalLM",
                "Mistral-7B-v0.1 | {'attention_bias':true} | attention_bias is true; expected false",
                "Llama-2-7b-chat-hf | {'num_attention_heads':'32'} | num_attention_heads must be"
            })
    void should_refuse(String name, String change, String expected) throws IOException {
        ObjectNode changes = (ObjectNode) new ObjectMapper().readTree(change.replace('\'', '"'));
        assertRefused(name, json -> json.setAll(changes), expected.split("; "));
    }

    /** transformers would take 4096, not what the other keys say. */
    @Test
    void should_refuse_longrope_of_phi3_without_its_original_length() {
        assertRefused(
                "Phi-3.5-mini-instruct",
                json -> json.remove("original_max_position_embeddings"),
                "original_max_position_embeddings must be",
                "missing");
        assertRefused(
                "Phi-3.5-mini-instruct",
                json -> ((ObjectNode) json.get("rope_scaling"))
                        .set("original_max_position_embeddings", json.remove("original_max_position_embeddings")),
                "original_max_position_embeddings must be",
                "missing");
    }

    /** transformers would take 4096; null stands for no window. */
    @ParameterizedTest
    @CsvSource({"Qwen2.5-0.5B", "Qwen3-0.6B"})
    void should_refuse_a_window_that_is_switched_on_without_its_size(String name) {
        assertRefused(
                name,
                json -> json.put("use_sliding_window", true).remove("sliding_window"),
                "sliding_window is missing",
                "use_sliding_window is true");
        ObjectNode none = node(name).put("use_sliding_window", true).putNull("sliding_window");
        assertThat(ConfigurationReader.read(written(none)).switches().slidingWindow())
                .isZero();
    }

    private void assertRefused(String name, Consumer<ObjectNode> change, String... parts) {
        ObjectNode json = node(name);
        change.accept(json);
        Path file = written(json);
        assertThatThrownBy(() -> ConfigurationReader.read(file))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll(parts)
                .hasMessageContaining(file.toString());
    }

    private static ObjectNode node(String name) {
        try {
            return (ObjectNode)
                    new ObjectMapper().readTree(folder().resolve(name + ".json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path written(ObjectNode json) {
        try {
            return Files.writeString(path.resolve("config.json"), json.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void should_know_the_names_of_longrope_that_came_before() {
        ModelConfiguration current = ConfigurationReader.read(written(node("Phi-3-mini-128k-instruct")));
        for (Map.Entry<String, String> name :
                Map.of("su", "type", "longrope", "rope_type").entrySet()) {
            ObjectNode json = node("Phi-3-mini-128k-instruct");
            ((ObjectNode) json.get("rope_scaling")).remove("type");
            ((ObjectNode) json.get("rope_scaling")).put(name.getValue(), name.getKey());
            assertThat(ConfigurationReader.read(written(json))).isEqualTo(current);
        }
    }
}
