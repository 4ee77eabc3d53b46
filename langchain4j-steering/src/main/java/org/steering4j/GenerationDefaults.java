package org.steering4j;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.steering4j.checkpoint.JsonFiles;
import org.steering4j.engine.Sampling;

/**
 * How a model's makers want it sampled, by its {@code generation_config.json}; null where that says nothing. As in Hugging Face's
 * transformers, a model is greedy unless its {@code do_sample} or the caller says otherwise; unlike there, top-k is off unless set.
 * Immutable.
 *
 * @param maximumTokens {@code max_new_tokens}
 */
record GenerationDefaults(
        boolean sample,
        Double temperature,
        Integer topK,
        Double topP,
        Double minP,
        Double repetitionPenalty,
        Integer maximumTokens) {

    static final GenerationDefaults GREEDY = new GenerationDefaults(false, null, null, null, null, null, null);

    static GenerationDefaults read(Path folder) {
        Path file = folder.resolve("generation_config.json");
        if (!Files.exists(file)) {
            return GREEDY;
        }
        JsonNode json = JsonFiles.readObject(file);
        return new GenerationDefaults(
                json.path("do_sample").asBoolean(),
                decimal(json, "temperature"),
                integer(json, "top_k"),
                decimal(json, "top_p"),
                decimal(json, "min_p"),
                decimal(json, "repetition_penalty"),
                integer(json, "max_new_tokens"));
    }

    private static Double decimal(JsonNode json, String name) {
        return json.path(name).isNumber() ? json.get(name).asDouble() : null;
    }

    private static Integer integer(JsonNode json, String name) {
        return json.path(name).isNumber() ? json.get(name).asInt() : null;
    }

    /**
     * Asking for a temperature, top-p, top-k or min-p asks for sampling.
     *
     * @throws IllegalArgumentException if a parameter is out of its range
     */
    Sampling sampling(SteeringChatRequestParameters asked) {
        boolean sampling = sample
                || asked.temperature() != null
                || asked.topP() != null
                || asked.topK() != null
                || asked.minP() != null;
        return Sampling.builder()
                .temperature(first(asked.temperature(), sampling ? temperature : null, sampling ? 1.0 : 0.0))
                .topK(first(asked.topK(), topK, 0))
                .topP(first(asked.topP(), topP, 1.0))
                .minP(first(asked.minP(), minP, 0.0))
                .repetitionPenalty(first(asked.repetitionPenalty(), repetitionPenalty, 1.0))
                .frequencyPenalty(first(asked.frequencyPenalty(), null, 0.0))
                .presencePenalty(first(asked.presencePenalty(), null, 0.0))
                .seed(first(asked.seed(), null, ThreadLocalRandom.current().nextLong()))
                .build();
    }

    private static <T> T first(T asked, T ofModel, T otherwise) {
        return asked != null ? asked : ofModel != null ? ofModel : otherwise;
    }
}
