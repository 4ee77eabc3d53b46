package org.steering4j.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steering4j.engine.StopCause;
import org.steering4j.trainer.evaluation.JudgeEstimate;
import org.steering4j.trainer.evaluation.JudgeException;
import org.steering4j.trainer.evaluation.JudgePrices;
import org.steering4j.trainer.evaluation.JudgeUsage;
import org.steering4j.trainer.evaluation.Judgement;
import org.steering4j.trainer.evaluation.Rubric;
import org.steering4j.trainer.evaluation.SteeredAnswer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

class JudgeOptionsTest {

    private static final SteeredAnswer ANSWER =
            new SteeredAnswer("Will you leap?", "I will.", new int[] {1}, new int[] {2}, StopCause.END_TOKEN);

    @TempDir
    Path folder;

    private HttpServer server;
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private int status = 200;
    private String reply = "Score: 3";

    @Command
    private static final class Judged {
        @Mixin
        private JudgeOptions judge;
    }

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/chat/completions", exchange -> {
            keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            received.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] body =
                    ("{\"choices\": [{\"index\": 0, \"finish_reason\": \"stop\", \"message\": {\"role\": \"assistant\","
                                    + " \"content\": \"" + reply + "\"}}], \"usage\": {\"prompt_tokens\": 90,"
                                    + " \"completion_tokens\": 4, \"total_tokens\": 94}}")
                            .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void should_ask_a_server_and_keep_its_judgements() {
        Path file = folder.resolve("judgements.jsonl");
        JudgeOptions options =
                parse("--judge-url", url(), "--judge-name", "grader", "--judge-key-variable", "NO_SUCH_KEY");

        try (JudgeOptions.OpenJudge opened = options.open(file)) {
            assertThat(opened.judge().judge(Rubric.of("boldness"), List.of(ANSWER)))
                    .containsExactly(new Judgement(OptionalInt.of(3), ""));
            assertThat(opened.judge().usage().inputTokens()).isEqualTo(90);
        }

        assertThat(received).singleElement().asString().contains("\"grader\"", "I will.", "temperature");
        assertThat(keys).containsExactly("null");
        assertThat(file).content().contains("boldness");
    }

    @Test
    void should_send_the_key_that_the_command_line_names() {
        // Any variable that every environment has.
        String name = System.getenv().keySet().stream()
                .filter(each -> each.equalsIgnoreCase("path"))
                .findFirst()
                .orElseThrow();
        JudgeOptions options = parse("--judge-url", url(), "--judge-name", "grader", "--judge-key-variable", name);

        assertThat(options.destination())
                .contains("questions and answers go to " + url() + ", with the key in " + name);
        try (JudgeOptions.OpenJudge opened = options.open(folder.resolve("judgements.jsonl"))) {
            opened.judge().judge(Rubric.of("boldness"), List.of(ANSWER));
        }

        assertThat(keys).containsExactly("Bearer " + System.getenv(name));
    }

    @Test
    void should_ask_a_server_for_json_when_told_that_it_can() {
        reply = "{\\\"score\\\": \\\"4\\\"}";
        JudgeOptions options = parse("--judge-url", url(), "--judge-name", "grader", "--judge-json-schema");

        try (JudgeOptions.OpenJudge opened = options.open(folder.resolve("judgements.jsonl"))) {
            assertThat(opened.judge().judge(Rubric.of("boldness"), List.of(ANSWER)))
                    .containsExactly(new Judgement(OptionalInt.of(4), ""));
        }

        assertThat(received).singleElement().asString().contains("json_schema");
    }

    @Test
    void should_stop_when_the_server_refuses_the_key() {
        status = 401;
        JudgeOptions options = parse("--judge-url", url(), "--judge-name", "grader");

        try (JudgeOptions.OpenJudge opened = options.open(folder.resolve("judgements.jsonl"))) {
            assertThatThrownBy(() -> opened.judge().judge(Rubric.of("boldness"), List.of(ANSWER)))
                    .isInstanceOf(JudgeException.class)
                    .hasMessageContaining("grader");
        }
        assertThat(received).hasSize(1);
    }

    @Test
    void should_stop_when_nothing_listens_at_the_address() {
        server.stop(0);
        JudgeOptions options = parse("--judge-url", url(), "--judge-name", "grader", "--judge-attempts", "1");

        try (JudgeOptions.OpenJudge opened = options.open(folder.resolve("judgements.jsonl"))) {
            assertThatThrownBy(() -> opened.judge().judge(Rubric.of("boldness"), List.of(ANSWER)))
                    .isInstanceOf(JudgeException.class)
                    .hasMessageContaining("cannot be reached, tried 1 times")
                    .hasMessageContaining("Check its address");
        }
    }

    @Test
    void should_tell_what_judging_will_take_and_took() {
        JudgeEstimate estimate = new JudgeEstimate(12, 3400, 96);
        JudgeUsage usage = new JudgeUsage(15, 4, 2, 1, 0, 3500, 60);

        assertThat(parse().describe(estimate))
                .isEqualTo(
                        "12 answers to judge, about 3400 tokens to send and 96 to receive, if none is asked for twice");
        assertThat(parse("--judge-price-in", "10").describe(estimate)).endsWith(", cost 0.0350");
        assertThat(parse("--judge-price-in", "10", "--judge-price-out", "100").describe(usage))
                .isEqualTo("15 requests, 2 of which failed and 1 brought no score; 4 judgements found kept, 0 answers"
                        + " unjudged; 3500 tokens sent and 60 received, cost 0.0410");
    }

    @Test
    void should_judge_with_the_embedded_model() {
        JudgeOptions options = parse("--judge", "embedded");

        try (JudgeOptions.OpenJudge opened = options.open(folder.resolve("judgements.jsonl"))) {
            assertThat(opened.judge()
                            .judge(Rubric.of("boldness"), List.of(ANSWER))
                            .get(0)
                            .score())
                    .isPresent();
        }
    }

    @Test
    void should_find_the_rubric_of_a_behaviour_or_make_one() throws IOException {
        Path file = Files.writeString(
                folder.resolve("rubric.yaml"), "{behavior: boldness, description: Dares., levels: [a, b, c, d]}");
        JudgeOptions options = parse("--judge", "embedded", "--judge-rubric", file.toString());

        assertThat(options.rubric("boldness").levels()).containsExactly("a", "b", "c", "d");
        assertThat(options.rubric("caution")).isEqualTo(Rubric.of("caution"));
    }

    @Test
    void should_know_prices_when_they_are_given() {
        assertThat(parse().prices()).isEmpty();
        assertThat(parse("--judge-price-in", "2").prices()).contains(new JudgePrices(2, 2));
        assertThat(parse("--judge-price-in", "2", "--judge-price-out", "8").prices())
                .contains(new JudgePrices(2, 8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--judge a --judge-url b --judge-name c|exclude each other",
                "--judge-url b|needs --judge-name",
                "--judge-url file:///x --judge-name c|expected an address such as https://",
                "--judge-name c|there is no judge",
                "--judge-rate 9|--judge-rate is 9: there is no judge",
                "--judge a --judge-json-schema|--judge-json-schema is given: it is for a server",
                "--judge a --judge-rate -1|requestsPerMinute is -1",
                "--judge a --judge-share 2|largestUnjudgedShare is 2.0",
                "--judge a --judge-price-in -1|prices -1.0"
            })
    void should_refuse_what_cannot_be(String arguments, String problem) {
        JudgeOptions options = parse(arguments.split(" "));

        assertThatThrownBy(options::requireValid)
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining(problem);
    }

    private String url() {
        return "http://localhost:" + server.getAddress().getPort() + "/v1";
    }

    private static JudgeOptions parse(String... arguments) {
        Judged judged = new Judged();
        new CommandLine(judged).parseArgs(arguments);
        return judged.judge;
    }
}
