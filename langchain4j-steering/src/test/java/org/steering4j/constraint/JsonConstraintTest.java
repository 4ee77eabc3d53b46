package org.steering4j.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JsonConstraintTest {

    private static final int SEEDS = 40;
    private static final int PLENTY = 100_000;

    static Stream<Example> examples() {
        return Example.all();
    }

    static Stream<Arguments> examplesAndVocabularies() {
        return Example.all()
                .flatMap(example -> Stream.of(TestVocabularies.bytes(), TestVocabularies.merged())
                        .map(tokens -> Arguments.of(example, tokens)));
    }

    private static AnswerConstraint constraint(Example example, TestVocabularies tokens) {
        return AnswerConstraint.json(tokens.vocabulary(), example.jsonSchema());
    }

    @ParameterizedTest
    @MethodSource("examplesAndVocabularies")
    void should_give_a_valid_document_whatever_is_chosen(Example example, TestVocabularies tokens) {
        AnswerConstraint constraint = constraint(example, tokens);
        SchemaValidator validator = example.validator();
        Set<String> documents = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            String json = new Walk(tokens, seed).go(constraint, 400, seed % 4 / 4.0);
            assertThat(validator.problem(json)).as("seed " + seed + ": " + json).isNull();
            documents.add(json);
        }
        assertThat(documents).hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @MethodSource("examplesAndVocabularies")
    void should_hold_answers_of_several_threads_to_one_form(Example example, TestVocabularies tokens) {
        AnswerConstraint alone = constraint(example, tokens);
        AnswerConstraint shared = constraint(example, tokens);
        List<String> documents = IntStream.range(0, 16)
                .parallel()
                .mapToObj(seed -> new Walk(tokens, seed).go(shared, 300, 0.5))
                .toList();
        assertThat(documents)
                .isEqualTo(IntStream.range(0, 16)
                        .mapToObj(seed -> new Walk(tokens, seed).go(alone, 300, 0.5))
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("examplesAndVocabularies")
    void should_close_the_document_in_time_at_every_limit(Example example, TestVocabularies tokens) {
        AnswerConstraint constraint = constraint(example, tokens);
        SchemaValidator validator = example.validator();
        int least = constraint.shortestAnswerTokens();
        for (int limit = least; limit < least + 70; limit++) {
            for (int seed = 0; seed < 3; seed++) {
                String json = new Walk(tokens, seed).go(constraint, limit, seed / 3.0);
                assertThat(validator.problem(json))
                        .as("limit " + limit + ": " + json)
                        .isNull();
            }
        }
        assertThatThrownBy(() -> constraint.start(least - 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(String.valueOf(least - 1), String.valueOf(least));
    }

    @ParameterizedTest
    @MethodSource("examplesAndVocabularies")
    void should_allow_every_valid_document_however_it_is_split_into_tokens(Example example, TestVocabularies tokens) {
        for (String json : example.valid()) {
            assertThat(example.validator().problem(json)).isNull();
            for (int seed = 0; seed < 10; seed++) {
                List<Integer> split = split(json, tokens, new Random(seed));
                assertThat(isAllowed(constraint(example, tokens), split))
                        .as(json + " as " + split)
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("examplesAndVocabularies")
    void should_allow_no_invalid_document(Example example, TestVocabularies tokens) {
        for (String json : example.invalid()) {
            for (int seed = 0; seed < 5; seed++) {
                List<Integer> split = split(json, tokens, new Random(seed));
                assertThat(isAllowed(constraint(example, tokens), split))
                        .as(json + " as " + split)
                        .isFalse();
            }
        }
    }

    private static List<Integer> split(String json, TestVocabularies tokens, Random random) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        List<Integer> split = new ArrayList<>();
        for (int from = 0; from < bytes.length; ) {
            int start = from;
            List<Integer> fitting = tokens.texts().keySet().stream()
                    .filter(token -> token < TestVocabularies.SIZE
                            && token != TestVocabularies.END
                            && startsWith(bytes, start, tokens.text(token))
                            && !writesTwoNames(tokens.text(token)))
                    .toList();
            int token = fitting.get(random.nextInt(fitting.size()));
            split.add(token);
            from += tokens.text(token).length;
        }
        return split;
    }

    /** As {@code ":1,"b":} does: where members need not be declared, such tokens are not allowed, lest a name be repeated. */
    private static boolean writesTwoNames(byte[] text) {
        return new String(text, StandardCharsets.UTF_8).matches("(?s).*\":.*\":.*");
    }

    private static boolean startsWith(byte[] bytes, int from, byte[] text) {
        return text.length > 0
                && from + text.length <= bytes.length
                && Arrays.equals(bytes, from, from + text.length, text, 0, text.length);
    }

    private static boolean isAllowed(AnswerConstraint constraint, List<Integer> split) {
        RunningConstraint running = constraint.running(PLENTY);
        for (int token : split) {
            if (!Walk.allowed(running).contains(token)) {
                return false;
            }
            running.advance(token);
        }
        return running.isComplete();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void should_find_with_the_trie_what_trying_each_token_finds(Example example) {
        TestVocabularies tokens = TestVocabularies.merged();
        AnswerConstraint constraint = constraint(example, tokens);
        for (int limit : new int[] {constraint.shortestAnswerTokens() + 25, PLENTY}) {
            for (int seed = 0; seed < 4; seed++) {
                Random random = new Random(seed);
                RunningConstraint running = constraint.running(limit);
                for (int left = limit - 1; left > limit - 30; left--) {
                    List<Integer> allowed = Walk.allowed(running);
                    boolean endAllowed = allowed.remove((Integer) TestVocabularies.END);
                    assertThat(endAllowed).isEqualTo(running.isComplete());
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
                    running.advance(allowed.get(random.nextInt(allowed.size())));
                }
            }
        }
    }

    @Test
    void should_allow_the_end_when_the_document_is_complete_and_only_then() {
        TestVocabularies tokens = TestVocabularies.bytes();
        RunningConstraint running = AnswerConstraint.json(
                        tokens.vocabulary(),
                        Example.all()
                                .filter(e -> e.name().equals("a number"))
                                .findAny()
                                .orElseThrow()
                                .jsonSchema())
                .running(PLENTY);
        assertThat(Walk.allowed(running)).doesNotContain(TestVocabularies.END);
        running.advance('1');
        assertThat(Walk.allowed(running)).contains(TestVocabularies.END);
        running.advance('.');
        assertThat(Walk.allowed(running)).doesNotContain(TestVocabularies.END);
    }

    @Test
    void should_say_that_nothing_can_follow_a_complete_object() {
        RunningConstraint running = AnswerConstraint.json(
                        TestVocabularies.bytes().vocabulary(), null)
                .running(PLENTY);
        assertThat(running.advance('{')).isTrue();
        assertThat(running.advance('}')).isFalse();
        assertThat(running.isCutShort()).isFalse();
        assertThatThrownBy(() -> running.advance('}')).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void should_not_stall_in_white_space() {
        TestVocabularies tokens = TestVocabularies.bytes();
        RunningConstraint running =
                AnswerConstraint.json(tokens.vocabulary(), null).running(PLENTY);
        int blanks = 0;
        for (char c : "{\n".toCharArray()) {
            running.advance(c);
        }
        while (Walk.allowed(running).contains((int) ' ')) {
            running.advance(' ');
            blanks++;
        }
        assertThat(blanks).isBetween(2, 16);
    }

    @Test
    void should_say_that_the_limit_cut_an_answer_short() {
        TestVocabularies tokens = TestVocabularies.bytes();
        RunningConstraint running =
                AnswerConstraint.json(tokens.vocabulary(), null).running(10);
        float[] logits = new float[TestVocabularies.SIZE];
        for (char c : "{\"a\":\"bc".toCharArray()) {
            Arrays.fill(logits, 0);
            logits[c] = 1;
            running.exclude(logits);
            assertThat(logits[c]).isEqualTo(1);
            running.advance(c);
            assertThat(running.isCutShort()).isFalse();
        }
        Arrays.fill(logits, 0);
        logits['d'] = 1;
        running.exclude(logits);
        assertThat(logits['d']).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(running.isCutShort()).isTrue();
        running.advance('"');
        assertThat(running.advance('}')).isFalse();
    }

    @Test
    void should_nest_no_deeper_than_readers_of_JSON_do() {
        TestVocabularies tokens = TestVocabularies.bytes();
        RunningConstraint running =
                AnswerConstraint.json(tokens.vocabulary(), null).running(PLENTY);
        for (char c : "{\"a\":".toCharArray()) {
            running.advance(c);
        }
        int depth = 1;
        while (Walk.allowed(running).contains((int) '[')) {
            running.advance('[');
            depth++;
        }
        assertThat(depth).isEqualTo(Syntax.MOST_LEVELS);
        assertThat(Walk.allowed(running)).contains((int) ']', (int) '1').doesNotContain((int) '{');
    }

    @Test
    void should_write_characters_by_whole_tokens_where_bytes_have_none() {
        TestVocabularies tokens = TestVocabularies.characters();
        Example flat = Example.all().findFirst().orElseThrow();
        AnswerConstraint constraint = constraint(flat, tokens);
        SchemaValidator validator = flat.validator();
        for (int seed = 0; seed < SEEDS; seed++) {
            String json = new Walk(tokens, seed).go(constraint, 100, seed % 4 / 4.0);
            assertThat(validator.problem(json)).as(json).isNull();
        }
    }

    @Test
    void should_follow_alternatives_that_look_alike_at_every_level() {
        String alike = "{\"anyOf\":[{\"type\":\"integer\"},%s,%s]}".formatted(branch("a"), branch("b"));
        Example example = Example.raw("alike", alike, List.of(), List.of());
        TestVocabularies tokens = TestVocabularies.merged();
        AnswerConstraint constraint = constraint(example, tokens);
        SchemaValidator validator = example.validator();
        for (int seed = 0; seed < 5; seed++) {
            String json = new Walk(tokens, seed).go(constraint, 300, 0.9);
            assertThat(validator.problem(json)).as(json).isNull();
        }
        RunningConstraint deep = constraint.running(PLENTY);
        for (char c : "{\"next\":".repeat(14).toCharArray()) {
            deep.advance(c);
        }
        assertThat(Walk.allowed(deep)).contains((int) '{', (int) '7');
    }

    private static String branch(String optional) {
        return ("{\"type\":\"object\",\"properties\":{\"next\":{\"$ref\":\"#\"},\"%s\":{\"type\":\"integer\"}},"
                        + "\"required\":[\"next\"]}")
                .formatted(optional);
    }
}
