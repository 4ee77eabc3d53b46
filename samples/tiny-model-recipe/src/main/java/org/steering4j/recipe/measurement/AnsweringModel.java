package org.steering4j.recipe.measurement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.steering4j.engine.Continuation;
import org.steering4j.engine.GenerationRequest;
import org.steering4j.engine.GenerationResult;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Sampling;
import org.steering4j.recipe.ConversationEncoder;
import org.steering4j.recipe.Message;
import org.steering4j.recipe.SpecialToken;
import org.steering4j.recipe.ToolDescription;
import org.steering4j.vector.LayerSteering;

/** The tiny model with its tokenizer, asked many things side by side. Closes neither. Thread-safe. */
public final class AnsweringModel {

    /** How many answers are asked for at a time; none goes on with what another began with, so a cache between them is of no use. */
    public static final int ROWS = 64;

    private static final int MAXIMUM_TOKENS = 80;

    private final LanguageModel model;
    private final ConversationEncoder encoder;

    public AnsweringModel(LanguageModel model, ConversationEncoder encoder) {
        this.model = model;
        this.encoder = encoder;
    }

    /** What is asked: the messages so far, with the tools on offer. */
    public record Prompt(List<ToolDescription> tools, List<Message> messages) {

        /** One question without a system message. */
        public static Prompt question(String question) {
            return new Prompt(List.of(), List.of(Message.user(question)));
        }
    }

    /** An answer with the tokens behind it. */
    public record Answer(String text, int[] prompt, int[] tokens) {}

    /**
     * Answers all prompts.
     *
     * @param temperature 0: greedy
     * @param seed prompt i is sampled with seed + i
     */
    public List<Answer> answers(List<Prompt> prompts, LayerSteering steering, double temperature, long seed) {
        List<Answer> answers = new ArrayList<>();
        for (int first = 0; first < prompts.size(); first += ROWS) {
            List<GenerationRequest> requests = new ArrayList<>();
            for (int i = first; i < Math.min(first + ROWS, prompts.size()); i++) {
                requests.add(new GenerationRequest(
                        encoder.prompt(prompts.get(i).tools(), prompts.get(i).messages()),
                        steering,
                        Sampling.builder()
                                .temperature(temperature)
                                .seed(seed + i)
                                .build(),
                        MAXIMUM_TOKENS,
                        Set.of(SpecialToken.TURN_END.id(), SpecialToken.END_OF_TEXT.id())));
            }
            List<GenerationResult> results = model.generate(requests);
            for (int i = 0; i < results.size(); i++) {
                int[] tokens = results.get(i).tokens();
                answers.add(new Answer(encoder.decode(tokens), requests.get(i).prompt(), tokens));
            }
        }
        return answers;
    }

    /** exp of the mean negative log-probability a token, the end of turn included, under the unsteered model. */
    public double perplexity(List<Answer> answers) {
        List<Continuation> continuations = answers.stream()
                .map(answer -> {
                    int[] ended = Arrays.copyOf(answer.tokens(), answer.tokens().length + 1);
                    ended[ended.length - 1] = SpecialToken.TURN_END.id();
                    return new Continuation(answer.prompt(), ended);
                })
                .toList();
        double sum = 0;
        long count = 0;
        for (double[] scores : model.logProbabilities(continuations, LayerSteering.none())) {
            sum += Arrays.stream(scores).sum();
            count += scores.length;
        }
        return Math.exp(-sum / count);
    }
}
