package org.steering4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.listener.ChatModelListener;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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

    private static Object value(String text, Type type, List<Object> beans) {
        if (text.equals(LOOKUP)) {
            return beans.stream()
                    .filter(((Class<?>) type)::isInstance)
                    .findFirst()
                    .orElseThrow();
        }
        if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
            return Arrays.stream(text.split(","))
                    .map(item -> value(item, list.getActualTypeArguments()[0], beans))
                    .toList();
        }
        if (type == String.class) {
            return text;
        } else if (type == Boolean.class) {
            return Boolean.valueOf(text);
        } else if (type == Integer.class) {
            return Integer.valueOf(text);
        } else if (type == Long.class) {
            return Long.valueOf(text);
        } else if (type == Double.class) {
            return Double.valueOf(text);
        } else if (type == Duration.class) {
            return Duration.parse(text);
        }
        throw new AssertionError("no text can be made a " + type);
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
        for (Field field : SteeredChatModelBuilder.class.getDeclaredFields()) {
            if (!field.isSynthetic()) {
                assertThat(builderClass(target)
                                .getMethod(field.getName(), field.getType())
                                .getReturnType())
                        .as(field.getName())
                        .isAssignableFrom(builderClass(target));
            }
        }
    }

    @Test
    void should_take_the_model_as_a_text_or_a_switch() throws Exception {
        assertThat(configured(
                        SteeredChatModel.class, Map.of("modelPath", "models/one", "embeddedModel", "true"), List.of()))
                .isInstanceOfSatisfying(
                        SteeredChatModel.Builder.class,
                        builder -> assertThat(org.assertj.core.api.Assertions.catchThrowable(builder::build))
                                .as("both were set")
                                .hasMessageContaining("2 models"));
        assertThat(field(SteeredChatModel.Builder.class, "listeners")
                        .getGenericType()
                        .getTypeName())
                .contains(ChatModelListener.class.getName());
    }
}
