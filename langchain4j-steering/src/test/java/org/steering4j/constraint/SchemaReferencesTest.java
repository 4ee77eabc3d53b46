package org.steering4j.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonReferenceSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaReferencesTest {

    private static AnswerConstraint constraint(JsonSchemaElement element) {
        return AnswerConstraint.json(
                TestVocabularies.bytes().vocabulary(),
                JsonSchema.builder().name("x").rootElement(element).build());
    }

    private static AnswerConstraint raw(String schema) {
        return constraint(JsonRawSchema.from(schema.replace('\'', '"')));
    }

    /** Each leads to an integer, in a schema that has other types wherever one might look instead. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "#/$defs/plain",
                "#/definitions/old",
                "#/$defs/My%20Type",
                "#/$defs/List%3CString%3E",
                "#/$defs/List<String>",
                "#/$defs/a~1b",
                "#/$defs/a~0b",
                "#/$defs/a~01b",
                "#/$defs/%E2%82%AC",
                "#/$defs/€",
                "#/$defs/50%25",
                "#/$defs/",
                "#/properties/first",
                "#/$defs/object/properties/x",
                "#/$defs/list/items/anyOf/1",
                "#/$defs/list/prefixItems/0",
                "#/components/schemas/elsewhere",
                "#named",
                "urn:other",
                "urn:other#within",
                "urn:other#/$defs/deep",
                "urn:root#/$defs/plain"
            })
    void should_follow_pointers_anchors_and_identifiers(String reference) {
        String schema = """
                {"$id": "urn:root", "type": "object",
                 "properties": {"first": {"type": "integer"}, "second": {"$ref": "REFERENCE"}}, "required": ["second"],
                 "$defs": {
                  "plain": {"type": "integer"}, "My Type": {"type": "integer"}, "List<String>": {"type": "integer"},
                  "a/b": {"type": "integer"}, "a~b": {"type": "integer"}, "a~1b": {"type": "integer"}, "€": {"type": "integer"},
                  "50%": {"type": "integer"}, "": {"type": "integer"}, "My%20Type": {"type": "string"},
                  "object": {"type": "object", "properties": {"x": {"type": "integer"}}},
                  "list": {"prefixItems": [{"type": "integer"}], "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
                  "anchored": {"$anchor": "named", "type": "integer"},
                  "enumeration": {"enum": [{"$id": "urn:other", "$anchor": "named", "type": "string"}]},
                  "other": {"$id": "urn:other", "type": "integer",
                   "$defs": {"deep": {"$anchor": "within", "type": "integer"}, "plain": {"type": "string"}}}},
                 "definitions": {"old": {"type": "integer"}},
                 "components": {"schemas": {"elsewhere": {"type": "integer"}}}}
                """.replace("REFERENCE", reference);
        AnswerConstraint constraint = raw(schema);
        assertThat(Walk.allows(constraint, "{\"second\":12}")).isTrue();
        assertThat(Walk.allows(constraint, "{\"second\":\"x\"}")).isFalse();
        assertThat(Walk.allows(constraint, "{\"second\":{}}")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "#/$defs/absent|leads to no definition",
                "#/properties/second/properties/x|leads to no definition",
                "#/properties|\"second\" (at $.properties)", // a map of schemas, whose names are no keywords
                "#/required/0|leads to no definition",
                "#absent|leads to no definition",
                "other.json|leads to no definition",
                "https://example.org/schema#/$defs/a|leads to no definition",
                "#/$defs/%zz|two digits",
            })
    void should_refuse_references_that_lead_nowhere_by_their_name(String reference, String reason) {
        String schema =
                "{'type':'object','properties':{'second':{'$ref':'%s'}},'required':['second']}".formatted(reference);
        assertThatThrownBy(() -> raw(schema))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll(reason, "not supported");
    }

    @Test
    void should_take_definitions_from_the_root_whoever_asks_first_in_whatever_order() {
        String inner =
                "'x':{'type':'object','$defs':{'B':{'type':'integer'}},'properties':{'v':{'$ref':'#/$defs/A'}},'required':['v']}";
        String outer = "'y':{'$ref':'#/$defs/A'}";
        String definitions = "'$defs':{'A':{'type':'object','properties':{'b':{'$ref':'#/$defs/B'}},'required':['b']},"
                + "'B':{'type':'boolean'}}";
        for (String properties : new String[] {inner + "," + outer, outer + "," + inner}) {
            for (String schema : new String[] {
                "{'type':'object','properties':{%s},'required':['x','y'],%s}".formatted(properties, definitions),
                "{%2$s,'type':'object','required':['x','y'],'properties':{%1$s}}".formatted(properties, definitions)
            }) {
                AnswerConstraint constraint = raw(schema);
                assertThat(Walk.allows(constraint, "{\"x\":{\"v\":{\"b\":true}},\"y\":{\"b\":false}}"))
                        .as(schema)
                        .isTrue();
                assertThat(Walk.allows(constraint, "{\"y\":{\"b\":false},\"x\":{\"v\":{\"b\":true}}}"))
                        .as(schema)
                        .isTrue();
                assertThat(Walk.allows(constraint, "{\"x\":{\"v\":{\"b\":1}},\"y\":{\"b\":true}}"))
                        .as(schema)
                        .isFalse();
            }
        }
    }

    @Test
    void should_take_definitions_from_the_nearest_schema_around_that_has_them_if_the_root_has_not() {
        AnswerConstraint constraint =
                raw("{'type':'object','properties':{'p':{'type':'object','$defs':{'Q':{'type':'integer'}},"
                        + "'properties':{'v':{'$ref':'#/$defs/Q'}},'required':['v']}},'required':['p']}");
        assertThat(Walk.allows(constraint, "{\"p\":{\"v\":3}}")).isTrue();
        assertThat(Walk.allows(constraint, "{\"p\":{\"v\":\"x\"}}")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Node", "a/b", "a~b", "100%", "List<Node>", "With space", "Knoten€", "a%20b", ""})
    void should_follow_references_between_schemas_of_LangChain4j_whatever_their_names(String name) {
        AnswerConstraint constraint = constraint(JsonObjectSchema.builder()
                .addProperty(
                        "root", JsonReferenceSchema.builder().reference(name).build())
                .required("root")
                .definitions(Map.of(
                        name,
                        JsonObjectSchema.builder()
                                .addProperty("text", new JsonStringSchema())
                                .addProperty(
                                        "next",
                                        JsonReferenceSchema.builder()
                                                .reference(name)
                                                .build())
                                .required("text")
                                .build()))
                .build());
        assertThat(Walk.allows(constraint, "{\"root\":{\"text\":\"a\",\"next\":{\"text\":\"b\"}}}"))
                .isTrue();
        assertThat(Walk.allows(constraint, "{\"root\":{\"text\":\"a\",\"next\":{}}}"))
                .isFalse();
    }

    @Test
    void should_refuse_two_schemas_of_one_name() {
        assertThatThrownBy(() -> raw("{'type':'object','$defs':{'a':{'$anchor':'x'},'b':{'$anchor':'x'}}}"))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll("#x", "another schema", "not supported");
    }
}
