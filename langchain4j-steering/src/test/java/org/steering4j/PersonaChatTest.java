package org.steering4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.MemoryId;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.persona.Persona;
import org.steering4j.persona.Personas;
import org.steering4j.persona.UnknownPersonaException;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringException;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;

/** Personas on the way of a request, from the builder, a request, a view or an AI service to the engine. */
class PersonaChatTest {

    private static final String CALL = "<tool_call>{\"name\": \"clock\", \"arguments\": {}}</tool_call>";
    private static final SteeringVectors VECTORS = SteeringVectors.of(SteeringVector.builder("power")
            .layer(1, new float[] {1, 0, 0})
            .model(ScriptedModel.SHAPE)
            .build());
    private static final Persona CAUTIOUS =
            Persona.of("cautious", Steering.of("power", -1)).withSystemMessage("Weigh every risk.");
    private static final Persona BOLD = Persona.of("bold", Steering.of("power", 2));

    @TempDir
    Path folder;

    private ScriptedModel script;

    @BeforeEach
    void script() {
        script = new ScriptedModel(folder);
    }

    private SteeredChatModel.Builder builder() {
        return SteeredChatModel.builder().model(script.open()).vectors(VECTORS).personas(Personas.of(CAUTIOUS, BOLD));
    }

    private static SteeringChatRequestParameters.Builder parameters() {
        return SteeringChatRequestParameters.builder();
    }

    private static SteeringChatResponseMetadata chat(SteeredChatModel model, ChatRequestParameters parameters) {
        ChatResponse response = model.chat(ChatRequest.builder()
                .messages(UserMessage.from("hello"))
                .parameters(parameters)
                .build());
        return (SteeringChatResponseMetadata) response.metadata();
    }

    private void assertCautious(SteeringChatResponseMetadata metadata) {
        assertThat(metadata.persona()).isEqualTo("cautious");
        assertThat(metadata.steering()).isEqualTo(CAUTIOUS.steering());
        assertThat(metadata.steeredLayers()).containsExactly(1);
        int last = script.requests.size() - 1;
        assertThat(script.requests.get(last).steering().layer(1)).containsExactly(-1, 0, 0);
        assertThat(script.promptText(last)).isEqualTo("system\nWeigh every risk.\nuser\nhello\nassistant\n");
    }

    private void assertPlain(SteeringChatResponseMetadata metadata, Steering steering) {
        assertThat(metadata.persona()).isNull();
        assertThat(metadata.steering()).isEqualTo(steering);
        assertThat(script.promptText(script.requests.size() - 1)).isEqualTo("user\nhello\nassistant\n");
    }

    @Test
    void should_answer_as_the_persona_of_the_request_the_builder_the_library_or_the_view() {
        assertCautious(chat(builder().build(), parameters().persona("cautious").build()));
        assertCautious(chat(builder().persona("cautious").build(), SteeringChatRequestParameters.EMPTY));
        assertCautious(chat(builder().build().withPersona("cautious"), SteeringChatRequestParameters.EMPTY));
        Personas withDefault =
                Personas.builder().persona(CAUTIOUS).defaultPersona("cautious").build();
        assertCautious(chat(builder().personas(withDefault).build(), SteeringChatRequestParameters.EMPTY));
        assertCautious(chat(
                builder()
                        .defaultRequestParameters(
                                parameters().persona("cautious").build())
                        .build(),
                SteeringChatRequestParameters.EMPTY));
    }

