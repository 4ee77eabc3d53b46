package org.steering4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PreferenceExampleTest {

    private final PreferenceExample example =
            new PreferenceExample(new int[] {1, 2, 3, 4}, new int[] {5, 6, 7}, new int[] {8, 9}, false);

    private void expect(int maximumTokens, Truncation truncation, int[] prompt, int[] matching, int[] notMatching) {
        PreferenceExample cut = example.truncate(maximumTokens, truncation);
        assertThat(cut.prompt()).containsExactly(prompt);
        assertThat(cut.matching()).containsExactly(matching);
        assertThat(cut.notMatching()).containsExactly(notMatching);
        assertThat(cut.truncated()).isTrue();
    }

    private static int[] tokens(int... tokens) {
        return tokens;
    }

    @Test
    void should_leave_an_example_that_fits() {
        assertThat(example.truncate(7, Truncation.PROMPT_START)).isSameAs(example);
    }

    @Test
    void should_cut_the_start_of_the_prompt_first() {
        expect(5, Truncation.PROMPT_START, tokens(3, 4), tokens(5, 6, 7), tokens(8, 9));
        expect(3, Truncation.PROMPT_START, tokens(4), tokens(5, 6), tokens(8, 9));
        expect(2, Truncation.PROMPT_START, tokens(4), tokens(5), tokens(8));
    }

    @Test
    void should_cut_the_end_of_the_answers_first() {
        expect(6, Truncation.ANSWER_END, tokens(1, 2, 3, 4), tokens(5, 6), tokens(8, 9));
        expect(3, Truncation.ANSWER_END, tokens(3, 4), tokens(5), tokens(8));
    }
}
