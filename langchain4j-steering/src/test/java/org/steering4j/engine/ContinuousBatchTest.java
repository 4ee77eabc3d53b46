package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.steering4j.engine.ContinuousBatch.Limits;
import org.steering4j.vector.LayerSteering;

@Timeout(60)
class ContinuousBatchTest {

    private static final int CONTEXT = 2000;

    private final ScriptedRows.Log log = new ScriptedRows.Log();
    private final AtomicBoolean freed = new AtomicBoolean();
    private final UseCount uses = new UseCount("scripted", () -> freed.set(true));
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private ContinuousBatch batch = batch(new Limits(8, 4, 100_000));

    @AfterEach
    void close() {
        uses.close();
        batch.close();
        callers.shutdownNow();
    }

    private ContinuousBatch batch(Limits limits) {
        return new ContinuousBatch("scripted", uses, CONTEXT, limits, false, () -> new ScriptedRows(log));
    }

    @Test
    void should_answer_each_of_many_threads_as_if_alone() throws Exception {
        batch = batch(new Limits(8, 1000, 100_000));
        List<GenerationRequest> requests = IntStream.range(0, 64)
                .mapToObj(i -> new GenerationRequest(
                        prompt(1 + 37 * i % 700, i),
                        i % 3 == 0 ? LayerSteering.none() : steering(i),
                        i % 2 == 0
                                ? Sampling.greedy()
                                : Sampling.builder().seed(i).build(),
                        1 + i % 40,
                        Set.of(7)))
                .toList();
        List<int[]> alone = requests.stream()
                .map(request -> generate(request, TokenListener.NONE).tokens())
                .toList();
        List<CompletableFuture<int[]>> together = requests.stream()
                .map(request -> start(request, TokenListener.NONE).thenApply(GenerationResult::tokens))
                .toList();
        for (int i = 0; i < alone.size(); i++) {
            assertThat(together.get(i).get()).isEqualTo(alone.get(i));
        }
        assertThat(batch.generate(requests, Collections.nCopies(64, TokenListener.NONE)))
                .extracting(GenerationResult::tokens)
                .containsExactlyElementsOf(alone);
    }

    @Test
    void should_let_a_request_join_a_running_batch_and_leave_it() throws Exception {
        Semaphore steps = pause();
        CompletableFuture<GenerationResult> longer = start(request(3, 20), TokenListener.NONE);
        steps.release(5);
        awaitRuns(6);
        CompletableFuture<GenerationResult> shorter = startWaiting(request(4, 2), TokenListener.NONE);
        steps.release(1000);
        assertThat(shorter.get().tokens()).hasSize(2);
        assertThat(longer.get().tokens()).hasSize(20);
        // The shorter one's prompt gives its first token, one step beside the longer one the second.
        assertThat(log.runs.stream().filter(run -> run.length == 2)).hasSize(1);
    }

    @Test
    void should_run_a_long_prompt_in_chunks_between_the_tokens_of_others() throws Exception {
        Semaphore steps = pause();
        CompletableFuture<GenerationResult> answer = start(request(3, 50), TokenListener.NONE);
        steps.release(1);
        awaitRuns(2);
        CompletableFuture<GenerationResult> behind = startWaiting(request(1000, 2), TokenListener.NONE);
        steps.release(1000);
        answer.get();
        behind.get();
        List<Integer> lengths =
                log.runs.stream().map(run -> run[run.length - 1].length).toList();
        int first = lengths.indexOf(256);
        assertThat(lengths.subList(first, first + 7)).containsExactly(256, 1, 256, 1, 256, 1, 232);
    }

    @Test
    void should_share_a_chunk_among_the_prompts_that_wait() throws Exception {
        Semaphore steps = pause();
        CompletableFuture<GenerationResult> first = start(request(1000, 1), TokenListener.NONE);
        awaitRuns(1);
        CompletableFuture<GenerationResult> second = startWaiting(request(20, 1), TokenListener.NONE);
        steps.release(1000);
        first.get();
        second.get();
        assertThat(log.runs.stream()
                        .map(run -> Arrays.stream(run).map(row -> row.length).toList()))
                .startsWith(List.of(256), List.of(128, 20), List.of(256), List.of(256), List.of(104));
    }

