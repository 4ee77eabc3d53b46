package org.steering4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What config.json may not say. */
class ConfigurationReaderTest {

    @TempDir
    Path path;

    /** What is put into a sound config.json, and what the message must hold, parts separated by a semicolon. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // architecture
                "{'architectures':['GPT2LMHeadModel']}     | the architecture 'GPT2LMHeadModel' is not supported; LlamaForCausalLM, MistralForCausalLM",
                "{'architectures':['Gemma3ForConditionalGeneration']} | the architecture 'Gemma3ForConditionalGeneration' is not supported; Gemma3ForCausalLM",
                "{'architectures':[7]}                     | the architecture 7 is not supported; LlamaForCausalLM",
                "{'architectures':[]}                      | architectures must be; []; LlamaForCausalLM; Qwen2ForCausalLM",
                "{'architectures':'LlamaForCausalLM'}      | architectures must be a list",
                "{'architectures':null}                    | architectures must be; null",
                // types and ranges
                "{'hidden_size':'8'}                       | hidden_size must be a whole number from 1 to 2147483647 but is '8'; download",
                "{'hidden_size':8.0}                       | hidden_size must be; 8.0",
                "{'hidden_size':0}                         | hidden_size must be; 0",
                "{'hidden_size':-8}                        | hidden_size must be; -8",
                "{'hidden_size':null}                      | hidden_size must be; null",
                "{'hidden_size':[8]}                       | hidden_size must be; [8]",
                "{'hidden_size':4294967304}                | hidden_size must be; 4294967304",
                "{'hidden_size':99999999999999999999}      | hidden_size must be; 99999999999999999999",
                "{'num_hidden_layers':true}                | num_hidden_layers must be; true",
                "{'vocab_size':{}}                         | vocab_size must be; {}",
                "{'max_position_embeddings':'32'}          | max_position_embeddings must be; '32'",
                "{'num_key_value_heads':'1'}               | num_key_value_heads must be; '1'",
                "{'rms_norm_eps':'1e-5'}                   | rms_norm_eps must be a positive number but is '1e-5'",
                "{'rms_norm_eps':0}                        | rms_norm_eps must be; 0",
                "{'rms_norm_eps':1e5}                      | rms_norm_eps must be below 1 but is 100000.0",
                "{'rope_theta':1e999}                      | rope_theta must be a positive number",
                "{'rope_theta':-10000}                     | rope_theta must be a positive number but is -10000",
                "{'rope_theta':1e-300}                     | rope_theta must be at least 1 but is 1.0E-300",
                "{'tie_word_embeddings':'true'}            | tie_word_embeddings must be true or false but is 'true'",
                "{'tie_word_embeddings':1}                 | tie_word_embeddings must be true or false but is 1",
                "{'attention_bias':'yes'}                  | attention_bias must be true or false but is 'yes'",
                "{'hidden_act':{}}                         | hidden_act must be a text but is {}",
                "{'model_type':4}                          | model_type must be a text but is 4",
                // absurd sizes
                "{'hidden_size':2147483644}                | [16, 8]; [16, 2147483644]",
                "{'vocab_size':2147483647}                 | [16, 8]; [2147483647, 8]",
                "{'intermediate_size':2147483647}          | [12, 8]; [2147483647, 8]",
                "{'head_dim':2147483646}                   | [8, 8]; [4294967292, 8]",
                "{'num_hidden_layers':2147483647}          | num_hidden_layers is 2147483647 but can be at most 10000",
                "{'num_attention_heads':2147483646,'num_key_value_heads':2147483646,'head_dim':2147483646} | [8, 8]; [4611686009837453316, 8]",
                // contradictions
                "{'num_attention_heads':3}                 | hidden_size 8 is not a multiple of num_attention_heads 3",
                "{'num_attention_heads':4,'num_key_value_heads':3} | num_attention_heads 4 is not a multiple of num_key_value_heads 3",
                "{'num_attention_heads':2,'num_key_value_heads':4} | num_attention_heads 2 is not a multiple of num_key_value_heads 4",
                "{'num_attention_heads':8}                 | the head size; is 1; an even one",
                "{'head_dim':3}                            | the head size; is 3; an even one",
                // what changes the computation
                "{'hidden_act':'gelu'}                     | hidden_act gelu is not supported; expected silu",
                "{'attention_bias':true}                   | lacks 8 tensors; model.layers.0.self_attn.q_proj.bias",
                "{'mlp_bias':true}                         | lacks 6 tensors; model.layers.0.mlp.gate_proj.bias",
                "{'lm_head_bias':true}                     | lm_head_bias is true, which is not supported; expected false",
                "{'rope_interleaved':true}                 | rope_interleaved is true, which is not supported",
                "{'sliding_window':16}                     | sliding_window is 16; this version knows nothing for LlamaForCausalLM; take it out",
                "{'logits_scaling':8.0}                    | logits_scaling is 8.0; this version knows nothing for LlamaForCausalLM",
                "{'clip_qkv':null,'attention_sinks':4}     | attention_sinks is 4; this version knows nothing for LlamaForCausalLM",
                "{'use_sliding_window':true}               | use_sliding_window is true, which is not supported",
                "{'layer_types':['full_attention','sliding_attention']} | layer_types holds 'sliding_attention'",
                "{'layer_types':'sliding_attention'}       | layer_types must be a list",
                "{'partial_rotary_factor':0.5}             | partial_rotary_factor is 0.5; expected 1",
                "{'quantization_config':{'quant_method':'gptq','bits':4}} | the weights are quantised (quant_method 'gptq'); use the unquantised model; int8 or int4",
                "{'quantization_config':{'bits':4}}        | the weights are quantised (quant_method missing)",
                "{'quantization':{'group_size':64,'bits':4}} | the weights are quantised (by MLX); use the unquantised model; int8 or int4",
                "{'quantization':{'group_size':32,'bits':4,'mode':'mxfp4'},'quantization_config':{'group_size':32,'bits':4,'mode':'mxfp4'}} | by MLX",
                "{'quantization':{'scheme':'other'}}       | quantization is {'scheme':'other'}; this version knows nothing",
                "{'quantization_config':5}                 | the weights are quantised",
                // rotary position embedding
                "{'rope_scaling':{'rope_type':'ntk','factor':4}} | the type ntk is not supported; default, dynamic, linear, llama3, longrope, yarn",
                "{'rope_scaling':{'type':'linear','factor':4,'beta_fast':32}} | holds beta_fast; not supported; with the type linear are factor; take it out of the file",
                "{'rope_scaling':{'type':'dynamic'}}       | factor must be a positive number but is missing",
                "{'rope_scaling':{'type':'yarn','factor':4,'beta_fast':1,'beta_slow':1}} | 0 < beta_slow < beta_fast",
                "{'rope_scaling':{'type':'yarn','factor':4,'original_max_position_embeddings':1}} | original_max_position_embeddings is 1",
                "{'rope_scaling':{'type':'yarn','factor':4,'truncate':1}} | truncate must be true or false but is 1",
                "{'rope_scaling':{'type':'longrope','short_factor':[1],'long_factor':[1,2]}} | short_factor must be a list of 2 values but is [1]",
                "{'rope_scaling':{'type':'longrope','short_factor':[1,0],'long_factor':[1,2]}} | short_factor must be a positive number but is 0",
                "{'rope_scaling':{'rope_type':'default','mrope_section':[1,1]}} | holds mrope_section; not supported",
                "{'rope_scaling':{'rope_type':'default','type':'mrope'}} | rope_type default; mrope",
                "{'rope_scaling':{'factor':2}}             | has the factor 2; default or none, which scales nothing",
                "{'rope_scaling':{'rope_type':'default','factor':8}} | has the factor 8; default or none, which scales nothing",
                "{'rope_scaling':{'rope_type':'default','factor':'1'}} | factor must be a positive number but is '1'",
                "{'rope_scaling':'linear'}                 | rope_scaling must be an object or null but is 'linear'",
                "{'rope_scaling':{'rope_type':7}}          | rope_type must be a text but is 7",
                "{'rope_scaling':{'rope_type':'linear'}}   | factor must be a positive number but is missing",
                "{'rope_scaling':{'rope_type':'linear','factor':'2'}} | factor must be a positive number but is '2'",
                "{'rope_scaling':{'rope_type':'linear','factor':0.5}} | factor must be at least 1 but is 0.5",
                "{'rope_scaling':{'rope_type':'llama3','factor':8,'low_freq_factor':4,'high_freq_factor':4,'original_max_position_embeddings':16}} | 0 < low_freq_factor < high_freq_factor",
                "{'rope_scaling':{'rope_type':'llama3','factor':8,'low_freq_factor':1,'high_freq_factor':4,'original_max_position_embeddings':1e300}} | original_max_position_embeddings must be; 1.0E300",
                "{'rope_scaling':{'rope_type':'llama3','factor':8,'low_freq_factor':1,'high_freq_factor':4}} | original_max_position_embeddings must be; missing",
                "{'rope_parameters':{'full_attention':{'rope_type':'default'}}} | holds full_attention; not supported",
                "{'rope_parameters':{'rope_type':'default','partial_rotary_factor':0.5}} | partial_rotary_factor is 0.5",
                "{'rope_parameters':{'rope_theta':5e5}}    | rope_theta is given twice; 500000.0; 10000.0",
                "{'rope_parameters':{'rope_type':'default'},'rope_scaling':{'rope_type':'linear','factor':2}} | contradict",
            })
    void should_refuse(String change, String expected) {
        SmallFolder folder =
                SmallFolder.llama(path).configure(change.replace('\'', '"')).write();

        folder.assertRefused(path.toString());
        folder.assertRefused(expected.replace('\'', '"').split("; "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hidden_size",
                "intermediate_size",
                "num_hidden_layers",
                "num_attention_heads",
                "vocab_size",
                "max_position_embeddings",
                "architectures"
            })
    void should_refuse_without(String key) {
        SmallFolder folder = SmallFolder.llama(path).without(key).write();

        folder.assertRefused(folder.configurationFile().toString(), key, "missing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "5",
                "null",
                "\"text\"",
                "{",
                "{}{}",
                "{} x",
                "<html>",
                "{\"a\":NaN}",
                "{\"a\":1,\"a\":2}"
            })
    void should_refuse_what_is_no_json_object(String text) {
        SmallFolder folder = SmallFolder.llama(path).write();
        SmallFolder.writeText(folder.configurationFile(), text);

        folder.assertRefused(folder.configurationFile().toString(), "JSON", "download it again");
    }

    @Test
    void should_refuse_endless_nesting_and_endless_numbers() throws IOException {
        SmallFolder folder = SmallFolder.llama(path).write();
        SmallFolder.writeText(folder.configurationFile(), "{\"a\":" + "[".repeat(1_000_000));
        folder.assertRefused(folder.configurationFile().toString(), "not valid JSON");
        SmallFolder.writeText(folder.configurationFile(), "{\"hidden_size\":" + "9".repeat(1_000_000) + "}");
        folder.assertRefused(folder.configurationFile().toString(), "not valid JSON");
        Files.write(folder.configurationFile(), "{\"a\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));
        folder.assertRefused(folder.configurationFile().toString());
    }

    @Test
    void should_refuse_a_file_of_four_gigabytes_without_reading_it_all() throws IOException {
        SmallFolder folder = SmallFolder.llama(path).write();
        try (RandomAccessFile sparse =
                new RandomAccessFile(folder.configurationFile().toFile(), "rw")) {
            sparse.setLength(4L << 30);
        }

        folder.assertRefused(folder.configurationFile().toString(), "more than 67108864 bytes");
    }

    @Test
    void should_refuse_a_configuration_that_is_a_folder() throws IOException {
        SmallFolder folder = SmallFolder.llama(path).write();
        Files.delete(folder.configurationFile());
        Files.createDirectory(folder.configurationFile());

        folder.assertRefused(folder.configurationFile().toString(), "cannot be read", "expected a readable file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'pretraining_tp':2}",
                "{'_flash_attn_2_enabled':true}",
                "{'use_flash_attention':true,'_attn_implementation_internal':'sdpa'}",
                "{'rope_scaling':{'rope_type':'default','factor':1.0}}",
                "{'rope_scaling':{'type':'default','factor':1}}",
                "{'rope_scaling':{'factor':1}}",
                "{'rope_scaling':{}}",
                "{'rope_parameters':{'rope_type':'default','factor':1.0,'rope_theta':10000.0}}",
                "{'renormalize_logits':true,'prompt_lookup_num_tokens':3,'disable_compile':true}",
                "{'classifier_dropout':0.1,'seq_length':2048,'bf16':true}"
            })
    void should_accept_what_changes_nothing(String json) {
        ModelConfiguration usual = SmallFolder.llama(path).write().open().configuration();

        assertThat(SmallFolder.llama(path)
                        .configure(json.replace('\'', '"'))
                        .write()
                        .open()
                        .configuration())
                .isEqualTo(usual);
    }

    @Test
    void should_read_the_scaling_of_the_models_of_yarns_authors() {
        String scaling = "'type':'yarn','factor':4.0,'original_max_position_embeddings':32";
        RotaryScaling usual = scaling(scaling);

        assertThat(scaling(scaling + ",'finetuned':true")).isEqualTo(usual);
    }

    private RotaryScaling scaling(String json) {
        return SmallFolder.llama(path)
                .configure("{\"rope_scaling\":{" + json.replace('\'', '"') + "}}")
                .write()
                .open()
                .configuration()
                .rotaryScaling();
    }
}
