package org.steering4j.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonReferenceSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaRefusalTest {

    private final Vocabulary vocabulary = TestVocabularies.merged().vocabulary();

    private void compile(JsonSchemaElement element) {
        AnswerConstraint.json(
                vocabulary, JsonSchema.builder().name("x").rootElement(element).build());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"string\",\"pattern\":\"a(?!b)\"}|a(?!b)",
                "{\"type\":\"string\",\"format\":\"regex\"}|format",
                "{\"type\":\"integer\",\"minimum\":\"3\"}|minimum",
                "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":2,\"uniqueItems\":true}|uniqueItems",
                "{\"type\":\"array\",\"contains\":{\"type\":\"string\"}}|contains",
                "{\"type\":\"string\",\"not\":{\"const\":\"a\"}}|not",
                "{\"oneOf\":[{\"type\":\"string\"},{\"const\":\"a\"}]}|oneOf",
                "{\"patternProperties\":{\"^a\":{}}}|patternProperties",
                "{\"type\":\"array\",\"minLenght\":1}|minLenght",
                "{\"type\":\"array\",\"minItems\":-1}|minItems",
                "{\"type\":\"object\",\"required\":true}|required",
                "{\"$ref\":\"#/$defs/absent\"}|#/$defs/absent",
                "{\"$ref\":\"http://example.org/schema\"}|http://example.org/schema",
                "{\"type\":\"text\"}|text",
                "{\"enum\":[]}|empty enum",
                "{\"type\":\"string\",\"enum\":[1]}|empty enum",
                "false|contradict",
                "{\"type\":\"object\",\"properties\":{},\"required\":[\"x\"],\"additionalProperties\":false}|the required name \"x\"",
                "{\"type\":\"object\",\"properties\":{\"x\":{\"$ref\":\"#\"}},\"required\":[\"x\"]}|circle",
                "nonsense|nonsense",
                "{\"type\":\"null\",\"type\":\"string\"}|Duplicate field",
                "{\"type\":\"null\"} {}|Trailing token",
                "{\"enum\":[1e99999999999]}|1e99999999999",
                "{\"minProperties\":1e400}|no value fits",
                "{\"type\":\"array\",\"minItems\":99999999999999999999}|no value fits",
            })
    void should_refuse_what_an_answer_cannot_be_held_to_by_its_name(String schema, String name) {
        JsonRawSchema raw = JsonRawSchema.from(schema);
        assertThatThrownBy(() -> compile(raw))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll("responseFormat", name, "not supported");
    }

    @Test
    void should_name_the_place() {
        JsonObjectSchema schema = JsonObjectSchema.builder()
                .addProperty(
                        "outer",
                        JsonObjectSchema.builder()
                                .addProperty("inner", JsonRawSchema.from("{\"type\":\"string\",\"maxLength\":-3}"))
                                .build())
                .build();
        assertThatThrownBy(() -> compile(schema))
                .hasMessageContainingAll("maxLength", "$.properties.outer.properties.inner");
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 400, 5_000, 100_000})
    void should_refuse_what_is_nested_too_deep_for_any_answer_or_reader(int depth) {
        for (String[] around : new String[][] {
            {"{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":", "}}"},
            {"{\"type\":\"array\",\"minItems\":1,\"items\":", "}"},
            {"{\"allOf\":[", "]}"},
            {"{\"anyOf\":[", "]}"}
        }) {
            JsonRawSchema schema =
                    JsonRawSchema.from(around[0].repeat(depth) + "{\"type\":\"null\"}" + around[1].repeat(depth));
            assertThatThrownBy(() -> compile(schema))
                    .isExactlyInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("not supported")
                    .hasMessageContaining("100");
        }
    }

    @Test
    void should_refuse_what_makes_too_many_combinations_soon() {
        StringBuilder choices = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            choices.append(i == 0 ? "" : ",")
                    .append("{\"anyOf\":[{\"required\":[\"a%1$d\"]},{\"required\":[\"b%1$d\"]}]}".formatted(i));
        }
        JsonRawSchema product = JsonRawSchema.from("{\"type\":\"object\",\"allOf\":[" + choices + "]}");
        assertThatThrownBy(() -> compile(product))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll("anyOf", "combinations", "not supported");
        String objects = IntStream.range(0, 200)
                .mapToObj("{\"type\":\"object\",\"properties\":{\"kind\":{\"const\":%d}}}"::formatted)
                .collect(Collectors.joining(","));
        assertThatThrownBy(() -> compile(JsonRawSchema.from("{\"anyOf\":[" + objects + "]}")))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll("200", "128", "not supported");
    }

    @Test
    void should_compile_large_enums_however_they_are_written() {
        List<String> values = IntStream.range(0, 20_000)
                .mapToObj(i -> Integer.toString(i * 7919, 36))
                .toList();
        String constants = values.stream().map("{\"const\":\"%s\"}"::formatted).collect(Collectors.joining(","));
        for (JsonSchemaElement schema : List.of(
                JsonEnumSchema.builder().enumValues(values).build(),
                JsonRawSchema.from("{\"anyOf\":[" + constants + "]}"),
                JsonRawSchema.from("{\"oneOf\":[" + constants + "]}"))) {
            AnswerConstraint constraint = AnswerConstraint.json(
                    TestVocabularies.bytes().vocabulary(),
                    JsonSchema.builder().name("x").rootElement(schema).build());
            for (String value : List.of(values.get(0), values.get(12_345), values.get(19_999))) {
                assertThat(Walk.allows(constraint, "\"" + value + "\"")).isTrue();
            }
            assertThat(Walk.allows(constraint, "\"-\"")).isFalse();
        }
    }

    @Test
    void should_refuse_elements_it_does_not_know() {
        JsonSchemaElement unknown = () -> "of another kind";
        assertThatThrownBy(() -> compile(unknown))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining(unknown.getClass().getName());
        assertThatThrownBy(() -> compile(JsonObjectSchema.builder()
                        .addProperty(
                                "x",
                                JsonReferenceSchema.builder()
                                        .reference("Absent")
                                        .build())
                        .build()))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("Absent");
    }

    @Test
    void should_refuse_names_that_no_token_can_spell() {
        Vocabulary characters = TestVocabularies.characters().vocabulary();
        JsonEnumSchema one = JsonEnumSchema.builder().enumValues("ключ").build();
        JsonEnumSchema several =
                JsonEnumSchema.builder().enumValues("ключ", "é").build();
        assertThatThrownBy(() -> AnswerConstraint.json(
                        characters,
                        JsonSchema.builder().name("x").rootElement(one).build()))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("spell");
        assertThat(AnswerConstraint.json(
                                characters,
                                JsonSchema.builder()
                                        .name("x")
                                        .rootElement(several)
                                        .build())
                        .shortestAnswerTokens())
                .isEqualTo(3);
    }

    @Test
    void should_refuse_vocabularies_that_cannot_write_JSON() {
        assertThatThrownBy(() -> Vocabulary.of(Map.of(0, new byte[] {'{'}), Map.of(), Set.of(), 10))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll("}", "not supported");
    }

    @Test
    void should_count_the_tokens_of_the_shortest_answer() {
        JsonObjectSchema schema = JsonObjectSchema.builder()
                .addIntegerProperty("name")
                .addStringProperty("children")
                .required(List.of("name", "children"))
                .build();
        JsonSchema named = JsonSchema.builder().name("x").rootElement(schema).build();
        // { "name" : 1 , " children " : " " } are tokens; that {" is one, too, is not counted on
        assertThat(AnswerConstraint.json(vocabulary, named).shortestAnswerTokens())
                .isEqualTo(12);
        assertThat(AnswerConstraint.json(TestVocabularies.bytes().vocabulary(), named)
                        .shortestAnswerTokens())
                .isEqualTo("{\"name\":1,\"children\":\"\"}".length());
    }
}
