package org.steering4j.trainer.evaluation;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.steering4j.SteeredModel;
import org.steering4j.engine.Continuation;
import org.steering4j.trainer.AnswerEncoder;
import org.steering4j.trainer.data.MultipleChoiceData;
import org.steering4j.trainer.data.MultipleChoiceQuestion;
import org.steering4j.trainer.data.PreferenceDataException;
import org.steering4j.vector.LayerSteering;

/**
 * Multiple choice by log-probability, after TruthfulQA (Lin et al. 2021, arXiv 2109.07958, section 3.2 and its public code): every choice is
 * scored as an answer of its own, without sight of the others.
 *
 * <ul>
 *   <li>MC1: the share of questions whose best answer, the first of the correct choices, is likelier than every choice that is not correct.
 *   <li>MC2: the probability of the correct choices together, after those of all choices have been scaled to sum to 1.
 * </ul>
 *
 * <p>On questions that have nothing to do with the vector, MC1 shows what a steering costs: it is called utility then, and its change against
 * the unsteered model is given as well, question by question, which makes the interval narrower than that of two shares apart.
 */
public final class MultipleChoiceMeasurement implements Measurement {

    public static final String UTILITY = "utility";
    public static final String UTILITY_CHANGE = "change of utility";

    private final AnswerScores model;
    private final String data;
    private final List<MultipleChoiceQuestion> questions;
    private final boolean utility;
    private final ChoiceScore score;
    private final long seed;
    /** The choices of all questions, one question after the other. */
    private final List<Continuation> choices = new ArrayList<>();

    private ScoredAnswers unsteered;

    private MultipleChoiceMeasurement(
            AnswerScores model,
            AnswerEncoder encoder,
            String data,
            MultipleChoiceData questions,
            boolean utility,
            ChoiceScore score,
            long seed) {
        this.model = model;
        this.data = data;
        this.questions = questions.questions();
        this.utility = utility;
        this.score = score;
        this.seed = seed;
        for (int i = 0; i < this.questions.size(); i++) {
            MultipleChoiceQuestion question = this.questions.get(i);
            for (String choice : question.choices()) {
                Continuation continuation = encoder.continuation(question.prompt(), choice);
                ContextCheck.require(model.languageModel(), continuation, questions.source() + ", question " + (i + 1));
                choices.add(continuation);
            }
        }
    }

    /**
     * MC1 and MC2.
     *
     * @param data the name of the data in figures
     * @param seed of the bootstrap
     * @throws PreferenceDataException if a question is longer than the model's context
     */
    public static MultipleChoiceMeasurement of(
            SteeredModel model,
            AnswerEncoder encoder,
            String data,
            MultipleChoiceData questions,
            ChoiceScore score,
            long seed) {
        return of(AnswerScores.of(model), encoder, data, questions, score, seed);
    }

    /** {@link #of(SteeredModel, AnswerEncoder, String, MultipleChoiceData, ChoiceScore, long)} with scores that may be kept. */
    public static MultipleChoiceMeasurement of(
            AnswerScores model,
            AnswerEncoder encoder,
            String data,
            MultipleChoiceData questions,
            ChoiceScore score,
            long seed) {
        return new MultipleChoiceMeasurement(model, encoder, data, questions, false, score, seed);
    }

    /** Utility and its change; parameters and errors as of {@link #of}. */
    public static MultipleChoiceMeasurement utility(
            SteeredModel model,
            AnswerEncoder encoder,
            String data,
            MultipleChoiceData questions,
            ChoiceScore score,
            long seed) {
        return utility(AnswerScores.of(model), encoder, data, questions, score, seed);
    }

    /** {@link #utility(SteeredModel, AnswerEncoder, String, MultipleChoiceData, ChoiceScore, long)} with scores that may be kept. */
    public static MultipleChoiceMeasurement utility(
            AnswerScores model,
            AnswerEncoder encoder,
            String data,
            MultipleChoiceData questions,
            ChoiceScore score,
            long seed) {
        return new MultipleChoiceMeasurement(model, encoder, data, questions, true, score, seed);
    }

    /** The metric MC1 under a score, such as {@code MC1 (per token)}. */
    public static String mc1(ChoiceScore score) {
        return "MC1 (" + score.label() + ")";
    }