    @Test
    void should_not_run_what_is_known_of_a_prompt() {
        log.known = 900;
        GenerationResult result = generate(request(1000, 1), TokenListener.NONE);
        assertThat(log.runs.get(0)[0]).hasSize(100);
        assertThat(result.cachedTokens()).isEqualTo(900);
    }

    @Test
    void should_do_what_comes_before_a_prompt_in_chunks_between_the_tokens_of_others() throws Exception {
        Semaphore steps = pause();
        CompletableFuture<GenerationResult> answer = start(request(3, 50), TokenListener.NONE);
        steps.release(1);
        awaitRuns(2);
        CompletableFuture<GenerationResult> behind = startWaiting(request(10, 1), TokenListener.NONE);
        log.incomplete.set(3);
        steps.release(1000);
        answer.get();
        behind.get();
        List<Integer> lengths =
                log.runs.stream().map(run -> run[run.length - 1].length).toList();
        // Its first chunk of work comes in the step after the one that was under way.
        assertThat(lengths.indexOf(10)).isEqualTo(5);
    }

    @Test
    void should_remember_rows_that_ended_well_only() {
        GenerationResult result = generate(request(3, 4), TokenListener.NONE);
        awaitTrue(() -> log.remembered.size() == 1);
        List<Integer> tokens =
                new ArrayList<>(IntStream.of(prompt(3, 0)).boxed().toList());
        IntStream.of(result.tokens()).limit(3).forEach(tokens::add);
        assertThat(log.remembered.get(0)).isEqualTo(tokens.toString());
        log.broken = steering(5);
        assertThatThrownBy(() -> generate(steered(request(3, 4), log.broken), TokenListener.NONE))
                .isInstanceOf(EngineException.class);
        awaitTrue(() -> log.open.get() == 0);
        assertThat(log.remembered).hasSize(1);
    }

    @Test
    void should_fail_a_row_with_broken_logits_alone() throws Exception {
        Semaphore steps = pause();
        log.broken = steering(5);
        GenerationRequest good = request(3, 10);
        CompletableFuture<GenerationResult> answer = start(good, TokenListener.NONE);
        awaitRuns(1);
        CompletableFuture<GenerationResult> broken = startWaiting(steered(good, log.broken), TokenListener.NONE);
        steps.release(1000);
        assertThatThrownBy(broken::get)
                .hasCauseInstanceOf(EngineException.class)
                .hasMessageContaining("the steering is too strong");
        assertThat(answer.get().tokens()).hasSize(10);
    }

    @Test
    void should_tell_every_row_of_a_step_that_fails_and_go_on() throws Exception {
        Semaphore steps = pause();
        CompletableFuture<GenerationResult> first = start(request(3, 100), TokenListener.NONE);
        CompletableFuture<GenerationResult> second = start(request(4, 100), TokenListener.NONE);
        steps.release(10);
        awaitRuns(11);
        log.beforeRun = tokens -> {
            if (tokens[0].length == 1) {
                throw new EngineException("out of memory");
            }
        };
        steps.release(1000);
        for (CompletableFuture<GenerationResult> answer : List.of(first, second)) {
            assertThatThrownBy(answer::get)
                    .hasCauseInstanceOf(EngineException.class)
                    .hasMessageContaining("out of memory");
        }
        assertThat(first.handle((r, e) -> e).get())
                .isNotSameAs(second.handle((r, e) -> e).get());
        log.beforeRun = tokens -> {};
        assertThat(generate(request(3, 10), TokenListener.NONE).tokens()).hasSize(10);
    }

    @Test
    void should_fail_alone_a_row_that_cannot_join() throws Exception {
        Semaphore steps = pause();
        CompletableFuture<GenerationResult> answer = start(request(3, 10), TokenListener.NONE);
        awaitRuns(1);
        log.beforeAdd = prompt -> {
            throw new EngineException("no memory for the cache");
        };
        CompletableFuture<GenerationResult> refused = startWaiting(request(4, 10), TokenListener.NONE);
        steps.release(1000);
        assertThatThrownBy(refused::get).hasMessageContaining("no memory for the cache");
        assertThat(answer.get().tokens()).hasSize(10);
    }

