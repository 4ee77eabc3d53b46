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
            List<Exercise> asked = draw(random);
            List<Call> overloading = start(models, asked);
            for (int i = 0; i < asked.size(); i++) {
                Outcome outcome = overloading.get(i).await();
                boolean refused = outcome.failedWith(RateLimitException.class);
                findings.count(refused ? FULL : "second model: answered");
                exchange.mustAnswerOrEnd(asked.get(i), outcome, refused);
            }
            List<Exercise> running = draw(random);
            List<Call> ending = start(models, running);
            Thread.sleep(random.nextInt(MOST_MILLISECONDS_BEFORE_CLOSE));
            models.model().close();
            for (int i = 0; i < running.size(); i++) {
                Outcome outcome = ending.get(i).await();
                boolean closed = outcome.failedWith(ModelClosedException.class);
                findings.count(closed ? CLOSED : "second model: ended before it was closed");
                exchange.mustAnswerOrEnd(
                        running.get(i), outcome, closed || outcome.failedWith(RateLimitException.class));
            }
            Outcome late = start(models, draw(random).subList(0, 1)).get(0).await();
            if (exchange.mustEnd("request to a closed model", late)) {
                findings.check(
                        Check.REFUSAL,
                        late.failedWith(ModelClosedException.class),
                        "request to a closed model: %s",
                        late);
            }
        } finally {
            models.model().close();
        }
    }

    private List<Exercise> draw(SplittableRandom random) {
        return IntStream.range(0, REQUESTS_AT_ONCE)
                .mapToObj(i -> exercises.get(random.nextInt(exercises.size())))
                .toList();
    }

    private List<Call> start(ChatModels models, List<Exercise> asked) {
        return asked.stream()
                .map(exercise -> Call.start(callers, () -> models.blocking().chat(exercise.request())))
                .toList();
    }
}
