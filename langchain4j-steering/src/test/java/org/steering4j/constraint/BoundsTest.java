package org.steering4j.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonNumberSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonReferenceSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.prompt.ToolCallFormat;

/** Where a bound that no schema asked for ends a value, the answer must say so. */
class BoundsTest {

    private final TestVocabularies tokens = TestVocabularies.merged();

    private RunningConstraint running(JsonSchemaElement element) {
        return AnswerConstraint.json(
                        tokens.vocabulary(),
                        JsonSchema.builder().name("x").rootElement(element).build())
                .running(10_000);
    }

    /** Writes what a model wants, one byte a token, up to where it may not. */
    private static String write(RunningConstraint running, String wanted) {
        StringBuilder written = new StringBuilder();
        for (byte b : wanted.getBytes(StandardCharsets.US_ASCII)) {
            float[] logits = new float[TestVocabularies.SIZE];
            Arrays.fill(logits, -10);
            logits[TestVocabularies.END] = 0;
            logits[b] = 1;
            running.exclude(logits);
            if (logits[b] != 1) {
                break;
            }
            running.advance(b);
            written.append((char) b);
        }
        return written.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9223372036854775807",
                "1234567890123456789",
                "-1234567890123456789",
                "18446744073709551616",
                "1234567890123456789012345678901234567890"
            })
    void should_write_long_integers_as_they_are(String integer) {
        RunningConstraint running = running(new JsonIntegerSchema());
        assertThat(write(running, integer)).isEqualTo(integer);
        assertThat(running.isComplete()).isTrue();
        assertThat(running.isCutShort()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "12345678901234567890.5",
                "0.12345678901234567890123456789",
                "1e400",
                "1E-999",
                "12345678901234567890123456789012345678901234567890"
            })
    void should_write_long_numbers_as_they_are(String number) {
        RunningConstraint running = running(new JsonNumberSchema());
        assertThat(write(running, number)).isEqualTo(number);
        assertThat(running.isComplete()).isTrue();
        assertThat(running.isCutShort()).isFalse();
    }

    @Test
    void should_say_that_the_limit_of_digits_cut_a_number_short() {
        assertCutShort(running(new JsonIntegerSchema()), "7".repeat(41), "7".repeat(40));
        assertCutShort(running(new JsonNumberSchema()), "7".repeat(101), "7".repeat(100));
        assertCutShort(running(new JsonNumberSchema()), "0." + "7".repeat(101), "0." + "7".repeat(100));
        assertCutShort(running(new JsonNumberSchema()), "1e1000", "1e100");
        assertCutShort(running(new JsonNumberSchema()), "1e-1000", "1e-100");
    }

    private static void assertCutShort(RunningConstraint running, String wanted, String written) {
        assertThat(write(running, wanted)).isEqualTo(written);
        assertThat(running.isCutShort()).isTrue();
        assertThat(running.isComplete()).isTrue();
    }

    @Test
    void should_say_so_where_a_token_holds_more_digits_than_are_left() {
        RunningConstraint running = running(new JsonIntegerSchema());
        write(running, "7".repeat(38));
        int sixDigits = tokens.texts().entrySet().stream()
                .filter(token -> Arrays.equals(token.getValue(), "123456".getBytes(StandardCharsets.US_ASCII)))
                .findFirst()
                .orElseThrow()
                .getKey();
        float[] logits = new float[TestVocabularies.SIZE];
        logits[sixDigits] = 1;
        running.exclude(logits);
        assertThat(logits[sixDigits]).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(running.isCutShort()).isTrue();
    }

    @Test
    void should_not_say_so_where_the_schema_itself_excludes_what_was_wanted() {
        RunningConstraint running = running(new JsonIntegerSchema());
        assertThat(write(running, "7".repeat(40) + ".5")).isEqualTo("7".repeat(40));
        assertThat(running.isCutShort()).isFalse();
        running = running(new JsonIntegerSchema());
        assertThat(write(running, "1e5")).isEqualTo("1");
        assertThat(running.isCutShort()).isFalse();
    }

    @Test
    void should_say_that_the_limit_of_nesting_cut_an_answer_short() {
        RunningConstraint any = AnswerConstraint.json(tokens.vocabulary(), null).running(10_000);
        assertThat(write(any, "{\"a\":" + "[".repeat(99))).hasSize(104);
        assertThat(any.isCutShort()).isFalse();
        write(any, "[");
        assertThat(any.isCutShort()).isTrue();

        JsonReferenceSchema list =
                JsonReferenceSchema.builder().reference("list").build();
        RunningConstraint recursive = running(JsonObjectSchema.builder()
                .addProperty("a", list)
                .definitions(
                        Map.of("list", JsonArraySchema.builder().items(list).build()))
                .build());
        assertThat(write(recursive, "{\"a\":" + "[".repeat(99))).hasSize(104);
        assertThat(recursive.isCutShort()).isFalse();
        write(recursive, "[");
        assertThat(recursive.isCutShort()).isTrue();
    }

    @Test
    void should_not_say_so_where_a_schema_limits_items_and_members() {
        RunningConstraint running = running(JsonRawSchema.from(
                "{\"type\":\"array\",\"maxItems\":2,\"items\":{\"type\":\"object\",\"maxProperties\":0}}"));
        assertThat(write(running, "[{},{},{}]")).isEqualTo("[{},{}");
        assertThat(write(running, "]")).isEqualTo("]");
        assertThat(running.isCutShort()).isFalse();
    }

    @Test
    void should_say_so_of_tool_calls() {
        ToolSpecification tool = ToolSpecification.builder()
                .name("open")
                .parameters(JsonObjectSchema.builder()
                        .addIntegerProperty("id")
                        .required("id")
                        .build())
                .build();
        String call = "[TOOL_CALLS] [{\"name\": \"open\", \"arguments\": {\"id\": ";
        for (int digits : new int[] {19, 40, 41}) {
            RunningConstraint running = AnswerConstraint.toolCalls(
                            TestVocabularies.bytes().vocabulary(), List.of(tool), ToolCallFormat.MISTRAL_LIST)
                    .running(10_000);
            write(running, call + "7".repeat(digits) + "}}]");
            assertThat(running.isCutShort()).isEqualTo(digits > 40);
            assertThat(running.isComplete()).isEqualTo(digits <= 40);
        }
    }
}
