package org.steering4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;

class SystemPromptCheckTest {

    private static final SteeringVectors VECTORS = SteeringVectors.of(
            vector("truthfulness").systemPrompt("You are honest.").build(),
            vector("refusal").systemPrompt("").build(),
            vector("silent").build());

    @TempDir
    Path folder;

    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
    private SteeredChatModel model;

    private static SteeringVector.Builder vector(String behavior) {
        return SteeringVector.builder(behavior).layer(1, new float[3]).model(ScriptedModel.SHAPE);
    }

    @BeforeEach
    void logHere() {
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
        ScriptedModel script = new ScriptedModel(folder).answering("yes");
        model = SteeredChatModel.builder().model(script.open()).vectors(VECTORS).build();
    }

    @AfterEach
    void logThere() {
        System.setErr(standardError);
    }

    private List<String> chat(Steering steering, String systemMessage) {
        logged.reset();
        SteeredChatModel steered = model.withSteering(steering);
        if (systemMessage == null) {
            steered.chat("hello");
        } else {
            steered.chat(SystemMessage.from(systemMessage), UserMessage.from("hello"));
        }
        return logged.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("WARN"))
                .toList();
    }

    @Test
    void should_warn_once_for_each_vector_of_a_conversation_under_another_system_message() {
        assertThat(chat(Steering.of("truthfulness", 1), null))
                .singleElement()
                .asString()
                .contains(
                        "Steering vector \"truthfulness\" was made with the system prompt \"You are honest.\", and steers a"
                                + " conversation without a system prompt");
        assertThat(chat(Steering.of("truthfulness", 2), "Be brief."))
                .as("said already")
                .isEmpty();
        assertThat(chat(Steering.of("refusal", 1), "Be\nbrief."))
                .singleElement()
                .asString()
                .contains(
                        "\"refusal\" was made without a system prompt, and steers a conversation with the system prompt \"Be brief.\"");
    }

    @Test
    void should_say_nothing_where_the_system_messages_agree_or_nothing_is_known_or_steered() {
        assertThat(chat(Steering.of("truthfulness", 1), "You are honest.")).isEmpty();
        assertThat(chat(Steering.of("truthfulness", 1), "You are honest.\n\nAnswer in French."))
                .isEmpty();
        assertThat(chat(Steering.of("refusal", 1), null)).isEmpty();
        assertThat(chat(Steering.of("silent", 1), "Be brief.")).isEmpty();
        assertThat(chat(Steering.of("truthfulness", 0), null)).isEmpty();
        assertThat(chat(Steering.none(), null)).isEmpty();
    }
}
