package org.steering4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.engine.Precision;
import org.steering4j.persona.Persona;
import org.steering4j.persona.Personas;
import org.steering4j.vector.Steering;
import org.steering4j.vector.SteeringVector;
import org.steering4j.vector.SteeringVectors;

/**
 * The rules by which langchain4j-cdi (1.0 to 1.4) builds a model from configuration: a nested class whose name ends in Builder, a static
 * builder(), for each property a field of that name in the builder's hierarchy, a public setter of that name and the field's type, and a
 * value that can be made from a text of that type or looked up in CDI.
 */
class CdiBuilderRulesTest {

    @TempDir
    Path folder;

    private ScriptedModel script;

    @BeforeEach
    void script() {
        script = new ScriptedModel(folder);
    }

    /** In place of a value: langchain4j-cdi would look up a bean of the field's type. */
    private static final String LOOKUP = "lookup:@default";

    private static Object build(Class<?> target, Map<String, String> properties, List<Object> beans) throws Exception {
        Object builder = configured(target, properties, beans);
        return builderClass(target).getMethod("build").invoke(builder);
    }

    private static Object configured(Class<?> target, Map<String, String> properties, List<Object> beans)
            throws Exception {
        Object builder = target.getMethod("builder").invoke(null);
        for (Map.Entry<String, String> property : properties.entrySet()) {
            Field field = field(builderClass(target), property.getKey());
            Method setter = builderClass(target).getMethod(property.getKey(), field.getType());
            setter.invoke(builder, value(property.getValue(), field.getGenericType(), beans));
        }
        return builder;
    }

    private static Class<?> builderClass(Class<?> target) {
        return Arrays.stream(target.getDeclaredClasses())
                .filter(nested -> nested.getName().endsWith("Builder"))
                .findFirst()
                .orElseThrow();
    }