    @Test
    void should_survive_an_error_and_tell_all() {
        log.beforeRun = tokens -> {
            throw new StackOverflowError("deep");
        };
        assertThatThrownBy(() -> generate(request(3, 10), TokenListener.NONE))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("deep");
        log.beforeRun = tokens -> {};
        assertThat(generate(request(3, 10), TokenListener.NONE).tokens()).hasSize(10);
        awaitTrue(() -> log.open.get() == 0);
    }

    @Test
    void should_tell_a_row_of_an_error_in_joining_and_answer_the_next() {
        log.beforeAdd = prompt -> {
            log.beforeAdd = other -> {};
            throw new OutOfMemoryError("scripted");
        };
        assertThatThrownBy(() -> generate(request(3, 2), TokenListener.NONE))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("scripted");
        assertThat(generate(request(3, 2), TokenListener.NONE).tokens()).hasSize(2);
    }

    @Test
    void should_end_only_the_row_whose_listener_throws() throws Exception {
        CountDownLatch heard = new CountDownLatch(2);
        CompletableFuture<GenerationResult> other = start(request(4, 500), token -> {
            heard.countDown();
            return true;
        });
        IllegalStateException thrown = new IllegalStateException("full disk");
        assertThatThrownBy(() -> generate(request(3, 1500), token -> {
                    throw thrown;
                }))
                .isSameAs(thrown);
        assertThat(other.get().tokens()).hasSize(500);
        assertThat(heard.getCount()).isZero();
    }

