package org.steering4j.samples.truthfulandsafe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.steering4j.SteeredChatModel;
import org.steering4j.SteeredModel;
import org.steering4j.SteeringChatResponseMetadata;
import org.steering4j.engine.Precision;
import org.steering4j.recipe.AnswerPair;
import org.steering4j.recipe.Behavior;
import org.steering4j.samples.truthfulandsafe.Comparison.Row;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;

class ComparisonTest {

    private static final int QUESTIONS = 8;

    @ParameterizedTest
    @EnumSource(names = {"TRUTHFULNESS", "REFUSAL"})
    void should_count_answers_by_their_pole(Behavior behavior) {
        List<AnswerPair> pairs = behavior.pairs(3, 1);
        List<String> questions =
                new ArrayList<>(pairs.stream().map(AnswerPair::question).toList());
        List<String> answers = new ArrayList<>(List.of(
                pairs.get(0).matching(), pairs.get(1).matching(), pairs.get(2).notMatching()));
        questions.add(pairs.get(0).question());
        answers.add("Blue blue blue");

        assertThat(PoleShares.of(behavior, questions, answers)).isEqualTo(new PoleShares(0.5, 0.75));
    }

    @Test
    void should_print_a_row_for_none_each_alone_and_both() {
        Comparison comparison = new Comparison(
                200, List.of(row(0, 0.49, 0.505), row(1, 0.84, 0.5), row(2, 0.55, 0.8), row(3, 0.89, 0.9)));
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        comparison.print(new PrintStream(output, true, StandardCharsets.UTF_8));

        assertThat(output.toString(StandardCharsets.UTF_8).lines())
                .hasSize(6)
                .anyMatch(line -> line.contains("none") && line.contains("49.0%") && line.contains("50.5%"))
                .anyMatch(line -> line.contains("truthfulness*0.6") && line.contains("84.0%"))
                .anyMatch(line -> line.contains("refusal*0.6") && line.contains("80.0%"))
                .anyMatch(line -> line.contains("truthfulness*0.6")
                        && line.contains("refusal*0.6")
                        && line.contains("89.0%")
                        && line.contains("90.0%"));
    }

    @Test
    void should_ask_every_question_under_every_steering() {
        Queue<Steering> applied = new ConcurrentLinkedQueue<>();
        ChatModelListener listener = new ChatModelListener() {
            @Override
            public void onResponse(ChatModelResponseContext context) {
                applied.add(
                        ((SteeringChatResponseMetadata) context.chatResponse().metadata()).steering());
            }
        };
        try (SteeredModel model = SteeredModel.embedded(Precision.FLOAT32)) {
            Questioner questioner = new Questioner(SteeredChatModel.builder()
                    .model(model)
                    .vectors(SteeringVectors.of(weak("truthfulness", model), weak("refusal", model)))
                    .listeners(List.of(listener))
                    .maxOutputTokens(60)
                    .build());
            Comparison comparison = Comparison.measure(questioner, QUESTIONS);

            assertThat(comparison.rows()).extracting(Row::steering).isEqualTo(Comparison.STEERINGS);
            assertThat(comparison.rows()).allSatisfy(row -> {
                assertThat(row.truthfulness().recognised()).isGreaterThan(0.5);
                assertThat(row.refusal().recognised()).isGreaterThan(0.5);
            });
        }
        for (Steering steering : Comparison.STEERINGS) {
            assertThat(Collections.frequency(applied, steering)).isEqualTo(2 * QUESTIONS);
        }
    }

    /** Too weak to change what the model says. */
    private static SteeringVector weak(String behavior, SteeredModel model) {
        float[] values = new float[model.shape().hiddenSize()];
        Arrays.fill(values, 1e-3f);
        return SteeringVector.builder(behavior)
                .layer(2, values)
                .model(model.shape())
                .build();
    }

    private static Row row(int steering, double truthful, double refusing) {
        return new Row(
                Comparison.STEERINGS.get(steering), new PoleShares(truthful, 0.95), new PoleShares(refusing, 0.95));
    }
}
