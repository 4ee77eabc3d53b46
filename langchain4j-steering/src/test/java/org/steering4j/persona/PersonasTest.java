package org.steering4j.persona;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.steering4j.vector.Steering;

class PersonasTest {

    private static final Persona BOLD = Persona.of("bold", Steering.of("power", 1));
    private static final Persona CAUTIOUS = Persona.of("cautious", Steering.of("power", -1));

    private static Personas.Builder builder() {
        return Personas.builder().persona(BOLD).persona(CAUTIOUS);
    }

    private static Optional<String> name(Personas personas, Object conversation) {
        return personas.personaOf(conversation).map(Persona::name);
    }

    /** Stands still until it is told to go on. */
    private static final class StoppedClock extends Clock {
        Instant now = Instant.EPOCH;

        void advance(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneId.of("UTC");
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @Test
    void should_hold_personas_by_name() {
        Personas personas = Personas.of(CAUTIOUS, BOLD);
        assertThat(personas.names()).containsExactly("bold", "cautious");
        assertThat(personas.all()).containsExactly(BOLD, CAUTIOUS);
        assertThat(personas.get("bold")).isEqualTo(BOLD);
        assertThat(Personas.empty().names()).isEmpty();
    }

    @Test
    void should_list_the_known_names_when_one_is_unknown() {
        Personas personas = builder().build();
        assertThatThrownBy(() -> personas.select("c", "brave"))
                .isInstanceOf(UnknownPersonaException.class)
                .hasMessageContainingAll("brave", "bold, cautious");
        assertThatThrownBy(() -> personas.select("c", null)).isInstanceOf(UnknownPersonaException.class);
        assertThatThrownBy(() -> builder().defaultPersona("brave").build())
                .isInstanceOf(UnknownPersonaException.class)
                .hasMessageContainingAll("brave", "bold, cautious");
        assertThatThrownBy(() -> Personas.empty().get("bold"))
                .isInstanceOf(UnknownPersonaException.class)
                .hasMessageContaining("none");
        assertThatThrownBy(() ->
                        builder().resolver(conversation -> "brave").build().personaOf("c"))
                .isInstanceOf(UnknownPersonaException.class);
        assertThat(personas.personaOf("c")).isEmpty();
    }

    @Test
    void should_refuse_two_of_one_name() {
        assertThatThrownBy(() -> builder().persona("bold", Steering.none()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bold");
    }

    @Test
    void should_select_per_conversation_and_change_in_mid_conversation() {
        Personas personas = builder().build();
        personas.select("one", "bold");
        personas.select(2, "cautious");
        assertThat(name(personas, "one")).contains("bold");
        assertThat(name(personas, 2)).contains("cautious");
        assertThat(name(personas, "three")).isEmpty();

        personas.select("one", "cautious");
        assertThat(name(personas, "one")).contains("cautious");
    }

    @Test
    void should_prefer_the_selection_to_the_resolver_and_the_resolver_to_the_default() {
        Map<String, String> profiles = Map.of("anna", "bold");
        Personas personas =
                builder().resolver(profiles::get).defaultPersona("cautious").build();
        assertThat(personas.defaultPersona()).contains(CAUTIOUS);
        assertThat(name(personas, "ben")).contains("cautious");
        assertThat(name(personas, "anna")).contains("bold");
        personas.select("anna", "cautious");
        assertThat(name(personas, "anna")).contains("cautious");
        personas.clear("anna");
        assertThat(name(personas, "anna")).contains("bold");
    }

    @Test
    void should_clear_one_or_all() {
        Personas personas = builder().build();
        IntStream.range(0, 3).forEach(i -> personas.select(i, "bold"));
        personas.clear(1);
        personas.clear("never selected");
        assertThat(IntStream.range(0, 3).mapToObj(i -> name(personas, i)))
                .containsExactly(Optional.of("bold"), Optional.empty(), Optional.of("bold"));
        personas.clearAll();
        assertThat(IntStream.range(0, 3).mapToObj(i -> name(personas, i))).containsOnly(Optional.empty());
    }

    @Test
    void should_forget_the_least_recently_used_when_full() {
        Personas personas = builder().maximumSelections(2).build();
        personas.select("one", "bold");
        personas.select("two", "bold");
        assertThat(name(personas, "one")).contains("bold");
        personas.select("three", "bold");
        assertThat(name(personas, "two")).isEmpty();
        assertThat(name(personas, "one")).contains("bold");
        assertThat(name(personas, "three")).contains("bold");
    }

    @Test
    void should_forget_what_was_not_used_for_a_while() {
        StoppedClock clock = new StoppedClock();
        Personas personas =
                builder().selectionExpiry(Duration.ofMinutes(10)).clock(clock).build();
        personas.select("used", "bold");
        personas.select("unused", "bold");
        clock.advance(Duration.ofMinutes(9));
        assertThat(name(personas, "used")).contains("bold");
        clock.advance(Duration.ofMinutes(1));
        assertThat(name(personas, "unused")).isEmpty();
        assertThat(name(personas, "used")).contains("bold");
        clock.advance(Duration.ofMinutes(10));
        assertThat(name(personas, "used")).isEmpty();
    }

    @Test
    void should_refuse_bounds_that_hold_nothing() {
        assertThatThrownBy(() -> builder().maximumSelections(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maximumSelections");
        assertThatThrownBy(() -> builder().selectionExpiry(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("selectionExpiry");
    }

    @Test
    void should_serve_many_threads() {
        Personas personas = builder().maximumSelections(50).build();
        assertThat(IntStream.range(0, 20_000)
                        .parallel()
                        .filter(i -> {
                            personas.select(i % 100, i % 100 % 2 == 0 ? "bold" : "cautious");
                            Optional<String> name = name(personas, i % 100);
                            return name.isPresent() && !name.get().equals(i % 100 % 2 == 0 ? "bold" : "cautious");
                        })
                        .count())
                .isZero();
        assertThat(IntStream.range(0, 100)
                        .filter(i -> personas.personaOf(i).isPresent())
                        .count())
                .isEqualTo(50);
    }
}