    @Test
    void should_not_let_a_slow_listener_delay_others() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<GenerationResult> slow = start(request(3, 10), token -> {
            await(release);
            return true;
        });
        assertThat(generate(request(4, 100), TokenListener.NONE).tokens()).hasSize(100);
        assertThat(slow).isNotDone();
        release.countDown();
        assertThat(slow.get().tokens()).hasSize(10);
    }

    @Test
    void should_stop_at_the_listeners_word_and_free_the_row() throws Exception {
        List<Integer> heard = new ArrayList<>();
        GenerationResult result = generate(request(3, 1500), token -> {
            heard.add(token);
            return heard.size() < 3;
        });
        assertThat(result.cause()).isEqualTo(StopCause.LISTENER);
        assertThat(result.tokens())
                .containsExactly(heard.stream().mapToInt(Integer::intValue).toArray());
        awaitTrue(() -> log.open.get() == 0);
        assertThat(log.runs.size()).isLessThan(1500);
    }

    @Test
    void should_give_up_before_the_first_token_when_interrupted() throws Exception {
        Semaphore steps = pause();
        AtomicBoolean flag = new AtomicBoolean();
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                generate(request(3, 10), TokenListener.NONE);
            } catch (Throwable e) {
                flag.set(Thread.currentThread().isInterrupted());
                failure.complete(e);
            }
        });
        caller.start();
        awaitRuns(1);
        CompletableFuture<GenerationResult> other = start(request(4, 5), TokenListener.NONE);
        caller.interrupt();
        assertThat(failure.get()).isInstanceOf(EngineException.class).hasMessageContaining("interrupted");
        assertThat(flag).isTrue();
        steps.release(1000);
        assertThat(other.get().tokens()).hasSize(5);
        assertThat(log.runs).hasSizeLessThan(10);
    }

    @Test
    void should_time_out_while_running_and_while_waiting() throws Exception {
        batch = batch(new Limits(1, 4, 100_000));
        Semaphore steps = pause();
        CompletableFuture<GenerationResult> running = start(timed(request(3, 10)), TokenListener.NONE);
        CompletableFuture<GenerationResult> waiting = start(timed(request(4, 10)), TokenListener.NONE);
        for (CompletableFuture<GenerationResult> answer : List.of(running, waiting)) {
            assertThatThrownBy(answer::get)
                    .hasCauseInstanceOf(GenerationTimeoutException.class)
                    .hasMessageContaining("PT0.1S");
        }
        steps.release(1000);
        assertThat(generate(request(3, 10), TokenListener.NONE).tokens()).hasSize(10);
    }

    @Test
    void should_refuse_what_the_queue_cannot_hold() throws Exception {
        batch = batch(new Limits(1, 2, 100_000));
        Semaphore steps = pause();
        CompletableFuture<GenerationResult> running = start(request(3, 10), TokenListener.NONE);
        awaitRuns(1);
        CompletableFuture<List<GenerationResult>> waiting = CompletableFuture.supplyAsync(
                () -> batch.generate(
                        Collections.nCopies(5, request(4, 10)), Collections.nCopies(5, TokenListener.NONE)),
                callers);
        awaitTrue(() -> {
            try {
                generate(timed(request(5, 10)), TokenListener.NONE);
                return false;
            } catch (EngineOverloadedException e) {
                assertThat(e).hasMessageContaining("at most 2").hasMessageContaining("maximumWaiting");
                return true;
            } catch (GenerationTimeoutException e) {
                return false;
            }
        });
        steps.release(1000);
        assertThat(running.get().tokens()).hasSize(10);
        assertThat(waiting.get()).hasSize(5);
        assertThat(generate(request(5, 10), TokenListener.NONE).tokens()).hasSize(10);
    }

    @Test
    void should_not_refuse_requests_for_which_there_are_places() throws Exception {
        batch = batch(new Limits(8, 2, 100_000));
        Semaphore steps = pause();
        List<CompletableFuture<GenerationResult>> answers = new ArrayList<>();
        answers.add(start(request(3, 10), TokenListener.NONE));
        awaitRuns(1);
        for (int i = 0; i < 7 + 2; i++) {
            answers.add(startWaiting(request(4, 10), TokenListener.NONE));
        }
        assertThatThrownBy(() -> generate(request(5, 10), TokenListener.NONE))
                .isInstanceOf(EngineOverloadedException.class);
        steps.release(1000);
        for (CompletableFuture<GenerationResult> answer : answers) {
            assertThat(answer.get().tokens()).hasSize(10);
        }
    }

    @Test
    void should_serve_in_the_order_of_coming() throws Exception {
        batch = batch(new Limits(1, 100, 100_000));
        Semaphore steps = pause();
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        log.beforeAdd = prompt -> order.add(prompt.length);
        for (int i = 1; i <= 10; i++) {
            int length = i;
            int before = batch.waiting();
            answers.add(start(request(length, 2), TokenListener.NONE).thenAccept(result -> {}));
            awaitTrue(() -> length == 1 ? log.runs.size() == 1 : batch.waiting() == before + 1);
        }
        steps.release(1000);
        for (CompletableFuture<Void> answer : answers) {
            answer.get();
        }
        assertThat(order).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    @Test
    void should_wait_rather_than_take_more_memory_than_the_batch_may_have() throws Exception {
        batch = batch(new Limits(8, 100, 1000));
        Semaphore steps = pause();
        CompletableFuture<GenerationResult> large = start(request(900, 3), TokenListener.NONE);
        awaitRuns(1);
        CompletableFuture<GenerationResult> small = startWaiting(request(3, 3), TokenListener.NONE);
        steps.release(1000);
        assertThat(large.get().tokens()).hasSize(3);
        assertThat(small.get().tokens()).hasSize(3);
        assertThat(log.runs.stream().map(run -> run.length)).containsOnly(1);
        assertThat(generate(request(1500, 3), TokenListener.NONE).tokens()).hasSize(3);
    }

    /** Of different lengths, sampled and not, with penalties that count what was said before. */
    private static List<GenerationRequest> variousRequests() {
        return IntStream.range(0, 12)
                .mapToObj(i -> new GenerationRequest(
                        prompt(1 + 23 * i % 60, i),
                        steering(i),
                        Sampling.builder()
                                .temperature(i % 2)
                                .frequencyPenalty(0.3)
                                .seed(i)
                                .build(),
                        100 + 10 * i,
                        Set.of(7)))
                .toList();
    }

    @Test
    void should_let_the_youngest_wait_when_rows_outgrow_the_memory_and_answer_each_as_if_alone() {
        for (int known : List.of(0, 30)) { // of what was run before, nothing and some is known at the return
            log.known = known;
            List<GenerationRequest> requests = variousRequests();
            batch = batch(new Limits(8, 100, 100_000));
            List<GenerationResult> alone = requests.stream()
                    .map(request -> generate(request, TokenListener.NONE))
                    .toList();
            batch = batch(new Limits(8, 100, 500));
            awaitTrue(() -> log.open.get() == 0);
            log.mostTokens.set(0);
            List<GenerationResult> together = batch.generate(requests, Collections.nCopies(12, token -> true));
            assertThat(log.mostTokens.get()).isBetween(400L, 500L);
            for (int i = 0; i < alone.size(); i++) {
                assertThat(together.get(i))
                        .usingRecursiveComparison()
                        .ignoringFields("timeToFirstToken", "total")
                        .isEqualTo(alone.get(i));
            }
        }
    }

    @Test
    void should_let_the_youngest_wait_when_there_is_no_memory_for_them_and_answer_each_as_if_alone() {
        for (int known : List.of(0, 30)) {
            log.known = known;
            List<GenerationRequest> requests = variousRequests();
            batch = batch(new Limits(8, 100, 100_000));
            List<int[]> alone = requests.stream()
                    .map(request -> generate(request, TokenListener.NONE).tokens())
                    .toList();
            awaitTrue(() -> log.open.get() == 0);
            log.mostTokens.set(0);
            log.memory = 600;
            assertThat(batch.generate(requests, Collections.nCopies(12, token -> true)))
                    .extracting(GenerationResult::tokens)
                    .containsExactlyElementsOf(alone);
            assertThat(log.mostTokens.get()).isBetween(300L, 1000L);
            log.memory = Long.MAX_VALUE;
        }
    }

    @Test
    void should_fail_alone_a_row_for_which_there_will_never_be_memory() throws Exception {
        batch = batch(new Limits(8, 100, 100_000));
        int[] expected = generate(request(40, 100), TokenListener.NONE).tokens();
        awaitTrue(() -> log.open.get() == 0);
        log.memory = 300;
        List<Integer> returned = new CopyOnWriteArrayList<>();
        log.beforeAdd = prompt -> {
            if (prompt.length > 250 && prompt.length < 400) {
                returned.add(prompt.length);
            }
        };
        Semaphore steps = pause();
        int runs = log.runs.size();
        CompletableFuture<GenerationResult> first = start(request(40, 100), TokenListener.NONE);
        awaitRuns(runs + 1);
        CompletableFuture<GenerationResult> tooLong = startWaiting(request(400, 3), TokenListener.NONE);
        CompletableFuture<GenerationResult> outgrowing = startWaiting(request(50, 300), TokenListener.NONE);
        CompletableFuture<GenerationResult> last = startWaiting(request(40, 100), TokenListener.NONE);
        steps.release(100_000);

        assertThat(first.get().tokens()).isEqualTo(expected);
        assertThatThrownBy(tooLong::get).hasCauseInstanceOf(NotEnoughMemoryException.class);
        assertThatThrownBy(outgrowing::get).hasCauseInstanceOf(NotEnoughMemoryException.class);
        // It came once more before, with what it had said.
        assertThat(returned).hasSize(1);
        assertThat(last.get().tokens()).isEqualTo(expected);
    }

    @Test
    void should_give_up_a_row_that_waits_for_room() throws Exception {
        batch = batch(new Limits(8, 100, 60));
        Semaphore steps = pause();
        CompletableFuture<GenerationResult> older = start(request(3, 50), TokenListener.NONE);
        awaitRuns(1);
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                generate(request(4, 50), TokenListener.NONE);
            } catch (Throwable e) {
                failure.complete(e);
            }
        });
        caller.start();
        awaitTrue(() -> batch.waiting() == 1);
        stepUntil(steps, () -> batch.waiting() == 0);
        stepUntil(steps, () -> batch.waiting() == 1);
        assertThat(log.runs).filteredOn(run -> run.length == 2).isNotEmpty();
        caller.interrupt();
        assertThat(failure.get()).hasMessageContaining("interrupted");
        assertThat(batch.waiting()).isZero();
        steps.release(1000);
        assertThat(older.get().tokens()).hasSize(50);
    }

    @Test
    void should_end_running_and_waiting_rows_at_close_and_return_the_memory() throws Exception {
        batch = batch(new Limits(2, 100, 100_000));
        Semaphore steps = pause();
        List<CompletableFuture<GenerationResult>> answers = IntStream.range(1, 7)
                .mapToObj(i -> start(request(i, 1000), i % 2 == 0 ? TokenListener.NONE : token -> true))
                .toList();
        steps.release(20);
        awaitRuns(20);
        log.beforeRun = tokens -> uses.requireOpen();
        uses.close();
        batch.close();
        steps.release(1000);
        for (CompletableFuture<GenerationResult> answer : answers) {
            assertThatThrownBy(answer::get).hasCauseInstanceOf(ModelClosedException.class);
        }
        awaitTrue(freed::get);
        assertThat(log.open).hasValue(0);
        assertThatThrownBy(() -> generate(request(3, 3), TokenListener.NONE)).isInstanceOf(ModelClosedException.class);
    }

    @Test
    void should_take_work_whenever_it_comes() throws Exception {
        // Requests that come as the thread runs out of work must not be overlooked.
        List<CompletableFuture<Void>> threads = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.runAsync(
                        () -> {
                            for (int j = 0; j < 2000; j++) {
                                generate(request(2, 1), TokenListener.NONE);
                            }
                        },
                        callers))
                .toList();
        for (CompletableFuture<Void> thread : threads) {
            thread.get();
        }
    }

    /** Every run waits for a permit. */
    private Semaphore pause() {
        Semaphore steps = new Semaphore(0);
        log.beforeRun = tokens -> {
            try {
                steps.acquire();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            uses.requireOpen();
        };
        return steps;
    }

    private void stepUntil(Semaphore steps, BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            int runs = log.runs.size();
            steps.release(1);
            awaitRuns(runs + 1);
        }
    }

    private void awaitRuns(int count) {
        awaitTrue(() -> log.runs.size() >= count);
    }

    private static void awaitTrue(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            try {
                TimeUnit.MILLISECONDS.sleep(1);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private GenerationResult generate(GenerationRequest request, TokenListener listener) {
        return batch.generate(List.of(request), List.of(listener)).get(0);
    }

    private CompletableFuture<GenerationResult> start(GenerationRequest request, TokenListener listener) {
        return CompletableFuture.supplyAsync(() -> generate(request, listener), callers);
    }

    /** While the batch is paused: returns when the request is in the queue. */
    private CompletableFuture<GenerationResult> startWaiting(GenerationRequest request, TokenListener listener) {
        int before = batch.waiting();
        CompletableFuture<GenerationResult> answer = start(request, listener);
        awaitTrue(() -> batch.waiting() > before);
        return answer;
    }

    private static GenerationRequest request(int promptLength, int maximumTokens) {
        return new GenerationRequest(
                prompt(promptLength, 0), LayerSteering.none(), Sampling.greedy(), maximumTokens, Set.of());
    }

    private static GenerationRequest steered(GenerationRequest request, LayerSteering steering) {
        return new GenerationRequest(
                request.prompt(), steering, request.sampling(), request.maximumTokens(), request.endTokens());
    }

    private static GenerationRequest timed(GenerationRequest request) {
        return new GenerationRequest(
                request.prompt(),
                request.steering(),
                request.sampling(),
                request.maximumTokens(),
                request.endTokens(),
                request.constraint(),
                Duration.ofMillis(100));
    }

    private static LayerSteering steering(int value) {
        return LayerSteering.of(Map.of(1, new float[] {value}));
    }

    private static int[] prompt(int length, int seed) {
        return IntStream.range(0, length)
                .map(i -> (i * 7 + seed) % ScriptedRows.VOCABULARY)
                .toArray();
    }
}
