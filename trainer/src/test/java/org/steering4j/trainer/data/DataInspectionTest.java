package org.steering4j.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.steering4j.trainer.data.DataInspection.Contradiction;
import org.steering4j.trainer.data.DataInspection.Unbalanced;
import org.steering4j.trainer.data.DataInspection.WithControlTokens;

class DataInspectionTest {

    private static PreferencePair pair(String question, String matching, String notMatching) {
        return new PreferencePair(question, matching, notMatching);
    }

    /** Numbered as lines below a header line. */
    private static PreferenceData data(PreferencePair... pairs) {
        List<Integer> lines =
                IntStream.range(0, pairs.length).mapToObj(i -> i + 2).toList();
        return new PreferenceData("pairs.csv", List.of(pairs), new RowNumbers("line", lines));
    }

    private static DataInspection inspect(PreferencePair... pairs) {
        return DataInspection.of(data(pairs), "words", PairLengths::inWords, 3, null, List.of());
    }

    @Test
    void should_count_pairs_prompts_and_lengths() {
        DataInspection inspection = inspect(
                pair("one", "a", "a b"),
                pair("one", "a b c", "a b"),
                pair("one two", "a  b\nc", "d e f"),
                pair("", " a b c d ", "e f"));

        assertThat(inspection.pairs()).isEqualTo(4);
        assertThat(inspection.distinctPrompts()).isEqualTo(3);
        assertThat(inspection.prompt()).isEqualTo(new LengthDistribution(0, 1, 2, 2));
        assertThat(inspection.matching()).isEqualTo(new LengthDistribution(1, 3, 4, 4));
        assertThat(inspection.notMatching()).isEqualTo(new LengthDistribution(2, 2, 3, 3));
        assertThat(inspection.matchingLongerShare()).as("one of four is a tie").isEqualTo(2.5 / 4);
        assertThat(inspection.lengthUnit()).isEqualTo("words");
    }

    @Test
    void should_take_percentiles_by_nearest_rank() {
        LengthDistribution lengths = LengthDistribution.of(IntStream.rangeClosed(1, 100));

        assertThat(lengths).isEqualTo(new LengthDistribution(1, 50, 95, 100));
        assertThat(LengthDistribution.of(IntStream.of(7))).isEqualTo(new LengthDistribution(7, 7, 7, 7));
    }

    @Test
    void should_count_words_of_all_messages_of_a_prompt() {
        PreferencePair pair = new PreferencePair(
                List.of(SystemMessage.from("Be kind."), UserMessage.from("Who is there?")), "I am", "Go");

        assertThat(PairLengths.inWords(pair)).isEqualTo(new PairLengths(5, 2, 1));
    }

    @Test
    void should_tell_exact_duplicates_from_near_ones() {
        DataInspection inspection = inspect(
                pair("q", "a", "b"),
                pair("r", "Yes sir", "b"),
                pair("q", "a", "b"),
                pair("R", "yes  sir ", "b"),
                pair("q", "a", "c"),
                pair("q", "a", "b"));

        assertThat(inspection.duplicates()).containsExactly(List.of(2, 4, 7));
        assertThat(inspection.nearDuplicates()).containsExactly(List.of(3, 5));
    }

    @Test
    void should_find_answers_that_match_in_one_row_and_not_in_another() {
        DataInspection inspection = inspect(
                pair("q", "a", "b"),
                pair("q", "B", "A"),
                pair("q", "c", "a"),
                pair("other", "b", "a"),
                pair("q", "d", "e"));

        assertThat(inspection.contradictions()).containsExactly(new Contradiction(2, 3), new Contradiction(3, 2));
    }

    @Test
    void should_name_pairs_with_answers_of_very_different_length_whichever_is_longer() {
        DataInspection inspection =
                inspect(pair("q", "a", "a b c"), pair("q", "a", "a b c d"), pair("q", "a b c d e f g", "a b"));

        assertThat(inspection.unbalanced())
                .as("3 times is not more than 3 times")
                .containsExactly(new Unbalanced(3, 1, 4), new Unbalanced(4, 7, 2));
    }

    @Test
    void should_name_rows_whose_prompt_and_longer_answer_exceed_the_maximum() {
        PreferenceData data = data(pair("q q", "a", "a b"), pair("q q", "a b c", "a"), pair("q q", "a", "a b c"));

        DataInspection limited = DataInspection.of(data, "tokens", PairLengths::inWords, 3, 4, List.of());

        assertThat(limited.truncated()).containsExactly(3, 4);
        assertThat(DataInspection.of(data, "tokens", PairLengths::inWords, 3, null, List.of())
                        .truncated())
                .isEmpty();
    }

    @Test
    void should_find_test_rows_that_the_training_data_gives_away() {
        PreferenceData training = data(pair("One?", "yes", "no"), pair("Two?", "yes", "no"), pair("one?", "x", "y"));
        PreferenceData test = data(pair("Three?", "yes", "no"), pair("one? ", "no", "never"), pair("Two?", "x", "y"));

        DataLeaks leaks = DataLeaks.between(training, test);

        assertThat(leaks.samePrompt()).containsExactly(new DataLeaks.Leak(3, 2), new DataLeaks.Leak(4, 3));
        assertThat(leaks.samePromptAndAnswer()).containsExactly(new DataLeaks.Leak(3, 2));
    }

    @Test
    void should_name_rows_with_control_tokens_of_published_templates_and_of_the_model() {
        PreferenceData data =
                data(pair("q", "a<|eot_id|>", "b<|eot_id|>"), pair("q", "a <b>", "b"), pair("[over] q", "a", "b</s>"));

        DataInspection inspection =
                DataInspection.of(data, "words", PairLengths::inWords, 3, null, List.of("[over]", "<|eot_id|>"));

        assertThat(inspection.controlTokens())
                .containsExactly(
                        new WithControlTokens(2, List.of("<|eot_id|>")),
                        new WithControlTokens(4, List.of("[over]", "</s>")));
    }
}
