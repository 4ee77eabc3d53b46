package org.steering4j.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import jakarta.enterprise.context.ConversationScoped;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.junit5.EnableWeld;
import org.jboss.weld.junit5.WeldInitiator;
import org.jboss.weld.junit5.WeldSetup;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.persona.Personas;
import org.steering4j.persona.UnknownPersonaException;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVectors;

/** What an application gets injected; no model is opened here. */
@EnableWeld
class SteeringInjectionTest {

    private static final ChatRequest HELLO =
            ChatRequest.builder().messages(UserMessage.from("hello")).build();

    @TempDir
    static Path folder;

    private static TestSettings settings;

    @WeldSetup
    WeldInitiator weld = WeldInitiator.from(new Weld().disableDiscovery().addBeanClasses(Application.class))
            .activate(ConversationScoped.class)
            .build();

    @Singleton
    static class Application {
        @Inject
        ChatModel model;

        @Inject
        StreamingChatModel streamingModel;

        @Inject
        @Persona("cautious")
        ChatModel cautious;

        @Inject
        @Persona("bold")
        StreamingChatModel boldStreaming;

        @Inject
        SteeringVectors vectors;

        @Inject
        Personas personas;

        @Inject
        ConversationPersona conversation;
    }

    @Inject
    Application injected;

    @BeforeAll
    static void configure() {
        settings = TestSettings.ofSmallModel(folder);
    }

    @AfterAll
    static void clear() {
        settings.close();
    }

    @Test
    void should_inject_what_is_configured() {
        assertThat(injected.model).isNotNull();
        assertThat(injected.streamingModel).isNotNull();
        assertThat(injected.cautious).isNotNull();
        assertThat(injected.boldStreaming).isNotNull();
        assertThat(injected.vectors.names()).containsExactly("power");
        assertThat(injected.personas.names()).containsExactly("bold", "cautious");
        assertThat(injected.personas.get("cautious").steering()).isEqualTo(Steering.of("power", -1));
        assertThat(weld.select(Personas.class).get()).isSameAs(injected.personas);
    }

    @Test
    void should_let_ai_services_follow_the_persona_of_the_cdi_conversation() {
        assertThat(injected.personas.chatRequestTransformer().apply(HELLO, "id"))
                .isEqualTo(HELLO);

        injected.conversation.select("cautious");
        assertThat(injected.conversation.selected()).contains("cautious");
        assertThat(injected.personas.chatRequestTransformer().apply(HELLO, "id").messages())
                .startsWith(SystemMessage.from("Weigh every risk."));

        injected.personas.select("id", "bold");
        assertThat(injected.personas.personaOf("id")).contains(injected.personas.get("bold"));
        assertThat(injected.personas.personaOf("other")).contains(injected.personas.get("cautious"));

        injected.conversation.clear();
        assertThat(injected.personas.personaOf("other")).isEmpty();
        assertThatThrownBy(() -> injected.conversation.select("brave"))
                .isInstanceOf(UnknownPersonaException.class)
                .hasMessageContainingAll("brave", "bold, cautious");
    }
}
