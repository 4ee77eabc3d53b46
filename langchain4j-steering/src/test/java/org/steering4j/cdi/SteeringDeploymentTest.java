package org.steering4j.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.spi.Context;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.SteeredChatModel;
import org.steering4j.SteeredModel;
import org.steering4j.SteeringChatResponseMetadata;
import org.steering4j.engine.ModelClosedException;
import org.steering4j.engine.Precision;
import org.steering4j.persona.Personas;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVector;

class SteeringDeploymentTest {

    @TempDir
    Path folder;

    private TestSettings settings;

    @BeforeEach
    void configure() {
        settings = TestSettings.ofSmallModel(folder);
    }

    @AfterEach
    void clear() {
        settings.close();
    }

    @Dependent
    static class Application {}

    @Dependent
    static class Brave {
        @Inject
        @Persona("brave")
        ChatModel model;
    }

    private static WeldContainer deploy(Class<?> application) {
        return new Weld().disableDiscovery().addBeanClasses(application).initialize();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            steering.personas.odd     | courage:1 | courage
            steering.default-steering | courage:1 | courage
            steering.default-persona  | brave     | bold, cautious
            steering.model-path       | /absent/m | /absent/m
            steering.vectors-path     | /absent/v | /absent/v
            steering.think            | true      | steering.think: think true is not supported by random
            steering.context-length   | 1000000   | steering.context-length: contextLength is 1000000 but must be from 1 to
            steering.temprature       | 1         | steering.temprature
            steering.temperature      | -1        | temperature is -1.0 but must be 0 or greater and finite
            """)
    void should_refuse_to_deploy_what_cannot_be_honoured(String name, String value, String expected) {
        settings.set(name, value);
        assertThatThrownBy(() -> deploy(Application.class)).hasStackTraceContaining(expected);
    }

    @Test
    void should_deploy_what_the_model_does_anyway() {
        settings.set("steering.think", "false").set("steering.context-length", "100");
        try (WeldContainer container = deploy(Application.class)) {
            assertThat(container
                            .select(SteeredModel.class)
                            .get()
                            .languageModel()
                            .contextLength())
                    .isEqualTo(100);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"steering.personas.odd", "steering.default-steering"})
    void should_refuse_to_deploy_a_vector_that_does_not_fit_the_model(String name) {
        SteeringVector.builder("wide").layer(1, new float[33]).build().write(folder.resolve("wide.safetensors"));
        settings.set(name, "wide:1");
        assertThatThrownBy(() -> deploy(Application.class))
                .hasStackTraceContaining("the setting " + name)
                .hasStackTraceContaining("its hidden size is 33, the model's 32");
    }

    @Test
    void should_refuse_to_deploy_an_adapter_that_does_not_fit_the_model() throws IOException {
        Path adapter = Files.createDirectory(folder.resolve("seafarer"));
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            try (InputStream resource = getClass().getResourceAsStream("/org/steering4j/embedded/variant/" + file)) {
                Files.copy(resource, adapter.resolve(file));
            }
        }
        settings.set("steering.adapter", adapter.toString());
        assertThatThrownBy(() -> deploy(Application.class))
                .hasStackTraceContaining("seafarer")
                .hasStackTraceContaining("take the model that it was made for");
    }

    @Test
    void should_refuse_to_deploy_a_vector_that_does_not_fit_the_embedded_model() {
        settings.set("steering.model-path", "");
        assertThatThrownBy(() -> deploy(Application.class))
                .hasStackTraceContaining("the setting steering.personas.bold")
                .hasStackTraceContaining("its hidden size is 32, the model's 192");
    }

    @Test
    void should_open_a_model_of_the_hugging_face_cache_folder() throws IOException {
        String commit = "0123456789012345678901234567890123456789";
        Path cached = Path.of(Objects.requireNonNull(System.getenv("HF_HUB_CACHE"), "set by the build"))
                .resolve("models--cdi--random");
        Path snapshot = cached.resolve("snapshots").resolve(commit);
        Files.createDirectories(snapshot);
        try (Stream<Path> files = Files.list(folder.resolve("random"))) {
            for (Path file : files.toList()) {
                Files.copy(file, snapshot.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.createDirectories(cached.resolve("refs"));
        Files.writeString(cached.resolve("refs/main"), commit);
        settings.set("steering.model-path", "")
                .set("steering.model-name", "cdi/random")
                .set("steering.offline", "true");
        try (WeldContainer container = deploy(Application.class)) {
            assertThat(container.select(SteeredModel.class).get().name()).isEqualTo("cdi/random");
        }
    }

    @Test
    void should_refuse_to_deploy_a_model_that_is_not_there_when_offline() {
        settings.set("steering.model-path", "")
                .set("steering.model-name", "cdi/absent")
                .set("steering.offline", "true");
        assertThatThrownBy(() -> deploy(Application.class)).hasStackTraceContaining("the model cdi/absent is not in");
    }

    @Test
    void should_refuse_to_deploy_code_that_wants_an_unknown_persona() {
        assertThatThrownBy(() -> deploy(Brave.class))
                .hasStackTraceContaining("there is no persona named \"brave\"; known: bold, cautious");
    }

    @Test
    void should_add_nothing_when_switched_off() {
        settings.set("steering.enabled", "false").set("steering.model-path", "/absent");
        try (WeldContainer container = deploy(Application.class)) {
            assertThat(container.select(ChatModel.class).isUnsatisfied()).isTrue();
            assertThat(container.select(Application.class).isResolvable()).isTrue();
        }
    }

    @Test
    void should_have_the_default_persona_where_no_cdi_conversation_is_active() {
        settings.set("steering.default-persona", "bold");
        try (WeldContainer container = deploy(Application.class)) {
            Personas personas = container.select(Personas.class).get();
            assertThat(personas.personaOf("id")).contains(personas.get("bold"));
        }
    }

    /** Whether the application's one model was made. */
    private static boolean isOpen(WeldContainer container) {
        BeanManager manager = container.getBeanManager();
        Bean<?> bean = manager.resolve(manager.getBeans(SteeredModel.class));
        Context singletons = manager.getContext(Singleton.class);
        return singletons.get(bean) != null;
    }

    @Test
    void should_open_one_model_at_the_first_chat_and_close_it_with_the_application() throws Exception {
        SteeredModel opened;
        try (WeldContainer container = deploy(Application.class)) {
            ChatModel cautious = container
                    .select(ChatModel.class, Persona.Literal.of("cautious"))
                    .get();
            assertThat(isOpen(container)).isFalse();

            ChatResponse response = cautious.chat(UserMessage.from("hello"));
            assertThat(isOpen(container)).isTrue();
            assertThat(response.tokenUsage().outputTokenCount()).isLessThanOrEqualTo(3);
            assertThat(response.metadata()).isInstanceOfSatisfying(SteeringChatResponseMetadata.class, metadata -> {
                assertThat(metadata.persona()).isEqualTo("cautious");
                assertThat(metadata.steering()).isEqualTo(Steering.of("power", -1));
            });

            opened = container.select(SteeredModel.class).get();
            assertThat(container.select(ChatModel.class).get().chat("hello")).isNotNull();
            assertThat(streamed(container
                                    .select(StreamingChatModel.class, Persona.Literal.of("bold"))
                                    .get())
                            .modelName())
                    .isEqualTo("random");
            assertThat(container.select(SteeredModel.class).get()).isSameAs(opened);
        }
        assertThatThrownBy(() -> SteeredChatModel.builder().model(opened).build())
                .isInstanceOf(ModelClosedException.class);
    }

    @ParameterizedTest
    @EnumSource(Precision.class) // one of them would come without being asked for
    void should_open_the_model_as_the_settings_say(Precision precision) {
        settings.set("steering.precision", precision.name());
        try (WeldContainer container = deploy(Application.class)) {
            SteeredModel model = container.select(SteeredModel.class).get();
            assertThat(model.languageModel().precision()).isEqualTo(precision);
        }
    }

    @Test
    void should_end_an_answer_that_takes_longer_than_the_settings_allow() {
        settings.set("steering.timeout", "PT0.000000001S");
        try (WeldContainer container = deploy(Application.class)) {
            ChatModel model = container.select(ChatModel.class).get();
            assertThatThrownBy(() -> model.chat("hello"))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessageContaining("PT0.000000001S");
        }
    }

    private static ChatResponse streamed(StreamingChatModel model) throws Exception {
        CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
        model.chat("hello", new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String part) {}

            @Override
            public void onCompleteResponse(ChatResponse response) {
                answer.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                answer.completeExceptionally(error);
            }
        });
        return answer.get(60, TimeUnit.SECONDS);
    }
}