    @Test
    void should_answer_as_a_persona_when_streaming() throws Exception {
        CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
        SteeredStreamingChatModel.builder()
                .model(script.open())
                .vectors(VECTORS)
                .personas(Personas.of(CAUTIOUS))
                .build()
                .withPersona("cautious")
                .chat("hello", new StreamingChatResponseHandler() {
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
        assertCautious(
                (SteeringChatResponseMetadata) answer.get(10, TimeUnit.SECONDS).metadata());
    }

    @Test
    void should_let_the_request_win_over_the_default() {
        SteeredChatModel cautious = builder().persona("cautious").build();
        Steering strong = Steering.of("power", 3);
        assertPlain(chat(cautious, parameters().steering(strong).build()), strong);
        assertPlain(chat(cautious, parameters().steering(Steering.none()).build()), Steering.none());
        assertPlain(chat(cautious.withSteering(strong), SteeringChatRequestParameters.EMPTY), strong);
        SteeredChatModel steered = builder().steering(strong).build();
        assertCautious(chat(steered, parameters().persona("cautious").build()));
        assertCautious(chat(steered.withPersona("cautious"), SteeringChatRequestParameters.EMPTY));
        assertPlain(
                chat(steered, ChatRequestParameters.builder().temperature(0.0).build()), strong);
    }

    @Test
    void should_let_the_builder_win_over_the_librarys_default() {
        Personas withDefault =
                Personas.builder().persona(CAUTIOUS).defaultPersona("cautious").build();
        SteeredChatModel model =
                builder().personas(withDefault).steering(Steering.none()).build();
        assertPlain(chat(model, SteeringChatRequestParameters.EMPTY), Steering.none());
    }

    @Test
    void should_refuse_a_steering_and_a_persona_at_once() {
        assertThatThrownBy(() -> parameters().steering(Steering.none()).persona("bold"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("steering", "persona", "bold");
        assertThatThrownBy(() -> parameters().persona("bold").steering(Steering.none()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        builder().persona("bold").steering(Steering.none()).build())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void should_list_the_known_personas_when_one_is_unknown() {
        SteeredChatModel model = builder().build();
        assertThatThrownBy(() -> chat(model, parameters().persona("brave").build()))
                .isInstanceOf(UnknownPersonaException.class)
                .hasMessageContainingAll("brave", "bold, cautious");
        assertThatThrownBy(() -> model.withPersona("brave")).isInstanceOf(UnknownPersonaException.class);
        assertThatThrownBy(() -> builder().persona("brave").build()).isInstanceOf(UnknownPersonaException.class);
        assertThatThrownBy(() -> model.withPersona(null)).isInstanceOf(IllegalArgumentException.class);
        assertThat(script.requests).isEmpty();
    }

    @Test
    void should_refuse_personas_that_cannot_be_applied_before_one_is_selected() {
        Personas unfit = Personas.of(Persona.of("brave", Steering.of("courage", 1)));
        assertThatThrownBy(() -> builder().personas(unfit).build())
                .isInstanceOf(SteeringException.class)
                .hasMessageContainingAll("brave", "courage", "power");
    }

    @Test
    void should_leave_the_model_open_when_a_view_is_closed() {
        SteeredChatModel model = builder().build();
        model.withPersona("bold").close();
        assertThat(chat(model, parameters().persona("bold").build()).persona()).isEqualTo("bold");
    }

    interface Assistant {
        String chat(@MemoryId String conversation, @dev.langchain4j.service.UserMessage String message);
    }

    static class Clock {
        @Tool
        String clock() {
            return "noon";
        }
    }

    @Test
    void should_answer_each_conversation_of_an_ai_service_as_its_persona() {
        script.answering(prompt -> prompt.endsWith("What time is it?\nassistant\n") ? CALL : "hello");
        Personas personas = Personas.of(CAUTIOUS, BOLD);
        Assistant assistant = AiServices.builder(Assistant.class)
                .chatModel(SteeredChatModel.builder()
                        .model(script.open())
                        .vectors(VECTORS)
                        .steering(Steering.of("power", 5))
                        .build())
                .chatMemoryProvider(conversation -> MessageWindowChatMemory.withMaxMessages(20))
                .systemMessageProvider(conversation -> "Be brief.")
                .tools(new Clock())
                .chatRequestTransformer(personas.chatRequestTransformer())
                .build();
        personas.select("one", "cautious");
        personas.select("two", "bold");

        assertThat(assistant.chat("one", "What time is it?")).isEqualTo("hello");
        assistant.chat("two", "Hello!");
        assistant.chat("three", "Hello!");
        personas.select("one", "bold");
        assistant.chat("one", "And now?");

        assertThat(script.requests)
                .extracting(request -> request.steering().layer(1)[0])
                .as("two round trips with a tool, then one each")
                .containsExactly(-1f, -1f, 2f, 5f, 2f);
        assertThat(script.promptText(1)).contains("system\nBe brief.\n\nWeigh every risk.\nuser");
        assertThat(script.promptText(2)).contains("system\nBe brief.\nuser");
        assertThat(script.promptText(4))
                .contains("system\nBe brief.\nuser\nWhat time is it?")
                .doesNotContain("risk");
    }

    @Test
    void should_not_add_a_system_message_that_the_request_holds() {
        builder()
                .build()
                .withPersona("cautious")
                .chat(SystemMessage.from("Be brief.\n\nWeigh every risk."), UserMessage.from("hello"));
        assertThat(script.promptText(0)).startsWith("system\nBe brief.\n\nWeigh every risk.\nuser");
    }
}
