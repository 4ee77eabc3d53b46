package org.steering4j.trainer.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.engine.GenerationRequest;
import org.steering4j.engine.GenerationResult;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Precision;
import org.steering4j.engine.Sampling;
import org.steering4j.engine.TokenListener;
import org.steering4j.vector.LayerSteering;

class SpeculationBenchmarkTest {

    @TempDir
    static Path folder;

    @BeforeAll
    static void writeModel() throws Exception {
        RandomWeights.write(folder, "tiny", new ModelSizes("qwen2", 3, 32, 48, 4, 2, 500, 1000, true));
    }

    private static LanguageModel open() {
        return LanguageModel.builder()
                .folder(folder)
                .precision(Precision.FLOAT32)
                .build();
    }

    private static List<BenchmarkResult.Speculation> measure(int answerTokens) {
        BenchmarkSettings settings = new BenchmarkSettings(1, List.of(), List.of(1), List.of(0), answerTokens, true, 1);
        try (LanguageModel model = open()) {
            return new SpeculationBenchmark(settings, doing -> {}, model).run();
        }
    }

    @Test
    void should_need_the_fewest_passes_where_most_is_quoted() {
        List<BenchmarkResult.Speculation> measured = measure(40);
        assertThat(measured)
                .extracting(BenchmarkResult.Speculation::task)
                .containsExactly("quotes its prompt", "quotes half the time", "quotes nothing");
        List<Integer> passes =
                measured.stream().map(BenchmarkResult.Speculation::passes).toList();
        assertThat(passes.get(0)).isLessThan(160 / 4);
        assertThat(passes.get(1)).isBetween(passes.get(0) + 1, 159);
        assertThat(measured.get(2).draftedTokens()).isPositive();
        assertThat(passes.get(2)).isBetween(150, 160);
    }

    @Test
    void should_compare_with_an_answer_of_which_nothing_is_guessed() {
        ScriptedAnswer plain = ScriptedAnswer.withNothingToGuess(160);
        try (LanguageModel model = open()) {
            GenerationResult result = model.generate(
                    new GenerationRequest(
                            plain.prompt(),
                            LayerSteering.none(),
                            Sampling.greedy(),
                            160,
                            Set.of(),
                            maximumTokens -> plain.constraint(),
                            null),
                    TokenListener.NONE);
            assertThat(result.tokens()).isEqualTo(plain.answer());
            assertThat(result.draftedTokens()).isZero();
        }
    }

    @Test
    void should_leave_out_answers_for_which_the_vocabulary_is_too_small() {
        assertThat(measure(62)).isEmpty();
    }
}
