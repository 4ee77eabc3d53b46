package org.steering4j.cdi;

import dev.langchain4j.exception.UnsupportedFeatureException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.steering4j.SteeredModel;
import org.steering4j.SteeringChatRequestParameters;
import org.steering4j.checkpoint.LoraAdapter;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.engine.CachePartition;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.Precision;
import org.steering4j.engine.Sampling;
import org.steering4j.hub.ModelHub;
import org.steering4j.hub.ModelName;
import org.steering4j.persona.Persona;
import org.steering4j.persona.Personas;
import org.steering4j.prompt.PromptRenderer;
import org.steering4j.prompt.Thinking;
import org.steering4j.vector.ModelShape;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringException;
import org.steering4j.vector.SteeringVectors;

/**
 * Our settings, read. Immutable.
 *
 * @param modelPath null for the model of {@code modelName}
 * @param modelName null for the embedded model, unless there is a path
 * @param offline whether the model of the name may not be downloaded
 * @param engine how to open it
 * @param vectorsPath null for no vectors
 * @param defaultPersona null for none
 * @param defaults what holds for requests that say nothing else
 */
record SteeringConfiguration(
        Path modelPath,
        ModelName modelName,
        boolean offline,
        EngineSettings engine,
        Path vectorsPath,
        List<Persona> personas,
        String defaultPersona,
        SteeringChatRequestParameters defaults) {

    /** What is not set is null. */
    record EngineSettings(
            Path adapter,
            Precision precision,
            Integer contextLength,
            Integer maximumRows,
            Integer maximumWaiting,
            Long cacheBytes,
            Boolean speculation) {

        void applyTo(LanguageModel.Builder engine) {
            engine.adapter(adapter);
            engine.precision(precision);
            Optional.ofNullable(contextLength).ifPresent(engine::contextLength);
            Optional.ofNullable(maximumRows).ifPresent(engine::maximumRows);
            Optional.ofNullable(maximumWaiting).ifPresent(engine::maximumWaiting);
            Optional.ofNullable(cacheBytes).ifPresent(engine::cacheBytes);
            Optional.ofNullable(speculation).ifPresent(engine::speculation);
        }
    }

    /** @throws SteeringConfigurationException if a setting is unknown, its text cannot be read or its value is out of its range */
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
        Path modelPath = reader.path(SettingNames.MODEL_PATH);
        ModelName modelName = reader.read(SettingNames.MODEL_NAME, ModelName::parse, "a model's name");
        if (modelPath != null && modelName != null) {
            throw new SteeringConfigurationException(
                    SettingNames.MODEL_PATH + " and " + SettingNames.MODEL_NAME + " are both set: remove one");
        }
        return new SteeringConfiguration(
                modelPath,
                modelName,
                Boolean.TRUE.equals(reader.flag(SettingNames.OFFLINE)),
                engine(reader),
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

    private static EngineSettings engine(Reader reader) {
        return new EngineSettings(
                reader.path(SettingNames.ADAPTER),
                reader.read(SettingNames.PRECISION, Precision::named, Precision.names()),
                reader.integer(
                        SettingNames.CONTEXT_LENGTH,
                        value -> LanguageModel.builder().contextLength(value)),
                reader.integer(
                        SettingNames.MAXIMUM_ROWS,
                        value -> LanguageModel.builder().maximumRows(value)),
                reader.integer(
                        SettingNames.MAXIMUM_WAITING,
                        value -> LanguageModel.builder().maximumWaiting(value)),
                reader.read(
                        SettingNames.CACHE_BYTES,
                        Long::valueOf,
                        value -> LanguageModel.builder().cacheBytes(value),
                        "an integer"),
                reader.flag(SettingNames.SPECULATION));
    }

    private static SteeringChatRequestParameters defaults(Reader reader, Steering steering) {
        return SteeringChatRequestParameters.builder()
                .steering(steering)
                .temperature(reader.decimal(SettingNames.TEMPERATURE, Sampling.Builder::temperature))
                .topP(reader.decimal(SettingNames.TOP_P, Sampling.Builder::topP))
                .topK(reader.integer(
                        SettingNames.TOP_K,
                        value -> Sampling.builder().topK(value).build()))
                .minP(reader.decimal(SettingNames.MIN_P, Sampling.Builder::minP))
                .frequencyPenalty(reader.decimal(SettingNames.FREQUENCY_PENALTY, Sampling.Builder::frequencyPenalty))
                .presencePenalty(reader.decimal(SettingNames.PRESENCE_PENALTY, Sampling.Builder::presencePenalty))
                .repetitionPenalty(reader.decimal(SettingNames.REPETITION_PENALTY, Sampling.Builder::repetitionPenalty))
                .seed(reader.read(SettingNames.SEED, Long::valueOf, "an integer"))
                .maxOutputTokens(
                        reader.integer(SettingNames.MAX_OUTPUT_TOKENS, SteeringConfiguration::requireOutputTokens))
                .stopSequences(reader.texts(SettingNames.STOP_SEQUENCES))
                .think(reader.flag(SettingNames.THINK))
                .returnThinking(reader.flag(SettingNames.RETURN_THINKING))
                .sendThinking(reader.flag(SettingNames.SEND_THINKING))
                .cachePartition(
                        reader.read(SettingNames.CACHE_PARTITION, text -> text, CachePartition::requireName, "a name"))
                .shareSystemMessage(reader.flag(SettingNames.SHARE_SYSTEM_MESSAGE))
                .timeout(reader.read(
                        SettingNames.TIMEOUT,
                        Duration::parse,
                        value -> SteeringChatRequestParameters.builder().timeout(value),
                        "a duration such as PT30S"))
                .build();
    }

    private static void requireOutputTokens(int tokens) {
        if (tokens < 1) {
            throw new IllegalArgumentException("maxOutputTokens is %d but must be at least 1".formatted(tokens));
        }
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
            } catch (NumberFormatException | InvalidPathException | DateTimeParseException e) {
                throw new SteeringConfigurationException(
                        "the setting " + name + " is \"" + text + "\": expected " + expected, e);
            } catch (IllegalArgumentException e) {
                throw new SteeringConfigurationException("the setting " + name + ": " + e.getMessage(), e);
            }
        }

        /** @param check refuses a value that is out of its range */
        <T> T read(String name, Function<String, T> parse, Consumer<T> check, String expected) {
            return read(
                    name,
                    text -> {
                        T value = parse.apply(text);
                        check.accept(value);
                        return value;
                    },
                    expected);
        }

        Double decimal(String name, BiFunction<Sampling.Builder, Double, Sampling.Builder> parameter) {
            return read(
                    name,
                    Double::valueOf,
                    value -> parameter.apply(Sampling.builder(), value).build(),
                    "a number");
        }

        Integer integer(String name, Consumer<Integer> check) {
            return read(name, Integer::valueOf, check, "an integer");
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
            return read(
                    name, text -> List.of(text.split(",", -1)), Reader::requireNoneEmpty, "texts with commas between");
        }

        private static void requireNoneEmpty(List<String> texts) {
            if (texts.contains("")) {
                throw new IllegalArgumentException(
                        "one of %s is empty, which would stop every answer before it begins: remove a comma"
                                .formatted(texts));
            }
        }

        Path path(String name) {
            return read(name, Path::of, "a path");
        }

        Steering steering(String name) {
            return read(name, Steering::parse, "a steering");
        }
    }

    /**
     * Looks for everything that is named, whether the vectors fit the model, and whether it can do what is set, without opening it. A model of a
     * name is downloaded if it is not there.
     *
     * @throws org.steering4j.hub.ModelHubException if that cannot be done
     * @throws org.steering4j.vector.SteeringException if the model, the vectors, a vector or a persona is missing or damaged, or a vector is
     *     for another model
     */
    void requireEverythingThere() {
        ModelShape model = readModel(this::shape);
        if (defaults.think() != null) {
            Thinking thinking = readModel(SteeringConfiguration::thinking);
            requirePossible(SettingNames.THINK, () -> thinking.requireSupported(defaults.think(), model.name()));
        }
        SteeringVectors vectors = openVectors();
        for (Persona persona : personas) {
            requireApplicable(SettingNames.personaSteering(persona.name()), persona.steering(), vectors, model);
        }
        if (defaults.steering() != null) {
            requireApplicable(SettingNames.DEFAULT_STEERING, defaults.steering(), vectors, model);
        }
        personasBuilder().build();
    }

    private <T> T readModel(Function<Path, T> reader) {
        Path folder = modelFolder();
        if (folder != null) {
            return reader.apply(folder);
        }
        if (!SteeredModel.embeddedIsPresent()) {
            throw new SteeringConfigurationException("there is no model: set " + SettingNames.MODEL_PATH + " or "
                    + SettingNames.MODEL_NAME + ", or add the artifact org.steering4j:langchain4j-steering-tiny-model");
        }
        return SteeredModel.readEmbedded(reader);
    }

    private ModelShape shape(Path folder) {
        ModelFolder model = ModelFolder.open(folder);
        requirePossible(SettingNames.CONTEXT_LENGTH, () -> {
            if (engine.contextLength() != null) {
                model.withContextLength(engine.contextLength());
            }
        });
        model.requireAdapterOfItsOwn(engine.adapter());
        if (engine.adapter() == null) {
            return LanguageModel.shapeOf(model);
        }
        LoraAdapter adapter = LoraAdapter.read(engine.adapter());
        adapter.requireFit(model);
        return LanguageModel.shapeOf(model, adapter);
    }

    private static Thinking thinking(Path folder) {
        try (PromptRenderer prompts = PromptRenderer.open(folder)) {
            return prompts.thinking();
        }
    }

    private static void requireApplicable(
            String setting, Steering steering, SteeringVectors vectors, ModelShape model) {
        requirePossible(setting, () -> vectors.resolve(steering, model));
    }

    private static void requirePossible(String setting, Runnable check) {
        try {
            check.run();
        } catch (SteeringException | IllegalArgumentException | UnsupportedFeatureException e) {
            throw new SteeringConfigurationException("the setting " + setting + ": " + e.getMessage(), e);
        }
    }

    SteeredModel openModel() {
        Path folder = modelFolder();
        return folder == null ? SteeredModel.embedded(engine::applyTo) : SteeredModel.open(folder, engine::applyTo);
    }

    /** Null for the embedded model. */
    private Path modelFolder() {
        return modelName == null
                ? modelPath
                : ModelHub.builder().offline(offline).build().folder(modelName);
    }

    SteeringVectors openVectors() {
        return vectorsPath == null ? SteeringVectors.empty() : SteeringVectors.fromFolder(vectorsPath);
    }

    Personas.Builder personasBuilder() {
        return Personas.builder().personas(personas).defaultPersona(defaultPersona);
    }
}
