package org.steering4j.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Keywords one by one and beside one another. */
class SchemaKeywordsTest {

    /**
     * @param schema in single quotes
     * @param writable documents that fit it and may be written, in single quotes
     * @param unwritable those that may not; most of them do not fit the schema, and a validator must agree
     * @param omitted those that fit it, but are among what we choose not to write
     */
    private record Case(String schema, List<String> writable, List<String> unwritable, List<String> omitted) {

        String json() {
            return quoted(schema);
        }

        @Override
        public String toString() {
            return schema;
        }
    }

    private static Case of(String schema, List<String> writable, List<String> unwritable) {
        return new Case(schema, writable, unwritable, List.of());
    }

    private static Case of(String schema, List<String> writable, List<String> unwritable, List<String> omitted) {
        return new Case(schema, writable, unwritable, omitted);
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }

    static Stream<Case> cases() {
        return Stream.of(arrays(), objects(), choices(), combinations(), values(), unevaluated())
                .flatMap(List::stream);
    }

    private static List<Case> arrays() {
        return List.of(
                of(
                        "{'type':'array','items':{'type':'integer'},'minItems':2,'maxItems':3}",
                        List.of("[1,2]", "[ 1, 2, 3 ]"),
                        List.of("[]", "[1]", "[1,2,3,4]", "['a','b']")),
                of("{'type':'array','maxItems':0}", List.of("[]"), List.of("[1]")),
                of("{'items':{'type':'null'},'minItems':1}", List.of("[null]"), List.of("[]", "[1]"), List.of("7")),
                of(
                        "{'type':'array','prefixItems':[{'type':'integer'},{'type':'boolean'}],'items':{'type':'null'}}",
                        List.of("[]", "[1]", "[1,true]", "[1,true,null,null]"),
                        List.of("[true]", "[1,true,1]")),
                of(
                        "{'type':'array','prefixItems':[{'type':'integer'},{'type':'boolean'}],'items':false,'minItems':2}",
                        List.of("[1,true]"),
                        List.of("[]", "[1]", "[1,true,null]")),
                of(
                        "{'type':'array','minItems':3,'maxItems':3.0,'items':{'type':'array','minItems':1,'items':{'type':'boolean'}}}",
                        List.of("[[true],[false,true],[true]]"),
                        List.of("[[true],[],[true]]", "[[true],[true]]")),
                of(
                        "{'type':'array','minItems':200,'maxItems':400,'items':{'const':1}}",
                        List.of("[" + "1,".repeat(199) + "1]", "[" + "1,".repeat(399) + "1]"),
                        List.of("[" + "1,".repeat(198) + "1]", "[" + "1,".repeat(400) + "1]")),
                of("{'type':'array','contains':{'type':'null'},'minContains':0}", List.of("[]", "[1]"), List.of("{}")));
    }

    private static List<Case> objects() {
        return List.of(
                of(
                        "{'type':'object','minProperties':1,'maxProperties':2,'additionalProperties':{'type':'integer'}}",
                        List.of("{'a':1}", "{'a':1,'b':2}"),
                        List.of("{}", "{'a':1,'b':2,'c':3}", "{'a':'x'}")),
                of(
                        "{'type':'object','properties':{'a':{'type':'null'},'b':{'type':'null'},'c':{'type':'null'}},'minProperties':2,"
                                + "'maxProperties':2,'required':['c']}",
                        List.of("{'a':null,'c':null}", "{'c':null,'b':null}"),
                        List.of("{'c':null}", "{'a':null,'b':null}", "{'a':null,'b':null,'c':null}"),
                        List.of("{'c':null,'x':1}")),
                of(
                        "{'type':'object','properties':{'a':{}},'minProperties':2}",
                        List.of("{'a':1,'x':2}", "{'x':1,'y':2}"),
                        List.of("{'a':1}")),
                of(
                        "{'type':'object','properties':{'a':false,'b':{'type':'null'}}}",
                        List.of("{}", "{'b':null}"),
                        List.of("{'a':1}"),
                        List.of("{'c':1}")),
                of(
                        "{'type':'object','properties':{'a1':{'type':'integer'},'b':{}},'patternProperties':{'^a':{'enum':[1,'1']}}}",
                        List.of("{'a1':1,'b':2}"),
                        List.of("{'a1':2}", "{'a1':'1'}"),
                        List.of("{'a2':1}")),
                of(
                        "{'type':'object','propertyNames':{'enum':['de','en']},'additionalProperties':{'type':'boolean'}}",
                        List.of("{}", "{'en':true,'de':false}"),
                        List.of("{'fr':true}", "{'en':1}")),
                of(
                        "{'type':'object','propertyNames':{'type':'string'},'additionalProperties':{'type':'boolean'}}",
                        List.of("{}", "{'x':true}"),
                        List.of("{'x':1}")),
                of(
                        "{'type':'object','properties':{'a':{},'b':{}},'dependentRequired':{'a':['b']}}",
                        List.of("{}", "{'b':1}", "{'a':1,'b':1}"),
                        List.of("{'a':1}")),
                of(
                        "{'type':'object','properties':{'a':{},'b':{}},'dependentSchemas':{'a':{'properties':{'b':{'type':'null'}}}}}",
                        List.of("{'b':1}", "{'a':1,'b':null}", "{'a':1}"),
                        List.of("{'a':1,'b':1}")));
    }

