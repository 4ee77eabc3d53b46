package org.steering4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.steering4j.trainer.data.PreferenceData;
import org.steering4j.trainer.data.PreferencePair;
import org.steering4j.vector.SteeringVector;

class UsedSystemPromptTest {

    private static final Map<String, String> SETTINGS = Map.of("system prompt", "Be brief.", "seed", "3");

    private static final PreferencePair PLAIN = new PreferencePair(List.of(UserMessage.from("a")), "b", "c");

    private static PreferencePair under(String systemPrompt) {
        return new PreferencePair(List.of(SystemMessage.from(systemPrompt), UserMessage.from("a")), "b", "c");
    }

    private static SteeringVector vector(PreferencePair... pairs) {
        SteeringVector.Builder vector = SteeringVector.builder("b").layer(0, new float[1]);
        UsedSystemPrompt.addTo(vector, SETTINGS, new PreferenceData("test data", List.of(pairs)));
        return vector.build();
    }

    @Test
    void should_say_what_all_conversations_had_above_them() {
        assertThat(vector(PLAIN, PLAIN).systemPrompt()).contains("Be brief.");
        assertThat(vector(PLAIN, under("Be brief.")).systemPrompt()).contains("Be brief.");
        SteeringVector own = vector(under("Be bold."), under("Be bold."));
        assertThat(own.systemPrompt()).contains("Be bold.");
        assertThat(own.settings()).containsEntry("system prompt", "Be bold.").containsEntry("seed", "3");
    }

    @Test
    void should_say_nothing_where_they_differed() {
        for (SteeringVector vector :
                List.of(vector(PLAIN, under("Be bold.")), vector(under("Be bold."), under("Be calm.")))) {
            assertThat(vector.systemPrompt()).isEmpty();
            assertThat(vector.settings())
                    .containsEntry("system prompt where the data have none", "Be brief.")
                    .doesNotContainKey("system prompt");
        }
    }
}
