package org.steering4j.trainer;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What all methods but BiPO have in common: at which blocks a vector is made, and how pairs become tokens. Immutable and thread-safe.
 *
 * @param layers the decoder blocks, counted from 0, at whose output the vector is made; one array for each
 * @param seed decides every random choice
 * @param systemPrompt the system message above every conversation that has none of its own; empty for none
 * @param maximumTokens the most tokens of prompt and answer together, at least 2; the model's context length applies as well
 * @param truncation which end of a longer pair is cut
 */
public record MethodSettings(
        SortedSet<Integer> layers, long seed, String systemPrompt, int maximumTokens, Truncation truncation) {

    /** The name of the setting in {@link #describe}. */
    static final String SYSTEM_PROMPT = "system prompt";

    /** @throws IllegalArgumentException naming the setting, its value and the range */
    public MethodSettings {
        layers = Collections.unmodifiableSortedSet(new TreeSet<>(layers));
        require(!layers.isEmpty() && layers.first() >= 0, "layers", layers, "at least one layer, counted from 0");
        require(maximumTokens >= 2, "maximumTokens", maximumTokens, "at least 2");
    }

    /** With the seed, the system prompt and the truncation that {@link BiPOSettings} have by default. */
    public static MethodSettings forLayers(Integer... layers) {
        return new MethodSettings(
                new TreeSet<>(Arrays.asList(layers)),
                11,
                BiPOSettings.REFERENCE_SYSTEM_PROMPT,
                2048,
                Truncation.PROMPT_START);
    }

    public MethodSettings withSeed(long seed) {
        return new MethodSettings(layers, seed, systemPrompt, maximumTokens, truncation);
    }

    public MethodSettings withSystemPrompt(String systemPrompt) {
        return new MethodSettings(layers, seed, systemPrompt, maximumTokens, truncation);
    }

    public MethodSettings withMaximumTokens(int maximumTokens, Truncation truncation) {
        return new MethodSettings(layers, seed, systemPrompt, maximumTokens, truncation);
    }

    /** All settings by name, as text, in a fixed order; the same names as those of {@link BiPOSettings#describe()}. */
    public Map<String, String> describe() {
        Map<String, String> description = new LinkedHashMap<>();
        description.put("layers", layers.stream().map(String::valueOf).collect(Collectors.joining(",")));
        description.put("seed", String.valueOf(seed));
        description.put(SYSTEM_PROMPT, systemPrompt);
        description.put("maximum tokens", String.valueOf(maximumTokens));
        description.put("truncation", words(truncation));
        return description;
    }

    /** These and a method's own, in the order given: name, value, name, value. */
    Map<String, String> describeWith(Object... namesAndValues) {
        Map<String, String> description = describe();
        List<Object> more = List.of(namesAndValues);
        for (int i = 0; i < more.size(); i += 2) {
            description.put(more.get(i).toString(), more.get(i + 1).toString());
        }
        return description;
    }

    static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static void require(boolean condition, String name, Object value, String expected) {
        if (!condition) {
            throw new IllegalArgumentException(name + " is " + value + ": expected " + expected);
        }
    }
}
