package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PromptLookupTest {

    private static int[] draft(int count, int... tokens) {
        return new PromptLookup(tokens).draft(count).tokens();
    }

    @Test
    void should_go_on_as_after_the_same_tokens_before() {
        assertThat(draft(3, 1, 2, 3, 4, 5, 9, 1, 2)).containsExactly(3, 4, 5);
        assertThat(draft(1, 1, 2, 3, 4, 5, 9, 1, 2)).containsExactly(3);
    }

    @Test
    void should_guess_nothing_where_the_last_two_tokens_are_new() {
        assertThat(draft(3, 1, 2, 3, 9, 2)).isEmpty();
        assertThat(draft(3, 1)).isEmpty();
        assertThat(draft(3, 1, 1)).isEmpty();
        assertThat(draft(3)).isEmpty();
    }

    @Test
    void should_guess_nothing_when_nothing_is_asked_for() {
        assertThat(draft(0, 1, 2, 1, 2)).isEmpty();
    }

    @Test
    void should_prefer_the_place_with_more_tokens_in_common_to_a_later_one() {
        assertThat(draft(1, 7, 1, 2, 30, 8, 1, 2, 40, 7, 1, 2)).containsExactly(30);
    }

    @Test
    void should_prefer_the_later_of_equal_places() {
        assertThat(draft(1, 8, 1, 2, 30, 8, 1, 2, 40, 7, 1, 2)).containsExactly(40);
    }

    @Test
    void should_go_on_with_a_repetition_that_reaches_the_end() {
        assertThat(draft(7, 5, 1, 2, 3, 1, 2)).containsExactly(3, 1, 2, 3, 1, 2, 3);
        assertThat(draft(4, 1, 1, 1)).containsExactly(1, 1, 1, 1);
    }

    @Test
    void should_know_appended_tokens() {
        PromptLookup lookup = new PromptLookup(new int[] {1, 2, 3});
        IntStream.range(0, 1000).map(i -> 100 + i).forEach(lookup::append);
        lookup.append(1);
        lookup.append(2);
        assertThat(lookup.draft(4).tokens()).containsExactly(3, 100, 101, 102);
    }

    @Test
    void should_think_a_guess_after_a_long_match_likelier() {
        PromptLookup lookup = new PromptLookup(new int[] {1, 2, 3, 4, 1, 2});
        double afterTwo = lookup.draft(1).rate().get();
        lookup.append(3);
        assertThat(lookup.draft(1).rate().get()).isGreaterThan(afterTwo);
    }

    @Test
    void should_only_guess_what_stands_after_the_longest_common_ending() {
        Random random = new Random(1);
        for (int round = 0; round < 500; round++) {
            int[] tokens = random.ints(2 + random.nextInt(40), 0, 4).toArray();
            int[] draft = draft(1, tokens);
            int longest = IntStream.range(1, tokens.length)
                    .map(place -> common(tokens, place))
                    .max()
                    .orElseThrow();
            if (longest < 2) {
                assertThat(draft).isEmpty();
            } else {
                assertThat(IntStream.range(1, tokens.length)
                                .filter(place -> common(tokens, place) >= Math.min(8, longest))
                                .map(place -> tokens[place]))
                        .contains(draft[0]);
            }
        }
    }

    private static int common(int[] tokens, int place) {
        int common = 0;
        while (common < place && tokens[place - 1 - common] == tokens[tokens.length - 1 - common]) {
            common++;
        }
        return common;
    }
}