    private static List<Case> choices() {
        return List.of(
                of("{'oneOf':[{'type':'integer'},{'type':'null'}]}", List.of("1", "null"), List.of("'a'", "1.5")),
                of(
                        "{'oneOf':[{'const':'a','title':'A'},{'const':'b'},{'enum':['c','d']}]}",
                        List.of("'a'", "'d'"),
                        List.of("'e'")),
                of(
                        "{'oneOf':[{'type':'object','properties':{'kind':{'const':'cat'},'lives':{'type':'integer'}},'required':['kind']},"
                                + "{'type':'object','properties':{'kind':{'const':'dog'},'tail':{'type':'boolean'}},'required':['kind']}]}",
                        List.of("{'kind':'cat','lives':9}", "{'tail':true,'kind':'dog'}"),
                        List.of("{'lives':9}", "{'kind':'cow'}"),
                        List.of("{'kind':'cat','tail':true}")),
                of(
                        "{'type':'object','properties':{'a':{'type':'integer'},'b':{'type':'integer'}},"
                                + "'oneOf':[{'required':['a']},{'required':['b']}]}",
                        List.of("{'a':1}", "{'b':1}"),
                        List.of("{}", "{'a':1,'b':1}")),
                of(
                        "{'oneOf':[{'type':'number'},{'type':'integer'},{'type':'null'}]}",
                        List.of("null", "1.5"),
                        List.of("1", "2.0")),
                of(
                        "{'type':'array','oneOf':[{'minItems':2},{'maxItems':3}]}",
                        List.of("[]", "[1]", "[1,2,3,4]"),
                        List.of("[1,2]", "[1,2,3]")),
                of(
                        "{'type':['integer','string'],'anyOf':[{'type':['string','null']},{'const':3}]}",
                        List.of("'a'", "3"),
                        List.of("4", "null")),
                of("{'type':'integer','not':{'type':'string'}}", List.of("1"), List.of("'a'")),
                of(
                        "{'type':['integer','string','null'],'not':{'enum':[null,{}]}}",
                        List.of("1", "'a'"),
                        List.of("null")),
                of("{'type':'boolean','not':{'const':true}}", List.of("false"), List.of("true")),
                of(
                        "{'type':'object','properties':{'a':{},'b':{}},'not':{'required':['a','b']}}",
                        List.of("{}", "{'a':1}", "{'b':1}"),
                        List.of("{'a':1,'b':1}")),
                of(
                        "{'type':'object','properties':{'kind':{'enum':['a','b','c']},'x':{'type':'integer'}},'required':['kind'],"
                                + "'if':{'properties':{'kind':{'const':'a'}}},'then':{'required':['x']},'else':{'properties':{'x':false}}}",
                        List.of("{'kind':'a','x':1}", "{'kind':'b'}", "{'x':1,'kind':'a'}"),
                        List.of("{'kind':'a'}", "{'kind':'c','x':1}")));
    }

