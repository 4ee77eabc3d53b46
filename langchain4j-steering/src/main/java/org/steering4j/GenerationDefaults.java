package org.steering4j;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.steering4j.checkpoint.JsonFiles;
import org.steering4j.checkpoint.ModelFolderException;
import org.steering4j.engine.Sampling;

/**
 * How a model's makers want it sampled, by its {@code generation_config.json}, or by {@code config.json} of older folders that lack it; null
 * where that says nothing. As in Hugging Face's transformers, a model is greedy unless its {@code do_sample} or the caller says otherwise;
 * unlike there, top-k is off unless set.
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

    /** @throws ModelFolderException if a value is of another type or out of its range; the message names file and key */
    static GenerationDefaults read(Path folder) {
        Path file = file(folder);
        if (!Files.exists(file)) {
            return GREEDY;
        }
        Values values = new Values(file, JsonFiles.readObject(file));
        return new GenerationDefaults(
                values.flag("do_sample"),
                values.decimal("temperature", Sampling.Builder::temperature),
                values.integer("top_k", Sampling.Builder::topK),
                values.decimal("top_p", Sampling.Builder::topP),
                values.decimal("min_p", Sampling.Builder::minP),
                values.decimal("repetition_penalty", Sampling.Builder::repetitionPenalty),
                values.maximumTokens("max_new_tokens"));
    }

    /** Which of a folder's files has the settings, as in transformers. */
    static Path file(Path folder) {
        Path own = folder.resolve("generation_config.json");
        return Files.exists(own) ? own : folder.resolve("config.json");
    }

    /** The file's values; null where it has none, or JSON's null. {@link Sampling} knows their ranges. */
    private record Values(Path file, JsonNode json) {

        boolean flag(String key) {
            if (isAbsent(key)) {
                return false;
            }
            return require(key, json.get(key).isBoolean(), "true or false").asBoolean();
        }

        Double decimal(String key, BiConsumer<Sampling.Builder, Double> parameter) {
            if (isAbsent(key)) {
                return null;
            }
            double value = require(key, json.get(key).isNumber(), "a number").asDouble();
            requireInRange(key, builder -> parameter.accept(builder, value));
            return value;
        }

        Integer integer(String key, BiConsumer<Sampling.Builder, Integer> parameter) {
            if (isAbsent(key)) {
                return null;
            }
            int value = require(
                            key,
                            json.get(key).canConvertToExactIntegral()
                                    && json.get(key).canConvertToInt(),
                            "an integer")
                    .asInt();
            requireInRange(key, builder -> parameter.accept(builder, value));
            return value;
        }

        Integer maximumTokens(String key) {
            Integer value = integer(key, (builder, unused) -> {});
            if (value != null) {
                require(key, value >= 1, "at least 1");
            }
            return value;
        }

        private boolean isAbsent(String key) {
            return !json.hasNonNull(key);
        }

        private JsonNode require(String key, boolean valid, String expected) {
            if (!valid) {
                throw new ModelFolderException("%s says %s for \"%s\": expected %s; correct it, or remove the key"
                        .formatted(file, json.get(key), key, expected));
            }
            return json.get(key);
        }

        private void requireInRange(String key, Consumer<Sampling.Builder> parameter) {
            Sampling.Builder builder = Sampling.builder();
            parameter.accept(builder);
            try {
                builder.build();
            } catch (IllegalArgumentException e) {
                throw new ModelFolderException(
                        "%s says %s for \"%s\": %s; correct it, or remove the key"
                                .formatted(file, json.get(key), key, e.getMessage()),
                        e);
            }
        }
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
