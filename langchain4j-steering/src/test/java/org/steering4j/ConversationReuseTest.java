package org.steering4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.steering4j.engine.Precision;
import org.steering4j.persona.Persona;
import org.steering4j.persona.Personas;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;

/**
 * A turn of a chat meets the tokens that the turn before it has run: the chat template writes, and the tokenizer encodes, an answer as it was
 * generated. On the embedded model.
 */
class ConversationReuseTest {

    private static final List<String> QUESTIONS = List.of(
            "I wonder what the last brewer of Oakvale promised the fox.",
            "What would you do with a crate of salt?",
            "We need to sail past the red buoys. What do we do?");

    private static final ToolSpecification STOCK = ToolSpecification.builder()
            .name("stock")
            .description("Counts the sacks of an item in the store.")
            .parameters(JsonObjectSchema.builder()
                    .addStringProperty("item")
                    .required("item")
                    .build())
            .build();

    private static final Personas PERSONAS = Personas.of(
            Persona.of("plain", Steering.none()),
            Persona.of("left", Steering.of("left", 1)),
            Persona.of("right", Steering.of("left", -1)),
            Persona.of("wary", Steering.of("left", 1)).withSystemMessage("Weigh every risk."),
            Persona.of("rash", Steering.of("left", -1)).withSystemMessage("Take every chance."));

    /** In float32, so that what is kept cannot change an answer. */
    private static SteeredModel model;

    /** Keeps nothing. */
    private static SteeredModel forgetful;

    private static SteeringVectors vectors;

