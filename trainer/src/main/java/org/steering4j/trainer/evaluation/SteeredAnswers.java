package org.steering4j.trainer.evaluation;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.steering4j.SteeredModel;
import org.steering4j.engine.GenerationRequest;
import org.steering4j.engine.GenerationResult;
import org.steering4j.engine.StopCause;
import org.steering4j.trainer.AnswerEncoder;
import org.steering4j.vector.LayerSteering;

/**
 * Has a model answer many prompts under a steering, side by side, and keeps the answers: in memory or in a file of JSON Lines, from which an
 * interrupted evaluation goes on. An answer is taken from there when the model, its precision, the steering's arrays, the prompt's tokens and the
 * sampling are all the same; a model is known by what it computes, not by its name, which a fine-tuned one may share.
 *
 * <p>The same seed gives the same answers on the same machine. Knows nothing of what the answers mean. Thread-safe, as long as the model is open.
 */
public final class SteeredAnswers {

    /** Answered at a time, and as many are lost at most when the program is killed. */
    private static final int ROWS = 64;

    private final SteeredModel model;
    private final AnswerEncoder encoder;
    private final AnswerSampling sampling;
    private final JsonLinesCache<Kept> cache;
    private final double[] fingerprint;

    /** The question is there for people who read the file. */
    private record Kept(String question, String text, int[] tokens, StopCause stopCause) {}

    /** Keeps the answers in memory. */
    public SteeredAnswers(SteeredModel model, AnswerEncoder encoder, AnswerSampling sampling) {
        this(model, encoder, sampling, JsonLinesCache.inMemory());
    }

    /**
     * Keeps the answers in a file, which may exist; several models and samplings may share it.
     *
     * @throws EvaluationException if the file cannot be used
     */
    public SteeredAnswers(SteeredModel model, AnswerEncoder encoder, AnswerSampling sampling, Path file) {
        this(model, encoder, sampling, JsonLinesCache.open(file, Kept.class));
    }

    private SteeredAnswers(
            SteeredModel model, AnswerEncoder encoder, AnswerSampling sampling, JsonLinesCache<Kept> cache) {
        this.model = model;
        this.encoder = encoder;
        this.sampling = sampling;
        this.cache = cache;
        this.fingerprint = CacheKey.fingerprint(model.languageModel());
    }

    /**
     * The answers to all prompts, in their order.
     *
     * @param prompts conversations, each of which ends with a user's message of text
     * @throws org.steering4j.vector.FileNotWrittenException if answers cannot be kept; those kept before stay
     */
    public List<SteeredAnswer> to(List<? extends List<? extends ChatMessage>> prompts, LayerSteering steering) {
        List<GenerationRequest> requests = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            GenerationRequest request = request(i, List.copyOf(prompts.get(i)), steering);
            requests.add(request);
            keys.add(key(request));
        }
        List<Integer> missing = IntStream.range(0, keys.size())
                .filter(i -> cache.get(keys.get(i)).isEmpty())
                .boxed()
                .toList();
        for (int first = 0; first < missing.size(); first += ROWS) {
            generate(missing.subList(first, Math.min(first + ROWS, missing.size())), prompts, requests, keys);
        }
        List<SteeredAnswer> answers = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            Kept kept = cache.get(keys.get(i)).orElseThrow();
            answers.add(new SteeredAnswer(
                    question(prompts.get(i)), kept.text(), requests.get(i).prompt(), kept.tokens(), kept.stopCause()));
        }
        return List.copyOf(answers);
    }

    private void generate(
            List<Integer> indices,
            List<? extends List<? extends ChatMessage>> prompts,
            List<GenerationRequest> requests,
            List<String> keys) {
        List<GenerationResult> results = model.languageModel()
                .generate(indices.stream().map(requests::get).toList());
        Map<String, Kept> generated = new LinkedHashMap<>();
        for (int i = 0; i < results.size(); i++) {
            int index = indices.get(i);
            int[] tokens = results.get(i).tokens();
            generated.put(
                    keys.get(index),
                    new Kept(
                            question(prompts.get(index)),
                            model.prompts().tokenizer().decode(tokens),
                            tokens,
                            results.get(i).cause()));
        }
        cache.putAll(generated);
    }

    private GenerationRequest request(int index, List<ChatMessage> prompt, LayerSteering steering) {
        question(prompt);
        return new GenerationRequest(
                encoder.prompt(prompt),
                steering,
                sampling.ofPrompt(index),
                sampling.maximumTokens(),
                model.prompts().endTokens());
    }

    private static String question(List<? extends ChatMessage> prompt) {
        if (prompt.isEmpty() || !(prompt.get(prompt.size() - 1) instanceof UserMessage user) || !user.hasSingleText()) {
            throw new IllegalArgumentException("the prompt " + prompt + " does not end with a user's message of text");
        }
        return user.singleText();
    }

    private String key(GenerationRequest request) {
        return new CacheKey()
                .with(model.name())
                .with(model.languageModel().precision().name())
                .with(fingerprint)
                .with(request.prompt())
                .with(request.sampling().temperature())
                .with(request.sampling().seed())
                .with((long) request.maximumTokens())
                .with(request.endTokens().stream()
                        .mapToInt(Integer::intValue)
                        .sorted()
                        .toArray())
                .with(request.steering())
                .value();
    }
}
