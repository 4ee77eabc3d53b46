package org.steering4j.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.constraint.regular.RegularExpression;

/** Strings and numbers that a schema bounds. */
class LimitedValuesTest {

    private static final int PLENTY = 1_000_000;
    private static final ObjectReader READER = new ObjectMapper()
            .reader()
            .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /**
     * @param fits what a value is to be, in Java's words
     * @param valid texts of values that fit
     * @param invalid texts that do not, or that are spelled in a way that is not written
     */
    private record Example(String schema, Predicate<JsonNode> fits, List<String> valid, List<String> invalid) {

        @Override
        public String toString() {
            return schema;
        }
    }

    private static Example text(String keywords, Predicate<String> fits, List<String> valid, List<String> invalid) {
        return new Example(
                "{\"type\":\"string\"," + keywords + "}",
                value -> value.isTextual() && fits.test(value.textValue()),
                valid,
                invalid);
    }

    private static Example integer(
            String keywords, Predicate<BigInteger> fits, List<String> valid, List<String> invalid) {
        return new Example(
                "{\"type\":\"integer\"," + keywords + "}",
                value -> value.isIntegralNumber() && fits.test(value.bigIntegerValue()),
                valid,
                invalid);
    }

    private static Example number(
            String keywords, Predicate<BigDecimal> fits, List<String> valid, List<String> invalid) {
        return new Example(
                "{\"type\":\"number\"," + keywords + "}",
                value -> value.isNumber() && fits.test(value.decimalValue()),
                valid,
                invalid);
    }

    private static Predicate<String> pattern(String expression) {
        return Pattern.compile(expression).asPredicate();
    }

