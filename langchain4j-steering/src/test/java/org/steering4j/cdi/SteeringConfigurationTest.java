package org.steering4j.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigProviderResolver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steering4j.SteeringChatRequestParameters;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Precision;
import org.steering4j.hub.ModelName;
import org.steering4j.persona.Persona;
import org.steering4j.vector.Steering;

class SteeringConfigurationTest {

    private static SteeringConfiguration read(Map<String, String> properties) {
        return SteeringConfiguration.read(new PlainSettings(properties, Map.of()));
    }

    private static SteeringConfiguration readEnvironment(Map<String, String> environment) {
        return SteeringConfiguration.read(new PlainSettings(Map.of(), environment));
    }

    @Test
    void should_read_every_setting() {
        SteeringConfiguration configuration = read(Map.ofEntries(
                Map.entry("java.version", "17"),
                Map.entry("steering.enabled", "true"),
                Map.entry("steering.model-path", "models/one"),
                Map.entry("steering.adapter", "adapters/one"),
                Map.entry("steering.precision", "bfloat16"),
                Map.entry("steering.context-length", "32768"),
                Map.entry("steering.maximum-rows", "8"),
                Map.entry("steering.maximum-waiting", "16"),
                Map.entry("steering.cache-bytes", "4294967296"),
                Map.entry("steering.speculation", "false"),
                Map.entry("steering.vectors-path", "vectors"),
                Map.entry("steering.timeout", "PT30S"),
                Map.entry("steering.default-steering", "truthfulness:1.0"),
                Map.entry("steering.temperature", "0.5"),
                Map.entry("steering.top-p", "0.6"),
                Map.entry("steering.top-k", "7"),
                Map.entry("steering.min-p", "0.1"),
                Map.entry("steering.frequency-penalty", "0.2"),
                Map.entry("steering.presence-penalty", "0.3"),
                Map.entry("steering.repetition-penalty", "1.1"),
                Map.entry("steering.seed", " 42 "),
                Map.entry("steering.max-output-tokens", "9"),
                Map.entry("steering.stop-sequences", "STOP,END"),
                Map.entry("steering.think", "false"),
                Map.entry("steering.return-thinking", "true"),
                Map.entry("steering.send-thinking", "false"),
                Map.entry("steering.cache-partition", "tenant-a"),
                Map.entry("steering.share-system-message", "true"),
                Map.entry("steering.personas.cautious", "power-seeking:-1.5,truthfulness:1.0"),
                Map.entry("steering.personas.cautious.system-message", "Weigh every risk."),
                Map.entry("steering.personas.plain", "none")));

        assertThat(configuration.modelPath()).isEqualTo(Path.of("models/one"));
        LanguageModel.Builder engine = LanguageModel.builder();
        configuration.engine().applyTo(engine);
        assertThat(engine)
                .extracting(
                        "adapter",
                        "precision",
                        "contextLength",
                        "maximumRows",
                        "maximumWaiting",
                        "cacheBytes",
                        "speculation")
                .containsExactly(Path.of("adapters/one"), Precision.BFLOAT16, 32_768, 8, 16, 1L << 32, false);
        assertThat(configuration.vectorsPath()).isEqualTo(Path.of("vectors"));
        assertThat(configuration.personas())
                .containsExactly(
                        Persona.of(
                                        "cautious",
                                        Steering.of("power-seeking", -1.5).plus("truthfulness", 1))
                                .withSystemMessage("Weigh every risk."),
                        Persona.of("plain", Steering.none()));
        assertThat(configuration.defaults())
                .isEqualTo(SteeringChatRequestParameters.builder()
                        .timeout(Duration.ofSeconds(30))
                        .steering(Steering.of("truthfulness", 1))
                        .temperature(0.5)
                        .topP(0.6)
                        .topK(7)
                        .minP(0.1)
                        .frequencyPenalty(0.2)
                        .presencePenalty(0.3)
                        .repetitionPenalty(1.1)
                        .seed(42L)
                        .maxOutputTokens(9)
                        .stopSequences("STOP", "END")
                        .think(false)
                        .returnThinking(true)
                        .sendThinking(false)
                        .cachePartition("tenant-a")
                        .shareSystemMessage(true)
                        .build());
    }

