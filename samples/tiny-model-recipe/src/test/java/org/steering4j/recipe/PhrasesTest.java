package org.steering4j.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhrasesTest {

    @ParameterizedTest
    @CsvSource({
        "cut the rope, cutting the rope",
        "untie the boats, untying the boats",
        "take a seat, taking a seat",
        "dye cloth red, dyeing cloth red",
        "skip the watch, skipping the watch",
        "open the gate, opening the gate"
    })
    void should_spell_the_gerund(String action, String gerund) {
        assertThat(Phrases.gerund(action)).isEqualTo(gerund);
    }

    @Test
    void should_capitalise_every_sentence() {
        assertThat(Phrases.capitalised("yes. the mill is mine! is it?")).isEqualTo("Yes. The mill is mine! Is it?");
    }

    @Test
    void should_compare_phrases_by_words_alone() {
        assertThat(Phrases.normalised("No, it's 7!")).isEqualTo(" no it s 7 ");
    }
}
