package org.steering4j.constraint.regular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegularExpressionTest {

    private static final List<String> ATOMS = List.of(
            "a", "b", "c", "1", "_", " ", "-", "é", "😀", "\\.", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", ".", "[abc]",
            "[^a]", "[a-c1]", "[^\\d_]", "\\x41", "\\u00e9", "\\p{L}", "\\p{Lu}", "[^b-z]");
    private static final List<String> PLACES = List.of("^", "$", "\\b", "\\B");
    private static final List<String> REPETITIONS =
            List.of("*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "*?", "+?", "{0}");
    private static final List<String> CHARACTERS =
            List.of("a", "b", "c", "1", "2", "_", " ", "-", "é", "😀", ".", "A", "Z", "中");

    private static String alternatives(Random random, int depth) {
        StringBuilder expression = new StringBuilder(sequence(random, depth));
        while (random.nextInt(4) == 0) {
            expression.append('|').append(sequence(random, depth));
        }
        return expression.toString();
    }

    private static String sequence(Random random, int depth) {
        StringBuilder expression = new StringBuilder();
        for (int parts = random.nextInt(4); parts >= 0; parts--) {
            if (random.nextInt(8) == 0) {
                expression.append(one(PLACES, random));
                continue;
            }
            boolean group = depth > 0 && random.nextInt(4) == 0;
            expression.append(group ? "(" + alternatives(random, depth - 1) + ")" : one(ATOMS, random));
            if (random.nextInt(3) == 0) {
                expression.append(one(REPETITIONS, random));
            }
        }
        return expression.toString();
    }

    private static String one(List<String> of, Random random) {
        return of.get(random.nextInt(of.size()));
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(7); length > 0; length--) {
            text.append(one(CHARACTERS, random));
        }
        return text.toString();
    }

    /** Java's expressions are ECMA's as far as these go, but for {@code \b} beside characters beyond ASCII. */
    @Test
    void should_recognise_the_texts_that_match() {
        int matches = 0;
        for (int seed = 0; seed < 1500; seed++) {
            Random random = new Random(seed);
            String expression = alternatives(random, 2);
            Language automaton = RegularExpression.language(expression);
            Pattern pattern = Pattern.compile(expression);
            for (int i = 0; i < 40; i++) {
                String text = text(random);
                if (expression.toLowerCase().contains("\\b") && !text.matches("\\p{ASCII}*")) {
                    continue;
                }
                boolean matching = pattern.matcher(text).find();
                assertThat(automaton.accepts(text))
                        .as(expression + " in " + text)
                        .isEqualTo(matching);
                matches += matching ? 1 : 0;
            }
        }
        assertThat(matches).isBetween(5_000, 55_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                // expression ~ a text in which it matches ~ one in which it does not
                "^a$ ~ a ~ b",
                "^abc$ ~ abc ~ `abc\n`", // unlike in Python
                "^.$ ~ 中 ~ `\n`",
                "^.$ ~ 😀 ~ `\u2028`",
                "^[^]$ ~ `\n` ~ aa",
                "^\\d$ ~ 7 ~ ߀",
                "^\\D$ ~ ߀ ~ 0",
                "^\\w$ ~ _ ~ é",
                "^\\s$ ~ `\u00A0` ~ `\u0001`",
                "^\\s$ ~ `\uFEFF` ~ `\u180E`",
                "^\\S$ ~ – ~ `\u2003`",
                "^\\cC$ ~ `\u0003` ~ c",
                "^\\cc$ ~ `\u0003` ~ C",
                "^[\\b]$ ~ `\b` ~ b",
                "^\\u{1F432}*$ ~ 🐲🐲 ~ 🐉",
                "^\\ud83d\\udc32*$ ~ 🐲🐲 ~ 🐉",
                "^🐲*$ ~ 🐲🐲 ~ 🐉",
                "^[🐲-🐴]{2}$ ~ 🐲🐳 ~ 🐲",
                "^\\p{Letter}+$ ~ π ~ 1",
                "^\\p{General_Category=Decimal_Number}+$ ~ ৪২ ~ x",
                "^\\p{digit}+$ ~ ৪২ ~ x",
                "^\\p{Script=Greek}$ ~ π ~ p",
                "^\\P{L}$ ~ 1 ~ π",
                "^[^\\p{L}]$ ~ 1 ~ π",
                "^(?<year>\\d{4})-(?:\\d\\d)$ ~ 2024-12 ~ 2024",
                "^a\\-b\\/c\\_$ ~ a-b/c_ ~ a",
                "^[\\w-.]+$ ~ a-. ~ ,",
                "^[-a]+$ ~ -a ~ b",
                "^{a}$ ~ {a} ~ a",
                "^a{b}]$ ~ a{b}] ~ ab",
                "^[[]$ ~ [ ~ ]",
                "^(?:)$|x ~ `` ~ y",
                "a|^b$ ~ xax ~ xbx",
                "(^a|b$) ~ xb ~ xa",
                "\\bcat\\b ~ a cat! ~ concatenate",
                "^(\\$|€)?\\d+(\\.\\d\\d)?$ ~ $5.25 ~ $5.2",
                "^(0{0}1{2,3}?)+$ ~ 11111 ~ 1"
            })
    void should_read_expressions_as_ECMA_262_does(String expression, String matching, String other) {
        Language automaton = RegularExpression.language(expression);
        assertThat(automaton.accepts(matching)).isTrue();
        assertThat(automaton.accepts(other)).isFalse();
    }

    @Test
    void should_leave_out_of_negated_properties_what_a_later_Unicode_may_assign() {
        int unassigned = 0x0378;
        assertThat(Character.isDefined(unassigned)).isFalse();
        String text = Character.toString(unassigned);
        for (String expression : List.of("^\\P{L}$", "^[^\\p{L}]$", "^[^\\P{Lu}]$", "^\\p{L}$", "^[\\P{L}a]$")) {
            assertThat(RegularExpression.language(expression).accepts(text))
                    .as(expression)
                    .isFalse();
        }
        assertThat(RegularExpression.language("^[^a]$").accepts(text)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "x(?=a) ~ lookahead \"(?=\" at character 2",
                "^(?!a) ~ lookahead \"(?!\" at character 2",
                "(?<=a)b ~ lookbehind",
                "(?<!a)b ~ lookbehind",
                "(a)\\1 ~ backreference \"\\1\" at character 4",
                "(?<n>a)\\k<n> ~ backreference",
                "(?i)a ~ sets a flag",
                "(?P<n>a) ~ of a kind that ECMA 262 lacks",
                "(?>a) ~ of a kind that ECMA 262 lacks",
                "\\Aa\\z ~ escape \"\\A\" at character 1",
                "a++ ~ followed by another one",
                "*a ~ nothing to repeat",
                "a|+ ~ nothing to repeat",
                "^* ~ repeats no character",
                "a{3,2} ~ m at least n",
                "a{,5} ~ {n,m}",
                "a{2 ~ {n}",
                "(a ~ nothing closes",
                "a) ~ nothing opens",
                "[a ~ nothing closes",
                "[z-a] ~ before its beginning",
                "a\\ ~ nothing follows",
                "\\u12 ~ 4 hexadecimal digits",
                "\\u{110000} ~ up to 10FFFF",
                "\\x1 ~ 2 hexadecimal digits",
                "\\012 ~ octal",
                "\\p{Klingon} ~ \\p{Klingon}",
                "\\p{sc=GREEK} ~ \\p{sc=GREEK}",
                "\\p{sc=Klingon} ~ \\p{sc=Klingon}",
                "\\pL ~ a name in braces"
            })
    void should_refuse_what_is_no_regular_expression_or_not_regular(String expression, String message) {
        assertThatThrownBy(() -> RegularExpression.language(expression))
                .isExactlyInstanceOf(NotRegularException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a|b)*a(a|b){30}",
                "a.{200}b",
                "^((a{1,100}){1,100}){1,100}$",
                "^a{1000000000}$",
                "^(x?){40000}$",
                "^(\\w{1,200}\\s?){1,100}.{0,100}b.{0,100}$",
                "(\\bx|\\B.){3000}y"
            })
    void should_refuse_what_takes_too_large_an_automaton(String expression) {
        assertThatThrownBy(() -> RegularExpression.language(expression))
                .isExactlyInstanceOf(NotRegularException.class)
                .hasMessageContaining("which ");
    }

    @Test
    void should_refuse_groups_nested_too_deep_and_expressions_too_long() {
        assertThatThrownBy(() -> RegularExpression.language("(".repeat(10_000) + ")".repeat(10_000)))
                .isExactlyInstanceOf(NotRegularException.class)
                .hasMessageContaining("groups");
        assertThatThrownBy(() -> RegularExpression.language("a".repeat(20_001)))
                .isExactlyInstanceOf(NotRegularException.class)
                .hasMessageContaining("20,001");
        assertThat(RegularExpression.language("()".repeat(1000)).automaton().isEverything())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "^(a|b|ab)*$, 1",
        "^[a-z]{3}$, 4",
        "^[^]*$, 1",
        "^(a{2})*$, 2",
        "x|y, 2",
        "^(abc|abd|xbc|xbd)$, 4",
        "a$b, 1"
    })
    void should_find_the_smallest_automaton(String expression, int states) {
        assertThat(RegularExpression.language(expression).automaton().stateCount())
                .isEqualTo(states);
    }

    @ParameterizedTest
    @CsvSource({
        "'^[ab]{2,500}$', 3, 500",
        "'^x[ab]{0,100}(?:y)z{3}$', 6, 105",
        "'^a{45,60}$', 46, 60",
        "'^[ab]{0,9}$', 10, 2147483647",
        "'^a{0,50}b{0,50}$', 101, 2147483647",
        "'^a{0,50}b*$', 51, 2147483647",
        "'^(ab){0,50}$', 101, 2147483647"
    })
    void should_count_the_repetitions_of_one_character(String expression, int states, int longest) {
        Language language = RegularExpression.language(expression);
        assertThat(language.automaton().stateCount()).isEqualTo(states);
        assertThat(language.longest()).isEqualTo(longest);
        Pattern pattern = Pattern.compile(expression);
        for (int length = 0; length < 600; length++) {
            for (String text : List.of("a".repeat(length), "x" + "b".repeat(length) + "yzzz", "ab".repeat(length))) {
                assertThat(language.accepts(text))
                        .as(text)
                        .isEqualTo(pattern.matcher(text).find());
            }
        }
    }

    @Test
    void should_intersect() {
        Language vowels = RegularExpression.language("^[aeiou]*$");
        Language words = RegularExpression.language("^[a-m]*$");
        Language both = vowels.and(words).and(Language.ofLength(2, 3));
        assertThat(both.accepts("aei")).isTrue();
        assertThat(both.accepts("a")).isFalse();
        assertThat(both.accepts("aeia")).isFalse();
        assertThat(both.accepts("ou")).isFalse();
        assertThat(both.accepts("bd")).isFalse();
        assertThat(vowels.and(RegularExpression.language("x")).isEmpty()).isTrue();
        assertThat(RegularExpression.language("a$b").isEmpty()).isTrue();
    }
}