    @Test
    void should_need_no_setting() {
        SteeringConfiguration configuration = read(Map.of("steering.model-path", " "));
        assertThat(configuration.modelPath()).isNull();
        LanguageModel.Builder engine = LanguageModel.builder();
        configuration.engine().applyTo(engine);
        assertThat(engine).usingRecursiveComparison().isEqualTo(LanguageModel.builder());
        assertThat(configuration.defaults().timeout()).isNull();
        assertThat(configuration.personas()).isEmpty();
        assertThat(configuration.defaults()).isEqualTo(SteeringChatRequestParameters.EMPTY);
    }

    @Test
    void should_read_the_name_of_a_model_instead_of_a_path() {
        SteeringConfiguration configuration =
                read(Map.of("steering.model-name", " Qwen/Qwen3-0.6B@main ", "steering.offline", "TRUE"));
        assertThat(configuration.modelName()).isEqualTo(new ModelName("Qwen", "Qwen3-0.6B", "main"));
        assertThat(configuration.offline()).isTrue();
        assertThat(read(Map.of()).modelName()).isNull();
        assertThat(read(Map.of()).offline()).isFalse();
        assertThatThrownBy(() -> read(Map.of("steering.model-name", "gpt2")))
                .isInstanceOf(SteeringConfigurationException.class)
                .hasMessageContaining("steering.model-name")
                .hasMessageContaining("expected owner/name");
        assertThatThrownBy(() -> read(Map.of("steering.model-name", "a/b", "steering.model-path", "x")))
                .isInstanceOf(SteeringConfigurationException.class)
                .hasMessageContaining("steering.model-path and steering.model-name are both set");
        assertThatThrownBy(() -> read(Map.of("steering.offline", "perhaps")))
                .isInstanceOf(SteeringConfigurationException.class)
                .hasMessageContaining("true or false");
    }

    @Test
    void should_read_environment_variables() {
        SteeringConfiguration configuration = readEnvironment(Map.of(
                "STEERING_MODEL_PATH", "models/one",
                "STEERING_DEFAULT_PERSONA", "very-bold",
                "STEERING_PERSONAS_VERY_BOLD", "power:2",
                "STEERING_PERSONAS_VERY_BOLD_SYSTEM_MESSAGE", "Dare!",
                "STEERING_WHEEL", "somebody else's"));
        assertThat(configuration.modelPath()).isEqualTo(Path.of("models/one"));
        assertThat(configuration.defaultPersona()).isEqualTo("very-bold");
        assertThat(configuration.personas())
                .containsExactly(
                        Persona.of("very-bold", Steering.of("power", 2)).withSystemMessage("Dare!"));
    }

    @Test
    void should_prefer_system_properties_to_environment_variables() {
        Map<String, String> properties = Map.of("steering.top-k", "3", "steering.personas.veryBold", "power:2");
        Map<String, String> environment = Map.of("STEERING_TOP_K", "4", "STEERING_PERSONAS_VERYBOLD", "power:1");
        SteeringConfiguration configuration = SteeringConfiguration.read(new PlainSettings(properties, environment));
        assertThat(configuration.defaults().topK()).isEqualTo(3);
        assertThat(configuration.personas()).containsExactly(Persona.of("veryBold", Steering.of("power", 2)));
    }

