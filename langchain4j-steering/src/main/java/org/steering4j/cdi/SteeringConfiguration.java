package org.steering4j.cdi;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.steering4j.SteeredModel;
import org.steering4j.SteeringChatRequestParameters;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.persona.Persona;
import org.steering4j.persona.Personas;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVectors;
import org.steering4j.vector.UnknownSteeringVectorException;

/**
 * Our settings, read. Immutable.
 *
 * @param modelPath null for the embedded model
 * @param vectorsPath null for no vectors
 * @param defaultPersona null for none
 * @param defaults what holds for requests that say nothing else
 */
record SteeringConfiguration(
        Path modelPath,
        Path vectorsPath,
        List<Persona> personas,
        String defaultPersona,
        SteeringChatRequestParameters defaults) {

    /** @throws SteeringConfigurationException if a setting is unknown or its text cannot be read */
    static SteeringConfiguration read(Settings settings) {
        SettingNames.requireKnown(settings.names());
        Reader reader = new Reader(settings);
        String defaultPersona = reader.read(SettingNames.DEFAULT_PERSONA, text -> text, "a name");
        Steering defaultSteering = reader.steering(SettingNames.DEFAULT_STEERING);
        if (defaultPersona != null && defaultSteering != null) {
            throw new SteeringConfigurationException(
                    SettingNames.DEFAULT_PERSONA + " and " + SettingNames.DEFAULT_STEERING
                            + " are both set, but a persona has a steering of its own: remove one");
        }
        return new SteeringConfiguration(
                reader.path(SettingNames.MODEL_PATH),
                reader.path(SettingNames.VECTORS_PATH),
                personas(reader, settings),
                defaultPersona,
                defaults(reader, defaultSteering));
    }

    /**
     * Whether the application wants any of this: it has a model to run.
     *
     * @throws SteeringConfigurationException if it says neither true nor false
     */
    static boolean isWanted(Settings settings) {
        Boolean enabled = new Reader(settings).flag(SettingNames.ENABLED);
        return !Boolean.FALSE.equals(enabled)
                && (SteeredModel.embeddedIsPresent() || SettingNames.anyIsOurs(settings.names()));
    }

    private static List<Persona> personas(Reader reader, Settings settings) {
        List<Persona> personas = new ArrayList<>();
        for (String name : SettingNames.personas(settings.names())) {
            Steering steering = reader.steering(SettingNames.personaSteering(name));
            if (steering == null) {
                throw new SteeringConfigurationException("the persona \"" + name + "\" has no steering: set "
                        + SettingNames.personaSteering(name) + ", to none if it is to have a system message only");
            }
            Persona persona = Persona.of(name, steering);
            personas.add(settings.find(SettingNames.personaSystemMessage(name))
                    .map(persona::withSystemMessage)
                    .orElse(persona));
        }
        return personas;
    }

    private static SteeringChatRequestParameters defaults(Reader reader, Steering steering) {
        return SteeringChatRequestParameters.builder()
                .steering(steering)
                .temperature(reader.decimal(SettingNames.TEMPERATURE))
                .topP(reader.decimal(SettingNames.TOP_P))
                .topK(reader.integer(SettingNames.TOP_K))
                .minP(reader.decimal(SettingNames.MIN_P))
                .frequencyPenalty(reader.decimal(SettingNames.FREQUENCY_PENALTY))
                .presencePenalty(reader.decimal(SettingNames.PRESENCE_PENALTY))
                .repetitionPenalty(reader.decimal(SettingNames.REPETITION_PENALTY))
                .seed(reader.read(SettingNames.SEED, Long::valueOf, "an integer"))
                .maxOutputTokens(reader.integer(SettingNames.MAX_OUTPUT_TOKENS))
                .stopSequences(reader.texts(SettingNames.STOP_SEQUENCES))
                .build();
    }

    /** The values of settings; null where they are not set. */
    private record Reader(Settings settings) {

        <T> T read(String name, Function<String, T> parse, String expected) {
            String text = settings.find(name).orElse(null);
            if (text == null) {
                return null;
            }
            try {
                return parse.apply(text.strip());
            } catch (NumberFormatException | InvalidPathException e) {
                throw new SteeringConfigurationException(
                        "the setting " + name + " is \"" + text + "\": expected " + expected, e);
            } catch (IllegalArgumentException e) {
                throw new SteeringConfigurationException("the setting " + name + ": " + e.getMessage(), e);
            }
        }

        Double decimal(String name) {
            return read(name, Double::valueOf, "a number");
        }

        Integer integer(String name) {
            return read(name, Integer::valueOf, "an integer");
        }

        Boolean flag(String name) {
            return read(name, Reader::parseFlag, "true or false");
        }

        /** {@link Boolean#parseBoolean} would take a misspelt "true" for false. */
        private static Boolean parseFlag(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new NumberFormatException(text);
            };
        }

        List<String> texts(String name) {
            return read(name, text -> List.of(text.split(",")), "texts with commas between");
        }

        Path path(String name) {
            return read(name, Path::of, "a path");
        }

        Steering steering(String name) {
            return read(name, Steering::parse, "a steering");
        }
    }

    /**
     * Looks for everything that is named, without opening the model.
     *
     * @throws org.steering4j.vector.SteeringException if the model, the vectors, a vector or a persona is missing or damaged
     */
    void requireEverythingThere() {
        if (modelPath != null) {
            ModelFolder.open(modelPath);
        } else if (!SteeredModel.embeddedIsPresent()) {
            throw new SteeringConfigurationException("there is no model: set " + SettingNames.MODEL_PATH
                    + ", or add the artifact org.steering4j:langchain4j-steering-tiny-model");
        }
        SteeringVectors vectors = openVectors();
        for (Persona persona : personas) {
            requireKnown(SettingNames.personaSteering(persona.name()), persona.steering(), vectors);
        }
        if (defaults.steering() != null) {
            requireKnown(SettingNames.DEFAULT_STEERING, defaults.steering(), vectors);
        }
        personasBuilder().build();
    }

    private static void requireKnown(String setting, Steering steering, SteeringVectors vectors) {
        try {
            steering.multipliers().keySet().forEach(vectors::get);
        } catch (UnknownSteeringVectorException e) {
            throw new SteeringConfigurationException("the setting " + setting + ": " + e.getMessage(), e);
        }
    }

    SteeredModel openModel() {
        return modelPath == null ? SteeredModel.embedded() : SteeredModel.open(modelPath);
    }

    SteeringVectors openVectors() {
        return vectorsPath == null ? SteeringVectors.empty() : SteeringVectors.fromFolder(vectorsPath);
    }

    Personas.Builder personasBuilder() {
        return Personas.builder().personas(personas).defaultPersona(defaultPersona);
    }
}
