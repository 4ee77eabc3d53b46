package org.steering4j.vector;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * What a vector says of itself, as the texts by key that both file formats can carry. Keys: {@code format_version}, {@code behavior},
 * {@code method}, {@code hook_point}, {@code operator}, {@code hidden_size}, {@code number_of_layers}, {@code architecture},
 * {@code model_name}, {@code model_fingerprint} ({@link ModelShape#fingerprint}), {@code system_prompt}, {@code evaluated_multipliers}
 * (numbers with commas between), and {@code setting.KEY} for every setting. What is not
 * known is left out. Unknown keys are ignored on reading, so that other tools may add theirs; an unknown version, hook point or operator is
 * refused, since it would change what the numbers mean.
 */
final class VectorMetadata {

    static final String FORMAT_VERSION = "format_version";
    static final String BEHAVIOR = "behavior";

    private static final String VERSION = "1";
    private static final String METHOD = "method";
    private static final String HOOK_POINT = "hook_point";
    private static final String OPERATOR = "operator";
    private static final String HIDDEN_SIZE = "hidden_size";
    private static final String NUMBER_OF_LAYERS = "number_of_layers";
    private static final String ARCHITECTURE = "architecture";
    private static final String MODEL_NAME = "model_name";
    private static final String MODEL_FINGERPRINT = "model_fingerprint";
    private static final String SYSTEM_PROMPT = "system_prompt";
    private static final String EVALUATED_MULTIPLIERS = "evaluated_multipliers";
    private static final String SETTING = "setting.";
    /** Where files say it that were written before the key above. */
    private static final String SYSTEM_PROMPT_SETTING = SETTING + "system prompt";

    private VectorMetadata() {}

    static Map<String, String> of(SteeringVector vector) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put(FORMAT_VERSION, VERSION);
        texts.put(BEHAVIOR, vector.behavior());
        vector.method().ifPresent(method -> texts.put(METHOD, method));
        texts.put(HOOK_POINT, vector.hookPoint());
        texts.put(OPERATOR, vector.operator());
        texts.put(HIDDEN_SIZE, Integer.toString(vector.hiddenSize()));
        vector.numberOfLayers().ifPresent(layers -> texts.put(NUMBER_OF_LAYERS, Integer.toString(layers)));
        vector.architecture().ifPresent(architecture -> texts.put(ARCHITECTURE, architecture));
        vector.modelName().ifPresent(name -> texts.put(MODEL_NAME, name));
        vector.modelFingerprint().ifPresent(fingerprint -> texts.put(MODEL_FINGERPRINT, fingerprint));
        vector.systemPrompt().ifPresent(prompt -> texts.put(SYSTEM_PROMPT, prompt));
        if (!vector.evaluatedMultipliers().isEmpty()) {
            texts.put(
                    EVALUATED_MULTIPLIERS,
                    vector.evaluatedMultipliers().stream().map(Object::toString).collect(Collectors.joining(",")));
        }
        vector.settings().forEach((key, value) -> texts.put(SETTING + key, value));
        return texts;
    }

    /** @throws InvalidFileException if the texts contradict the arrays, are incomplete, or ask for something that is not supported */
    static SteeringVector vector(Path file, Map<String, String> texts, SortedMap<Integer, float[]> layers) {
        requireValue(file, texts, FORMAT_VERSION, VERSION);
        requireValue(file, texts, HOOK_POINT, SteeringVector.RESIDUAL_STREAM_AFTER_BLOCK);
        requireValue(file, texts, OPERATOR, SteeringVector.ADD);
        try {
            SteeringVector.Builder builder = SteeringVector.builder(require(file, texts, BEHAVIOR));
            layers.forEach(builder::layer);
            if (texts.containsKey(SYSTEM_PROMPT_SETTING)) {
                builder.systemPrompt(texts.get(SYSTEM_PROMPT_SETTING));
            }
            texts.forEach((key, text) -> {
                switch (key) {
                    case METHOD -> builder.method(text);
                    case ARCHITECTURE -> builder.architecture(text);
                    case MODEL_NAME -> builder.modelName(text);
                    case MODEL_FINGERPRINT -> builder.modelFingerprint(text);
                    case SYSTEM_PROMPT -> builder.systemPrompt(text);
                    case NUMBER_OF_LAYERS -> builder.numberOfLayers(Integer.parseInt(text));
                    case EVALUATED_MULTIPLIERS -> builder.evaluatedMultipliers(numbers(text));
                    default -> {
                        if (key.startsWith(SETTING)) {
                            builder.setting(key.substring(SETTING.length()), text);
                        }
                    }
                }
            });
            SteeringVector vector = builder.build();
            requireValue(file, texts, HIDDEN_SIZE, Integer.toString(vector.hiddenSize()));
            return vector;
        } catch (IllegalArgumentException e) {
            throw new InvalidFileException(file, e.getMessage(), e);
        }
    }

    private static List<Double> numbers(String text) {
        return Arrays.stream(text.split(",")).map(Double::valueOf).toList();
    }

    private static void requireValue(Path file, Map<String, String> texts, String key, String expected) {
        String value = require(file, texts, key);
        if (!value.equals(expected)) {
            throw new InvalidFileException(
                    file,
                    key + " is \"" + value + "\", expected \"" + expected + "\": made by a newer version, or damaged");
        }
    }

    private static String require(Path file, Map<String, String> texts, String key) {
        String value = texts.get(key);
        if (value == null) {
            throw new InvalidFileException(
                    file,
                    "its metadata has no \"" + key + "\": it is not a steering vector that SteeringVector.write made");
        }
        return value;
    }
}
