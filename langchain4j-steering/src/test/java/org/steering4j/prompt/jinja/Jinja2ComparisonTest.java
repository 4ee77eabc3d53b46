package org.steering4j.prompt.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every text to the letter as Jinja2 writes it with the settings of Hugging Face's transformers. What Jinja2 wrote lies beside the templates,
 * in {@code chat-templates}, with the script that asked it.
 */
class Jinja2ComparisonTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-05T09:07:03Z"), ZoneOffset.UTC);

    /** What Jinja2 does and we refuse, since no chat template was seen to need it. */
    private static final Set<String> REFUSED = Set.of(
            "{{ lipsum is defined }}",
            "{{ self is defined }}",
            "{% block a %}in block{% endblock %}",
            "{% block a %}x{% endblock %}",
            "{% autoescape true %}{{ h }}{% endautoescape %}",
            "{% set nan = 'nan' | float %}{{ [3, nan, 1] | sort }}",
            "{% set nan = 'nan' | float %}{{ [[1, nan], [1, 2]] | sort }}{{ {'a': nan, 'b': 1} | dictsort(by='value') }}");

    private static Path file(String name) {
        try {
            return Path.of(Jinja2ComparisonTest.class
                            .getResource("/chat-templates/render.py")
                            .toURI())
                    .resolveSibling(name);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> map(JsonNode json) {
        return MAPPER.convertValue(json, new TypeReference<LinkedHashMap<String, Object>>() {});
    }

    static Stream<Arguments> conversations() throws IOException {
        JsonNode conversations = MAPPER.readTree(file("conversations.json").toFile());
        List<Arguments> cases = new ArrayList<>();
        try (Stream<Path> files = Files.list(file("."))) {
            for (Path template : files.filter(each -> each.toString().endsWith(".jinja"))
                    .sorted()
                    .toList()) {
                String name = template.getFileName().toString().replace(".jinja", "");
                JsonNode expected = MAPPER.readTree(file(name + ".json").toFile());
                conversations
                        .fieldNames()
                        .forEachRemaining(conversation -> cases.add(Arguments.of(
                                name, conversation, conversations.get(conversation), expected.get(conversation))));
            }
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("conversations")
    void should_write_a_conversation_as_Jinja2_does(
            String template, String name, JsonNode conversation, JsonNode expected) throws IOException {
        JinjaTemplate parsed = JinjaTemplate.parse(Files.readString(file(template + ".jinja")));
        for (boolean ask : new boolean[] {false, true}) {
            Map<String, Object> variables = new HashMap<>(Map.of("bos_token", "<s>", "eos_token", "</s>"));
            variables.put("tools", null);
            variables.put("documents", null);
            variables.putAll(map(conversation));
            if (conversation.has("variables")) {
                variables.putAll(map(conversation.get("variables")));
            }
            variables.put("add_generation_prompt", ask);
            compare(() -> parsed, variables, expected.get(ask ? 1 : 0));
        }
    }

    static Stream<Arguments> snippets() throws IOException {
        List<Arguments> cases = new ArrayList<>();
        for (String prefix : List.of("", "python-")) {
            MAPPER.readTree(file(prefix + "snippets.json").toFile())
                    .forEach(snippet ->
                            cases.add(Arguments.of(snippet.get("template").asText(), prefix, snippet)));
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("snippets")
    void should_write_a_snippet_as_Jinja2_does(String template, String prefix, JsonNode expected) throws IOException {
        Map<String, Object> variables =
                map(MAPPER.readTree(file(prefix + "variables.json").toFile()));
        if (REFUSED.contains(template)) {
            assertThatThrownBy(() -> JinjaTemplate.parse(template).render(variables, CLOCK))
                    .isInstanceOf(JinjaException.class)
                    .hasMessageContaining("line 1")
                    .hasMessageContaining("not supported");
        } else {
            compare(() -> JinjaTemplate.parse(template), variables, expected);
        }
    }

    /** What Jinja2 writes we write, or say what is not supported; what it refuses, we refuse. */
    @Test
    void should_write_random_expressions_as_Jinja2_does() throws IOException {
        JsonNode file = MAPPER.readTree(file("random-expressions.json").toFile());
        Map<String, Object> variables = map(file.get("variables"));
        List<String> unlike = new ArrayList<>();
        int[] written = {0};
        file.get("expressions").fields().forEachRemaining(expression -> {
            String expected = expression.getValue().textValue();
            try {
                String text = JinjaTemplate.parse(expression.getKey())
                        .render(variables, CLOCK)
                        .toString();
                written[0]++;
                if (!text.equals(expected)) {
                    unlike.add("%s is %s, not %s".formatted(expression.getKey(), expected, text));
                }
            } catch (JinjaException e) {
                if (expected != null && !e.getMessage().matches("(?s).*(not supported|cannot be written|slice of).*")) {
                    unlike.add("%s is %s, not: %s".formatted(expression.getKey(), expected, e.getMessage()));
                }
            }
        });
        assertThat(unlike).isEmpty();
        assertThat(written[0]).isGreaterThan(800);
    }

    private interface Parsing {
        JinjaTemplate template();
    }

    private static void compare(Parsing parsing, Map<String, Object> variables, JsonNode expected) {
        if (expected.has("text")) {
            assertThat(parsing.template().render(variables, CLOCK))
                    .hasToString(expected.get("text").asText());
        } else if (expected.get("error").asText().equals("refused")) {
            assertThatThrownBy(() -> parsing.template().render(variables, CLOCK))
                    .isInstanceOfSatisfying(
                            JinjaException.Refusal.class,
                            refusal -> assertThat(refusal.reason())
                                    .isEqualTo(expected.get("message").asText()));
        } else {
            assertThatThrownBy(() -> parsing.template().render(variables, CLOCK))
                    .isInstanceOf(JinjaException.class)
                    .isNotInstanceOf(JinjaException.Refusal.class)
                    .hasMessageStartingWith("line ");
        }
    }

    @Test
    void should_keep_what_is_foreign_apart_whatever_is_done_with_it() {
        Map<String, Object> variables = Map.of("word", Text.foreign("aß b"), "list", List.of(Text.foreign("x")));
        Map<String, String> expected = Map.ofEntries(
                Map.entry("<{{ word }}>", "<????>"),
                Map.entry("{{ word|upper ~ '!' }}", "?????!"),
                Map.entry("{{ word.split(' ')|join('-') }}", "??-?"),
                Map.entry("{{ word.replace('a', 'A') }}", "A???"),
                Map.entry("{{ word[::-1]|capitalize|trim }}", "????"),
                Map.entry("{{ {'k': word}|tojson }}", "{\"k\": \"????\"}"),
                Map.entry("{{ {'k': list}|string }}", "{'k': ['?']}"),
                Map.entry("{% set w %}[{{ word|title }}]{% endset %}{{ w[1:3] ~ w[0] }}", "??["),
                Map.entry("{% macro m(x) %}({{ x }}){% endmacro %}{{ m(list|first) ~ ('x' in list) }}", "(?)True"));
        expected.forEach((template, masked) -> assertThat(
                        JinjaTemplate.parse(template).render(variables, CLOCK).withForeignAs('?'))
                .as(template)
                .isEqualTo(masked));
    }

    @Test
    void should_stop_templates_that_run_wild() {
        for (String template : List.of(
                "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
                "{% set ns = namespace(s='x') %}{% for a in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
                "{% set ns = namespace(s=[1]) %}{% for a in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "{{ 'x' * 999999999999 }}",
                "{{ 9 ** 99999 }}",
                "{{ range(10 ** 9)|list }}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
                "{% set ns = namespace(s=[]) %}{% for a in range(99999) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s }}",
                "{{ 'a'|indent(2000000000) }}",
                "{{ [1]|tojson(indent=2000000000) }}",
                "{{ 'a'.center(2000000000) }}",
                "{{ '%2000000000d' % 1 }}",
                "{{ '%.2000000000f' % 1 }}",
                "{{ '{:2000000000}'.format(1) }}",
                "{{ [1]|batch(2000000000, 1)|list }}",
                "{{ [1]|slice(2000000000)|list }}",
                "{% macro m(x) %}{{ m(*[x]) }}{% endmacro %}{{ m(1) }}",
                "{{ " + "9".repeat(100_000) + " }}",
                "{{ " + "(".repeat(5000) + "1" + ")".repeat(5000) + " }}")) {
            assertThatThrownBy(() -> JinjaTemplate.parse(template).render(Map.of(), CLOCK))
                    .as(template.substring(0, Math.min(100, template.length())))
                    .isInstanceOf(JinjaException.class);
        }
    }

    /** Few steps: they are to be stopped for the millions of characters and items that each of them goes through. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% set b = a|upper %}",
                "{% set b = a.replace('x', 'y') %}",
                "{% set b = a.split('x') %}",
                "{% set b = a.rsplit('x') %}",
                "{% set b = a.split() %}",
                "{% set b = a.isdigit() %}",
                "{% set b = a[::-1] %}",
                "{% set b = a|list %}",
                "{% set b = {a: 1} %}",
                "{% set b = a == a ~ '' %}",
                "{% set b = a < a ~ '' %}",
                "{% set b = a.count(a[1:] ~ 'y') %}",
                "{% set b = a.count('x' * 50000 ~ 'y') %}",
                "{% set b = a.strip('y' * 50000) %}",
                "{% set b = a.endswith((a[1:] ~ 'x',) * 1000) %}",
                "{% set b %}{{ a }}{% endset %}",
                "{% set ns.l = ns.l + [a|tojson] %}",
                "{% set ns.l = ns.l + range(99999)|list %}",
                "{% set b = range(99999)|map('string')|list %}",
                "{% set b = [a] * 1000000 %}",
                "{% set b = ([1] * 1000000)|reject|list %}",
                "{% set b = ([a] * 100000)|map('upper')|join|length %}",
                "{% set b = (10 ** 2999) ~ '' %}{% for j in range(99999) %}{% set b = 10 ** 2999 / (10 ** 2998 - j) %}{% endfor %}",
                "{% for j in range(99999) %}{% set b = '%d' % 10 ** 2999 %}{% endfor %}",
                "{% for j in range(99999) %}{% set b = '%.900f' % 1.5 %}{% endfor %}",
                "{% set b = a|e %}",
                "{% set b = a|wordwrap(1) %}",
                "{% set b = a|urlencode %}",
                "{% set b = a.center(99999) %}",
                "{% set b = range(99999)|batch(2)|list %}",
                "{% set b = range(99999)|sum %}",
                "{% set b = dict.fromkeys(range(99999)) %}"
            })
    void should_stop_templates_whose_steps_are_much_work(String step) {
        String template = "{% set a = 'x' * 100000 %}{% set ns = namespace(l=[]) %}{% for i in range(100) %}" + step
                + "{% endfor %}";
        assertThatThrownBy(() -> JinjaTemplate.parse(template).render(Map.of(), CLOCK, 100_000))
                .isInstanceOf(JinjaException.class)
                .hasMessageContaining("line 1: it takes more than 100,000 steps, or as much work");
    }

    /** Few objects, but as a tree millions. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ ns.a == ns.b }}",
                "{{ ns.a < ns.b }}",
                "{{ ns.a in [ns.b] }}",
                "{{ [ns.a, ns.b]|sort }}",
                "{{ [ns.a].index(ns.b) }}",
                "{{ {ns.a: 1}[ns.b] }}",
                "{{ {'k': ns.a}.items() == {'k': ns.b}.items() }}",
                "{{ ns.a is eq ns.b }}"
            })
    void should_stop_comparing_what_holds_itself_many_times(String comparison) {
        String template = "{% set ns = namespace(a=(), b=()) %}{% for i in range(22) %}"
                + "{% set ns.a = (ns.a, ns.a) %}{% set ns.b = (ns.b, ns.b) %}{% endfor %}" + comparison;
        assertThatThrownBy(() -> JinjaTemplate.parse(template).render(Map.of(), CLOCK, 100_000))
                .isInstanceOf(JinjaException.class)
                .hasMessageContaining("it takes more than 100,000 steps");
    }

    @Test
    void should_tell_namespaces_apart_without_looking_into_them() {
        String template = "{% set a = namespace(x=1) %}{% set b = namespace(x=1) %}{% set a.a = a %}"
                + "{{ a == a }} {{ a == b }} {{ {a: 'found'}[a] }}";
        assertThat(JinjaTemplate.parse(template).render(Map.of(), CLOCK)).hasToString("True False found");
    }

    /** More than half a million characters, gathered turn by turn. */
    @Test
    void should_let_a_template_gather_a_long_conversation() {
        Map<String, Object> variables = Map.of("messages", Collections.nCopies(700, "x".repeat(750)));
        String template = "{% set ns = namespace(text='') %}{% for message in messages %}"
                + "{% set ns.text = ns.text ~ message|trim %}{% endfor %}{{ ns.text|length }}";
        assertThat(JinjaTemplate.parse(template).render(variables, CLOCK)).hasToString("525000");
    }

    @Test
    void should_read_strings_of_any_length() {
        String literal = "\\n\\\\".repeat(50_000);
        assertThat(JinjaTemplate.parse("{{ '" + literal + "'|length }}{{ \"" + literal + "\"|length }}")
                        .render(Map.of(), CLOCK))
                .hasToString("100000100000");
    }

    @Test
    void should_name_the_line_and_the_construct_of_what_is_wrong() {
        Map<String, String> expected = Map.of(
                "a\n\n{{ x.y.z }}", "line 3: 'x' is undefined",
                "a\n\n{{ x|nosuch }}", "line 3: the filter \"nosuch\" is not supported",
                "a\n{% import 'x' as x %}", "line 2: the tag {% import %} is not supported here",
                "{% for a in b %}\n\n", "line 2: the template ends before {% endfor %} or {% else %}",
                "{{ 'a'.encode() }}", "line 1: the string method encode() is not supported in chat templates",
                "{{ [1, 'nan'|float]|sort }}", "line 1: to sort nan is not supported in chat templates");
        expected.forEach((template, message) -> assertThatThrownBy(
                        () -> JinjaTemplate.parse(template).render(Map.of(), CLOCK))
                .isInstanceOf(JinjaException.class)
                .hasMessageContaining(message));
    }
}
