package org.steering4j;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steering4j.checkpoint.JsonFiles;

/**
 * What a model's generation settings ask for that transformers' {@code generate()} does and this project does not: the model opens, but
 * with a warning. Settings of beam search go without saying, for {@code num_beams} is named. Immutable.
 */
record UnsupportedGenerationSettings(Path file, JsonNode json) {

    private static final Logger LOGGER = LoggerFactory.getLogger(UnsupportedGenerationSettings.class);

    private static final int QUOTED_CHARACTERS = 80;

    /** The value with which nothing changes, beside null. */
    private static final Map<String, Double> NUMBERS = Map.ofEntries(
            Map.entry("num_beams", 1.0),
            Map.entry("min_length", 0.0),
            Map.entry("min_new_tokens", 0.0),
            Map.entry("no_repeat_ngram_size", 0.0),
            Map.entry("encoder_no_repeat_ngram_size", 0.0),
            Map.entry("encoder_repetition_penalty", 1.0),
            Map.entry("typical_p", 1.0),
            Map.entry("epsilon_cutoff", 0.0),
            Map.entry("eta_cutoff", 0.0),
            Map.entry("penalty_alpha", 0.0),
            Map.entry("guidance_scale", 1.0));

    /** What changes nothing only where it is null, false or empty. */
    private static final Set<String> OTHERS = Set.of(
            "bad_words_ids",
            "begin_suppress_tokens",
            "constraints",
            "dola_layers",
            "exponential_decay_length_penalty",
            "force_words_ids",
            "forced_bos_token_id",
            "forced_eos_token_id",
            "max_time",
            "sequence_bias",
            "stop_strings",
            "suppress_tokens",
            "token_healing",
            "top_h",
            "watermarking_config");

    /** @throws org.steering4j.checkpoint.ModelFolderException if the file is there and not a JSON object */
    static UnsupportedGenerationSettings read(Path folder) {
        Path file = GenerationDefaults.file(folder);
        return new UnsupportedGenerationSettings(
                file, Files.exists(file) ? JsonFiles.readObject(file) : JsonNodeFactory.instance.objectNode());
    }

    /** All that is looked for. */
    static Set<String> keys() {
        return Stream.of(NUMBERS.keySet(), OTHERS, Set.of("max_length"))
                .flatMap(Set::stream)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** One warning of all, if there are any. */
    void warn(int contextLength) {
        List<String> found = in(contextLength);
        if (!found.isEmpty()) {
            LOGGER.warn(
                    "{} asks for what is not supported and left out: {}. Answers may differ from those of transformers",
                    file,
                    String.join(", ", found));
        }
    }

    /**
     * Each key with its value, in the order of the file.
     *
     * @param contextLength in tokens: a {@code max_length} that is not shorter changes nothing
     */
    List<String> in(int contextLength) {
        List<String> found = new ArrayList<>();
        json.fields().forEachRemaining(setting -> {
            if (isUnsupported(setting.getKey(), setting.getValue(), contextLength)) {
                found.add(setting.getKey() + " " + abridged(setting.getValue().toString()));
            }
        });
        return found;
    }

    private boolean isUnsupported(String key, JsonNode value, int contextLength) {
        if (value.isNull()) {
            return false;
        }
        if (key.equals("max_length")) {
            // As in transformers, max_new_tokens comes before it.
            return !json.hasNonNull("max_new_tokens") && !(value.isNumber() && value.asDouble() >= contextLength);
        }
        if (NUMBERS.containsKey(key)) {
            return !(value.isNumber() && value.asDouble() == NUMBERS.get(key));
        }
        boolean none = value.isBoolean() ? !value.asBoolean() : value.isContainerNode() && value.isEmpty();
        return OTHERS.contains(key) && !none;
    }

    private static String abridged(String text) {
        return text.length() > QUOTED_CHARACTERS ? text.substring(0, QUOTED_CHARACTERS) + "..." : text;
    }
}