    private static List<Case> combinations() {
        return List.of(
                of("{'allOf':[{'type':'integer'}]}", List.of("1"), List.of("1.5", "'a'")),
                of(
                        "{'allOf':[{'type':'object','properties':{'a':{'type':'integer'}},'required':['a']},"
                                + "{'properties':{'b':{'type':'string'}},'required':['b']}],'properties':{'c':{'type':'null'}}}",
                        List.of("{'a':1,'b':'x'}", "{'c':null,'b':'x','a':1}"),
                        List.of("{'a':1}", "{'a':'x','b':'x'}", "{'a':1,'b':'x','c':1}"),
                        List.of("{'a':1,'b':'x','d':1}")),
                of(
                        "{'allOf':[{'properties':{'a':{'type':['integer','string']}}},{'properties':{'a':{'enum':[1,true,'x']}}}]}",
                        List.of("{'a':1}", "{'a':'x'}", "{}"),
                        List.of("{'a':true}", "{'a':2}")),
                of(
                        "{'type':'object','properties':{'x':{'$ref':'#/$defs/t','description':'d','minItems':1}},'required':['x'],"
                                + "'$defs':{'t':{'type':'array','maxItems':2}}}",
                        List.of("{'x':[1]}", "{'x':[1,2]}"),
                        List.of("{'x':[]}", "{'x':[1,2,3]}")),
                of(
                        "{'allOf':[{'anyOf':[{'type':'integer'},{'type':'array','minItems':1}]},{'anyOf':[{'type':'array','maxItems':1},"
                                + "{'type':'null'}]}]}",
                        List.of("[1]"),
                        List.of("1", "null", "[]", "[1,2]")),
                of(
                        "{'$ref':'#/$defs/node','$defs':{'node':{'type':'object','properties':{'next':{'anyOf':[{'$ref':'#/$defs/node'},"
                                + "{'type':'null'}]}},'required':['next'],'minProperties':1}}}",
                        List.of("{'next':null}", "{'next':{'next':null}}"),
                        List.of("{}", "{'next':1}", "{'next':{}}")));
    }

    private static List<Case> values() {
        return List.of(
                of(
                        "{'const':{'a':[1,{'b':null}],'c':'x'}}",
                        List.of("{'a':[1,{'b':null}],'c':'x'}", "{'a': [1, {'b': null}], 'c': 'x'}"),
                        List.of("{'a':[1],'c':'x'}", "{}"),
                        List.of("{'c':'x','a':[1,{'b':null}]}")),
                of(
                        "{'enum':[[],[1,2],{},'x',null]}",
                        List.of("[]", "[1,2]", "[1, 2]", "{}", "'x'", "null"),
                        List.of("[1]", "{'a':1}", "1")),
                of("{'type':'array','enum':[[],[1,2],'x'],'minItems':1}", List.of("[1,2]"), List.of("[]", "'x'")),
                of(
                        "{'type':'object','required':['a'],'enum':[{'a':1},{'b':1},3]}",
                        List.of("{'a':1}"),
                        List.of("{'b':1}", "3")),
                of(
                        "{'enum':[1000.0,1.5,-0.0,1e400,1e-400,12345678901234567890123]}",
                        List.of(
                                "1000.0",
                                "1000",
                                "1e3",
                                "1E+3",
                                "1.5",
                                "0",
                                "0.0",
                                "-0.0",
                                "1e400",
                                "1E400",
                                "1e-400",
                                "12345678901234567890123"),
                        List.of("1e4", "1e401", "1e-401", "12345678901234567890124", "10"),
                        List.of("1000.00", "10e2")),
                of("{'type':'integer','enum':[1.0,2e1,2.5]}", List.of("1", "20"), List.of("2.5", "2"), List.of("1.0")),
                of("{'enum':[1,'1',true],'not':{'type':'string'}}", List.of("1", "true"), List.of("'1'")),
                of("{'enum':['a','b'],'const':'b'}", List.of("'b'"), List.of("'a'")));
    }

