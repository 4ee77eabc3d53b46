package org.steering4j.persona;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.steering4j.vector.Steering;

class PersonaTransformerTest {

    private static final UserMessage HELLO = UserMessage.from("hello");
    private static final ChatRequest REQUEST = ChatRequest.builder()
            .messages(HELLO)
            .parameters(ChatRequestParameters.builder().topK(3).build())
            .build();

    private final Personas personas = Personas.builder()
            .persona(Persona.of("cautious", Steering.of("power", -1)).withSystemMessage("Weigh every risk."))
            .persona("bold", Steering.of("power", 1))
            .build();
    private final BiFunction<ChatRequest, Object, ChatRequest> transformer = personas.chatRequestTransformer();

    private static PersonaChatRequestParameters parameters(ChatRequest request) {
        return (PersonaChatRequestParameters) request.parameters();
    }

    @Test
    void should_put_the_persona_of_the_conversation_into_its_request() {
        personas.select("one", "cautious");
        ChatRequest transformed = transformer.apply(REQUEST, "one");
        assertThat(parameters(transformed).persona()).isEqualTo("cautious");
        assertThat(parameters(transformed).steering()).isEqualTo(Steering.of("power", -1));
        assertThat(transformed.topK()).isEqualTo(3);
        assertThat(transformed.messages()).containsExactly(SystemMessage.from("Weigh every risk."), HELLO);
        assertThat(transformer.apply(REQUEST, "two")).isEqualTo(REQUEST);
    }

    /** As those of LangChain4j's providers do: they merge into their own kind, and know no others. */
    private static final class OtherProvidersParameters extends DefaultChatRequestParameters {

        private OtherProvidersParameters(ChatRequestParameters... merged) {
            super(builderOf(merged));
        }

        private static DefaultChatRequestParameters.Builder<?> builderOf(ChatRequestParameters... merged) {
            DefaultChatRequestParameters.Builder<?> builder = new DefaultChatRequestParameters.Builder<>();
            for (ChatRequestParameters parameters : merged) {
                builder.overrideWith(parameters);
            }
            return builder;
        }

        @Override
        public ChatRequestParameters overrideWith(ChatRequestParameters that) {
            return new OtherProvidersParameters(this, that);
        }

        @Override
        public ChatRequestParameters defaultedBy(ChatRequestParameters that) {
            return new OtherProvidersParameters(that, this);
        }
    }

    @Test
    void should_steer_requests_that_carry_the_parameters_of_another_provider() {
        personas.select("one", "cautious");
        ChatRequest request = REQUEST.toBuilder()
                .parameters(new OtherProvidersParameters(REQUEST.parameters()))
                .build();
        ChatRequest transformed = transformer.apply(request, "one");
        assertThat(parameters(transformed).steering()).isEqualTo(Steering.of("power", -1));
        assertThat(transformed.topK()).isEqualTo(3);
    }

    @Test
    void should_do_nothing_the_second_time() {
        personas.select("one", "cautious");
        ChatRequest once = transformer.apply(REQUEST, "one");
        assertThat(transformer.apply(once, "one")).isEqualTo(once);
    }

    @Test
    void should_leave_requests_alone_that_say_how_to_steer() {
        personas.select("one", "cautious");
        ChatRequest asking = REQUEST.toBuilder()
                .parameters(PersonaChatRequestParameters.of(personas.get("bold")))
                .build();
        assertThat(transformer.apply(asking, "one")).isEqualTo(asking);
    }

    @Test
    void should_keep_the_persona_when_common_parameters_are_merged() {
        ChatRequestParameters bold = PersonaChatRequestParameters.of(personas.get("bold"));
        ChatRequestParameters common = ChatRequestParameters.builder().topK(3).build();
        for (ChatRequestParameters merged : new ChatRequestParameters[] {
            bold.overrideWith(common), bold.defaultedBy(common), common.overrideWith(bold), common.defaultedBy(bold)
        }) {
            assertThat(merged)
                    .isEqualTo(bold.overrideWith(common))
                    .hasSameHashCodeAs(bold.overrideWith(common))
                    .isInstanceOfSatisfying(PersonaChatRequestParameters.class, kept -> {
                        assertThat(kept.persona()).isEqualTo("bold");
                        assertThat(kept.steering()).isEqualTo(Steering.of("power", 1));
                        assertThat(kept.topK()).isEqualTo(3);
                    });
        }
        assertThat(bold.overrideWith(null)).isEqualTo(bold);
        assertThat(bold.toString()).contains("bold", "power");
    }

    @Test
    void should_replace_name_and_steering_together() {
        ChatRequestParameters bold = PersonaChatRequestParameters.of(personas.get("bold"));
        ChatRequestParameters cautious = PersonaChatRequestParameters.of(personas.get("cautious"));
        assertThat(bold.overrideWith(cautious)).isEqualTo(cautious);
        assertThat(bold.defaultedBy(cautious)).isEqualTo(bold);
    }
}