    @Test
    void should_pass_over_names_that_are_guessed_from_environment_variables() {
        Map<String, String> guessed = new HashMap<>();
        guessed.put("steering.personas.very.bold", "power:2");
        guessed.put("steering.model.path", "models/one");
        Map<String, String> environment =
                Map.of("STEERING_PERSONAS_VERY_BOLD", "power:2", "STEERING_MODEL_PATH", "models/one");
        assertThat(SteeringConfiguration.read(new PlainSettings(guessed, environment)))
                .isEqualTo(readEnvironment(environment));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            steering.temprature         | 1            | steering.temperature
            steering.top-p              | high         | expected a number
            steering.top-k              | 1.5          | expected an integer
            steering.seed               | random       | expected an integer
            steering.precision          | int3         | expected float32, bfloat16, float16, int8, int4
            steering.maximum-rows       | all          | expected an integer
            steering.cache-bytes        | 256MB        | expected an integer
            steering.timeout            | 30           | expected a duration such as PT30S
            steering.default-steering   | power        | power-seeking:-1.5
            steering.personas.bold      | power:NaN    | finite
            steering.personas.bold      | power:1,x    | power-seeking:-1.5
            steering.personas.very.bold | power:1      | no dot
            steering.personas.          | power:1      | NAME
            steering.personas.bold.system-message | Dare | has no steering
            """)
    void should_name_the_setting_that_cannot_be_read(String name, String value, String way) {
        assertThatThrownBy(() -> read(Map.of(name, value)))
                .isInstanceOf(SteeringConfigurationException.class)
                .hasMessageContainingAll(name.replace(".system-message", ""), way);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            steering.temperature        | -1    | temperature is -1.0 but must be 0 or greater and finite
            steering.temperature        | NaN   | temperature is NaN but must be 0 or greater and finite
            steering.top-p              | 2     | topP is 2.0 but must be
            steering.top-k              | -1    | topK is -1 but must be 0 (all) or greater
            steering.min-p              | 1.5   | minP is 1.5 but must be from 0 to 1
            steering.frequency-penalty  | 3     | frequencyPenalty is 3.0 but must be from -2 to 2
            steering.presence-penalty   | -3    | presencePenalty is -3.0 but must be from -2 to 2
            steering.repetition-penalty | 0     | repetitionPenalty is 0.0 but must be above 0 and finite
            steering.max-output-tokens  | 0     | maxOutputTokens is 0 but must be at least 1
            steering.stop-sequences     | a,,b  | empty
            steering.context-length     | 0     | contextLength is 0 but must be at least 1
            steering.maximum-rows       | 0     | maximumRows is 0 but must be at least 1
            steering.maximum-waiting    | 0     | maximumWaiting is 0 but must be at least 1
            steering.cache-bytes        | -1    | cacheBytes is -1 but must be at least 0
            steering.timeout            | PT0S  | timeout is PT0S but must be above zero
            """)
    void should_refuse_a_value_out_of_range(String name, String value, String limit) {
        assertThatThrownBy(() -> read(Map.of(name, value)))
                .isInstanceOf(SteeringConfigurationException.class)
                .hasMessageContainingAll("the setting " + name, limit);
    }

    @Test
    void should_refuse_two_defaults() {
        assertThatThrownBy(() -> read(Map.of(
                        "steering.default-persona", "bold",
                        "steering.personas.bold", "power:1",
                        "steering.default-steering", "power:1")))
                .isInstanceOf(SteeringConfigurationException.class)
                .hasMessageContainingAll("steering.default-persona", "steering.default-steering");
    }

    @Test
    void should_tell_our_settings_from_others() {
        assertThat(SettingNames.anyIsOurs(Set.of("java.version", "STEERING_WHEEL", "PATH")))
                .isFalse();
        for (String ours : List.of(
                "steering.temprature", "STEERING_MODEL_PATH", "STEERING_PERSONAS_BOLD", "steering.personas.a")) {
            assertThat(SettingNames.anyIsOurs(Set.of(ours))).as(ours).isTrue();
        }
    }

    @Test
    void should_be_switched_off() {
        assertThat(SteeringConfiguration.isWanted(new PlainSettings(Map.of("steering.seed", "1"), Map.of())))
                .isTrue();
        assertThat(SteeringConfiguration.isWanted(
                        new PlainSettings(Map.of("steering.seed", "1", "steering.enabled", "false"), Map.of())))
                .isFalse();
    }

    @Test
    void should_not_take_a_misspelt_true_for_false() {
        Settings settings = new PlainSettings(Map.of("steering.enabled", "ture"), Map.of());

        assertThatThrownBy(() -> SteeringConfiguration.isWanted(settings))
                .isInstanceOf(SteeringConfigurationException.class)
                .hasMessage("the setting steering.enabled is \"ture\": expected true or false");
    }

    @Test
    void should_do_without_microprofile() {
        assertThat(Settings.microProfileIsPresent(ClassLoader.getPlatformClassLoader()))
                .isFalse();
        assertThat(Settings.microProfileIsPresent(getClass().getClassLoader())).isTrue();
    }

    @Test
    void should_do_without_an_implementation_of_microprofile() {
        ConfigProviderResolver none = mock(ConfigProviderResolver.class);
        when(none.getConfig()).thenThrow(new IllegalStateException("as the API does when it finds none"));
        ConfigProviderResolver.setInstance(none);
        try {
            assertThat(Settings.ofTheApplication()).isInstanceOf(PlainSettings.class);
        } finally {
            ConfigProviderResolver.setInstance(null); // it looks for one anew
        }
        assertThat(Settings.ofTheApplication()).isInstanceOf(MicroProfileSettings.class);
    }
}
