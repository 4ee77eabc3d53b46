package org.steering4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.engine.RandomModels;
import org.steering4j.prompt.SmallTokenizers;

class UnsupportedGenerationSettingsTest {

    private static final int CONTEXT_LENGTH = 256;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'num_beams': 4",
                "'min_length': 10",
                "'min_new_tokens': 10",
                "'no_repeat_ngram_size': 3",
                "'encoder_no_repeat_ngram_size': 3",
                "'encoder_repetition_penalty': 1.2",
                "'typical_p': 0.9",
                "'epsilon_cutoff': 3.0E-4",
                "'eta_cutoff': 0.002",
                "'penalty_alpha': 0.6",
                "'guidance_scale': 1.5",
                "'guidance_scale': '1'",
                "'bad_words_ids': [[7],[8,9]]",
                "'force_words_ids': [[7]]",
                "'constraints': [{}]",
                "'suppress_tokens': [1,2]",
                "'begin_suppress_tokens': [220]",
                "'forced_bos_token_id': 0",
                "'forced_eos_token_id': 0",
                "'exponential_decay_length_penalty': [10,1.5]",
                "'sequence_bias': [[[7],-1.5]]",
                "'watermarking_config': {'bias':2.0}",
                "'stop_strings': 'end'",
                "'max_time': 2.5",
                "'max_length': 255",
                "'top_h': 0.4",
                "'dola_layers': 'high'",
                "'token_healing': true"
            })
    void should_name_what_transformers_would_do(String setting) throws IOException {
        assertThat(unsupported(setting))
                .containsExactly(setting.replace('\'', '"').replaceFirst("^\"(\\w+)\":", "$1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // read by this project
                "'do_sample': true, 'temperature': 0.6, 'top_k': 20, 'top_p': 0.9, 'min_p': 0.1, 'repetition_penalty': 1.1",
                "'bos_token_id': 1, 'eos_token_id': [2, 3], 'max_new_tokens': 40",
                // the same as nothing
                "'num_beams': 1, 'min_length': 0, 'no_repeat_ngram_size': 0, 'encoder_repetition_penalty': 1.0, 'typical_p': 1",
                "'epsilon_cutoff': 0.0, 'eta_cutoff': 0.0, 'guidance_scale': 1, 'penalty_alpha': 0",
                "'num_beams': null, 'bad_words_ids': null, 'forced_eos_token_id': null, 'max_length': null",
                "'suppress_tokens': [], 'sequence_bias': {}, 'token_healing': false",
                "'max_length': 256",
                "'max_length': 20, 'max_new_tokens': 40",
                // of beam search, without beams
                "'length_penalty': 2.0, 'early_stopping': true, 'num_beam_groups': 1, 'diversity_penalty': 0.5",
                // of no effect on the answer
                "'_from_model_config': true, 'transformers_version': '4.51.0', 'pad_token_id': 0, 'use_cache': false",
                "'cache_implementation': 'hybrid', 'output_scores': true, 'renormalize_logits': true, 'chat_format': 'chatml'"
            })
    void should_say_nothing_of_what_changes_nothing(String settings) throws IOException {
        assertThat(unsupported(settings)).isEmpty();
    }

    @Test
    void should_say_nothing_of_a_folder_without_the_file() {
        assertThat(UnsupportedGenerationSettings.read(folder).in(CONTEXT_LENGTH))
                .isEmpty();
    }

    @Test
    void should_quote_only_the_beginning_of_a_long_value() throws IOException {
        assertThat(unsupported("'suppress_tokens': [%s0]".formatted("1,".repeat(1000))))
                .singleElement()
                .asString()
                .startsWith("suppress_tokens [1,1,")
                .endsWith("...")
                .hasSizeLessThan(110);
    }

    @Test
    void should_warn_once_when_a_model_is_opened() throws IOException {
        SmallTokenizers.byteLevel(RandomModels.write(folder, 276, CONTEXT_LENGTH), SmallTokenizers.CHATML);
        write("'no_repeat_ngram_size': 3, 'temperature': 0.7, 'max_length': 20");

        assertThat(warningsOfOpening())
                .filteredOn(line -> line.contains("generation_config.json"))
                .singleElement()
                .asString()
                .contains("WARN", folder.toString(), "no_repeat_ngram_size 3, max_length 20", "differ", "transformers");

        write("'temperature': 0.7");
        assertThat(warningsOfOpening())
                .filteredOn(line -> line.contains("generation_config.json"))
                .isEmpty();
    }

    /** What transformers wrote there before there was a file for it must not keep a model from being opened. */
    @Test
    void should_warn_of_what_the_configuration_of_an_older_folder_asks_for() throws IOException {
        SmallTokenizers.byteLevel(RandomModels.write(folder, 276, CONTEXT_LENGTH), SmallTokenizers.CHATML);
        Path configuration = folder.resolve("config.json");
        String settings = UnsupportedGenerationSettings.keys().stream()
                .sorted()
                .map(key -> "\"%s\": 7, ".formatted(key))
                .collect(Collectors.joining());
        Files.writeString(configuration, Files.readString(configuration).replaceFirst("\\{", "{" + settings));

        assertThat(warningsOfOpening())
                .filteredOn(line -> line.contains("what is not supported"))
                .singleElement()
                .asString()
                .contains(configuration.toString(), "no_repeat_ngram_size 7", "min_new_tokens 7", "stop_strings 7");
    }

    private List<String> warningsOfOpening() {
        PrintStream standardError = System.err;
        ByteArrayOutputStream logged = new ByteArrayOutputStream();
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
        try {
            SteeredModel.open(folder).close();
        } finally {
            System.setErr(standardError);
        }
        return logged.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private List<String> unsupported(String settings) throws IOException {
        write(settings);
        return UnsupportedGenerationSettings.read(folder).in(CONTEXT_LENGTH);
    }

    private void write(String settings) throws IOException {
        Files.writeString(folder.resolve("generation_config.json"), "{%s}".formatted(settings.replace('\'', '"')));
    }
}
