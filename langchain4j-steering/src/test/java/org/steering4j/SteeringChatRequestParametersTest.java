package org.steering4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.steering4j.persona.Persona;
import org.steering4j.persona.Personas;
import org.steering4j.vector.Steering;

class SteeringChatRequestParametersTest {

    private final SteeringChatRequestParameters full = SteeringChatRequestParameters.builder()
            .steering(Steering.of("truthfulness", 1))
            .minP(0.1)
            .repetitionPenalty(1.2)
            .seed(7L)
            .timeout(Duration.ofSeconds(8))
            .think(false)
            .returnThinking(true)
            .sendThinking(false)
            .cachePartition("tenant-a")
            .shareSystemMessage(true)
            .temperature(0.5)
            .build();

    @Test
    void should_keep_steering_when_overridden_by_common_parameters() {
        ChatRequestParameters common =
                ChatRequestParameters.builder().temperature(0.9).build();
        SteeringChatRequestParameters merged = full.overrideWith(common);
        assertThat(merged.steering()).isEqualTo(Steering.of("truthfulness", 1));
        assertThat(merged.minP()).isEqualTo(0.1);
        assertThat(merged.repetitionPenalty()).isEqualTo(1.2);
        assertThat(merged.seed()).isEqualTo(7);
        assertThat(merged.timeout()).hasSeconds(8);
        assertThat(merged.think()).isFalse();
        assertThat(merged.returnThinking()).isTrue();
        assertThat(merged.sendThinking()).isFalse();
        assertThat(merged.cachePartition()).isEqualTo("tenant-a");
        assertThat(merged.shareSystemMessage()).isTrue();
        assertThat(merged.temperature()).isEqualTo(0.9);
    }

    @Test
    void should_keep_steering_when_defaulted_by_common_parameters() {
        ChatRequestParameters common =
                ChatRequestParameters.builder().temperature(0.9).topK(3).build();
        SteeringChatRequestParameters merged = full.defaultedBy(common);
        assertThat(merged)
                .isEqualTo(full.overrideWith(
                        ChatRequestParameters.builder().topK(3).build()));
        assertThat(merged.temperature()).isEqualTo(0.5);
    }

    @Test
    void should_keep_steering_when_it_overrides_or_defaults_common_parameters() {
        ChatRequestParameters common = ChatRequestParameters.builder().topK(3).build();
        assertThat(common.overrideWith(full)).isInstanceOfSatisfying(SteeringChatRequestParameters.class, merged -> {
            assertThat(merged.steering()).isEqualTo(full.steering());
            assertThat(merged.topK()).isEqualTo(3);
        });
        assertThat(common.defaultedBy(full))
                .isInstanceOfSatisfying(
                        SteeringChatRequestParameters.class,
                        merged -> assertThat(merged.steering()).isEqualTo(full.steering()));
    }

    @Test
    void should_replace_steering_and_not_add_to_it() {
        SteeringChatRequestParameters other = SteeringChatRequestParameters.builder()
                .steering(Steering.of("safety", 2))
                .build();
        assertThat(full.overrideWith(other).steering()).isEqualTo(Steering.of("safety", 2));
    }

    @Test
    void should_tell_off_from_inherit() {
        SteeringChatRequestParameters off = SteeringChatRequestParameters.builder()
                .steering(Steering.none())
                .build();
        assertThat(full.overrideWith(off).steering()).isEqualTo(Steering.none());
        assertThat(full.overrideWith(SteeringChatRequestParameters.EMPTY)).isEqualTo(full);
        assertThat(full.overrideWith(null)).isEqualTo(full);
    }

    @Test
    void should_replace_a_steering_by_a_persona_and_a_persona_by_a_steering() {
        SteeringChatRequestParameters persona =
                SteeringChatRequestParameters.builder().persona("bold").build();
        assertThat(full.overrideWith(persona).persona()).isEqualTo("bold");
        assertThat(full.overrideWith(persona).steering()).isNull();
        assertThat(full.overrideWith(persona).minP()).isEqualTo(0.1);
        assertThat(persona.overrideWith(full)).isEqualTo(full);
        assertThat(persona.defaultedBy(full)).isEqualTo(full.overrideWith(persona));
        assertThat(full.defaultedBy(persona)).isEqualTo(full);
    }