    /** The metric MC2 under a score. */
    public static String mc2(ChoiceScore score) {
        return "MC2 (" + score.label() + ")";
    }

    @Override
    public String name() {
        return (utility ? "utility, " : "multiple choice, ") + data;
    }

    @Override
    public EvaluationResult measure(SteeringGrid grid) {
        List<String> notes = new ArrayList<>();
        FoundFigures found = new FoundFigures(data, grid.steering(), seed);
        double[] correctUnsteered = correct(unsteered());
        grid.cells().forEach((multiplier, steering) -> {
            ScoredAnswers scores = steering.isNone() ? unsteered() : ScoredAnswers.of(model, choices, steering);
            int broken = scores.firstNotFinite();
            if (broken >= 0) {
                notes.add(
                        "%s under %s at %s is left out: the log-probability of a choice is %s; try a smaller multiplier"
                                .formatted(name(), grid.steering(), multiplier, scores.sums()[broken]));
                return;
            }
            double[] correct = correct(scores);
            if (utility) {
                found.mean(UTILITY, multiplier, correct);
                found.mean(
                        UTILITY_CHANGE,
                        multiplier,
                        IntStream.range(0, correct.length)
                                .mapToDouble(i -> correct[i] - correctUnsteered[i])
                                .toArray());
                addExamples(found, multiplier, i -> Map.of("correct", correct[i]));
            } else {
                double[] shares = probabilityOfCorrect(scores);
                found.mean(mc1(score), multiplier, correct);
                found.mean(mc2(score), multiplier, shares);
                addExamples(found, multiplier, i -> Map.of("mc1", correct[i], "mc2", shares[i]));
            }
        });
        return found.result(notes);
    }

    private void addExamples(FoundFigures found, double multiplier, IntFunction<Map<String, Double>> values) {
        for (int i = 0; i < questions.size(); i++) {
            found.example(multiplier, i + 1, questionText(questions.get(i)), values.apply(i));
        }
    }

    private static String questionText(MultipleChoiceQuestion question) {
        ChatMessage last = question.prompt().get(question.prompt().size() - 1);
        return last instanceof UserMessage message && message.hasSingleText() ? message.singleText() : "";
    }

    private ScoredAnswers unsteered() {
        if (unsteered == null) {
            ScoredAnswers scores = ScoredAnswers.of(model, choices, LayerSteering.none());
            if (scores.firstNotFinite() >= 0) {
                throw new EvaluationException(name() + " cannot be measured: the log-probability of a choice is "
                        + scores.sums()[scores.firstNotFinite()] + " without any steering");
            }
            unsteered = scores;
        }
        return unsteered;
    }

    /** For each question 1 if its best answer beats every choice that is not correct, else 0. */
    private double[] correct(ScoredAnswers scores) {
        return byQuestion(scores, (values, correct) -> {
            double best = values[correct.indexOf(true)];
            return IntStream.range(0, values.length).noneMatch(i -> !correct.get(i) && values[i] >= best) ? 1 : 0;
        });
    }

    private double[] probabilityOfCorrect(ScoredAnswers scores) {
        return byQuestion(scores, (values, correct) -> {
            // Taking the greatest off first keeps the exponentials from vanishing all together.
            double greatest = Arrays.stream(values).max().orElseThrow();
            double all = 0;
            double ofCorrect = 0;
            for (int i = 0; i < values.length; i++) {
                double probability = Math.exp(values[i] - greatest);
                all += probability;
                ofCorrect += correct.get(i) ? probability : 0;
            }
            return ofCorrect / all;
        });
    }

    private interface QuestionValue {
        double of(double[] choices, List<Boolean> correct);
    }

    private double[] byQuestion(ScoredAnswers scores, QuestionValue value) {
        double[] flat = score.of(scores);
        double[] values = new double[questions.size()];
        int first = 0;
        for (int i = 0; i < values.length; i++) {
            List<Boolean> correct = questions.get(i).correct();
            values[i] = value.of(Arrays.copyOfRange(flat, first, first + correct.size()), correct);
            first += correct.size();
        }
        return values;
    }
}
