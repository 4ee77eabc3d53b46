package org.steering4j.samples.quickstart.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.output.FinishReason;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.steering4j.SteeringChatRequestParameters;
import org.steering4j.engine.PromptTooLongException;
import org.steering4j.recipe.measurement.Promise;
import org.steering4j.samples.quickstart.soak.Findings.Check;

/** That the soak finds nothing in a few requests, and that it would find something. */
@Timeout(600)
class SoakTest {

    private static final int CONVERSATIONS = 12;
    private static final int REQUESTS = 100;
    private static final int WORKERS = 6;

    private static Findings soak(UnaryOperator<Exercise> answers) throws InterruptedException {
        Soak soak = new Soak(1, CONVERSATIONS, answers, new PrintStream(OutputStream.nullOutputStream()));
        ChatModels models = Soak.open();
        try {
            AtomicInteger left = new AtomicInteger(REQUESTS);
            return soak.load(models, WORKERS, () -> left.getAndDecrement() > 0);
        } finally {
            models.model().close();
        }
    }

    @Test
    void should_find_nothing_wrong_in_a_few_mixed_requests() throws Exception {
        Findings findings = soak(exercise -> exercise);
        assertThat(findings.problems()).isEmpty();
        assertThat(findings.promises()).hasSize(Check.values().length).allMatch(Promise::holds);
        assertThat(findings.kinds().keySet())
                .contains("BLOCKING", "STREAMING", "THROWING_HANDLER", "CANCELLED", "INTERRUPTED", "TIMED_OUT");
    }

    @Test
    void should_get_every_bad_request_refused() throws Exception {
        List<String> complaints = new CopyOnWriteArrayList<>();
        ChatModels models = Soak.open();
        try {
            for (BadRequest bad : BadRequest.ALL) {
                for (boolean streaming : new boolean[] {false, true}) {
                    Outcome outcome = bad.make(models, streaming, Runnable::run, complaints::add);
                    assertThat(bad.isRefused(outcome))
                            .as("%s: %s", bad.name(), outcome)
                            .isTrue();
                }
            }
        } finally {
            models.model().close();
        }
        assertThat(complaints).isEmpty();
    }

    @Test
    void should_find_wrong_answers() throws Exception {
        Findings findings = soak(exercise -> new Exercise(
                exercise.kind(),
                exercise.form(),
                exercise.request(),
                new Answer("another answer", List.of(), FinishReason.STOP, 2)));
        assertThat(findings.problems())
                .anyMatch(problem -> problem.startsWith("ANSWER") && problem.contains("another answer"));
        assertThat(findings.problems()).anyMatch(problem -> problem.startsWith("BREAK"));
        assertThat(findings.wrong()).isPositive();
        assertThat(findings.promises()).anyMatch(promise -> !promise.holds());
    }

    @Test
    void should_get_an_answer_of_every_form() {
        ChatModels models = Soak.open();
        try {
            for (Form form : Form.values()) {
                SteeringChatRequestParameters.Builder parameters =
                        SteeringChatRequestParameters.builder().maxOutputTokens(64);
                form.ask(parameters);
                Answer answer = Answer.of(models.blocking()
                        .chat(ChatRequest.builder()
                                .messages(UserMessage.from("Who lives in the harbour?"))
                                .parameters(parameters.build())
                                .build()));
                assertThat(form.fits(answer)).as("%s: %s", form, answer).isTrue();
            }
        } finally {
            models.model().close();
        }
    }