    @Test
    void should_keep_a_persona_when_merged_with_common_parameters() {
        SteeringChatRequestParameters persona =
                SteeringChatRequestParameters.builder().persona("bold").build();
        ChatRequestParameters common = ChatRequestParameters.builder().topK(3).build();
        SteeringChatRequestParameters both =
                SteeringChatRequestParameters.builder().persona("bold").topK(3).build();
        assertThat(persona.overrideWith(common)).isEqualTo(both).hasSameHashCodeAs(both);
        assertThat(persona.defaultedBy(common)).isEqualTo(both);
        assertThat(common.overrideWith(persona)).isEqualTo(both);
        assertThat(common.defaultedBy(persona)).isEqualTo(both);
        assertThat(both).isNotEqualTo(full).isNotEqualTo(common);
        assertThat(both.toString()).contains("bold");
    }

    @Test
    void should_take_a_selected_persona_over_with_its_steering() {
        Personas personas = Personas.of(Persona.of("bold", Steering.of("power", 1)));
        personas.select("conversation", "bold");
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("hello"))
                .parameters(SteeringChatRequestParameters.builder().seed(3L).build())
                .build();
        ChatRequestParameters selected =
                personas.chatRequestTransformer().apply(request, "conversation").parameters();
        for (ChatRequestParameters merged :
                List.of(selected, full.overrideWith(selected), selected.defaultedBy(full))) {
            assertThat(merged).isInstanceOfSatisfying(SteeringChatRequestParameters.class, taken -> {
                assertThat(taken.persona()).isEqualTo("bold");
                assertThat(taken.steering()).isEqualTo(Steering.of("power", 1));
                assertThat(taken.seed()).isEqualTo(3);
            });
        }
    }

    @Test
    void should_prefer_the_partition_of_the_request() {
        SteeringChatRequestParameters other = SteeringChatRequestParameters.builder()
                .cachePartition("tenant-b")
                .build();
        assertThat(full.overrideWith(other).cachePartition()).isEqualTo("tenant-b");
        assertThat(full.overrideWith(other).shareSystemMessage()).isTrue();
        assertThat(full.defaultedBy(other).cachePartition()).isEqualTo("tenant-a");
        assertThat(other).isNotEqualTo(SteeringChatRequestParameters.EMPTY);
        assertThat(other.toString()).contains("tenant-b");
    }

    @Test
    void should_refuse_a_partition_that_names_nothing_or_is_too_long() {
        SteeringChatRequestParameters.Builder builder = SteeringChatRequestParameters.builder();
        for (String blank : List.of("", " ", "\t\n")) {
            assertThatThrownBy(() -> builder.cachePartition(blank))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cachePartition is blank");
        }
        assertThatThrownBy(() -> builder.cachePartition("x".repeat(257)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("257 characters but may have at most 256");
        assertThat(builder.cachePartition("x".repeat(256)).build().cachePartition())
                .hasSize(256);
    }

    @Test
    void should_prefer_the_timeout_of_the_request() {
        SteeringChatRequestParameters other = SteeringChatRequestParameters.builder()
                .timeout(Duration.ofMillis(1))
                .build();
        assertThat(full.overrideWith(other).timeout()).hasMillis(1);
        assertThat(other.defaultedBy(full).timeout()).hasMillis(1);
        assertThat(full.defaultedBy(other)).isEqualTo(full);
        assertThat(full.overrideWith(other)).isNotEqualTo(full);
        assertThat(full.toString()).contains("PT8S");
    }

    @Test
    void should_refuse_a_timeout_that_no_answer_can_keep() {
        for (Duration timeout : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
            assertThatThrownBy(() -> SteeringChatRequestParameters.builder().timeout(timeout))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("timeout", timeout.toString(), "above zero");
        }
    }

    @Test
    void should_be_equal_by_value() {
        assertThat(full)
                .isEqualTo(SteeringChatRequestParameters.builder()
                        .overrideWith(full)
                        .build());
        assertThat(full)
                .hasSameHashCodeAs(SteeringChatRequestParameters.builder()
                        .overrideWith(full)
                        .build());
        assertThat(full)
                .isNotEqualTo(SteeringChatRequestParameters.EMPTY.overrideWith(
                        ChatRequestParameters.builder().temperature(0.5).build()));
        assertThat(full.toString()).contains("truthfulness", "0.5");
    }
}