    @BeforeAll
    static void open() {
        model = SteeredModel.embedded(Precision.FLOAT32);
        forgetful = SteeredModel.embedded(
                engine -> engine.precision(Precision.FLOAT32).cacheBytes(0));
        Random random = new Random(1);
        float[] values = new float[model.shape().hiddenSize()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        vectors = SteeringVectors.of(SteeringVector.builder("left")
                .layer(2, values)
                .model(model.shape())
                .build());
    }

    @AfterAll
    static void close() {
        model.close();
        forgetful.close();
    }

    /** A conversation that is held on both models at once, message by message. */
    private static final class Conversation {

        private final SteeredChatModel keeping = chatModel(model);
        private final SteeredChatModel other = chatModel(forgetful);
        private final List<ChatMessage> messages = new ArrayList<>();
        private final List<ToolSpecification> tools;
        /** Known before the next turn: prompt and answer of the one before. */
        private int tokens;

        Conversation(ToolSpecification... tools) {
            this.tools = List.of(tools);
        }

        private static SteeredChatModel chatModel(SteeredModel model) {
            return SteeredChatModel.builder()
                    .model(model)
                    .vectors(vectors)
                    .temperature(0.0)
                    .maxOutputTokens(60)
                    .build();
        }

        /** Holds a turn, of which all but the new message must be known. */
        ChatResponse turn(ChatMessage message, String persona) {
            messages.add(message);
            PERSONAS.select(this, persona);
            ChatRequest request = PERSONAS.chatRequestTransformer()
                    .apply(
                            ChatRequest.builder()
                                    .messages(messages)
                                    .toolSpecifications(tools)
                                    .build(),
                            this);
            ChatResponse response = keeping.chat(request);
            AiMessage expected = other.chat(request).aiMessage();
            assertThat(response.aiMessage().text()).isEqualTo(expected.text());
            assertThat(response.aiMessage().toolExecutionRequests())
                    .usingRecursiveFieldByFieldElementComparatorIgnoringFields("id")
                    .isEqualTo(expected.toolExecutionRequests());
            SteeringChatResponseMetadata metadata = (SteeringChatResponseMetadata) response.metadata();
            assertThat(metadata.cachedTokens()).isGreaterThanOrEqualTo(tokens);
            tokens = response.tokenUsage().totalTokenCount();
            messages.add(response.aiMessage());
            return response;
        }
    }

    @Test
    void should_run_only_what_is_new_in_the_next_turn() {
        for (String persona : List.of("plain", "left")) {
            Conversation conversation = new Conversation();
            QUESTIONS.forEach(question -> conversation.turn(UserMessage.from(question), persona));
        }
    }

    @Test
    void should_go_on_from_what_is_known_when_the_persona_changes() {
        List<String> personas = List.of("plain", "left", "right", "plain", "right", "left");
        Conversation conversation = new Conversation();
        conversation.messages.add(SystemMessage.from("You are Ada, the keeper of the mill."));
        for (int i = 0; i < personas.size(); i++) {
            conversation.turn(UserMessage.from(QUESTIONS.get(i % QUESTIONS.size())), personas.get(i));
        }
    }

    @Test
    void should_go_on_from_a_system_prompt_that_personas_share() {
        String shared = "You are Bea, the brewer of Oakvale. You ask before you answer.";
        Conversation wary = new Conversation();
        wary.messages.add(SystemMessage.from(shared));
        wary.turn(UserMessage.from(QUESTIONS.get(0)), "wary");
        Conversation rash = new Conversation();
        rash.messages.add(SystemMessage.from(shared));
        rash.tokens = model.prompts().tokenizer().encode(shared).length;
        rash.turn(UserMessage.from(QUESTIONS.get(0)), "rash");
    }

    @Test
    void should_run_only_what_is_new_after_a_tool_call() {
        Conversation conversation = new Conversation(STOCK);
        ChatResponse call = conversation.turn(UserMessage.from("How many sacks of salt are in the store?"), "plain");
        assertThat(call.aiMessage().hasToolExecutionRequests()).isTrue();
        conversation.turn(
                ToolExecutionResultMessage.from(
                        call.aiMessage().toolExecutionRequests().get(0), "23 sacks"),
                "plain");
        conversation.turn(UserMessage.from(QUESTIONS.get(0)), "plain");
    }

    private static final SystemMessage TENANT_SYSTEM_MESSAGE =
            SystemMessage.from("You are Cal, the ferryman. You answer in one line.");

    private static int cachedTokens(ChatModel chatModel, String question, SteeringChatRequestParameters parameters) {
        ChatResponse response = chatModel.chat(ChatRequest.builder()
                .messages(TENANT_SYSTEM_MESSAGE, UserMessage.from(question))
                .parameters(parameters)
                .build());
        return ((SteeringChatResponseMetadata) response.metadata()).cachedTokens();
    }

    private static SteeringChatRequestParameters partition(String name, Boolean share) {
        return SteeringChatRequestParameters.builder()
                .cachePartition(name)
                .shareSystemMessage(share)
                .build();
    }

    /** All of a prompt but its last token, which is always run. */
    private static int allKnown(String question) {
        return prompt(question).length - 1;
    }

    private static int[] prompt(String question) {
        return model.prompts().prompt(List.of(TENANT_SYSTEM_MESSAGE, UserMessage.from(question)), List.of());
    }

    @Test
    void should_tell_nobody_what_a_conversation_of_another_partition_asked() {
        ChatModel chatModel = Conversation.chatModel(model);
        String question = "Where did you hide the silver of tenant A?";

        cachedTokens(chatModel, question, SteeringChatRequestParameters.EMPTY);
        assertThat(cachedTokens(chatModel, question, partition("a", null))).isZero();
        assertThat(cachedTokens(chatModel, question, partition("b", null))).isZero();
        assertThat(cachedTokens(chatModel, question, partition("a", null))).isEqualTo(allKnown(question));
        assertThat(cachedTokens(chatModel, question, partition("b", null))).isEqualTo(allKnown(question));
        assertThat(cachedTokens(chatModel, question, SteeringChatRequestParameters.EMPTY))
                .isEqualTo(allKnown(question));
    }

    @Test
    void should_share_a_system_message_on_purpose_and_nothing_behind_it() {
        ChatModel chatModel = Conversation.chatModel(model);
        for (String question : List.of("a silver spoon?", "b", "Where is the silver?")) {
            int shared = model.prompts()
                    .systemMessageTokens(
                            prompt(question),
                            List.of(TENANT_SYSTEM_MESSAGE, UserMessage.from(question)),
                            List.of(),
                            null);
            assertThat(shared).isBetween(10, prompt(question).length - 3);

            cachedTokens(chatModel, question, partition("shares-1" + question, true));
            assertThat(cachedTokens(chatModel, question, partition("shares-2" + question, true)))
                    .isEqualTo(shared);
            assertThat(cachedTokens(chatModel, question, partition("shares-2" + question, true)))
                    .isEqualTo(allKnown(question));
            assertThat(cachedTokens(chatModel, question, partition("keeps-to-itself" + question, null)))
                    .isZero();
        }
    }

    @Test
    void should_take_the_partition_of_the_chat_model_where_a_request_names_none() {
        ChatModel first = SteeredChatModel.builder()
                .model(model)
                .temperature(0.0)
                .maxOutputTokens(5)
                .cachePartition("first tenant")
                .build();
        ChatModel second = SteeredChatModel.builder()
                .model(model)
                .temperature(0.0)
                .maxOutputTokens(5)
                .cachePartition("second tenant")
                .build();
        String question = "Which gate is left open at night?";

        assertThat(cachedTokens(first, question, SteeringChatRequestParameters.EMPTY))
                .isZero();
        assertThat(cachedTokens(second, question, SteeringChatRequestParameters.EMPTY))
                .isZero();
        assertThat(cachedTokens(first, question, SteeringChatRequestParameters.EMPTY))
                .isEqualTo(allKnown(question));
        assertThat(cachedTokens(second, question, partition("first tenant", null)))
                .isEqualTo(allKnown(question));
    }

    @Test
    void should_count_no_tokens_of_a_system_message_where_none_leads() {
        List<ChatMessage> messages = List.of(UserMessage.from("a"));
        assertThat(model.prompts()
                        .systemMessageTokens(model.prompts().prompt(messages, List.of()), messages, List.of(), null))
                .isZero();
    }
}
