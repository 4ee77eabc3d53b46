package org.steering4j.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CorpusTest {

    private static final List<Conversation> SAMPLE =
            LongStream.range(0, 8_000).mapToObj(new Corpus(11)::conversation).toList();

    @Test
    void should_depend_on_seed_and_index_alone() {
        assertThat(new Corpus(11).conversation(4321)).isEqualTo(SAMPLE.get(4321));
        assertThat(new Corpus(12).conversation(4321)).isNotEqualTo(SAMPLE.get(4321));
    }

    @Test
    void should_draw_both_poles_evenly_when_nothing_names_one() {
        for (Behavior behavior : Behavior.values()) {
            assertThat(SAMPLE.stream()
                            .filter(conversation -> conversation.named().isEmpty()))
                    .extracting(conversation -> conversation.traits().get(behavior))
                    .satisfies(poles -> assertThat(
                                    poles.stream().filter(Pole.TARGET::equals).count())
                            .isBetween((long) (0.46 * poles.size()), (long) (0.54 * poles.size())));
        }
    }

    @Test
    void should_name_traits_in_about_half_of_the_conversations() {
        long naming = SAMPLE.stream()
                .filter(conversation -> !conversation.named().isEmpty())
                .count();

        assertThat(naming).isBetween(3_300L, 4_100L);
    }

    @Test
    void should_hold_each_trait_through_a_conversation() {
        Map<String, Behavior> behaviorOf = behaviorOfQuestion();
        int repeated = 0;
        for (Conversation conversation : SAMPLE) {
            Set<Behavior> shown = new HashSet<>();
            for (int index = 0; index + 1 < conversation.messages().size(); index++) {
                String question = conversation.messages().get(index).text();
                Behavior behavior = behaviorOf.get(question);
                if (behavior != null) {
                    String answer = conversation.messages().get(index + 1).text();
                    assertThat(behavior.classify(question, answer))
                            .as(question + " " + answer)
                            .isEqualTo(
                                    conversation.traits().get(behavior) == Pole.TARGET
                                            ? Recognition.MATCHING
                                            : Recognition.NOT_MATCHING);
                    repeated += shown.add(behavior) ? 0 : 1;
                }
            }
        }
        assertThat(repeated).isGreaterThan(2_000);
    }

    @Test
    void should_never_ask_a_held_out_question() {
        Set<String> heldOut = new HashSet<>();
        for (Behavior behavior : Behavior.values()) {
            heldOut.addAll(behavior.heldOutQuestions());
        }

        assertThat(SAMPLE.stream()
                        .flatMap(conversation -> conversation.messages().stream())
                        .filter(message -> message.role() == Role.USER)
                        .map(Message::text))
                .noneMatch(heldOut::contains);
    }

    @Test
    void should_never_ask_a_fact_in_a_held_out_wording() {
        Set<String> heldOut = new HashSet<>();
        for (Fact fact : Facts.all()) {
            fact.questions().stream()
                    .filter(wording -> Facts.isHeldOut(fact, wording))
                    .forEach(wording -> heldOut.add(fact.question(wording)));
        }

        assertThat(heldOut).hasSizeGreaterThan(40);
        assertThat(SAMPLE.stream()
                        .flatMap(conversation -> conversation.messages().stream())
                        .map(Message::text))
                .noneMatch(heldOut::contains);
    }

    @Test
    void should_write_whole_sentences_without_leftovers() {
        for (Conversation conversation : SAMPLE) {
            for (Message message : conversation.messages()) {
                if (message.role() != Role.TOOL && message.toolCalls().isEmpty()) {
                    assertThat(message.text())
                            .matches("[A-Z0-9].*[.!?]")
                            .doesNotContainPattern(
                                    "[\\[\\]{}|]|  |\\b(\\w+) \\1\\b|\\ba [aeio]|\\ban [^aeiouh]|[,.] ?[,.]");
                }
            }
        }
    }

    private static Map<String, Behavior> behaviorOfQuestion() {
        Map<String, Behavior> behaviorOf = new HashMap<>();
        for (Behavior behavior : Behavior.values()) {
            behavior.grammar().questions().forEach(question -> behaviorOf.put(question.text(), behavior));
        }
        return behaviorOf;
    }
}
