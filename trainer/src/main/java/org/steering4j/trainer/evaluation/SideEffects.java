package org.steering4j.trainer.evaluation;

import dev.langchain4j.data.message.UserMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.SteeredModel;
import org.steering4j.engine.Continuation;
import org.steering4j.engine.StopCause;
import org.steering4j.trainer.AnswerEncoder;
import org.steering4j.vector.LayerSteering;

/**
 * What a steering does to the text besides what it is for, held against the unsteered answers to the same prompts:
 *
 * <ul>
 *   <li>{@code perplexity}: exp of the mean negative log-probability a token, the end token of ended answers included, of all answers under the
 *       unsteered model, each given its prompt; and {@code perplexity ratio}, to that of the unsteered answers
 *   <li>{@code repetition share}: the share of answers in which a phrase of at least two tokens stands three times in a row, wherever. Holtzman et
 *       al. (2020, arXiv 1904.09751) look at an answer's end; a steered model may also leave a loop again
 *   <li>{@code distinct-2}: the mean share of an answer's pairs of neighbouring tokens that differ from one another (after Li et al. 2016, arXiv
 *       1510.03055, who take all answers as one text); of answers of two tokens or more, and left out, with a warning, if there are none
 *   <li>{@code mean tokens}, without the end token; {@code length drift}, the mean difference to the unsteered answers, in tokens; and
 *       {@code share cut off}, of answers that were not ended by the model but by the maximum of tokens or the context
 * </ul>
 *
 * <p>Differences and ratios are bootstrapped over prompts, each with both its answers. Thread-safe, as long as the model is open.
 */
public final class SideEffects implements AnswerMeasurement {

    private static final Logger LOGGER = LoggerFactory.getLogger(SideEffects.class);
    private static final int SHORTEST_PHRASE = 2;
    private static final int TIMES = 3;

    private final AnswerScores model;
    private final int endToken;
    private final List<SteeredAnswer> unsteered;
    private final List<AnswerScore> unsteeredScores;
    private final long seed;

    /** The log-probability of a whole answer, its end token included. */
    private record AnswerScore(double logProbability, int tokens) {}

    /**
     * Scores the unsteered answers.
     *
     * @param unsteered the model's answers without steering
     * @param seed of the bootstrap
     */
    public SideEffects(SteeredModel model, AnswerEncoder encoder, AnswerSet unsteered, long seed) {
        this(AnswerScores.of(model), encoder, unsteered, seed);
    }

    /** The same with scores that may be kept. */
    public SideEffects(AnswerScores model, AnswerEncoder encoder, AnswerSet unsteered, long seed) {
        this.model = model;
        this.unsteered = unsteered.answers();
        this.seed = seed;
        int[] ended = encoder.continuation(List.of(UserMessage.from("?")), "!").answer();
        this.endToken = ended[ended.length - 1];
        this.unsteeredScores = scores(unsteered.answers());
    }

    /** @throws IllegalArgumentException if the answers are not to the prompts of the unsteered ones, in their order */
    @Override
    public List<Figure> measure(AnswerSet answers) {
        List<SteeredAnswer> steered = answers.answers();
        requireSamePrompts(steered);
        List<AnswerScore> scores = scores(steered);
        List<Figure> figures = new ArrayList<>();
        figures.add(answers.figure("perplexity", overPrompts(drawn -> perplexity(scores, drawn))));
        figures.add(answers.figure(
                "perplexity ratio",
                overPrompts(drawn -> perplexity(scores, drawn) / perplexity(unsteeredScores, drawn))));
        figures.add(answers.figure(
                "repetition share",
                BehaviorScore.share(
                        steered.stream().map(answer -> repeats(answer.tokens())).toList(), seed)));
        double[] distinct = steered.stream()
                .map(SteeredAnswer::tokens)
                .filter(tokens -> tokens.length >= 2)
                .mapToDouble(SideEffects::distinctPairs)
                .toArray();
        if (distinct.length > 0) {
            figures.add(answers.figure("distinct-2", Estimate.mean(distinct, seed)));
        } else {
            LOGGER.warn(
                    "no distinct-2 of {} at {} {}: no answer has two tokens",
                    answers.data(),
                    answers.steering(),
                    answers.multiplier());
        }
        figures.add(answers.figure("mean tokens", mean(i -> steered.get(i).tokens().length)));
        figures.add(answers.figure(
                "length drift",
                mean(i -> steered.get(i).tokens().length - unsteered.get(i).tokens().length)));
        figures.add(answers.figure(
                "share cut off",
                BehaviorScore.share(
                        steered.stream().map(answer -> !isEnded(answer)).toList(), seed)));
        return List.copyOf(figures);
    }

    private void requireSamePrompts(List<SteeredAnswer> steered) {
        boolean same = steered.size() == unsteered.size()
                && IntStream.range(0, steered.size())
                        .allMatch(i -> Arrays.equals(
                                steered.get(i).prompt(), unsteered.get(i).prompt()));
        if (!same) {
            throw new IllegalArgumentException(
                    "the " + steered.size() + " steered answers are not to the same prompts as the " + unsteered.size()
                            + " unsteered ones, in the same order");
        }
    }

    private List<AnswerScore> scores(List<SteeredAnswer> answers) {
        List<Continuation> continuations = answers.stream()
                .map(answer -> new Continuation(answer.prompt(), withEnd(answer)))
                .toList();
        double[] sums = model.logProbabilities(continuations, LayerSteering.none());
        return IntStream.range(0, sums.length)
                .mapToObj(i -> new AnswerScore(sums[i], continuations.get(i).answer().length))
                .toList();
    }

    private int[] withEnd(SteeredAnswer answer) {
        int[] tokens = answer.tokens();
        if (isEnded(answer)) {
            tokens = Arrays.copyOf(tokens, tokens.length + 1);
            tokens[tokens.length - 1] = endToken;
        }
        return tokens;
    }

    private static boolean isEnded(SteeredAnswer answer) {
        return answer.stopCause() == StopCause.END_TOKEN;
    }

    private Estimate mean(IntToDoubleFunction value) {
        return Estimate.mean(
                IntStream.range(0, unsteered.size()).mapToDouble(value).toArray(), seed);
    }

    /** @param statistic of the indices of prompts */
    private Estimate overPrompts(ToDoubleFunction<int[]> statistic) {
        return Estimate.ofExamples(unsteered.size(), statistic, seed);
    }

    private static double perplexity(List<AnswerScore> scores, int[] drawn) {
        double sum = 0;
        long tokens = 0;
        for (int prompt : drawn) {
            AnswerScore answer = scores.get(prompt);
            sum += answer.logProbability();
            tokens += answer.tokens();
        }
        return Math.exp(-sum / tokens);
    }

    /** Whether some phrase stands three times in a row: two lengths of it, each token of which is the one a phrase before. */
    static boolean repeats(int[] tokens) {
        for (int length = SHORTEST_PHRASE; length * TIMES <= tokens.length; length++) {
            int same = 0;
            for (int i = length; i < tokens.length; i++) {
                same = tokens[i] == tokens[i - length] ? same + 1 : 0;
                if (same == length * (TIMES - 1)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** @param tokens at least 2 */
    static double distinctPairs(int[] tokens) {
        Set<Long> pairs = new HashSet<>();
        for (int i = 1; i < tokens.length; i++) {
            pairs.add(((long) tokens[i - 1] << Integer.SIZE) | tokens[i]);
        }
        return (double) pairs.size() / (tokens.length - 1);
    }
}