    @Test
    void should_find_a_form_that_does_not_fit() {
        assertThat(Form.PERSON.fits(text("{\"name\":\"Ann\",\"age\":7,\"home\":\"mill\",\"friends\":[\"Bo\"]}")))
                .isTrue();
        for (String wrong : List.of(
                "",
                "{\"name\":\"Ann\",\"age\":7,\"home\":\"mill\",\"friends\":[\"Bo\"]",
                "{\"name\":\"Ann\",\"name\":\"Ann\",\"age\":7,\"home\":\"mill\",\"friends\":[]}",
                "{\"name\":\"Ann\",\"age\":7.5,\"home\":\"mill\",\"friends\":[]}",
                "{\"name\":\"Ann\",\"age\":7,\"home\":\"sea\",\"friends\":[]}",
                "{\"name\":\"Ann\",\"age\":7,\"home\":\"mill\",\"friends\":[1]}",
                "{\"name\":\"Ann\",\"age\":7,\"home\":\"mill\",\"friends\":[],\"more\":1}",
                "{\"name\":\"Ann\",\"age\":7,\"home\":\"mill\"}",
                "{\"name\":\"Ann\",\"age\":7,\"home\":\"mill\",\"friends\":[]} and more")) {
            assertThat(Form.PERSON.fits(text(wrong))).as(wrong).isFalse();
        }
        assertThat(Form.SHAPE.fits(text("{\"shape\":{\"side\":1e3}}"))).isTrue();
        assertThat(Form.SHAPE.fits(text("{\"shape\":{\"side\":1,\"radius\":1}}")))
                .isFalse();
        assertThat(Form.TREE.fits(text("{\"value\":\"\",\"children\":[{\"value\":\"\",\"children\":[]}]}")))
                .isTrue();
        assertThat(Form.TREE.fits(text("{\"value\":\"\",\"children\":[{\"value\":\"\"}]}")))
                .isFalse();
        assertThat(Form.ANY_OBJECT.fits(text("[]"))).isFalse();
        assertThat(Form.TOOL_CALLS.fits(calling("sail", "{\"to\":\"hill\",\"knots\":7}")))
                .isTrue();
        assertThat(Form.TOOL_CALLS.fits(calling("sail", "{\"knots\":7}"))).isFalse();
        assertThat(Form.TOOL_CALLS.fits(calling("clock", "{}"))).isFalse();
        assertThat(Form.TOOL_CALLS.fits(text("anchor"))).isFalse();
        assertThat(Form.TEXT.fits(calling("anchor", "{}"))).isFalse();
    }

    private static Answer text(String text) {
        return new Answer(text, List.of(), FinishReason.STOP, 1);
    }

    private static Answer calling(String name, String arguments) {
        return new Answer("", List.of(new Answer.ToolCall(name, arguments)), FinishReason.TOOL_EXECUTION, 1);
    }

    @Test
    void should_find_a_request_that_does_not_end() throws Exception {
        assertThat(Outcome.await(new CompletableFuture<>(), 1).hangs()).isTrue();
        assertThat(Outcome.failed(new IllegalStateException()).hangs()).isFalse();
    }

    @Test
    void should_find_another_exception_than_the_one_that_is_due() {
        for (BadRequest bad : BadRequest.ALL) {
            assertThat(bad.isRefused(Outcome.failed(new IllegalStateException(bad.part()))))
                    .isFalse();
            assertThat(bad.isRefused(Outcome.answered(text(bad.part())))).isFalse();
        }
        assertThat(BadRequest.ALL)
                .filteredOn(bad -> bad.isRefused(Outcome.failed(new PromptTooLongException(600, 512))))
                .hasSize(1);
    }

    @Test
    void should_find_growing_memory_and_threads_that_stay() {
        Footprint before = new Footprint(1000, OptionalLong.of(1000), 9);
        assertThat(held(before, new Footprint(1050, OptionalLong.of(1050), 9))).containsExactly(true, true, true);
        assertThat(held(before, new Footprint(1051, OptionalLong.of(1051), 10))).containsExactly(false, false, false);
        assertThat(held(before, new Footprint(900, OptionalLong.empty(), 9))).containsExactly(true, true);
    }

    @Test
    void should_find_that_nothing_was_tried() {
        Footprint same = new Footprint(1000, OptionalLong.of(1000), 9);
        assertThat(new SoakResult(new Findings(), same, same, 9).promises())
                .filteredOn(promise -> !promise.holds())
                .hasSize(Check.values().length + 1);
    }

    /** Of the promises about the footprint. */
    private static List<Boolean> held(Footprint before, Footprint after) {
        return new SoakResult(new Findings(), before, after, 9)
                .promises().stream()
                        .skip(Check.values().length + 1)
                        .map(Promise::holds)
                        .toList();
    }
}
