package org.steering4j.constraint;

import dev.langchain4j.model.chat.request.json.JsonAnyOfSchema;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonNullSchema;
import dev.langchain4j.model.chat.request.json.JsonNumberSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonReferenceSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A schema with documents.
 *
 * @param schema null for any object
 * @param meaning what an answer is to fit, in JSON Schema's own words, so that the oracle reads nothing that the code under test has written;
 *     that there are no further members is said there
 * @param valid what fits it, in the form that we allow
 * @param invalid what does not
 */
record Example(String name, JsonSchemaElement schema, String meaning, List<String> valid, List<String> invalid) {

    private static final JsonReferenceSchema NODE =
            JsonReferenceSchema.builder().reference("Node").build();
    private static final JsonReferenceSchema TERM =
            JsonReferenceSchema.builder().reference("Term").build();

    static Example raw(String name, String schema, List<String> valid, List<String> invalid) {
        return new Example(name, JsonRawSchema.from(schema), schema, valid, invalid);
    }

    static Stream<Example> all() {
        return Stream.of(
                new Example(
                        "flat",
                        JsonObjectSchema.builder()
                                .addStringProperty("name")
                                .addIntegerProperty("age")
                                .addNumberProperty("weight")
                                .addBooleanProperty("na")
                                .required("name", "age")
                                .build(),
                        """
                        {"type": "object",
                         "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "weight": {"type": "number"}, "na": {"type": "boolean"}},
                         "required": ["name", "age"], "additionalProperties": false}
                        """,
                        List.of(
                                "{\"name\":\"Ann\",\"age\":7}",
                                "{\"age\":-3,\"na\":false,\"name\":\"\",\"weight\":-1.50e-7}",
                                "{\"name\":\"é \\\"quoted\\\" \\u00e9 \\ud83d\\ude00 😀 \\\\ \\/ \\b\\n\",\"age\":0}",
                                "{ \"name\" : \"two  spaces\" , \"age\" : 123456789012345678 }".replace(" ,", ","),
                                "{\n  \"age\": 1,\n  \"name\": \"n\"\n}"),
                        List.of(
                                "{\"name\":\"Ann\"}",
                                "{\"name\":\"Ann\",\"age\":1.5}",
                                "{\"name\":\"Ann\",\"age\":01}",
                                "{\"name\":\"Ann\",\"age\":1,\"more\":1}",
                                "{\"name\":\"Ann\",\"age\":1,\"age\":1}",
                                "{\"name\":\"Ann\",\"age\":1,}",
                                "{,\"name\":\"Ann\",\"age\":1}",
                                "{\"name\":\"A\nn\",\"age\":1}",
                                "{\"name\":\"\\ud83d\",\"age\":1}",
                                "{\"name\":\"\\ude00\",\"age\":1}",
                                "{\"name\":\"\\x\",\"age\":1}",
                                "{\"name\":Ann,\"age\":1}",
                                "{\"name\":\"Ann\",\"age\":1}}",
                                "{\"name\":\"Ann\",   \"age\":1}",
                                "{\"name\":\"Ann\",\"age\":1,\"weight\":1.}",
                                "{\"name\":\"Ann\",\"age\":1,\"weight\":.5}",
                                "{\"name\":\"Ann\",\"age\":1,\"weight\":+5}",
                                "{\"name\":\"Ann\",\"age\":-}",
                                "[]",
                                "")),
                new Example(
                        "recursive",
                        JsonObjectSchema.builder()
                                .addProperty("root", NODE)
                                .required("root")
                                .definitions(Map.of(
                                        "Node",
                                        JsonObjectSchema.builder()
                                                .addIntegerProperty("value")
                                                .addProperty(
                                                        "children",
                                                        JsonArraySchema.builder()
                                                                .items(NODE)
                                                                .build())
                                                .required("value", "children")
                                                .additionalProperties(false)
                                                .build()))
                                .build(),
                        """
                        {"type": "object", "properties": {"root": {"$ref": "#/$defs/Node"}}, "required": ["root"], "additionalProperties": false,
                         "$defs": {"Node": {"type": "object",
                          "properties": {"value": {"type": "integer"}, "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}}},
                          "required": ["value", "children"], "additionalProperties": false}}}
                        """,
                        List.of(
                                "{\"root\":{\"value\":1,\"children\":[]}}",
                                "{\"root\":{\"children\":[{\"value\":2,\"children\":[]},{\"children\":[{\"value\":4,\"children\":[]}],\"value\":3}],\"value\":1}}"),
                        List.of(
                                "{\"root\":{\"value\":1}}",
                                "{}",
                                "{\"root\":{\"value\":1,\"children\":[],\"more\":1}}",
                                "{\"root\":{\"value\":1,\"children\":[]},\"more\":1}",
                                "{\"root\":{\"value\":1,\"children\":[1]}}",
                                "{\"root\":{\"value\":1,\"children\":[{\"value\":1,\"children\":[{}]}]}}")),
                new Example(
                        "alternatives with a common beginning",
                        JsonArraySchema.builder()
                                .items(JsonAnyOfSchema.builder()
                                        .anyOf(
                                                JsonObjectSchema.builder()
                                                        .addEnumProperty("kind", List.of("circle"))
                                                        .addNumberProperty("radius")
                                                        .required("kind", "radius")
                                                        .build(),
                                                JsonObjectSchema.builder()
                                                        .addEnumProperty("kind", List.of("circles"))
                                                        .addProperty(
                                                                "radius",
                                                                JsonArraySchema.builder()
                                                                        .items(new JsonNumberSchema())
                                                                        .build())
                                                        .required("kind", "radius")
                                                        .build(),
                                                new JsonNullSchema())
                                        .build())
                                .build(),
                        """
                        {"type": "array", "items": {"anyOf": [
                         {"type": "object", "properties": {"kind": {"const": "circle"}, "radius": {"type": "number"}},
                          "required": ["kind", "radius"], "additionalProperties": false},
                         {"type": "object", "properties": {"kind": {"const": "circles"}, "radius": {"type": "array", "items": {"type": "number"}}},
                          "required": ["kind", "radius"], "additionalProperties": false},
                         {"type": "null"}]}}
                        """,
                        List.of(
                                "[]",
                                "[null,{\"kind\":\"circle\",\"radius\":1},{\"kind\":\"circles\",\"radius\":[1,2]}]",
                                "[{\"radius\":[],\"kind\":\"circles\"}]"),
                        List.of(
                                "[{\"kind\":\"circle\",\"radius\":[1]}]",
                                "[{\"kind\":\"circle\"}]",
                                "[{\"kind\":\"circle\",\"radius\":1,\"more\":1}]",
                                "[{\"kind\":\"circles\",\"radius\":1}]",
                                "[{\"radius\":1,\"kind\":\"circles\"}]",
                                "[{\"kind\":\"square\",\"radius\":1}]",
                                "[nul]")),
                new Example(
                        "unusual values and names",
                        JsonObjectSchema.builder()
                                .addEnumProperty(
                                        "a\"b\\c",
                                        List.of(
                                                "",
                                                "a",
                                                "ab",
                                                "\"",
                                                "\\",
                                                "line\nbreak",
                                                "ü😀",
                                                "</tool_call>",
                                                "\u0001",
                                                "\u2028"))
                                .addEnumProperty("", List.of("x"))
                                .addBooleanProperty("ключ")
                                .required("a\"b\\c")
                                .build(),
                        """
                        {"type": "object",
                         "properties": {
                          "a\\"b\\\\c": {"enum": ["", "a", "ab", "\\"", "\\\\", "line\\nbreak", "ü😀", "</tool_call>", "\\u0001", "\\u2028"]},
                          "": {"const": "x"}, "ключ": {"type": "boolean"}},
                         "required": ["a\\"b\\\\c"], "additionalProperties": false}
                        """,
                        List.of(
                                "{\"a\\\"b\\\\c\":\"\"}",
                                "{\"a\\\"b\\\\c\":\"ab\",\"\":\"x\",\"ключ\":true}",
                                "{\"a\\\"b\\\\c\":\"\\\"\"}",
                                "{\"a\\\"b\\\\c\":\"line\\nbreak\"}",
                                "{\"a\\\"b\\\\c\":\"ü😀\"}",
                                "{\"a\\\"b\\\\c\":\"</tool_call>\"}",
                                "{\"a\\\"b\\\\c\":\"\\u0001\"}"),
                        List.of(
                                "{\"a\\\"b\\\\c\":\"a\",\"more\":1}",
                                "{\"\":\"x\"}",
                                "{\"a\\\"b\\\\c\":\"b\"}",
                                "{\"a\":\"a\"}",
                                "{}")),
                new Example(
                        "nested arrays",
                        JsonArraySchema.builder()
                                .items(JsonArraySchema.builder()
                                        .items(JsonArraySchema.builder()
                                                .items(new JsonStringSchema())
                                                .build())
                                        .build())
                                .build(),
                        """
                        {"type": "array", "items": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}}
                        """,
                        List.of("[]", "[[]]", "[[[]]]", "[[[\"a\",\"b\"],[]],[[\"c\"]]]", "[ [ [ \"a\" ] ] ]"),
                        List.of("[[[[]]]]", "[\"a\"]", "[[],]", "[[]")),
                new Example(
                        "further members",
                        JsonObjectSchema.builder()
                                .addIntegerProperty("name")
                                .addIntegerProperty("nation")
                                .required("name")
                                .additionalProperties(true)
                                .build(),
                        """
                        {"type": "object", "properties": {"name": {"type": "integer"}, "nation": {"type": "integer"}},
                         "required": ["name"], "additionalProperties": true}
                        """,
                        List.of(
                                "{\"name\":1}",
                                "{\"na\":\"x\",\"name\":1,\"names\":[1,{\"a\":null}],\"ключ\":0}",
                                "{\"name\":1,\"\":{\"\":{}}}"),
                        List.of("{\"name\":\"x\"}", "{\"a\":1}", "{\"name\":1,\"a\":1,\"a\":2}")),
                raw(
                        "a map to integers that holds itself",
                        "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"T\",\"type\":\"object\",\"additionalProperties\":{\"anyOf\":[{\"type\":\"integer\",\"description\":\"d\"},{\"$ref\":\"#\"}]}}",
                        List.of("{}", "{\"a\":1,\"b\":{\"a\":2}}"),
                        List.of("{\"a\":\"1\"}", "{\"a\":{\"b\":null}}")),
                raw(
                        "raw values",
                        "{\"type\":\"array\",\"items\":{\"anyOf\":[{\"enum\":[1,12,\"x\",null,1.5,true]},{\"const\":\"c\"},{\"type\":[\"boolean\",\"string\"],\"enum\":[false,2]},{}]}}",
                        List.of("[1,12,\"x\",null,1.5,true,\"c\",false]", "[{\"any\":[\"thing\"]},12.25]"),
                        List.of("[", "[1 2]")),
                new Example(
                        "terms",
                        JsonObjectSchema.builder()
                                .addProperty("term", TERM)
                                .required("term")
                                .definitions(Map.of(
                                        "Term",
                                        JsonAnyOfSchema.builder()
                                                .anyOf(
                                                        TERM, // adds nothing
                                                        new JsonIntegerSchema(),
                                                        JsonObjectSchema.builder()
                                                                .addProperty("left", TERM)
                                                                .addProperty(
                                                                        "sign",
                                                                        JsonEnumSchema.builder()
                                                                                .enumValues("+", "-")
                                                                                .build())
                                                                .addProperty("right", TERM)
                                                                .required("left", "sign", "right")
                                                                .build())
                                                .build()))
                                .build(),
                        """
                        {"type": "object", "properties": {"term": {"$ref": "#/$defs/Term"}}, "required": ["term"], "additionalProperties": false,
                         "$defs": {"Term": {"anyOf": [{"type": "integer"},
                          {"type": "object",
                           "properties": {"left": {"$ref": "#/$defs/Term"}, "sign": {"enum": ["+", "-"]}, "right": {"$ref": "#/$defs/Term"}},
                           "required": ["left", "sign", "right"], "additionalProperties": false}]}}}
                        """,
                        List.of(
                                "{\"term\":12}",
                                "{\"term\":{\"left\":{\"left\":1,\"sign\":\"-\",\"right\":2},\"sign\":\"+\",\"right\":3}}"),
                        List.of(
                                "{}",
                                "{\"term\":1,\"more\":1}",
                                "{\"term\":{\"left\":1,\"sign\":\"+\",\"right\":2,\"more\":3}}",
                                "{\"term\":{\"left\":1,\"right\":2}}",
                                "{\"term\":\"1\"}")),
                new Example(
                        "any object",
                        null,
                        "{\"type\": \"object\"}",
                        List.of(
                                "{}",
                                "{\"a\":[1,-2.5,true,false,null,\"s\",{\"b\":{}}],\"c\":\"\\u0000\"}",
                                "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}"),
                        List.of("[]", "1", "\"a\"", "{\"a\":1,\"a\":1}", "{\"a\":tru}", "{a:1}")),
                new Example(
                        "a number",
                        new JsonNumberSchema(),
                        "{\"type\": \"number\"}",
                        List.of("0", "-0", "12", "0.5", "1e5", "1.25E+10", "1234567890123456789012", "1e400"),
                        List.of("00", "1.", "e5", "1e", "--1", "1e1234")));
    }

    JsonSchema jsonSchema() {
        return schema == null
                ? null
                : JsonSchema.builder().name("example").rootElement(schema).build();
    }

    SchemaValidator validator() {
        return SchemaValidator.of(meaning);
    }

    @Override
    public String toString() {
        return name;
    }
}
