package org.steering4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.steering4j.constraint.AnswerConstraint;
import org.steering4j.constraint.Vocabulary;
import org.steering4j.engine.EngineException;

class RecentFormsTest {

    private static final int END = 256;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Vocabulary vocabulary = vocabulary();
    private final AtomicInteger made = new AtomicInteger();

    private static Vocabulary vocabulary() {
        Map<Integer, byte[]> texts = new HashMap<>();
        for (int value = 0; value < 256; value++) {
            texts.put(value, new byte[] {(byte) value});
        }
        return Vocabulary.of(texts, Map.of(), Set.of(END), END + 1);
    }

    private static AnswerForm form(String schema) {
        return form(JsonRawSchema.from(schema));
    }

    private static AnswerForm form(JsonSchemaElement element) {
        return new AnswerForm(
                false,
                List.of(),
                JsonSchema.builder().name("x").rootElement(element).build());
    }

    private AnswerConstraint make(AnswerForm form) {
        made.incrementAndGet();
        return form.constraint(vocabulary, null);
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void should_let_nobody_wait_for_a_form_that_somebody_else_asked_for() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AnswerForm slow = form("{\"type\":\"null\"}");
        RecentForms forms = new RecentForms(form -> {
            if (form.equals(slow)) {
                begun.countDown();
                await(goOn);
            }
            return make(form);
        });
        List<Future<AnswerConstraint>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(threads.submit(() -> forms.constraint(slow, null, threads::execute)));
        }
        begun.await();
        Duration longest = Duration.ofSeconds(Long.MAX_VALUE);
        assertThat(forms.constraint(form("{\"type\":\"boolean\"}"), longest, threads::execute))
                .isNotNull();
        assertThatThrownBy(() -> forms.constraint(slow, Duration.ofMillis(1), threads::execute))
                .isExactlyInstanceOf(TimeoutException.class)
                .hasMessageContaining("0.001");
        assertThat(waiting).noneMatch(Future::isDone);
        goOn.countDown();
        AnswerConstraint constraint = waiting.get(0).get();
        for (Future<AnswerConstraint> other : waiting) {
            assertThat(other.get()).isSameAs(constraint);
        }
        assertThat(made).hasValue(2);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void should_give_up_when_the_waiting_thread_is_interrupted() {
        RecentForms forms = new RecentForms(this::make);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> forms.constraint(form("{\"type\":\"null\"}"), null, task -> {}))
                .isExactlyInstanceOf(EngineException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void should_refuse_a_form_anew_each_time() {
        RecentForms forms = new RecentForms(this::make);
        for (int i = 1; i < 3; i++) {
            assertThatThrownBy(() -> forms.constraint(form("{\"type\":\"text\"}"), null, threads::execute))
                    .isExactlyInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("text");
            assertThat(made).hasValue(i);
        }
    }

    @Test
    void should_refuse_schemas_that_are_too_deep_or_too_large_to_be_compared() {
        RecentForms forms = new RecentForms(this::make);
        JsonSchemaElement deep = new JsonStringSchema();
        for (int i = 0; i < 5_000; i++) {
            deep = JsonObjectSchema.builder().addProperty("a", deep).build();
        }
        AnswerForm tooDeep = form(deep);
        assertThatThrownBy(() -> forms.constraint(tooDeep, null, threads::execute))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll("responseFormat", "200", "not supported");
        JsonSchemaElement doubling = new JsonStringSchema();
        for (int i = 0; i < 60; i++) {
            doubling = JsonObjectSchema.builder()
                    .addProperty("a", doubling)
                    .addProperty("b", doubling)
                    .build();
        }
        AnswerForm tooLarge = form(doubling);
        assertThatThrownBy(() -> forms.constraint(tooLarge, null, threads::execute))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll("responseFormat", "1,000,000", "not supported");
        AnswerForm tool = new AnswerForm(
                true,
                List.of(ToolSpecification.builder()
                        .name("search")
                        .parameters((JsonObjectSchema) deep)
                        .build()),
                null);
        assertThatThrownBy(() -> forms.constraint(tool, null, threads::execute))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll("search", "200", "not supported");
        assertThat(made).hasValue(0);
    }
}
