package org.steering4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.steering4j.SteeredChatModel;
import org.steering4j.SteeredModel;
import org.steering4j.SteeredStreamingChatModel;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.RandomModels;
import org.steering4j.prompt.SmallTokenizers;
import org.steering4j.vector.ModelShape;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;

/** From a name to a steered answer. */
@Timeout(120)
class NamedModelTest extends HubTestCase {

    private static final String NAME = "owner/tiny";

    private SteeringVectors vectors;

    @BeforeEach
    void putModel() throws IOException {
        Path folder = home.resolve("made");
        SmallTokenizers.byteLevel(RandomModels.write(folder, 276, 256), SmallTokenizers.CHATML);
        files.clear();
        files.putAll(HubServer.filesOf(folder));
        put();
        float[] values = new float[32];
        Arrays.fill(values, 0, 16, 2);
        vectors = SteeringVectors.of(SteeringVector.builder("left")
                .layer(1, values)
                .model(new ModelShape("tiny", "llama", 4, 32))
                .build());
    }

    private SteeredChatModel.Builder builder() {
        return SteeredChatModel.builder()
                .modelName(NAME)
                .modelHub(hub())
                .vectors(vectors)
                .temperature(0.0)
                .maxOutputTokens(12);
    }

    private static ChatResponse chat(SteeredChatModel model) {
        return model.chat(UserMessage.from("hello"));
    }

    @Test
    void should_open_by_name_and_answer_steered_with_the_network_once_and_without_it_ever_after() {
        String plain;
        String steered;
        try (SteeredChatModel model = builder().build()) {
            ChatResponse response = chat(model);
            assertThat(response.modelName()).isEqualTo(NAME);
            plain = response.aiMessage().text();
            steered =
                    chat(model.withSteering(Steering.of("left", 4))).aiMessage().text();
            assertThat(steered).isNotEqualTo(plain);
        }
        server.close();
        variables.put("HF_HUB_OFFLINE", "1");
        try (SteeredChatModel model = builder().steering(Steering.of("left", 4)).build()) {
            assertThat(chat(model).aiMessage().text()).isEqualTo(steered);
            assertThat(chat(model.withSteering(Steering.none())).aiMessage().text())
                    .isEqualTo(plain);
        }
    }

    @Test
    void should_open_the_same_folder_by_its_path_under_the_same_name() {
        Path folder = hub().folder(MODEL);
        assertThat(LanguageModel.shapeOf(ModelFolder.open(folder)).name()).isEqualTo(NAME);
        try (SteeredModel model = SteeredModel.open(folder)) {
            assertThat(model.name()).isEqualTo(NAME);
        }
        assertThat(LanguageModel.shapeOf(ModelFolder.open(home.resolve("made"))).name())
                .isEqualTo("made");
    }

    @Test
    void should_say_that_a_folder_is_opened_by_its_path() {
        assertThatThrownBy(() ->
                        builder().modelName(home.resolve("made").toString()).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("modelPath");
        assertThatThrownBy(() -> SteeredModel.named("src/main"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("src/main is that of a folder")
                .hasMessageContaining("SteeredModel.open(Path.of(...))");
        assertThatThrownBy(() -> SteeredModel.named("gpt2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected owner/name");
    }

    @Test
    void should_refuse_a_name_beside_another_choice() {
        assertThatThrownBy(() -> builder().modelPath(home).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 models are chosen")
                .hasMessageContaining("modelName(...)");
        assertThatThrownBy(() -> SteeredStreamingChatModel.builder()
                        .embeddedModel()
                        .modelHub(hub())
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("modelHub is set, but no modelName");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void should_leave_the_cache_whole_when_the_model_cannot_be_opened() throws IOException {
        files.put("config.json", "{\"architectures\": [\"UnknownForCausalLM\"]}".getBytes());
        put();
        assertThatThrownBy(() -> builder().build()).hasMessageContaining("UnknownForCausalLM");
        assertThat(Files.isRegularFile(blob("model.safetensors"))).isTrue();
    }
}