    private static Predicate<String> parses(Consumer<String> parser) {
        return text -> {
            parser.accept(text);
            return true;
        };
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static boolean between(long least, BigInteger value, long greatest) {
        return value.compareTo(BigInteger.valueOf(least)) >= 0 && value.compareTo(BigInteger.valueOf(greatest)) <= 0;
    }

    private static boolean between(String least, BigDecimal value, String greatest) {
        return value.compareTo(new BigDecimal(least)) >= 0 && value.compareTo(new BigDecimal(greatest)) <= 0;
    }

    static Stream<Example> examples() {
        return Stream.of(
                text(
                        "\"minLength\":2,\"maxLength\":4",
                        text -> length(text) >= 2 && length(text) <= 4,
                        List.of("\"ab\"", "\"😀😀\"", "\"\\ud83d\\ude00\\n\"", "\"\\u0041b\\\\\\\"\""),
                        List.of("\"a\"", "\"abcde\"", "\"😀\"", "\"\\ud83d\\ude00\"", "\"\"")),
                text("\"minLength\":3", text -> length(text) >= 3, List.of("\"abc\"", "\"éééééé\""), List.of("\"éé\"")),
                text(
                        "\"pattern\":\".*\",\"maxLength\":2",
                        text -> length(text) <= 2,
                        List.of("\"\"", "\"\\u000A\\/\""),
                        List.of("\"abc\"")),
                text("\"maxLength\":0", String::isEmpty, List.of("\"\""), List.of("\"a\"", "\"\\n\"")),
                text(
                        "\"minLength\":0,\"maxLength\":1e9,\"format\":\"uuid\"",
                        pattern("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"),
                        List.of("\"2eb8aa08-AA98-11ea-b4aa-73B441d16380\""),
                        List.of("\"2eb8aa08\"")),
                text(
                        "\"pattern\":\"^[a-c]{2,5}$\",\"maxLength\":3",
                        pattern("^[a-c]{2,3}$"),
                        List.of("\"ab\"", "\"abc\""),
                        List.of("\"a\"", "\"abca\"", "\"abd\"", "\"\\u0061b\"")),
                text(
                        "\"pattern\":\"x\",\"minLength\":3,\"maxLength\":6",
                        text -> text.contains("x") && length(text) >= 3 && length(text) <= 6,
                        List.of("\"abx\"", "\"x😀é\"", "\"xxxxxx\"", "\"\\n\\\"x\""),
                        List.of("\"abc\"", "\"x\"", "\"abcdefx\"")),
                text(
                        "\"pattern\":\"^[\\\"\\\\\\\\\\\\u0000-\\\\u001f<>/é😀]{1,6}$\"",
                        pattern("^[\"\\\\\\u0000-\\u001f<>/é😀]{1,6}$"),
                        List.of("\"\\\"\\\\\\n\\u0000\\u001F<\"", "\"\\t\\b\\f\\r\"", "\"é😀\""),
                        List.of("\"\\/\"", "\"\\u000A\"", "\"a\"", "\"\\u001f\"", "\"\"")),
                text(
                        "\"pattern\":\"^\\\\p{Lu}\\\\p{Ll}{1,3}$\"",
                        pattern("^\\p{Lu}\\p{Ll}{1,3}$"),
                        List.of("\"Ab\"", "\"Éé\"", "\"Ωω\"", "\"𝐀𝐚\""),
                        List.of("\"ab\"", "\"A\"", "\"中中\"")),
                text(
                        "\"pattern\":\"^(a|ab)*c?$\",\"minLength\":2,\"maxLength\":9",
                        pattern("^(?=.{2,9}$)(a|ab)*c?$"),
                        List.of("\"aa\"", "\"abab\"", "\"aabc\""),
                        List.of("\"ba\"", "\"a\"", "\"cc\"")),
                text(
                        "\"pattern\":\"^(aa)*$\",\"minLength\":3,\"maxLength\":5",
                        "aaaa"::equals,
                        List.of("\"aaaa\""),
                        List.of("\"aa\"", "\"aaa\"", "\"aaaaa\"", "\"aaaaaa\"")),
                text(
                        "\"format\":\"date\"",
                        parses(LocalDate::parse),
                        List.of("\"2024-02-29\"", "\"1999-12-31\""),
                        List.of("\"2023-02-29\"", "\"1999-12-32\"", "\"0000-01-01\"")),
                text(
                        "\"format\":\"date\",\"pattern\":\"^20.*-0[1-3]-\"",
                        text -> text.startsWith("20") && LocalDate.parse(text).getMonthValue() < 4,
                        List.of("\"2024-02-29\""),
                        List.of("\"2024-04-01\"", "\"1999-01-01\"")),
                text(
                        "\"format\":\"date-time\"",
                        parses(OffsetDateTime::parse),
                        List.of("\"2024-02-29T23:59:59Z\"", "\"1963-06-19T08:30:06.283185-08:00\""),
                        List.of("\"2023-02-29T00:00:00Z\"", "\"2024-02-29T24:00:00Z\"", "\"2024-02-29\"")),
                text(
                        "\"format\":\"time\"",
                        parses(OffsetTime::parse),
                        List.of("\"08:30:06Z\"", "\"08:30:06.5+05:30\""),
                        List.of("\"08:30\"", "\"8:30:06Z\"")),
                text(
                        "\"format\":\"email\"",
                        text -> length(text) <= 254
                                && text.matches("[^@\\s\"]{1,64}@([a-zA-Z0-9-]{1,63}\\.)+[a-zA-Z]{2,63}"),
                        List.of("\"joe.bloggs+x@example.com\""),
                        List.of("\"joe\"", "\".joe@example.com\"", "\"joe@example\"")),
                text(
                        "\"format\":\"ipv4\"",
                        pattern("^((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(?!$)|$)){4}$"),
                        List.of("\"127.0.0.1\""),
                        List.of("\"127.0.0.01\"", "\"256.0.0.1\"")),
                text(
                        "\"format\":\"hostname\",\"maxLength\":12",
                        text -> text.length() <= 12 && text.matches("[a-zA-Z0-9.-]+"),
                        List.of("\"example.com\"", "\"a\""),
                        List.of("\"www.example.com\"", "\"-a\"")),
                text(
                        "\"format\":\"uri\",\"pattern\":\"^https?://[a-z.]+/\"",
                        text -> URI.create(text.replaceAll("[^/]*$", ""))
                                .getScheme()
                                .startsWith("http"),
                        List.of("\"https://example.com/a?b=c#d\""),
                        List.of("\"ftp://example.com/\"", "\"https://example.com\"")),
                integer(
                        "\"minimum\":1,\"maximum\":120",
                        value -> between(1, value, 120),
                        List.of("1", "9", "10", "99", "119", "120"),
                        List.of("0", "121", "1200", "-1", "01", "1.0", "1e1", "\"1\"")),
                integer(
                        "\"exclusiveMinimum\":-3.5,\"exclusiveMaximum\":4.0",
                        value -> between(-3, value, 3),
                        List.of("-3", "0", "3"),
                        List.of("-4", "4", "-0", "-")),
                integer(
                        "\"minimum\":0.5,\"maximum\":1e2",
                        value -> between(1, value, 100),
                        List.of("1", "100"),
                        List.of("0", "101", "1e2")),
                integer(
                        "\"minimum\":-5",
                        value -> value.compareTo(BigInteger.valueOf(-5)) >= 0,
                        List.of("-5", "0", "7777777"),
                        List.of("-6", "-10")),
                integer(
                        "\"exclusiveMaximum\":-5",
                        value -> value.compareTo(BigInteger.valueOf(-6)) <= 0,
                        List.of("-6", "-99"),
                        List.of("-5", "5")),
                integer(
                        "\"minimum\":123456789012345678901234567890,\"maximum\":123456789012345678901234567999",
                        value -> value.toString().startsWith("123456789012345678901234567"),
                        List.of("123456789012345678901234567890", "123456789012345678901234567999"),
                        List.of(
                                "123456789012345678901234567889",
                                "123456789012345678901234568000",
                                "123456789012345678901234567")),
                integer(
                        "\"minimum\":0,\"maximum\":100,\"multipleOf\":5",
                        value -> between(0, value, 100) && value.intValue() % 5 == 0,
                        List.of("0", "5", "95", "100"),
                        List.of("1", "99", "105")),
                integer(
                        "\"format\":\"int32\"",
                        value -> between(Integer.MIN_VALUE, value, Integer.MAX_VALUE),
                        List.of("2147483647", "-2147483648"),
                        List.of("2147483648")),
                integer(
                        "\"minimum\":3,\"exclusiveMinimum\":true,\"maximum\":5,\"exclusiveMaximum\":false",
                        value -> between(4, value, 5),
                        List.of("4", "5"),
                        List.of("3", "6")),
                number(
                        "\"minimum\":0,\"maximum\":1",
                        value -> between("0", value, "1"),
                        List.of("0", "1", "0.5", "0.125", "1.0", "1.000"),
                        List.of("1.01", "-0.1", "2", "-0", ".5", "1.", "1e-1", "00.5")),
                number(
                        "\"exclusiveMinimum\":0",
                        value -> value.signum() > 0,
                        List.of("0.001", "1", "123.5"),
                        List.of("0", "0.0", "-1", "0.000")),
                number(
                        "\"exclusiveMinimum\":0.3,\"exclusiveMaximum\":2.5",
                        value -> value.doubleValue() > 0.3 && value.doubleValue() < 2.5,
                        List.of("0.31", "2.49", "1"),
                        List.of("0.3", "0.30", "0.30000000000000001", "2.5", "2.50")),
                number(
                        "\"minimum\":-1.5,\"maximum\":10,\"multipleOf\":0.25",
                        value -> between("-1.5", value, "10")
                                && value.remainder(new BigDecimal("0.25")).signum() == 0,
                        List.of("-1.5", "-0.25", "0", "9.75", "10", "1.50"),
                        List.of("-1.75", "0.1", "0.2500", "10.25")),
                number(
                        "\"multipleOf\":0.01",
                        value -> value.stripTrailingZeros().scale() <= 2,
                        List.of("19.99", "-3", "0.1"),
                        List.of("0.001", "1e1")),
                new Example(
                        "{\"type\":[\"string\",\"null\",\"integer\"],\"maxLength\":2,\"minimum\":7}",
                        value -> value.isNull()
                                || (value.isTextual() && length(value.textValue()) <= 2)
                                || (value.isIntegralNumber()
                                        && value.bigIntegerValue().compareTo(BigInteger.valueOf(7)) >= 0),
                        List.of("null", "\"ab\"", "7", "70"),
                        List.of("6", "\"abc\"", "7.5")),
                new Example(
                        "{\"enum\":[\"a\",\"abc\",5,15,null],\"maxLength\":2,\"maximum\":10}",
                        value -> List.of("\"a\"", "5", "null").contains(value.toString()),
                        List.of("\"a\"", "5", "null"),
                        List.of("\"abc\"", "15")),
                new Example(
                        "{\"type\":\"object\",\"properties\":{\"zip\":{\"type\":\"string\",\"pattern\":\"^\\\\d{5}$\"},\"age\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":150}},\"required\":[\"zip\",\"age\"]}",
                        value -> value.size() == 2
                                && value.get("zip").textValue().matches("[0-9]{5}")
                                && between(0, value.get("age").bigIntegerValue(), 150),
                        List.of("{\"zip\":\"12345\",\"age\":150}", "{\"age\": 0, \"zip\": \"00000\"}"),
                        List.of("{\"zip\":\"1234\",\"age\":1}", "{\"zip\":\"12345\",\"age\":151}")));
    }

    static Stream<Arguments> examplesAndVocabularies() {
        return examples()
                .flatMap(example -> Stream.of(
                                TestVocabularies.bytes(), TestVocabularies.merged(), TestVocabularies.characters())
                        .map(tokens -> Arguments.of(example, tokens)));
    }

    private static AnswerConstraint constraint(String schema, Vocabulary vocabulary) {
        return AnswerConstraint.json(
                vocabulary,
                JsonSchema.builder()
                        .name("x")
                        .rootElement(JsonRawSchema.from(schema))
                        .build());
    }

    private static AnswerConstraint constraint(String schema) {
        return constraint(schema, TestVocabularies.bytes().vocabulary());
    }

    private static boolean fits(Example example, String json) {
        try {
            return example.fits.test(READER.readTree(json));
        } catch (Exception e) {
            throw new AssertionError(json, e);
        }
    }

    @ParameterizedTest
    @MethodSource("examplesAndVocabularies")
    void should_give_values_within_the_limits_whatever_is_chosen(Example example, TestVocabularies tokens) {
        AnswerConstraint constraint = constraint(example.schema, tokens.vocabulary());
        Set<String> documents = new HashSet<>();
        for (int seed = 0; seed < 40; seed++) {
            String json = new Walk(tokens, seed).go(constraint, 300, 0.02 * (seed % 10));
            assertThat(fits(example, json)).as(json).isTrue();
            documents.add(json);
        }
        assertThat(documents).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("examplesAndVocabularies")
    void should_close_values_in_time_at_every_limit(Example example, TestVocabularies tokens) {
        AnswerConstraint constraint = constraint(example.schema, tokens.vocabulary());
        int least = constraint.shortestAnswerTokens();
        for (int limit = least; limit < least + 25; limit++) {
            String json = new Walk(tokens, limit).go(constraint, limit, 0);
            assertThat(fits(example, json)).as("limit " + limit + ": " + json).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void should_allow_valid_texts_and_no_others(Example example) {
        AnswerConstraint constraint = constraint(example.schema);
        for (String json : example.valid) {
            assertThat(fits(example, json)).as(json).isTrue();
            assertThat(allows(constraint, json)).as(json).isTrue();
        }
        for (String json : example.invalid) {
            assertThat(allows(constraint, json)).as(json).isFalse();
        }
    }

    private static boolean allows(AnswerConstraint constraint, String json) {
        RunningConstraint running = constraint.running(PLENTY);
        for (byte b : json.getBytes(StandardCharsets.UTF_8)) {
            if (!Walk.allowed(running).contains(b & 0xFF)) {
                return false;
            }
            running.advance(b & 0xFF);
        }
        return running.isComplete();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void should_find_with_the_trie_what_trying_each_token_finds(Example example) {
        TestVocabularies tokens = TestVocabularies.merged();
        AnswerConstraint constraint = constraint(example.schema, tokens.vocabulary());
        for (int limit : new int[] {constraint.shortestAnswerTokens() + 4, 1000}) {
            RunningConstraint running = constraint.running(limit);
            for (int left = limit - 1; left >= 0 && left > limit - 12; left--) {
                List<Integer> allowed = Walk.allowed(running);
                assertThat(allowed.remove((Integer) TestVocabularies.END)).isEqualTo(running.isComplete());
                Set<Integer> tried = new HashSet<>();
                for (int token = 0; token < TestVocabularies.SIZE; token++) {
                    if (running.neededAfter(token) <= left) {
                        tried.add(token);
                    }
                }
                assertThat(allowed).containsExactlyInAnyOrderElementsOf(tried);
                if (allowed.isEmpty()) {
                    break;
                }
                running.advance(allowed.get(left % allowed.size()));
            }
        }
    }

    @Test
    void should_count_the_tokens_of_the_shortest_text_by_the_tokens_that_spell_it() {
        Vocabulary vocabulary = TestVocabularies.merged().vocabulary();
        // " quick circle " are tokens
        assertThat(constraint("{\"type\":\"string\",\"pattern\":\"^quickcircle$\"}", vocabulary)
                        .shortestAnswerTokens())
                .isEqualTo(4);
        assertThat(constraint("{\"type\":\"integer\",\"minimum\":123456,\"maximum\":123456}", vocabulary)
                        .shortestAnswerTokens())
                .isEqualTo(1);
        assertThat(constraint("{\"type\":\"string\",\"minLength\":12}", vocabulary)
                        .shortestAnswerTokens())
                .isEqualTo(14);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"string\",\"minLength\":100000,\"maxLength\":100000}",
                "{\"type\":\"string\",\"pattern\":\"^[a-z]*$\",\"minLength\":10,\"maxLength\":100000}",
                "{\"type\":\"string\",\"pattern\":\"^[^a]*$\",\"maxLength\":100000}",
                "{\"type\":\"string\",\"pattern\":\"^[^a]{1,100000}$\"}"
            })
    void should_count_long_texts_without_a_state_for_each_length(String schema) {
        AnswerConstraint constraint = constraint(schema);
        RunningConstraint running = constraint.running(PLENTY);
        running.advance('"');
        for (int i = 0; i < 100_000; i++) {
            running.advance('z');
            if (i == 50_000) {
                assertThat(Walk.allowed(running)).contains((int) 'z');
            }
        }
        assertThat(Walk.allowed(running)).containsExactly((int) '"');
    }

    @Test
    void should_say_that_our_bound_cut_a_number_short() {
        RunningConstraint running =
                constraint("{\"type\":\"integer\",\"minimum\":0}").running(PLENTY);
        float[] logits = new float[TestVocabularies.SIZE];
        int digits = 0;
        while (true) {
            Arrays.fill(logits, 0);
            logits['7'] = 1;
            running.exclude(logits);
            if (logits['7'] != 1) {
                break;
            }
            assertThat(running.isCutShort()).isFalse();
            running.advance('7');
            digits++;
        }
        assertThat(digits).isBetween(40, 50);
        assertThat(running.isCutShort()).isTrue();
    }

    @Test
    void should_not_say_that_the_schemas_own_bound_cut_a_text_short() {
        RunningConstraint running = constraint("{\"type\":\"string\",\"pattern\":\"^a*$\",\"maxLength\":1}")
                .running(PLENTY);
        float[] logits = new float[TestVocabularies.SIZE];
        running.advance('"');
        running.advance('a');
        logits['a'] = 1;
        running.exclude(logits);
        assertThat(logits['a']).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(running.isCutShort()).isFalse();
    }

    @Test
    void should_write_a_slash_after_less_than_by_its_escape_inside_a_tool_call() {
        ByteAutomaton inside =
                ByteAutomaton.quoted(RegularExpression.language("^[</a]*$").automaton(), new TextRules(true, true));
        assertThat(reads(inside, "\"</\"")).isFalse();
        assertThat(reads(inside, "\"<\\/a/<<\\//<\"")).isTrue();
        assertThat(reads(inside, "\"a\\/\"")).isFalse();
    }

    private static boolean reads(ByteAutomaton automaton, String text) {
        int state = 0;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            state = state == ByteAutomaton.NONE ? state : automaton.after(state, b & 0xFF);
        }
        return state != ByteAutomaton.NONE && automaton.isAccepting(state);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "`\"type\":\"string\",\"minLength\":5,\"maxLength\":3` ~ minLength 5 with maxLength 3, which no text fits",
                "`\"type\":\"string\",\"pattern\":\"^a{5}$\",\"maxLength\":3` ~ maxLength 3 with pattern \"^a{5}$\", which no text fits",
                "`\"type\":\"string\",\"pattern\":\"^(aa)*$\",\"minLength\":3,\"maxLength\":3` ~ which no text fits",
                "`\"type\":\"string\",\"pattern\":\"a$b\"` ~ pattern \"a$b\", which no text fits",
                "`\"type\":\"string\",\"format\":\"date\",\"pattern\":\"^x\"` ~ which no text fits",
                "`\"type\":\"integer\",\"minimum\":5,\"maximum\":4` ~ minimum 5 with maximum 4, which no number of the type fits",
                "`\"type\":\"integer\",\"minimum\":4.1,\"maximum\":4.9` ~ which no number of the type fits",
                "`\"type\":\"number\",\"exclusiveMinimum\":1,\"maximum\":1` ~ exclusiveMinimum 1 with maximum 1, which no number",
                "`\"type\":\"integer\",\"minimum\":1,\"maximum\":6,\"multipleOf\":7` ~ which no number of the type fits",
                "`\"type\":\"string\",\"pattern\":\"a(?=b)\"` ~ pattern \"a(?=b)\", which holds the lookahead \"(?=\" at character 2",
                "`\"type\":\"string\",\"pattern\":\"(a)\\\\1\"` ~ which holds the backreference \"\\1\" at character 4",
                "`\"type\":\"string\",\"pattern\":\"a.{300}b\"` ~ which takes an automaton of more than",
                "`\"type\":\"string\",\"pattern\":\"^[ab]{9}$\",\"minLength\":1000000` ~ which takes an automaton of more than",
                "`\"enum\":[\"2024-02-29\",\"today\"],\"format\":\"date\"` ~ format \"date\" beside the text \"today\"",
                "`\"type\":\"string\",\"oneOf\":[{\"format\":\"date\"},{\"format\":\"uuid\"}]` ~ oneOf",
                "`\"type\":\"string\",\"format\":\"regex\"` ~ format \"regex\"",
                "`\"type\":\"string\",\"format\":\"int32\"` ~ format \"int32\"",
                "`\"type\":\"integer\",\"format\":\"uint8\"` ~ format \"uint8\"",
                "`\"type\":\"integer\",\"multipleOf\":1234` ~ multipleOf 1234, which is no whole number up to 1,000",
                "`\"type\":\"number\",\"multipleOf\":0` ~ multipleOf 0, which is not above 0",
                "`\"type\":\"integer\",\"minimum\":\"3\"` ~ \"minimum\" with the value \"3\"",
                "`\"type\":\"integer\",\"minimum\":1e2000000000` ~ minimum",
                "`\"type\":\"string\",\"minLength\":-1` ~ \"minLength\" with the value -1",
                "`\"type\":\"string\",\"maxLength\":1.5` ~ \"maxLength\" with the value 1.5",
                "`\"type\":\"string\",\"pattern\":7` ~ \"pattern\" with the value 7"
            })
    void should_refuse_limits_that_nothing_fits_or_that_cannot_be_guaranteed(String keywords, String message) {
        assertThatThrownBy(() -> constraint("{\"type\":\"object\",\"properties\":{\"p\":{" + keywords + "}}}"))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll(message, "$.properties.p", "not supported");
    }
}