    private static List<Case> unevaluated() {
        return List.of(
                of(
                        "{'type':'object','allOf':[{'properties':{'a':{'type':'integer'}}}],'properties':{'b':{'type':'null'}},"
                                + "'unevaluatedProperties':false}",
                        List.of("{}", "{'a':1,'b':null}"),
                        List.of("{'c':1}", "{'a':'x'}")),
                of(
                        "{'type':'object','anyOf':[{'properties':{'a':{'const':1}},'required':['a']},"
                                + "{'properties':{'b':{'const':1}},'required':['b']}],'unevaluatedProperties':false}",
                        List.of("{'a':1}", "{'b':1}"),
                        List.of("{}", "{'a':1,'c':1}"),
                        List.of("{'a':1,'b':1}")),
                of(
                        "{'type':'array','prefixItems':[{'type':'integer'}],'unevaluatedItems':{'type':'null'}}",
                        List.of("[1,null]", "[]"),
                        List.of("[1,1]", "[null]")));
    }

    private static AnswerConstraint constraint(String schema, TestVocabularies tokens) {
        return AnswerConstraint.json(
                tokens.vocabulary(),
                JsonSchema.builder()
                        .name("x")
                        .rootElement(JsonRawSchema.from(schema))
                        .build());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void should_allow_what_fits_and_nothing_else(Case example) {
        AnswerConstraint constraint = constraint(example.json(), TestVocabularies.bytes());
        SchemaValidator validator = SchemaValidator.of(example.json());
        for (String document : example.writable) {
            assertThat(validator.problem(quoted(document))).as(document).isNull();
            assertThat(Walk.allows(constraint, quoted(document))).as(document).isTrue();
        }
        for (String document : example.unwritable) {
            assertThat(validator.problem(quoted(document))).as(document).isNotNull();
            assertThat(Walk.allows(constraint, quoted(document))).as(document).isFalse();
        }
        for (String document : example.omitted) {
            assertThat(validator.problem(quoted(document))).as(document).isNull();
            assertThat(Walk.allows(constraint, quoted(document))).as(document).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void should_give_a_valid_document_at_every_limit_whatever_is_chosen(Case example) {
        SchemaValidator validator = SchemaValidator.of(example.json());
        for (TestVocabularies tokens : List.of(TestVocabularies.bytes(), TestVocabularies.merged())) {
            AnswerConstraint constraint = constraint(example.json(), tokens);
            int least = constraint.shortestAnswerTokens();
            for (int seed = 0; seed < 24; seed++) {
                String json =
                        new Walk(tokens, seed).go(constraint, least + (seed < 12 ? seed : 10 * seed), seed % 4 / 4.0);
                assertThat(validator.problem(json))
                        .as("seed " + seed + ": " + json)
                        .isNull();
            }
        }
    }

    @Test
    void should_pass_by_what_changes_nothing() {
        Map<String, String> harmless = Map.ofEntries(
                Map.entry(
                        "object",
                        "'minProperties':0,'required':[],'dependentRequired':{},'properties':{},'additionalProperties':true"),
                Map.entry("array", "'minItems':0,'uniqueItems':false,'items':true,'minContains':2,'maxContains':1"),
                Map.entry(
                        "string",
                        "'minLength':0,'contentMediaType':'text/html','contentEncoding':'base64','contentSchema':{'type':'null'},"
                                + "'uniqueItems':true,'minItems':3"),
                Map.entry(
                        "integer",
                        "'title':'t','description':'d','default':'x','examples':[1],'example':'y','$comment':'c','deprecated':true,"
                                + "'readOnly':true,'writeOnly':false,'nullable':true,'$schema':'s','$anchor':'a','$id':'urn:x','x-order':1,"
                                + "'externalDocs':{},'xml':{},'discriminator':{'propertyName':'p'},'if':{'type':'string'},'then':{}"),
                Map.entry("boolean", "'allOf':[{}],'anyOf':[true],'oneOf':[{}],'not':false,'else':{'type':'string'}"));
        harmless.forEach((type, keywords) -> {
            String plain = "{'type':'%s'}".formatted(type);
            AnswerConstraint expected = constraint(quoted(plain), TestVocabularies.merged());
            AnswerConstraint constraint =
                    constraint(quoted("{'type':'%s',%s}".formatted(type, keywords)), TestVocabularies.merged());
            for (int seed = 0; seed < 10; seed++) {
                assertThat(new Walk(TestVocabularies.merged(), seed).go(constraint, 40, 0.5))
                        .as(type)
                        .isEqualTo(new Walk(TestVocabularies.merged(), seed).go(expected, 40, 0.5));
            }
        });
    }
}
