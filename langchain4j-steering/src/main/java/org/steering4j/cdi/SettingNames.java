package org.steering4j.cdi;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names of our settings. Knows no values. */
final class SettingNames {

    static final String PREFIX = "steering.";
    static final String ENABLED = PREFIX + "enabled";
    static final String MODEL_PATH = PREFIX + "model-path";
    static final String MODEL_NAME = PREFIX + "model-name";
    static final String OFFLINE = PREFIX + "offline";
    static final String ADAPTER = PREFIX + "adapter";
    static final String PRECISION = PREFIX + "precision";
    static final String CONTEXT_LENGTH = PREFIX + "context-length";
    static final String MAXIMUM_ROWS = PREFIX + "maximum-rows";
    static final String MAXIMUM_WAITING = PREFIX + "maximum-waiting";
    static final String CACHE_BYTES = PREFIX + "cache-bytes";
    static final String SPECULATION = PREFIX + "speculation";
    static final String VECTORS_PATH = PREFIX + "vectors-path";
    static final String DEFAULT_STEERING = PREFIX + "default-steering";
    static final String DEFAULT_PERSONA = PREFIX + "default-persona";
    static final String TIMEOUT = PREFIX + "timeout";
    static final String TEMPERATURE = PREFIX + "temperature";
    static final String TOP_P = PREFIX + "top-p";
    static final String TOP_K = PREFIX + "top-k";
    static final String MIN_P = PREFIX + "min-p";
    static final String FREQUENCY_PENALTY = PREFIX + "frequency-penalty";
    static final String PRESENCE_PENALTY = PREFIX + "presence-penalty";
    static final String REPETITION_PENALTY = PREFIX + "repetition-penalty";
    static final String SEED = PREFIX + "seed";
    static final String MAX_OUTPUT_TOKENS = PREFIX + "max-output-tokens";
    static final String STOP_SEQUENCES = PREFIX + "stop-sequences";
    static final String THINK = PREFIX + "think";
    static final String RETURN_THINKING = PREFIX + "return-thinking";
    static final String SEND_THINKING = PREFIX + "send-thinking";
    static final String CACHE_PARTITION = PREFIX + "cache-partition";
    static final String SHARE_SYSTEM_MESSAGE = PREFIX + "share-system-message";

    private static final List<String> ALL = List.of(
            ENABLED,
            MODEL_PATH,
            MODEL_NAME,
            OFFLINE,
            ADAPTER,
            PRECISION,
            CONTEXT_LENGTH,
            MAXIMUM_ROWS,
            MAXIMUM_WAITING,
            CACHE_BYTES,
            SPECULATION,
            VECTORS_PATH,
            DEFAULT_STEERING,
            DEFAULT_PERSONA,
            TIMEOUT,
            TEMPERATURE,
            TOP_P,
            TOP_K,
            MIN_P,
            FREQUENCY_PENALTY,
            PRESENCE_PENALTY,
            REPETITION_PENALTY,
            SEED,
            MAX_OUTPUT_TOKENS,
            STOP_SEQUENCES,
            THINK,
            RETURN_THINKING,
            SEND_THINKING,
            CACHE_PARTITION,
            SHARE_SYSTEM_MESSAGE);

    private static final String PERSONAS = PREFIX + "personas.";
    private static final String SYSTEM_MESSAGE = "system-message";

    private SettingNames() {}

    /** MicroProfile Config's rule: every character but letters and digits becomes an underscore, letters become capitals. */
    static String inEnvironment(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    static String personaSteering(String persona) {
        return PERSONAS + persona;
    }

    static String personaSystemMessage(String persona) {
        return PERSONAS + persona + "." + SYSTEM_MESSAGE;
    }

    /**
     * The personas that a source's names tell of. An environment variable's name has lost its case and its dashes: of
     * {@code STEERING_PERSONAS_VERY_BOLD}, {@code very-bold} is made, unless another source writes the same name its own way.
     *
     * @throws SteeringConfigurationException if a name is empty or has a dot
     */
    static SortedSet<String> personas(Set<String> names) {
        SortedSet<String> personas = new TreeSet<>();
        for (String name : names) {
            if (name.startsWith(PERSONAS) && !isGuess(name, names)) {
                personas.add(withoutMessage(name.substring(PERSONAS.length()), "." + SYSTEM_MESSAGE));
            }
        }
        Set<String> written = inEnvironment(personas);
        String variable = inEnvironment(PERSONAS);
        for (String name : names) {
            if (name.startsWith(variable)) {
                String rest = withoutMessage(name.substring(variable.length()), "_" + inEnvironment(SYSTEM_MESSAGE));
                if (!written.contains(rest)) {
                    personas.add(rest.toLowerCase(Locale.ROOT).replace('_', '-'));
                }
            }
        }
        personas.forEach(SettingNames::requirePersonaName);
        return personas;
    }

    private static String withoutMessage(String name, String ending) {
        return name.endsWith(ending) ? name.substring(0, name.length() - ending.length()) : name;
    }

    private static void requirePersonaName(String name) {
        if (name.isBlank() || name.contains(".")) {
            throw new SteeringConfigurationException("the setting " + PERSONAS + name
                    + " is not known: write steering.personas.NAME, or steering.personas.NAME." + SYSTEM_MESSAGE
                    + ", where NAME has no dot");
        }
    }

    /** Whether any is ours, or meant to be. */
    static boolean anyIsOurs(Set<String> names) {
        Set<String> known = inEnvironment(ALL);
        return names.stream()
                .anyMatch(name ->
                        name.startsWith(PREFIX) || known.contains(name) || name.startsWith(inEnvironment(PERSONAS)));
    }

    private static Set<String> inEnvironment(Collection<String> names) {
        return names.stream().map(SettingNames::inEnvironment).collect(Collectors.toSet());
    }

    /** @throws SteeringConfigurationException for names that begin as ours but are not, which most likely are mistyped */
    static void requireKnown(Set<String> names) {
        Set<String> known = inEnvironment(ALL);
        for (String name : names) {
            if (name.startsWith(PREFIX) && !name.startsWith(PERSONAS) && !isGuess(name, names)) {
                if (!known.contains(inEnvironment(name))) {
                    throw new SteeringConfigurationException("the setting " + name + " is not known; known: "
                            + Stream.concat(
                                            ALL.stream(),
                                            Stream.of(personaSteering("NAME"), personaSystemMessage("NAME")))
                                    .collect(Collectors.joining(", ")));
                }
            }
        }
    }

    /** SmallRye Config lists names with dots that it guesses from environment variables. */
    private static boolean isGuess(String name, Set<String> names) {
        return names.contains(inEnvironment(name))
                && name.equals(inEnvironment(name).toLowerCase(Locale.ROOT).replace('_', '.'));
    }
}
