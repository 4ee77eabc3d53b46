package org.steering4j.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steering4j.trainer.RandomModelFolder;

class BenchmarkCommandTest {

    @TempDir
    static Path folder;

    /** Weights of the random model: queries and outputs, keys and values, feed-forward; two norms; the last norm. */
    private static final long BLOCKS = 3 * ((2 * 16 + 2 * 8 + 3 * 32) * 16 + 2 * 16) + 16;

    private static final long HEAD = 259 * 16;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    @BeforeAll
    static void writeModel() throws Exception {
        RandomModelFolder.write(folder);
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("benchmark"));
        all.addAll(List.of(arguments));
        return Main.execute(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8),
                all.toArray(String[]::new));
    }

    private int measure(String... more) {
        List<String> arguments = new ArrayList<>(List.of("--model", folder.toString(), "--precision", "float32"));
        arguments.addAll(List.of("--rounds", "1", "--prompt-tokens", "8,100000", "--rows", "1,3", "--vectors", "0,5"));
        arguments.addAll(List.of("--answer-tokens", "4"));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    @Test
    void should_measure_everything_that_was_asked_for() throws Exception {
        assertThat(measure("--json"))
                .as(errors.toString(StandardCharsets.UTF_8))
                .isZero();
        JsonNode result = new ObjectMapper().readTree(output.toByteArray());
        assertThat(result.get("model").textValue())
                .isEqualTo(folder.getFileName().toString());
        assertThat(result.get("precision").textValue()).isEqualTo("float32");
        assertThat(result.at("/machine/readBytesPerSecond").doubleValue()).isPositive();
        assertThat(result.at("/machine/float32OperationsPerSecond").doubleValue())
                .isPositive();
        assertThat(result.at("/machine/bfloat16OperationsPerSecond").doubleValue())
                .isPositive();
        assertThat(result.at("/loading/seconds").doubleValue()).isPositive();
        assertThat(result.at("/loading/firstTokenSeconds").doubleValue())
                .isGreaterThan(result.at("/loading/seconds").doubleValue());
        assertThat(result.at("/loading/weightBytes").longValue()).isEqualTo(4 * (BLOCKS + HEAD));
        assertThat(result.get("prefill")).hasSize(1); // the longer prompt is beyond the context
        assertThat(result.at("/prefill/0/tokens").intValue()).isEqualTo(8);
        assertThat(result.get("decode")).hasSize(2);
        assertThat(result.at("/decode/1/rows").intValue()).isEqualTo(3);
        assertThat(result.get("composition")).hasSize(2);
        assertThat(result.at("/composition/1/vectors").intValue()).isEqualTo(5);
        assertThat(result.get("speculation")).as("the context is too short").isEmpty();
        assertRatios(result);
    }

    private static void assertRatios(JsonNode result) {
        double passesPerSecond = result.at("/decode/1/tokensPerSecond").doubleValue() / 3;
        assertThat(result.at("/decode/1/shareOfBandwidth").doubleValue())
                .isCloseTo(
                        passesPerSecond
                                * 4
                                * (BLOCKS + HEAD)
                                / result.at("/machine/readBytesPerSecond").doubleValue(),
                        withPercentage(0.001));
        // Each token attends to those before it and itself, in 3 blocks of 4 heads of 4 elements, by key and by value.
        double operations = 2 * BLOCKS * 8 + 2 * HEAD + (1 + 2 + 3 + 4 + 5 + 6 + 7 + 8) * 3 * 4 * 4 * (2 + 2);
        assertThat(result.at("/prefill/0/shareOfMultiplication").doubleValue())
                .isCloseTo(
                        operations
                                * result.at("/prefill/0/tokensPerSecond").doubleValue()
                                / 8
                                / result.at("/machine/float32OperationsPerSecond")
                                        .doubleValue(),
                        withPercentage(0.001));
        assertThat(result.at("/decode/1/timesOneRow").doubleValue())
                .isCloseTo(
                        result.at("/decode/1/tokensPerSecond").doubleValue()
                                / result.at("/decode/0/tokensPerSecond").doubleValue(),
                        withPercentage(0.001));
        assertThat(1 + result.at("/composition/1/cost").doubleValue())
                .isCloseTo(
                        result.at("/composition/0/tokensPerSecond").doubleValue()
                                / result.at("/composition/1/tokensPerSecond").doubleValue(),
                        withPercentage(0.001));
    }

    @Test
    void should_refuse_a_folder_of_other_weights_for_a_shape() throws Exception {
        assertThat(run("--shape", "llama-2-7b", "--weights", folder.toString())).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .contains("--weights: " + folder + " holds something else than the weights of \"random llama-2-7b\"");
    }

    @Test
    void should_print_text_for_a_person() {
        assertThat(measure()).isZero();
        assertThat(output.toString(StandardCharsets.UTF_8))
                .contains(
                        folder.getFileName() + ", float32",
                        "prompt of    8 tokens",
                        " 3 answers at once",
                        " 5 steering vectors");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --rounds=1                            | expected either --model or --shape
            --model=x,--shape=llama-2-7b          | expected either --model or --shape
            --model=x,--weights=y                 | --weights is y
            --shape=gpt-5                         | "gpt-5" is not a known shape: expected qwen2.5-0.5b
            --shape=llama-2-7b,--threads=0        | --threads is 0: expected at least 1
            --shape=llama-2-7b,--rounds=0         | rounds is 0 but must be at least 1
            --shape=llama-2-7b,--answer-tokens=1  | answerTokens is 1 but must be at least 2
            --shape=llama-2-7b,--rows=1,--rows=0  | rows is 0 but must be at least 1
            """)
    void should_refuse_what_cannot_be_measured(String arguments, String reason) {
        assertThat(run(arguments.split(","))).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains(reason);
    }
}
