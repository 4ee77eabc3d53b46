package org.steering4j.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steering4j.trainer.RandomModelFolder;

class InspectDataCommandTest {

    private static final String HEADER = "question,matching,not_matching\n";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    private int run(Object... arguments) {
        String[] texts = new String[arguments.length + 1];
        texts[0] = "inspect-data";
        for (int i = 0; i < arguments.length; i++) {
            texts[i + 1] = arguments[i].toString();
        }
        return Main.execute(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8),
                texts);
    }

    private Path write(String name, String rows) throws IOException {
        return Files.writeString(folder.resolve(name), HEADER + rows);
    }

    @Test
    void should_say_what_is_not_read_and_what_is_read_as_plain_text() throws IOException {
        Path file = Files.writeString(
                folder.resolve("train.csv"),
                "question,matching,not_matching,score\nq,a<|im_end|>,b<|im_end|>,1\nr,a,b,2\n");

        assertThat(run(file, "--model", "embedded")).as(errors.toString()).isZero();

        assertThat(output.toString(StandardCharsets.UTF_8).lines())
                .containsSubsequence(
                        "  ! columns that are not read:",
                        "      score",
                        "  ! 1 pair with control tokens of a chat template, which are read as plain text: remove them:",
                        "      line 2 (<|im_end|>)");
    }

    @Test
    void should_print_counts_lengths_and_findings_with_line_numbers() throws IOException {
        Path training = write(
                "train.csv",
                "Is it so?,Yes it is,No\nIs it so?,Yes it is,No\nIs IT so?,Yes it is,no\nIs it so?,No,Never\n"
                        + "And now?,Yes,I would never in all my life do that\n");
        Path test = write("test.csv", "is it so?,Yes it is,Nope\nElse?,Yes of course it is,No that is not so\n");

        int exitCode = run(training, "--test", test);

        assertThat(exitCode).as(errors.toString()).isZero();
        assertThat(output.toString(StandardCharsets.UTF_8).lines())
                .containsSubsequence(
                        training.toString(),
                        "  5 pairs, 3 distinct prompts.",
                        "  length in words       minimum   median      95%  maximum",
                        "  prompt                      2        3        3        3",
                        "  matching answer             1        3        3        3",
                        "  not matching answer         1        1        9        9",
                        "  Words are what white space parts; --model counts tokens, and says what will be truncated.",
                        "  The matching answer is the longer one in 70% of the pairs.",
                        "  ! exact duplicates, 1 group:",
                        "      lines 2 and 3",
                        "  ! duplicates but for case or white space, 1 group:",
                        "      lines 2, 3 and 4",
                        "  ! contradictions, 1 pair whose matching answer another pair with the same prompt calls not matching:",
                        "      line 5 (against 2)",
                        "  ! 1 pair with one answer more than 3 times as long as the other (matching / not matching):",
                        "      line 6 (1 / 9)",
                        test.toString(),
                        "  2 pairs, 2 distinct prompts.",
                        "  No duplicates, contradictions or unbalanced pairs.",
                        test + " against " + training,
                        "  ! 1 test pair with a prompt that is in the training data:",
                        "      line 2 (line 2 there)",
                        "  ! 1 test pair with a prompt and an answer to it that are in the training data:",
                        "      line 2 (line 2 there)");
    }

    @Test
    void should_count_tokens_of_a_model_without_its_weights_and_name_what_will_be_truncated() throws Exception {
        Path model = RandomModelFolder.write(folder.resolve("model"));
        Files.delete(model.resolve("model.safetensors"));
        Path data = write("data.csv", "one,abcdef,xyz\none,abc,abcd\n");

        assertThat(run(data, "--model", model, "--system-prompt", "", "--json"))
                .as(errors.toString())
                .isZero();
        JsonNode lengths = new ObjectMapper().readTree(output.toByteArray()).at("/files/0");
        output.reset();
        int longest = lengths.at("/prompt/maximum").intValue()
                + lengths.at("/matching/maximum").intValue();
        run(data, "--model", model, "--system-prompt", "", "--max-tokens", longest - 1);

        assertThat(lengths.path("lengthUnit").textValue()).isEqualTo("tokens");
        assertThat(lengths.at("/matching/maximum").intValue())
                .as("a byte is a token; one more for each letter of the longer answer")
                .isEqualTo(lengths.at("/matching/minimum").intValue() + 3);
        assertThat(lengths.path("truncated")).isEmpty();
        assertThat(output.toString(StandardCharsets.UTF_8).lines())
                .containsSubsequence(
                        "  ! 1 pair longer than %d tokens, to be truncated:".formatted(longest - 1), "      line 2");
    }

    @Test
    void should_know_the_length_that_a_model_is_trained_at_where_its_rotary_scaling_depends_on_it() throws Exception {
        Path model = RandomModelFolder.write(folder.resolve("model"));
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode configuration =
                (ObjectNode) mapper.readTree(model.resolve("config.json").toFile());
        configuration
                .putObject("rope_scaling")
                .put("rope_type", "longrope")
                .put("original_max_position_embeddings", 64)
                .<ObjectNode>set("short_factor", mapper.valueToTree(new double[] {1, 1}))
                .set("long_factor", mapper.valueToTree(new double[] {1, 2}));
        mapper.writeValue(model.resolve("config.json").toFile(), configuration);

        assertThat(run(write("data.csv", "one,two,three\n"), "--model", model, "--json"))
                .as(errors.toString())
                .isZero();

        assertThat(mapper.readTree(output.toByteArray())
                        .at("/files/0/maximumLength")
                        .intValue())
                .isEqualTo(64);
    }

    @Test
    void should_count_tokens_of_the_embedded_model() throws Exception {
        Path data = write("data.csv", "Is it so?,Yes it is.,No way.\n");

        assertThat(run(data, "--model", "embedded", "--json"))
                .as(errors.toString())
                .isZero();

        JsonNode file = new ObjectMapper().readTree(output.toByteArray()).at("/files/0");
        assertThat(file.at("/prompt/minimum").intValue()).isGreaterThan(10);
        assertThat(file.path("maximumLength").intValue())
                .as("the context of the embedded model")
                .isEqualTo(512);
    }

    @Test
    void should_list_everything_as_json() throws IOException {
        Path data = write("data.csv", "q,a,b\n".repeat(30));

        assertThat(run(data, "--test", data, "--json")).isZero();

        JsonNode result = new ObjectMapper().readTree(output.toByteArray());
        assertThat(result.at("/files/0/duplicates/0")).hasSize(30);
        assertThat(result.at("/files/0/rowUnit").textValue()).isEqualTo("line");
        assertThat(result.at("/leaks/0/samePromptAndAnswer")).hasSize(30);
        assertThat(result.at("/leaks/0/samePrompt/29/testRow").intValue()).isEqualTo(31);
    }

    @Test
    void should_show_the_first_ten_of_many() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            rows.append("q").append(i).append(",a,b b b b\n");
        }

        run(write("data.csv", rows.toString()));

        assertThat(output.toString(StandardCharsets.UTF_8))
                .contains("line 2 (1 / 4); line 3 (1 / 4)", "line 11 (1 / 4); and 2 more (--json lists all)")
                .doesNotContain("line 12 (");
    }

    @Test
    void should_remark_on_data_whose_matching_answers_are_nearly_always_the_longer_ones() throws IOException {
        run(write("data.csv", "q,a a,b\nr,a a,b\ns,a a,b\nt,a a,b\n"));

        assertThat(output.toString(StandardCharsets.UTF_8))
                .contains("longer one in 100% of the pairs: a vector may learn length instead of the behaviour");
    }

    @Test
    void should_fail_on_data_that_cannot_be_used() throws IOException {
        assertThat(run(write("data.csv", "q,a,b\nq,a\n"))).isEqualTo(1);

        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("line 3: found 2 fields");
        assertThat(output.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void should_refuse_options_that_mean_nothing() throws IOException {
        Path data = write("data.csv", "q,a,b\n");

        assertThat(run(data, "--max-tokens", 100)).isEqualTo(2);
        assertThat(run(data, "--model", "embedded", "--max-tokens", 1)).isEqualTo(2);
        assertThat(run(data, "--max-length-ratio", "NaN")).isEqualTo(2);
        assertThat(run()).isEqualTo(2);

        assertThat(errors.toString(StandardCharsets.UTF_8))
                .contains("--max-tokens needs --model", "--max-tokens is 1", "'NaN' is not a finite number", "FILE");
    }
}
