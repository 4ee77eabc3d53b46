package org.steering4j.trainer.benchmark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.steering4j.engine.GenerationRequest;
import org.steering4j.engine.GenerationResult;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Sampling;
import org.steering4j.engine.TokenConstraint;
import org.steering4j.engine.TokenListener;
import org.steering4j.trainer.benchmark.BenchmarkResult.Speculation;
import org.steering4j.vector.LayerSteering;

/**
 * Measures what speculation gains, by turns with answers in which there is nothing to guess: their passes are those of a model without
 * speculation, one for each token. So one open model does, whose weights are kept in one way. For one thread.
 */
final class SpeculationBenchmark {

    /** In answers of the others. */
    private static final int LONGER_ANSWER = 4;

    private final BenchmarkSettings settings;
    private final Consumer<String> progress;
    private final LanguageModel model;
    private final int tokens;

    /** @param model that speculates */
    SpeculationBenchmark(BenchmarkSettings settings, Consumer<String> progress, LanguageModel model) {
        this.settings = settings;
        this.progress = progress;
        this.model = model;
        this.tokens = LONGER_ANSWER * settings.answerTokens();
    }

    /** Nothing if the answers do not fit the model's context or vocabulary. */
    List<Speculation> run() {
        int vocabulary = model.vocabularySize();
        ScriptedAnswer plain = ScriptedAnswer.withNothingToGuess(tokens);
        if (plain.length() > Math.min(model.contextLength(), vocabulary)) {
            return List.of();
        }
        List<ScriptedAnswer> tasks = List.of(
                ScriptedAnswer.quotingAll(tokens, vocabulary, settings.seed()),
                ScriptedAnswer.quotingHalf(tokens, vocabulary, settings.seed()),
                ScriptedAnswer.quotingNothing(tokens, vocabulary, settings.seed()));
        Map<String, GenerationResult> without = new HashMap<>();
        Map<String, GenerationResult> with = new HashMap<>();
        generate(plain); // warms up
        for (int round = 1; round <= settings.rounds(); round++) {
            progress.accept("speculation (round " + round + " of " + settings.rounds() + ")");
            for (ScriptedAnswer task : tasks) {
                without.merge(task.task(), generate(plain), SpeculationBenchmark::faster);
                with.merge(task.task(), generate(task), SpeculationBenchmark::faster);
            }
        }
        return tasks.stream()
                .map(task -> measured(task.task(), without.get(task.task()), with.get(task.task())))
                .toList();
    }

    private static GenerationResult faster(GenerationResult one, GenerationResult other) {
        return answerSeconds(other) < answerSeconds(one) ? other : one;
    }

    private Speculation measured(String task, GenerationResult without, GenerationResult with) {
        double secondsWithout = answerSeconds(without);
        double seconds = answerSeconds(with);
        return new Speculation(
                task,
                tokens,
                tokens - with.acceptedTokens(),
                with.draftedTokens(),
                with.acceptedTokens(),
                (tokens - 1) / secondsWithout,
                (tokens - 1) / seconds,
                secondsWithout / seconds);
    }

    private GenerationResult generate(ScriptedAnswer task) {
        TokenConstraint.Factory script = maximumTokens -> task.constraint();
        return model.generate(
                new GenerationRequest(
                        task.prompt(), LayerSteering.none(), Sampling.greedy(), tokens, Set.of(), script, null),
                TokenListener.NONE);
    }

    /** After the first token. */
    private static double answerSeconds(GenerationResult result) {
        return Benchmark.inSeconds(result.total().minus(result.timeToFirstToken()));
    }
}
