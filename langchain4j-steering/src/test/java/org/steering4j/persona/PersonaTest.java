package org.steering4j.persona;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.steering4j.vector.Steering;

class PersonaTest {

    private static final Persona CAUTIOUS =
            Persona.of("cautious", Steering.of("power", -1)).withSystemMessage("Weigh every risk.");
    private static final UserMessage HELLO = UserMessage.from("hello");

    @Test
    void should_be_a_name_for_a_steering() {
        assertThat(CAUTIOUS.name()).isEqualTo("cautious");
        assertThat(CAUTIOUS.steering()).isEqualTo(Steering.of("power", -1));
        assertThat(CAUTIOUS.systemMessage()).contains("Weigh every risk.");
        assertThat(Persona.of("plain", Steering.none()).systemMessage()).isEmpty();
        assertThat(CAUTIOUS).hasToString("cautious (power*-1.0)");
    }

    @Test
    void should_be_equal_by_value() {
        Persona same = Persona.of("cautious", Steering.of("power", -1)).withSystemMessage("Weigh every risk.");
        assertThat(CAUTIOUS).isEqualTo(same).hasSameHashCodeAs(same);
        assertThat(CAUTIOUS).isNotEqualTo(Persona.of("cautious", Steering.of("power", -1)));
    }

    @Test
    void should_refuse_what_makes_no_persona() {
        assertThatThrownBy(() -> Persona.of(" ", Steering.none())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Persona.of(null, Steering.none())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Persona.of("plain", null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("plain", "Steering.none()");
        assertThatThrownBy(() -> CAUTIOUS.withSystemMessage(" "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cautious");
        for (double weight : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertThatThrownBy(() -> Persona.of("odd", Steering.of("power", weight)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("power");
        }
    }

    @Test
    void should_put_its_system_message_in_front_where_there_is_none() {
        assertThat(CAUTIOUS.addSystemMessageTo(List.of(HELLO)))
                .containsExactly(SystemMessage.from("Weigh every risk."), HELLO);
        assertThat(Persona.of("plain", Steering.none()).addSystemMessageTo(List.of(HELLO)))
                .containsExactly(HELLO);
    }

    @Test
    void should_put_its_system_message_behind_the_one_that_is_there() {
        assertThat(CAUTIOUS.addSystemMessageTo(List.of(SystemMessage.from("Answer in French."), HELLO)))
                .containsExactly(SystemMessage.from("Answer in French.\n\nWeigh every risk."), HELLO);
    }

    @Test
    void should_not_repeat_itself() {
        List<ChatMessage> once = CAUTIOUS.addSystemMessageTo(List.of(HELLO));
        List<ChatMessage> joined =
                CAUTIOUS.addSystemMessageTo(List.of(SystemMessage.from("Or not. Weigh every risk."), HELLO));

        assertThat(CAUTIOUS.addSystemMessageTo(once)).isEqualTo(once);
        assertThat(CAUTIOUS.addSystemMessageTo(joined))
                .isEqualTo(joined)
                .startsWith(SystemMessage.from("Or not. Weigh every risk.\n\nWeigh every risk."));
    }
}