    private static Field field(Class<?> builder, String name) {
        for (Class<?> type = builder; type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    return field;
                }
            }
        }
        throw new AssertionError("no field " + name);
    }

    /** The types that langchain4j-cdi makes of a text; further enums, and lists of all of these. */
    private static final Map<Class<?>, Function<String, Object>> TEXTS = Map.of(
            String.class, text -> text,
            Boolean.class, Boolean::valueOf,
            Integer.class, Integer::valueOf,
            Long.class, Long::valueOf,
            Double.class, Double::valueOf,
            Duration.class, Duration::parse);

    private static Object value(String text, Type type, List<Object> beans) {
        if (text.equals(LOOKUP)) {
            return beans.stream()
                    .filter(((Class<?>) type)::isInstance)
                    .findFirst()
                    .orElseThrow();
        }
        if (isList(type)) {
            return Arrays.stream(text.split(","))
                    .map(item -> value(item, elementType(type), beans))
                    .toList();
        }
        if (((Class<?>) type).isEnum()) {
            return Arrays.stream(((Class<?>) type).getEnumConstants())
                    .filter(constant -> ((Enum<?>) constant).name().equals(text))
                    .findFirst()
                    .orElseThrow();
        }
        return TEXTS.get(type).apply(text);
    }

    private static boolean isList(Type type) {
        return type instanceof ParameterizedType list && list.getRawType() == List.class;
    }

    private static Class<?> elementType(Type type) {
        return (Class<?>) (isList(type) ? ((ParameterizedType) type).getActualTypeArguments()[0] : type);
    }

    private static boolean isText(Field field) {
        Class<?> type = elementType(field.getGenericType());
        return TEXTS.containsKey(type) || type.isEnum();
    }

    /** Nobody has beans of the JDK's types. */
    private static boolean isBean(Field field) {
        return elementType(field.getGenericType()).getName().matches("(org\\.steering4j|dev\\.langchain4j)\\..*");
    }

    private static List<Field> fields() {
        return Arrays.stream(SteeredChatModelBuilder.class.getDeclaredFields())
                .filter(field -> !field.isSynthetic())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(classes = {SteeredChatModel.class, SteeredStreamingChatModel.class})
    void should_be_built_from_texts_and_beans(Class<?> target) throws Exception {
        List<Object> beans = List.of(
                script.open(),
                SteeringVectors.of(SteeringVector.builder("power")
                        .layer(1, new float[] {1, 0, 0})
                        .model(ScriptedModel.SHAPE)
                        .build()),
                Personas.of(Persona.of("bold", Steering.of("power", 1))));
        Object model = build(
                target,
                Map.ofEntries(
                        Map.entry("model", LOOKUP),
                        Map.entry("vectors", LOOKUP),
                        Map.entry("personas", LOOKUP),
                        Map.entry("persona", "bold"),
                        Map.entry("temperature", "0.5"),
                        Map.entry("topP", "0.6"),
                        Map.entry("topK", "7"),
                        Map.entry("minP", "0.1"),
                        Map.entry("frequencyPenalty", "0.2"),
                        Map.entry("presencePenalty", "0.3"),
                        Map.entry("repetitionPenalty", "1.1"),
                        Map.entry("seed", "42"),
                        Map.entry("maxOutputTokens", "9"),
                        Map.entry("stopSequences", "STOP,END"),
                        Map.entry("timeout", "PT30S")),
                beans);

        ChatRequestParameters defaults = (ChatRequestParameters)
                target.getMethod("defaultRequestParameters").invoke(model);
        assertThat(defaults)
                .isEqualTo(SteeringChatRequestParameters.builder()
                        .modelName("scripted")
                        .persona("bold")
                        .temperature(0.5)
                        .topP(0.6)
                        .topK(7)
                        .minP(0.1)
                        .frequencyPenalty(0.2)
                        .presencePenalty(0.3)
                        .repetitionPenalty(1.1)
                        .seed(42L)
                        .maxOutputTokens(9)
                        .stopSequences("STOP", "END")
                        .timeout(Duration.ofSeconds(30))
                        .build());
    }

    @ParameterizedTest
    @ValueSource(classes = {SteeredChatModel.class, SteeredStreamingChatModel.class})
    void should_have_a_setter_for_every_field(Class<?> target) throws Exception {
        for (Field field : fields()) {
            assertThat(builderClass(target)
                            .getMethod(field.getName(), field.getType())
                            .getReturnType())
                    .as(field.getName())
                    .isAssignableFrom(builderClass(target));
        }
    }

    @Test
    void should_have_fields_that_can_be_made_of_a_text_or_looked_up() {
        assertThat(fields()).allMatch(field -> isText(field) || isBean(field));
    }

    static Stream<Arguments> settings() {
        return Stream.of(
                arguments("modelPath", "models/one", "models/one"),
                arguments("modelName", "Qwen/Qwen3-0.6B", "Qwen/Qwen3-0.6B"),
                arguments("embeddedModel", "true", true),
                arguments("adapter", "adapters/one", "adapters/one"),
                arguments("precision", "BFLOAT16", Precision.BFLOAT16),
                arguments("contextLength", "4096", 4096),
                arguments("maximumRows", "8", 8),
                arguments("maximumWaiting", "16", 16),
                arguments("cacheBytes", "4294967296", 1L << 32),
                arguments("speculation", "false", false),
                arguments("persona", "bold", "bold"),
                arguments("temperature", "0.5", 0.5),
                arguments("topP", "0.6", 0.6),
                arguments("topK", "7", 7),
                arguments("minP", "0.1", 0.1),
                arguments("frequencyPenalty", "0.2", 0.2),
                arguments("presencePenalty", "0.3", 0.3),
                arguments("repetitionPenalty", "1.1", 1.1),
                arguments("seed", "42", 42L),
                arguments("maxOutputTokens", "9", 9),
                arguments("stopSequences", "STOP,END", List.of("STOP", "END")),
                arguments("think", "false", false),
                arguments("returnThinking", "true", true),
                arguments("sendThinking", "false", false),
                arguments("cachePartition", "tenant-a", "tenant-a"),
                arguments("shareSystemMessage", "true", true),
                arguments("timeout", "PT30S", Duration.ofSeconds(30)));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void should_take_each_setting_that_can_be_made_of_a_text(String name, String text, Object value) throws Exception {
        assertThat(configured(SteeredChatModel.class, Map.of(name, text), List.of()))
                .extracting(name)
                .isEqualTo(value);
    }

    @Test
    void should_be_tested_with_every_setting_that_can_be_made_of_a_text() {
        assertThat(settings().map(setting -> setting.get()[0]))
                .containsExactlyInAnyOrderElementsOf(fields().stream()
                        .filter(CdiBuilderRulesTest::isText)
                        .map(Field::getName)
                        .toList());
    }
}
