package org.steering4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import java.io.File;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.checkpoint.ModelFolderException;
import org.steering4j.constraint.AnswerConstraint;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.ModelClosedException;
import org.steering4j.engine.Precision;
import org.steering4j.engine.RandomModels;
import org.steering4j.prompt.SmallTokenizers;
import org.steering4j.vector.IncompatibleVectorException;
import org.steering4j.vector.ModelShape;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;

/** The whole way of a request, over a real engine with random weights. */
class SteeredModelTest {

    private static final int VOCABULARY = 276;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    static Path folder;

    private static SteeredModel model;
    private static SteeringVectors vectors;

    @BeforeAll
    static void open() {
        SmallTokenizers.byteLevel(RandomModels.write(folder, VOCABULARY, 256), SmallTokenizers.CHATML);
        model = SteeredModel.open(folder);
        float[] values = new float[32];
        Arrays.fill(values, 0, 16, 2);
        vectors = SteeringVectors.of(SteeringVector.builder("left")
                .layer(1, values)
                .model(model.shape())
                .build());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static SteeredChatModel.Builder builder() {
        return SteeredChatModel.builder().model(model).vectors(vectors).maxOutputTokens(20);
    }

    private static ChatResponse chat(SteeredChatModel chatModel) {
        return chatModel.chat(UserMessage.from("hello"));
    }

    @Test
    void should_generate_the_number_of_tokens_asked_for() {
        ChatResponse response = chat(builder().maxOutputTokens(5).build());
        assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(5);
        assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(response.modelName()).isEqualTo(folder.getFileName().toString());
    }

    @Test
    void should_change_the_answer_by_steering_and_leave_it_unchanged_by_none() {
        String plain = chat(builder().build()).aiMessage().text();
        SteeredChatModel steered = builder().steering(Steering.of("left", 4)).build();
        assertThat(chat(steered).aiMessage().text()).isNotEqualTo(plain);
        assertThat(chat(steered.withSteering(Steering.none())).aiMessage().text())
                .isEqualTo(plain);
        assertThat(chat(steered.withSteering(Steering.of("left", 0)))
                        .aiMessage()
                        .text())
                .isEqualTo(plain);
    }

    @Test
    void should_repeat_a_sampled_answer_with_the_same_seed_only() {
        List<String> answers = IntStream.of(1, 1, 2)
                .mapToObj(seed -> chat(builder()
                                .temperature(1.0)
                                .seed((long) seed)
                                .build())
                        .aiMessage()
                        .text())
                .toList();
        assertThat(answers.get(0)).isEqualTo(answers.get(1)).isNotEqualTo(answers.get(2));
    }

    private static final JsonSchema PERSON = JsonSchema.builder()
            .name("person")
            .rootElement(JsonObjectSchema.builder()
                    .addStringProperty("name")
                    .addIntegerProperty("age")
                    .addEnumProperty("mood", List.of("good", "bad"))
                    .addProperty(
                            "friends",
                            JsonArraySchema.builder()
                                    .items(new JsonStringSchema())
                                    .build())
                    .required("name", "age", "mood")
                    .build())
            .build();

    private static SteeredChatModel.Builder wild(int seed) {
        return SteeredChatModel.builder()
                .model(model)
                .vectors(vectors)
                .temperature(2.0)
                .seed((long) seed)
                .steering(Steering.of("left", seed % 5 - 2));
    }

    @Test
    void should_answer_in_the_JSON_asked_for_at_any_temperature_and_steering() throws Exception {
        ResponseFormat format = ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(PERSON)
                .build();
        for (int seed = 0; seed < 10; seed++) {
            ChatResponse response = chat(wild(seed)
                    .responseFormat(format)
                    .maxOutputTokens(60 + 5 * seed)
                    .build());
            String json = response.aiMessage().text();
            JsonNode person = MAPPER.readTree(json);
            assertThat(person.get("name").isTextual()).as(json).isTrue();
            assertThat(person.get("age").isIntegralNumber()).as(json).isTrue();
            assertThat(person.get("mood").asText()).isIn("good", "bad");
            person.fieldNames().forEachRemaining(name -> assertThat(name).isIn("name", "age", "mood", "friends"));
            assertThat(response.tokenUsage().outputTokenCount()).isLessThanOrEqualTo(60 + 5 * seed);
        }
    }

    @Test
    void should_work_out_the_form_of_answers_once_and_keep_the_last_ones() {
        AnswerForm person = new AnswerForm(false, List.of(), PERSON);
        AnswerConstraint constraint = model.constraint(person, null);
        assertThat(model.constraint(new AnswerForm(false, List.of(), PERSON), null))
                .isSameAs(constraint);
        assertThat(model.constraint(new AnswerForm(false, List.of(), null), null))
                .isNotSameAs(constraint);
        for (int i = 0; i < 20; i++) {
            model.constraint(
                    new AnswerForm(
                            false,
                            List.of(),
                            JsonSchema.builder()
                                    .name("person" + i)
                                    .rootElement(PERSON.rootElement())
                                    .build()),
                    null);
        }
        assertThat(model.constraint(person, null)).isNotSameAs(constraint);
    }

    @Test
    void should_answer_with_an_object_when_JSON_has_no_schema() throws Exception {
        for (int seed = 0; seed < 10; seed++) {
            String json = chat(wild(seed)
                            .responseFormat(ResponseFormat.JSON)
                            .maxOutputTokens(2 + 10 * seed)
                            .build())
                    .aiMessage()
                    .text();
            assertThat(MAPPER.readTree(json).isObject()).as(json).isTrue();
        }
    }

    @Test
    void should_call_a_tool_when_one_is_required(@TempDir Path other) throws Exception {
        SmallTokenizers.byteLevel(RandomModels.write(other, VOCABULARY, 1024), ScriptedModel.TEMPLATE);
        ToolSpecification tool = ToolSpecification.builder()
                .name("look")
                .parameters((JsonObjectSchema) PERSON.rootElement())
                .build();
        try (SteeredChatModel caller =
                SteeredChatModel.builder().modelPath(other).temperature(2.0).build()) {
            for (int seed = 0; seed < 5; seed++) {
                ChatResponse response = caller.chat(ChatRequest.builder()
                        .messages(UserMessage.from("hello"))
                        .parameters(SteeringChatRequestParameters.builder()
                                .toolSpecifications(tool)
                                .toolChoice(ToolChoice.REQUIRED)
                                .maxOutputTokens(100)
                                .seed((long) seed)
                                .build())
                        .build());
                assertThat(response.aiMessage().toolExecutionRequests())
                        .isNotEmpty()
                        .allSatisfy(call -> {
                            assertThat(call.name()).isEqualTo("look");
                            assertThat(MAPPER.readTree(call.arguments()).has("mood"))
                                    .isTrue();
                        });
                assertThat(response.aiMessage().text()).isNull();
            }
        }
    }

    @Test
    void should_stream_the_same_answer() throws Exception {
        StringBuilder parts = new StringBuilder();
        CompletableFuture<ChatResponse> streamed = new CompletableFuture<>();
        SteeredStreamingChatModel.builder()
                .model(model)
                .maxOutputTokens(20)
                .build()
                .chat("hello", new StreamingChatResponseHandler() {
                    @Override
                    public void onPartialResponse(String part) {
                        parts.append(part);
                    }

                    @Override
                    public void onCompleteResponse(ChatResponse response) {
                        streamed.complete(response);
                    }

                    @Override
                    public void onError(Throwable error) {
                        streamed.completeExceptionally(error);
                    }
                });
        assertThat(streamed.get(60, TimeUnit.SECONDS).aiMessage())
                .isEqualTo(chat(builder().build()).aiMessage());
        assertThat(parts).hasToString(chat(builder().build()).aiMessage().text());
    }

    @Test
    void should_close_what_it_opened() {
        SteeredChatModel owner =
                SteeredChatModel.builder().modelPath(folder).maxOutputTokens(3).build();
        SteeredChatModel view = owner.withSteering(Steering.none());
        assertThat(chat(view).tokenUsage().outputTokenCount()).isEqualTo(3);
        owner.close();
        assertThatThrownBy(() -> chat(view))
                .isInstanceOf(ModelClosedException.class)
                .hasMessageContaining(folder.getFileName().toString());
        assertThatThrownBy(() -> owner.chat(ChatRequest.builder()
                        .messages(UserMessage.from("hello"))
                        .build()))
                .isInstanceOf(ModelClosedException.class);
    }

    @Test
    void should_open_the_model_as_the_builder_says() {
        LanguageModel.Builder engine = LanguageModel.builder();
        SteeredChatModel.builder()
                .precision(Precision.BFLOAT16)
                .maximumRows(8)
                .maximumWaiting(16)
                .cacheBytes(1L << 32)
                .speculation(false)
                .configure(engine);
        assertThat(engine)
                .extracting("precision", "maximumRows", "maximumWaiting", "cacheBytes", "speculation")
                .containsExactly(Precision.BFLOAT16, 8, 16, 1L << 32, false);
        try (SteeredChatModel keeping = SteeredChatModel.builder()
                        .modelPath(folder)
                        .maxOutputTokens(3)
                        .build();
                SteeredChatModel forgetting = SteeredChatModel.builder()
                        .modelPath(folder)
                        .maxOutputTokens(3)
                        .cacheBytes(0L)
                        .build()) {
            assertThat(cachedTokensOfASecondChat(keeping)).isPositive();
            assertThat(cachedTokensOfASecondChat(forgetting)).isZero();
        }
        assertThatThrownBy(() -> SteeredChatModel.builder()
                        .modelPath(folder)
                        .maximumRows(0)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maximumRows is 0 but must be at least 1");
        assertThatThrownBy(() -> SteeredStreamingChatModel.builder()
                        .embeddedModel()
                        .maximumWaiting(0)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maximumWaiting is 0 but must be at least 1");
    }

    private static int cachedTokensOfASecondChat(SteeredChatModel chat) {
        chat.chat("hello");
        return ((SteeringChatResponseMetadata)
                        chat.chat(UserMessage.from("hello")).metadata())
                .cachedTokens();
    }

    @Test
    void should_refuse_settings_of_the_engine_beside_an_open_model() {
        Map<String, UnaryOperator<SteeredChatModel.Builder>> settings = Map.of(
                "precision is float32", of -> of.precision(Precision.FLOAT32),
                "maximumRows is 8", of -> of.maximumRows(8),
                "maximumWaiting is 16", of -> of.maximumWaiting(16),
                "cacheBytes is 0", of -> of.cacheBytes(0L),
                "speculation is true", of -> of.speculation(true));
        settings.forEach((name, setting) -> assertThatThrownBy(
                        () -> setting.apply(builder()).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(name, "SteeredModel.open(folder, engine -> ...)"));
    }

    @Test
    void should_name_the_file_that_is_missing(@TempDir Path other) throws Exception {
        SmallTokenizers.byteLevel(other, SmallTokenizers.CHATML);
        assertThatThrownBy(() -> SteeredModel.open(other))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContaining("config.json");
        RandomModels.write(other, VOCABULARY, 256);
        Files.delete(other.resolve("tokenizer.json"));
        assertThatThrownBy(() -> SteeredModel.open(other))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContaining("tokenizer.json");
        assertThatThrownBy(() -> SteeredModel.open(other.resolve("absent")))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContaining("absent");
    }

    @Test
    void should_open_the_snapshot_in_a_folder_of_the_cache(@TempDir Path other) throws Exception {
        Path cache = other.resolve("models--someone--polite");
        Path snapshot = Files.createDirectories(cache.resolve("snapshots/0123456789abcdef0123456789abcdef01234567"));
        SmallTokenizers.byteLevel(RandomModels.write(snapshot, VOCABULARY, 256), SmallTokenizers.CHATML);

        try (SteeredModel opened = SteeredModel.open(cache)) {
            assertThat(opened.name()).isEqualTo("someone/polite");
            assertThat(opened.shape().fingerprint()).isEqualTo(model.shape().fingerprint());
            assertThat(vectors.resolve(Steering.of("left", 1), opened.shape()).isNone())
                    .isFalse();
        }
    }

    /** Its tokenizer lies beside it, as trainers leave it. */
    @Test
    void should_say_that_an_adapter_is_no_model(@TempDir Path other) throws Exception {
        SmallTokenizers.byteLevel(other, SmallTokenizers.CHATML);
        Files.writeString(other.resolve("adapter_config.json"), "{\"base_model_name_or_path\": \"someone/polite\"}");

        assertThatThrownBy(() -> SteeredModel.open(other))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll("LoRA adapter, not a model", "someone/polite");
    }

    @Test
    void should_refuse_to_leave_out_an_adapter_beside_the_model(@TempDir Path other) throws Exception {
        SmallTokenizers.byteLevel(RandomModels.write(other, VOCABULARY, 256), SmallTokenizers.CHATML);
        Files.writeString(other.resolve("adapter_config.json"), "{}");

        assertThatThrownBy(() -> SteeredModel.open(other))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContainingAll(
                        "a model and a LoRA adapter", "same folder as the adapter", "move the adapter's files");
    }

    @Test
    void should_open_the_embedded_variant_under_a_name_of_its_own() {
        ModelShape embedded = SteeredModel.embeddedShape();
        float[] values = new float[embedded.hiddenSize()];
        Arrays.fill(values, 1);
        SteeringVectors ofEmbeddedModel = SteeringVectors.of(
                SteeringVector.builder("left").layer(1, values).model(embedded).build());
        Steering left = Steering.of("left", 1);
        try (SteeredModel variant = SteeredModel.embeddedVariant(engine -> engine.cacheBytes(0))) {
            assertThat(variant.name()).isEqualTo("steering4j-tiny-seafarer");
            assertThatThrownBy(() -> ofEmbeddedModel.resolve(left, variant.shape()))
                    .isInstanceOf(IncompatibleVectorException.class)
                    .hasMessageContaining("steering4j-tiny-seafarer");
            assertThat(ofEmbeddedModel
                            .allowingOtherModels()
                            .resolve(left, variant.shape())
                            .layers())
                    .containsExactly(1);
        }
    }

    @Test
    void should_name_the_artifact_that_the_embedded_model_needs() throws Exception {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<URL> others = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            if (!entry.contains("tiny-model")) {
                others.add(Path.of(entry).toUri().toURL());
            }
        }
        try (URLClassLoader application =
                new URLClassLoader(others.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Method embedded =
                    application.loadClass(SteeredModel.class.getName()).getMethod("embedded");
            assertThatThrownBy(() -> embedded.invoke(null))
                    .rootCause()
                    .hasMessageContainingAll("org.steering4j:langchain4j-steering-tiny-model", "modelPath");
        }
    }
}
