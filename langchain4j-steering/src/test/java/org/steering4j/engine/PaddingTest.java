package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.vector.LayerSteering;

/** Rows of different lengths run side by side in a model in which the embeddings of tokens that no row holds are not numbers. */
class PaddingTest {

    private static final int[] LONG = {5, 6, 7, 8, 9, 10, 11, 12};
    private static final int[] SHORT = {13, 5};

    @TempDir
    static Path folder;

    private static LanguageModel model;

    @BeforeAll
    static void open() {
        RandomCheckpoint checkpoint = RandomCheckpoint.make(json -> json.put("tie_word_embeddings", false));
        float[] embeddings = checkpoint.weights.get("model.embed_tokens.weight");
        Arrays.fill(embeddings, 0, 5 * 32, Float.NaN);
        checkpoint.write(folder);
        model = LanguageModel.builder()
                .folder(folder)
                .precision(Precision.FLOAT32)
                .build();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void should_answer_each_as_if_alone() {
        List<GenerationRequest> requests = List.of(request(LONG), request(SHORT));
        List<GenerationResult> together = model.generate(requests);
        for (int row = 0; row < requests.size(); row++) {
            assertThat(together.get(row).tokens())
                    .isEqualTo(model.generate(requests.get(row), TokenListener.NONE)
                            .tokens());
        }
    }

    private static GenerationRequest request(int[] prompt) {
        return new GenerationRequest(prompt, LayerSteering.none(), Sampling.greedy(), 1, Set.of());
    }

    @Test
    void should_score_each_as_if_alone() {
        List<Continuation> rows = List.of(new Continuation(LONG, new int[] {7, 8}), new Continuation(SHORT, SHORT));
        List<double[]> together = model.logProbabilities(rows, LayerSteering.none());
        try (SteeredContinuations training = model.continuations(rows, new TreeSet<>(Set.of(1)))) {
            for (int row = 0; row < rows.size(); row++) {
                Continuation alone = rows.get(row);
                double[] expected = model.logProbabilities(alone.prompt(), alone.answer(), LayerSteering.none());
                assertThat(together.get(row)).containsExactly(expected, within(1e-4));
                assertThat(training.unsteeredLogProbability(row))
                        .isCloseTo(Arrays.stream(expected).sum(), within(1e-4));
            }
        }
    }
}
