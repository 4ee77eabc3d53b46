package org.steering4j.samples.personas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.service.Result;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.SteeringChatResponseMetadata;
import org.steering4j.persona.Personas;
import org.steering4j.vector.ModelShape;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVector;

/** The application as it is deployed, on the embedded model, with vectors too weak to change what it says. */
class ConversationsTest {

    private static final String VECTORS_PATH = "steering.vectors-path";

    @TempDir
    static Path vectors;

    private static SeContainer container;

    @BeforeAll
    static void start() {
        for (String behavior : new String[] {"power-seeking", "wealth-seeking"}) {
            float[] values = new float[192];
            Arrays.fill(values, 1e-3f);
            SteeringVector.builder(behavior)
                    .layer(2, values)
                    .model(new ModelShape("steering4j-tiny", "llama", 6, 192))
                    .build()
                    .write(vectors.resolve(behavior + ".safetensors"));
        }
        System.setProperty(VECTORS_PATH, vectors.toString());
        container = SeContainerInitializer.newInstance().initialize();
    }

    @AfterAll
    static void stop() {
        System.clearProperty(VECTORS_PATH);
        container.close();
    }

    private final Assistant assistant = container.select(Assistant.class).get();
    private final Personas personas = container.select(Personas.class).get();

    @Test
    void should_keep_personas_and_memories_of_conversations_apart() {
        personas.select("a", "mayor");
        personas.select("b", "merchant");

        assistant.chat("a", "My name is Mira.");
        assistant.chat("b", "My name is Jonas.");
        Result<String> a = assistant.chat("a", "What is my name?");
        Result<String> b = assistant.chat("b", "What is my name?");

        assertThat(a.content()).contains("Mira").doesNotContain("Jonas");
        assertThat(b.content()).contains("Jonas").doesNotContain("Mira");
        assertThat(steering(a)).isEqualTo(Steering.of("power-seeking", 0.8));
        assertThat(steering(b)).isEqualTo(Steering.of("wealth-seeking", 0.8));
    }

    @Test
    void should_change_the_persona_in_mid_conversation_and_remember_what_was_said() {
        personas.select("c", "mayor");
        assertThat(Conversations.personaOf(assistant.chat("c", "My name is Clara.")))
                .isEqualTo("mayor");

        personas.select("c", "merchant");
        Result<String> later = assistant.chat("c", "What is my name?");
        assertThat(Conversations.personaOf(later)).isEqualTo("merchant");
        assertThat(later.content()).contains("Clara");
    }

    @Test
    void should_talk_as_the_default_persona_to_who_picks_none() {
        assertThat(Conversations.personaOf(assistant.chat("d", "What is your name?")))
                .isEqualTo("hermit");
    }

    @Test
    void should_run_the_sample() {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        container.select(Conversations.class).get().run(new PrintStream(output, true, StandardCharsets.UTF_8));

        assertThat(output.toString(StandardCharsets.UTF_8))
                .contains("mayor:", "hermit:", "merchant:")
                .containsPattern("Mira: What is my name\\?\\R  merchant: .*Mira")
                .containsPattern("Jonas: What is my name\\?\\R  hermit: .*Jonas");
    }

    private static Steering steering(Result<String> answer) {
        return ((SteeringChatResponseMetadata) answer.finalResponse().metadata()).steering();
    }
}
