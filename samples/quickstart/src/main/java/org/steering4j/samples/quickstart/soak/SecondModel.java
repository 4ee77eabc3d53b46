package org.steering4j.samples.quickstart.soak;

import dev.langchain4j.exception.RateLimitException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.steering4j.engine.ModelClosedException;
import org.steering4j.samples.quickstart.soak.Findings.Check;

/** Another model beside the one under load: opened, asked more than its queue holds, closed while it answers. Thread-safe. */
final class SecondModel {

    private static final String OPENED = "second model: opened";
    private static final String FULL = "second model: queue full";
    private static final String CLOSED = "second model: closed meanwhile";
    /** What there should be some of. */
    static final List<String> KINDS = List.of(OPENED, FULL, CLOSED);

    private static final int REQUESTS_AT_ONCE = 8;
    private static final int MOST_MILLISECONDS_BEFORE_CLOSE = 150;

    private final List<Exercise> exercises;
    private final Executor callers;
    private final Findings findings;

    SecondModel(List<Exercise> exercises, Executor callers, Findings findings) {
        this.exercises = exercises;
        this.callers = callers;
        this.findings = findings;
    }

    void openOverloadAndClose(SplittableRandom random) throws InterruptedException {
        findings.count(OPENED);
        ChatModels models = ChatModels.open(
                engine -> engine.maximumRows(1).maximumWaiting(2).cacheBytes(1 << 20));
        try {
            Exchange exchange = new Exchange(models, callers, findings);
            for (Asked one : ask(models, random)) {
                Outcome outcome = one.call().await();
                boolean full = outcome.failedWith(RateLimitException.class);
                findings.count(full ? FULL : "second model: answered");
                exchange.mustAnswerOrEnd(one.exercise(), outcome, full);
            }
            List<Asked> running = ask(models, random);
            Thread.sleep(random.nextInt(MOST_MILLISECONDS_BEFORE_CLOSE));
            models.model().close();
            for (Asked one : running) {
                Outcome outcome = one.call().await();
                boolean closed = outcome.failedWith(ModelClosedException.class);
                findings.count(closed ? CLOSED : "second model: ended before it was closed");
                exchange.mustAnswerOrEnd(
                        one.exercise(), outcome, closed || outcome.failedWith(RateLimitException.class));
            }
            for (Asked one : ask(models, random)) {
                Outcome late = one.call().await();
                if (exchange.mustEnd("request to a closed model", late)) {
                    boolean refused = late.failedWith(ModelClosedException.class);
                    findings.check(Check.REFUSAL, refused, "request to a closed model: %s", late);
                }
            }
        } finally {
            models.model().close();
        }
    }

    private record Asked(Exercise exercise, Call call) {}

    /** All at once. */
    private List<Asked> ask(ChatModels models, SplittableRandom random) {
        return IntStream.range(0, REQUESTS_AT_ONCE)
                .mapToObj(i -> exercises.get(random.nextInt(exercises.size())))
                .map(exercise -> new Asked(
                        exercise, Call.start(callers, () -> models.blocking().chat(exercise.request()))))
                .toList();
    }
}
